"""Read the files of a catalog's folder into memory: regular files inside it, none of them long.

Whatever else has the name of a catalog file (a folder, a pipe, a device, a link to a place outside) is a
problem that names it. Nothing waits for a pipe and nothing is read without end.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

__all__ = ["FOLDERS", "MAX_YAML_BYTES", "Folder", "describe_length", "read_folder"]

MAX_YAML_BYTES = 4 * 1024 * 1024
MAX_FILES = 2_000
FOLDERS = ("providers", "open_weights")
"""The folders that hold any number of YAML files."""
_TEMPLATES = "templates"
_UPKEEP = "upkeep"
"""What the upkeep commands know of other sources; no part of the catalog."""
_KNOWN_FOLDERS = (*FOLDERS, "generated", _TEMPLATES)
_YAML, _TEMPLATE = (".yaml", ".yml"), (".jinja",)


@dataclass(frozen=True)
class Folder:
    """The content of a catalog's folder at one moment."""

    path: Path
    """The folder as it was named."""
    files: Mapping[str, bytes]
    """The content of each file by its path inside the folder, such as `providers/openai.yaml`."""
    problems: tuple[str, ...]
    """What is there and cannot be read, one sentence each with the path inside the folder before it."""

    @cached_property
    def fingerprint(self) -> str:
        """A hash that differs whenever a file was added, changed or removed."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        digest.update("\0".join(self.problems).encode())
        return digest.hexdigest()

    def list_yaml(self, folder: str = "") -> list[str]:
        """Return the paths of the YAML files directly in one of the folders, or in the catalog itself."""
        before = f"{folder}/" if folder else ""
        return sorted(
            name
            for name in self.files
            if name.startswith(before) and "/" not in name[len(before) :] and name.endswith(_YAML)
        )


class _Unreadable(Exception):
    """A file that is not read; the text says why."""


def read_folder(path: Path) -> Folder:
    """Read every file of a catalog's folder. A folder that does not exist is a problem too."""
    if not path.is_dir():
        return Folder(path, {}, (f"{path}: no such catalog directory",))
    files: dict[str, bytes] = {}
    problems = [f"{name}: no folder" for name in _KNOWN_FOLDERS if _stands_for_no_folder(path / name)]
    root = os.path.realpath(path)
    for name in _list_names(path):
        if len(files) == MAX_FILES:
            problems.append(f"{name}: a catalog's folder may hold {MAX_FILES} files")
            break
        try:
            files[name] = _read_regular(path / name, root)
        except _Unreadable as reason:
            problems.append(f"{name}: {reason}")
    return Folder(path, files, tuple(problems))


def describe_length(size: int) -> str:
    """Return the sentence that refuses a file of this length in bytes."""
    return f"{size} bytes are more than the {MAX_YAML_BYTES} that a file may have"


def _list_names(root: Path) -> Iterator[str]:
    """Yield the paths of what has the name of a catalog file, wherever it stands directly below the folder.

    Hidden names are left out: editors and Kubernetes keep their own there.
    """
    for entry in _scan(root):
        if entry.name.endswith(_YAML):
            yield entry.name
        elif entry.name == _UPKEEP:
            continue
        elif _is_folder(entry) and (entry.name in _KNOWN_FOLDERS or not entry.is_symlink()):
            ending = _TEMPLATE if entry.name == _TEMPLATES else _YAML
            for below in _scan(root / entry.name):
                if below.name.endswith(ending):
                    yield f"{entry.name}/{below.name}"
                elif _is_folder(below) and not below.is_symlink():
                    # One folder further down nothing is read, which the catalog then says of each file.
                    deeper = (file.name for file in _scan(root / entry.name / below.name))
                    yield from (
                        f"{entry.name}/{below.name}/{name}" for name in deeper if name.endswith(_YAML)
                    )


def _stands_for_no_folder(path: Path) -> bool:
    """Return whether the name is there and is no folder, such as a link that leads nowhere any more."""
    return (path.is_symlink() and not path.is_dir()) or path.is_file()


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                (entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name
            )
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _read_regular(path: Path, root: str) -> bytes:
    """Read a file whose real place lies below `root`.

    A ConfigMap of Kubernetes links every file to one beside it; a link to a place outside is refused.
    """
    try:
        real = os.path.realpath(path, strict=True)
        if os.path.commonpath((real, root)) != root:
            raise _Unreadable("a link to a place outside the catalog's folder; put the file itself here")
        _check_kind(os.lstat(real))
        # A pipe that took the file's place meanwhile must not stop us.
        opened = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(opened, "rb") as file:
            _check_kind(os.fstat(opened))
            content = file.read(MAX_YAML_BYTES + 1)
    except OSError as error:
        raise _Unreadable(f"cannot be read: {error.strerror or 'the links lead in a circle'}") from None
    if len(content) > MAX_YAML_BYTES:
        raise _Unreadable(describe_length(len(content)))
    return content


def _check_kind(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe, a device or a socket"
        raise _Unreadable(f"{kind}, not a file")
    if status.st_size > MAX_YAML_BYTES:
        raise _Unreadable(describe_length(status.st_size))
