"""What YAML files say, kept by the hash of their content, so that what was read once is not parsed again.

On disk it is JSON, which can only be wrong and never run anything, in a folder of the user's that nobody else
may write. It holds what the files say and not what the service makes of them: every check is made at each
load. A kept file is of one version of our reading code and of Python; one that cannot be read counts as none.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tokenquote.catalog import yaml_text
from tokenquote.catalog.yaml_files import parse_yaml

__all__ = ["CACHE_DIR", "ParsedFiles"]

CACHE_DIR = Path("~/.cache/tokenquote")
"""The folder that holds kept files where nobody names another."""
_MAX_BYTES = 64 * 1024 * 1024
_MAX_FILES = 8
"""The number of kept files, one for each combination of catalog folders; the oldest go first."""
# No text of a YAML file can hold the character NUL.
_DAY, _INSTANT = "\0day", "\0instant"


class ParsedFiles:
    """The data of YAML files by the hash of their content, in memory and, where there is a place, on disk."""

    def __init__(self, directory: Path | None = None, folders: Iterable[Path] = ()) -> None:
        """Take what is kept on disk.

        Args:
            directory: where it is kept; None, or below the home of a user who has none: only in memory.
            folders: the folders of the catalog, which have a kept file of their own.
        """
        self._path: Path | None = None
        if directory is not None:
            with suppress(RuntimeError):  # nobody's home: a container's user is often a number only
                self._path = directory.expanduser() / f"catalog-{_name_combination(folders)}.json"
        self._known = _read(self._path) if self._path is not None else {}
        self._used: dict[str, Any] = {}

    def parse(self, content: bytes, shown_as: str) -> Any:
        """Return the data of a file; callers must not change it.

        Raises:
            CatalogError: it is no YAML that can be read.
        """
        key = hashlib.sha256(content).hexdigest()
        if key not in self._used:
            self._used[key] = self._known[key] if key in self._known else parse_yaml(content, shown_as)
        return self._used[key]

    def keep(self) -> None:
        """Keep what was parsed since the last time, and nothing else; on disk too where that is possible."""
        is_new = self._used.keys() != self._known.keys()
        self._known, self._used = self._used, {}
        if self._path is not None and is_new:
            with suppress(OSError):
                _write(self._path, self._known)


def _name_combination(folders: Iterable[Path]) -> str:
    # What a file says depends on nothing else of ours, so that another version may use it too.
    parser = Path(yaml_text.__file__).read_bytes() + Path(__file__).read_bytes()
    parts = (platform.python_version(), *(os.path.realpath(folder) for folder in folders))
    return hashlib.sha256("\0".join(parts).encode() + parser).hexdigest()[:32]


def _read(path: Path) -> dict[str, Any]:
    """Return what a file keeps; nothing if it is not there, cannot be read or may be of another's hand."""
    try:
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(opened, "rb") as file:
            status = os.fstat(opened)
            if not _is_ours(path.parent) or not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
                return {}
            data = json.loads(file.read(_MAX_BYTES), object_hook=_restore)
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _write(path: Path, data: dict[str, Any]) -> None:
    """Write the whole file or nothing, and let the oldest go."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_ours(path.parent):
        return
    text = json.dumps(data, default=_mark, separators=(",", ":"))
    descriptor, part = tempfile.mkstemp(".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, path)
    except OSError:
        os.unlink(part)  # or a full disk would be fuller with every load
        raise
    kept = sorted(path.parent.glob("catalog-*.json"), key=lambda kept: kept.stat().st_mtime)
    for oldest in kept[:-_MAX_FILES]:
        oldest.unlink(missing_ok=True)


def _is_ours(folder: Path) -> bool:
    """Return whether nobody else may write into the folder; Windows sees to that in a user's own folders."""
    status = folder.stat()
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _mark(value: object) -> dict[str, str]:
    """Write a day or an instant, which JSON does not know."""
    if isinstance(value, dt.datetime):
        return {_INSTANT: value.isoformat()}
    if isinstance(value, dt.date):
        return {_DAY: value.isoformat()}
    raise TypeError(f"{type(value).__name__} is nothing that YAML files say")


def _restore(data: dict[str, Any]) -> Any:
    if _DAY in data:
        return dt.date.fromisoformat(data[_DAY])
    if _INSTANT in data:
        return dt.datetime.fromisoformat(data[_INSTANT])
    return data
