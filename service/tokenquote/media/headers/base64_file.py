"""Base64 text as a file that decodes only the blocks that somebody reads."""

from __future__ import annotations

import base64
import io
import re
import string
from typing import Any

__all__ = ["Base64File", "HeaderError", "HeaderReader"]

_DATA_URL = re.compile(r"data:([^,;]{0,100})[^,]{0,200},")
_STANDARD = (string.ascii_letters + string.digits + "+/").encode()
_URL_SAFE = str.maketrans("-_", "+/")
_TOLERATED = frozenset(b"-_ \t\r\n\f\v")
_CHECKED_AT_ONCE = 1 << 16
_BLOCK_CHARACTERS = 1 << 14
_BLOCK_BYTES = _BLOCK_CHARACTERS // 4 * 3


class HeaderError(ValueError):
    """Data that is not of its kind, or whose size or length cannot be read."""


class Base64File(io.RawIOBase):
    """Base64 text, with or without a `data:` prefix, as a seekable file of bytes.

    The text is searched once for what is no base64, and otherwise decoded block by block on demand: a
    header costs the same whatever the size of the file. Line breaks and blanks cost one copy of the text.
    """

    def __init__(self, data: str) -> None:
        """Take the text.

        Raises:
            HeaderError: it is not base64.
        """
        prefix = _DATA_URL.match(data)
        self.label = prefix.group(1).strip().lower() if prefix else ""
        """The media type that the data URL states: `image/png`."""
        self._text, self._start, self._end = _plain(data, prefix.end() if prefix else 0)
        length = self._end - self._start
        if length % 4 == 1:
            raise HeaderError("not base64: cut off within a byte")
        self.size = length * 3 // 4
        """Bytes of the file."""
        self._position = 0
        self._block, self._block_begins = b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if begin + offset < 0:
            raise ValueError("negative seek position")
        self._position = begin + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as one decoded block goes."""
        if self._position >= self.size:
            return 0
        within = self._position - self._block_begins
        if not 0 <= within < len(self._block):
            self._decode_block(self._position // _BLOCK_BYTES)
            within = self._position - self._block_begins
        piece = self._block[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _decode_block(self, number: int) -> None:
        begins = self._start + number * _BLOCK_CHARACTERS
        text = self._text[begins : min(begins + _BLOCK_CHARACTERS, self._end)].translate(_URL_SAFE)
        self._block = base64.b64decode(text + "=" * (-len(text) % 4))
        self._block_begins = number * _BLOCK_BYTES


class HeaderReader(io.BufferedReader):
    """A file for libraries that read headers, with an end to their patience.

    Some of them search damaged files byte by byte, or follow whatever a header claims: a real header takes
    a few hundred steps.
    """

    def __init__(self, file: Base64File, *, max_steps: int, max_read: int) -> None:
        """Let a library have the file.

        Args:
            file: what to read.
            max_steps: how often it may be read from; then reading raises HeaderError.
            max_read: the most bytes at one time.
        """
        super().__init__(file)
        self._steps_left = max_steps
        self._max_read = max_read

    @property
    def exhausted(self) -> bool:
        """Whether the reader was cut short."""
        return self._steps_left < 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._steps_left -= 1
        if self.exhausted:
            raise HeaderError("the header is too scattered to read")
        whole = size is None or size < 0 or size > self._max_read
        return super().read(self._max_read if whole else size)

    def close(self) -> None:
        """Leave the file open: others read it after this."""


def _plain(data: str, start: int) -> tuple[str, int, int]:
    """Return the text and where its base64 characters begin and end, without padding; a copy only if need be.

    Raises:
        HeaderError: there is a character that base64 does not have.
    """
    if _is_plain(data, start):
        return data, start, _unpadded_end(data, start)
    text = "".join(data[start:].split())
    end = _unpadded_end(text, 0)
    if "=" in text[:end] or not text[:end].isascii():
        raise HeaderError("not base64")
    return text, 0, end


def _is_plain(data: str, start: int) -> bool:
    """Whether there is nothing to take out of the text.

    Raises:
        HeaderError: there is a character that base64 does not have.
    """
    end = _unpadded_end(data, start)
    others: set[int] = set()
    for begin in range(start, end, _CHECKED_AT_ONCE):
        try:
            piece = data[begin : min(begin + _CHECKED_AT_ONCE, end)].encode("ascii")
        except UnicodeEncodeError:
            raise HeaderError("not base64") from None
        others.update(piece.translate(None, _STANDARD))
    if not others <= _TOLERATED | {ord("=")}:
        raise HeaderError("not base64")
    return others <= set(b"-_")


def _unpadded_end(text: str, start: int) -> int:
    end = len(text)
    while end > start and text[end - 1] == "=":
        end -= 1
    return end
