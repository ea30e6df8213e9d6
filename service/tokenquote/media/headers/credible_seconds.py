"""Lengths that a header claims, held against the bytes that are there."""

from __future__ import annotations

from tokenquote.media.headers.base64_file import HeaderError

__all__ = ["credible_seconds"]

_BYTES_PER_SECOND = 10
"""Silence in FLAC or Opus takes more bytes a second than this: a longer claim is a lie."""
_MAX_SECONDS = 1_000_000


def credible_seconds(seconds: float, size: int) -> float:
    """The length itself.

    Raises:
        HeaderError: there is none, or so many bytes cannot hold it.
    """
    if not seconds > 0:
        raise HeaderError("the header says no length; state `seconds`")
    if seconds > min(size / _BYTES_PER_SECOND, _MAX_SECONDS):
        raise HeaderError(f"the header says {seconds:.0f} seconds, which {size} bytes cannot hold")
    return float(seconds)
