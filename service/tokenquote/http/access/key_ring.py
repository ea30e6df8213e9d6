"""The keys that are good now, read again when their file changes or the process gets SIGHUP.

While the file cannot be used the keys before it stay, as the catalog does. Every worker looks by itself, once
in a while and also at the moment in which a key comes that it does not know: so a new key is good at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from tokenquote.catalog import Fault
from tokenquote.http.access.key_file import KeyFileError, parse_keys, read_key_file
from tokenquote.http.access.keys import Key, Keys

__all__ = ["KeyRing", "Looked"]

_SETTLE_SECONDS = 0.05
"""The pause between two looks at a file that has changed; both must see the same, so that no line that is
still being written is missed."""
_MAX_LOOKS = 40

Looked: TypeAlias = Keys | tuple[Fault, ...]
"""What came of a changed file: its keys, or why it cannot be used."""


class KeyRing:
    """The keys of a file."""

    def __init__(self, path: Path | None, seconds: float = 1) -> None:
        """Read the keys for the first time.

        Args:
            path: the file; None: there are no keys, and everybody may ask.
            seconds: the time between two looks at the file; 0: only on request.

        Raises:
            KeyFileError: the file cannot be used.
        """
        self._path = path
        self._seconds = seconds or None
        self._content: bytes | KeyFileError = b""
        """What was last seen, or why nothing was."""
        self._seen = b""
        """A hash of that."""
        self._signature: tuple[int, ...] = ()
        """What the system said of the file when it was last read."""
        self._looking = threading.Lock()
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._refreshing: asyncio.Task[Looked | None] | None = None
        self.tells: Callable[[Looked], None] | None = None
        """What is called with what came of a changed file; None: nobody is told."""
        self.keys = Keys()
        """The keys that are good now."""
        if path is not None:
            self._read(path)
            self.keys = self._parse(path)

    @property
    def is_open(self) -> bool:
        """Whether everybody may ask, as no file is named."""
        return self._path is None

    async def find(self, secret: bytes) -> Key | None:
        """Return the key of this text; one that is not known may have been added to the file just now."""
        found = self.keys.find(secret)
        if found is None and await self._was_read_again():
            found = self.keys.find(secret)
        return found

    def look(self, *, anyway: bool = False) -> Looked | None:
        """Look at the file once; return what came of it, None if it says what it said before.

        It takes a twentieth of a second where the file has changed.

        Args:
            anyway: whether to use it without a change of its content too.
        """
        path = self._path
        if path is None:
            return None
        with self._looking:
            before = self._seen
            self._read(path)
            if self._seen == before and not anyway:
                return None
            self._read_settled(path)
            try:
                self.keys = self._parse(path)
                looked: Looked = self.keys
            except KeyFileError as error:
                looked = error.faults
        if self.tells is not None:
            self.tells(looked)
        return looked

    def ask(self) -> None:
        """Look at once; from any thread, and from the handler of a signal."""
        if self._loop is None:
            self._asked.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._asked.set)

    async def run(self) -> None:
        """Look at the file every few seconds and on request, until the task is cancelled."""
        if self._path is None:
            return
        self._loop = asyncio.get_running_loop()
        while True:
            asked = await self._wait()
            await asyncio.to_thread(self.look, anyway=asked)

    async def _wait(self) -> bool:
        """Return whether somebody asked, once somebody has or the time is over."""
        try:
            await asyncio.wait_for(self._asked.wait(), self._seconds)
        except TimeoutError:
            return False
        self._asked.clear()
        return True

    async def _was_read_again(self) -> bool:
        """Read the file again if the system says that it is another one, or wait for who reads it now.

        Returns:
            Whether the keys may be others now.
        """
        if self._refreshing is None:
            is_same = self._path is None or _sign(self._path) == self._signature
            if is_same and not self._looking.locked():
                return False
            self._refreshing = asyncio.create_task(asyncio.to_thread(self.look))
            self._refreshing.add_done_callback(self._end_refreshing)
        await asyncio.shield(self._refreshing)
        return True

    def _end_refreshing(self, _: object) -> None:
        self._refreshing = None

    def _read_settled(self, path: Path) -> None:
        for _ in range(_MAX_LOOKS):
            before = self._seen
            time.sleep(_SETTLE_SECONDS)
            self._read(path)
            if self._seen == before:
                return

    def _read(self, path: Path) -> None:
        self._signature = _sign(path)
        try:
            self._content = read_key_file(path)
            self._seen = hashlib.sha256(self._content).digest()
        except KeyFileError as error:
            self._content = error
            self._seen = str(error).encode()

    def _parse(self, path: Path) -> Keys:
        if isinstance(self._content, KeyFileError):
            raise self._content
        return Keys(parse_keys(self._content, path))


def _sign(path: Path) -> tuple[int, ...]:
    """Return what differs once the file was written or another one put in its place; empty: none is there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
