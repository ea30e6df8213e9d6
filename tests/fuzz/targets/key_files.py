"""The file of the keys, by its content: its lines are changed as trees of fields.

An input is a first line, which is a comment of the file, and the lines behind it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fuzz.target import Target, must_say
from tests.fuzz.trees import TreeMutation, join_input
from tests.fuzz.under_fuzzing import change_bytes

from tokenquote.http.access.key_file import KeyFileError, parse_keys, write_line
from tokenquote.http.access.keys import hash_secret

_FIRST_LINES = ("# keys", "\ufeff# keys".encode().decode("latin-1"), "")
_NAMES = ("support", "support", "grafana", "a.b_c:d@e/f+g-h", "x" * 64)
_FIELDS = {
    "scopes": ("quote,usage", "metrics", "quote", "usage,metrics,quote"),
    "expires": (
        "2027-06-01", "2027-06-01T00:00:00Z", "2027-06-01T00:00:00.5Z", "2027-06-01T10:00+02:00",
        "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00",
        "2027-06-01T10:00", "2028-02-29", "1.5", "1800000000",
    ),
    "requests_per_minute": ("1", "600", "10000000", "1e3", "600.0", "1_000"),
    "work_seconds_per_day": ("3.5e2", "1234567", "0.001", "1e9", "1.2345678", "5e-324"),
}  # fmt: skip
_HARD = (
    b"support sha256=" + hash_secret("a").encode() + b"\r\nb sha256=" + hash_secret("b").encode() + b"\r\n",
    b"support  # sha256=" + hash_secret("a").encode() + b"\n\xff",
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
    lines = _lines()
    files = [join_input(first, _write(lines)) for first in _FIRST_LINES]
    files += [join_input("# one", _write([line])) for line in lines]
    files += [join_input("# three", _write(lines[at : at + 3])) for at in range(0, len(lines), 3)]
    return Target(
        _take, (*files, *_HARD), seconds=1, mutate=TreeMutation(files, _read, _write, change_bytes())
    )


def _lines() -> list[dict[str, str]]:
    """Return keys of every name and with every value of each field, one field a key."""
    fields = [{}, *({name: value} for name, values in _FIELDS.items() for value in values)]
    return [
        {"name": _NAMES[number % len(_NAMES)], "sha256": hash_secret(str(number)), **field}
        for number, field in enumerate(fields)
    ]


def _read(text: bytes) -> list[dict[str, str]]:
    """Return the fields of each line; of the words that are none, the first is the name."""
    lines = []
    for line in text.decode("latin-1").split("\n"):
        words = line.split("#", 1)[0].split()
        if words:
            fields = (word.partition("=") for word in words[1:])
            lines.append({"name": words[0], **{name: value for name, _, value in fields}})
    return lines


def _write(tree: Any) -> bytes:
    lines = tree if isinstance(tree, list) else [tree]
    return "\n".join(map(_write_key, lines)).encode("latin-1", "replace")


def _write_key(fields: Any) -> str:
    if not isinstance(fields, dict):
        return str(fields)
    return " ".join(str(value) if name == "name" else f"{name}={value}" for name, value in fields.items())
