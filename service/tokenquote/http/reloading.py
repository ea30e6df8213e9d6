"""The catalog is loaded anew when its files change or the process gets SIGHUP: the whole of it, or nothing.

Every process looks at the files by itself, at their content and not at the times of the file system: so the
links that Kubernetes swaps count as a change, and a file that was saved without one does not. While the files
cannot be used, the catalog before answers on, and the metrics and the log name file, line and field.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from tokenquote.catalog import (
    Catalog,
    CatalogError,
    Fault,
    Folder,
    ParsedFiles,
    assemble_catalog,
    read_folder,
)
from tokenquote.http.access_log import log_failure

__all__ = ["CatalogFiles", "CatalogWatch"]

_SETTLE_SECONDS = 0.05
"""The pause between two looks at files that are being written; both must see the same."""
_MAX_LOOKS = 100


PreparedT = TypeVar("PreparedT")


class CatalogFiles:
    """The folders of a catalog, and what was last seen in them."""

    def __init__(self, directories: Sequence[Path], cache_dir: Path | None = None) -> None:
        """Name the folders, the shipped one first, and where what their files say is kept; None: nowhere."""
        self._directories = tuple(directories)
        self._parsed = ParsedFiles(cache_dir, self._directories)
        self._seen: tuple[str, ...] = ()

    def load(self) -> Catalog:
        """Read the folders for the first time.

        Raises:
            CatalogError: the files cannot be used.
        """
        return assemble_catalog(self._read(), self._parsed)

    def load_if_changed(self, *, anyway: bool = False) -> Catalog | None:
        """Load the catalog if the content of a folder is not as it was when last read; else return None.

        Args:
            anyway: whether to load it without a change too.

        Raises:
            CatalogError: the files cannot be used; they are not tried again until they change.
        """
        before = self._seen
        folders = self._read()
        if self._seen == before and not anyway:
            return None
        return assemble_catalog(self._read_settled(folders), self._parsed)

    def _read_settled(self, folders: list[Folder]) -> list[Folder]:
        """Return the folders once two looks at them have seen the same, so that no edit is read in part."""
        for _ in range(_MAX_LOOKS):
            before = self._seen
            time.sleep(_SETTLE_SECONDS)
            folders = self._read()
            if self._seen == before:
                break
        return folders

    def _read(self) -> list[Folder]:
        folders = [read_folder(directory) for directory in self._directories]
        self._seen = tuple(folder.fingerprint for folder in folders)
        return folders


class CatalogWatch(Generic[PreparedT]):
    """Looks at the files every few seconds and whenever it is asked to, and hands on what came of it."""

    def __init__(
        self,
        files: CatalogFiles,
        seconds: float,
        prepare: Callable[[Catalog], PreparedT],
        take: Callable[[PreparedT | tuple[Fault, ...]], None],
    ) -> None:
        """Watch the files.

        Args:
            files: the files that were loaded.
            seconds: the time between two looks; 0: only on request.
            prepare: is called in a thread with each catalog that a change leads to.
            take: is called in the event loop with what was prepared, or why the files cannot be used.
        """
        self._files = files
        self._seconds = seconds or None
        self._prepare = prepare
        self._take = take
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def ask(self) -> None:
        """Look at once and load without a change too; from any thread, and from the handler of a signal."""
        if self._loop is None:  # nobody waits yet
            self._asked.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._asked.set)

    async def run(self) -> None:
        """Watch until the task is cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            asked = await self._wait()
            outcome = await asyncio.to_thread(self.look, anyway=asked)
            if outcome is not None:
                self._take(outcome)

    def look(self, *, anyway: bool) -> PreparedT | tuple[Fault, ...] | None:
        """Look at the files once; return what was prepared or what is wrong, None if nothing has changed."""
        try:
            catalog = self._files.load_if_changed(anyway=anyway)
            return None if catalog is None else self._prepare(catalog)
        except CatalogError as error:
            return error.faults
        except Exception as error:
            # A fault of the service must not end the watch, and the catalog before is still good.
            log_failure(error, "catalog")
            return (Fault("the catalog", None, "", f"{type(error).__name__} while loading: see the log"),)

    async def _wait(self) -> bool:
        """Return whether somebody asked, once somebody has or the time is over."""
        try:
            await asyncio.wait_for(self._asked.wait(), self._seconds)
        except TimeoutError:
            return False
        self._asked.clear()
        return True
