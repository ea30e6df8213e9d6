"""The file of the keys, by its content."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.target import Target, must_say

from tokenquote.http.access.key_file import KeyFileError, parse_keys, write_line

_HASH = b"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_SEEDS = (
    b"support sha256=" + _HASH + b"\n",
    b"# a comment\n\nsupport sha256="
    + _HASH
    + b" scopes=quote,usage expires=2027-06-01 requests_per_minute=600\n",
    b"grafana sha256="
    + _HASH[::-1]
    + b" scopes=metrics work_seconds_per_day=3.5e2 expires=2027-06-01T00:00:00Z",
    b"\xef\xbb\xbfa sha256=" + _HASH + b"\r\nb sha256=" + _HASH + b"\r\n",
)


def _take(content: bytes) -> None:
    try:
        keys = parse_keys(content, Path("keys.txt"))
    except KeyFileError as error:
        must_say(error.faults)
        must_say(str(error))
        return
    written = "\n".join(map(write_line, keys))
    assert parse_keys(written.encode(), Path("keys.txt")) == keys


def make() -> Target:
    """The reader: what it takes is written back and read the same."""
    return Target(_take, _SEEDS, seconds=1)
