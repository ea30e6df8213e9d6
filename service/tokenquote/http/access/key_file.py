"""The file of the keys: one key a line, its name and then fields, of which the hash alone has to be there.

    # name    fields
    support   sha256=9f86d081…  scopes=quote,usage  expires=2027-06-01  requests_per_minute=600
    grafana   sha256=60303ae2…  scopes=metrics

`tokenquote keys new` writes such lines. The file holds nothing that opens the service: who reads it knows
names, hashes and limits, and no key.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from tokenquote.catalog import Fault
from tokenquote.errors.field_faults import describe_fault
from tokenquote.http.access.keys import Key
from tokenquote_client.endpoint import Scope

__all__ = ["MAX_FILE_BYTES", "KeyFileError", "append_line", "parse_keys", "read_key_file", "write_line"]

MAX_FILE_BYTES = 1024 * 1024
"""The longest file; a line of a key has some 150 bytes."""
_MAX_KEYS = 2_000
"""The most keys, of which the memory that workers share holds the limits."""
_MAX_FAULTS = 20
_DAY_BEFORE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]")
_Limits = tuple[int | None, float | None]
"""The `requests_per_minute` and the `work_seconds_per_day` of a line, each None where it states none."""


class KeyFileError(Exception):
    """The file cannot be used; `faults` says each reason, the text all of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def _split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


def _to_instant(value: object) -> object:
    """Read a day as its beginning in UTC; leave instants to pydantic, which would take numbers too."""
    if isinstance(value, str) and len(value) == len("2027-06-01"):
        return f"{value}T00:00:00Z"
    if isinstance(value, str) and not _DAY_BEFORE_TIME.match(value):
        raise PydanticCustomError("datetime_parsing", "no instant")
    return value


def _to_utc(value: dt.datetime | None) -> dt.datetime | None:
    """Leave what has no zone to be refused with words of its own."""
    if value is None or value.tzinfo is None:
        return value
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:  # before the year 1 or after the year 9999
        raise PydanticCustomError("datetime_parsing", "no instant of UTC") from None


class _KeyLine(BaseModel):
    """The fields of a line."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: Annotated[frozenset[Scope], BeforeValidator(_split), Field(min_length=1)] = frozenset(
        get_args(Scope)
    )
    expires: Annotated[dt.datetime | None, BeforeValidator(_to_instant), AfterValidator(_to_utc)] = None
    requests_per_minute: int | None = Field(default=None, ge=1, le=10_000_000)
    work_seconds_per_day: float | None = Field(default=None, gt=0, le=1e9, allow_inf_nan=False)


def read_key_file(path: Path) -> bytes:
    """Read the file, which has to be a regular one, as Kubernetes' links to one are.

    Raises:
        KeyFileError: it cannot be read, or is too long.
    """
    try:
        # A pipe would be waited for, and a device read without end.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise KeyFileError([Fault(str(path), None, "", "no regular file")])
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be opened"
        raise KeyFileError([Fault(str(path), None, "", reason)]) from None
    if len(content) > MAX_FILE_BYTES:
        raise KeyFileError([Fault(str(path), None, "", f"longer than {MAX_FILE_BYTES:,} bytes")])
    return content


def parse_keys(content: bytes, path: Path) -> tuple[Key, ...]:
    """Read the keys of a file's content.

    Raises:
        KeyFileError: a line is no key, or there is none: a file that is being written is not mistaken for one
            that locks everybody out.
    """
    file = str(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = content.count(b"\n", 0, error.start) + 1
        raise KeyFileError([Fault(file, at, "", "no UTF-8 text")]) from None
    faults: list[Fault] = []
    found: list[tuple[int, Key]] = []
    for number, line in enumerate(text.split("\n"), 1):
        stated = line.split("#", 1)[0].split()
        if not stated:
            continue
        try:
            found.append((number, _parse_line(file, number, stated)))
        except KeyFileError as error:
            faults += error.faults
    faults += _faults_between(file, found)
    if not found and not faults:
        faults.append(Fault(file, None, "", "holds no key; `tokenquote keys new` makes one"))
    if faults:
        raise KeyFileError(faults[:_MAX_FAULTS])
    return tuple(key for _, key in found)


def write_line(key: Key) -> str:
    """Write the line of a key, without its end."""
    fields = [f"sha256={key.digest.hex()}", f"scopes={','.join(sorted(key.scopes))}"]
    if key.expires is not None:
        fields.append(f"expires={key.expires.astimezone(dt.UTC).isoformat().removesuffix('+00:00')}Z")
    if key.requests_per_minute is not None:
        fields.append(f"requests_per_minute={key.requests_per_minute}")
    if key.work_seconds_per_day is not None:
        fields.append(f"work_seconds_per_day={str(key.work_seconds_per_day).removesuffix('.0')}")
    return " ".join([key.name, *fields])


def append_line(path: Path, line: str) -> None:
    """Add a line to the file in one go; a new file is for its owner alone.

    The file is read with the new line first: a service would not use a file with a fault, and not start.

    Raises:
        KeyFileError: it cannot be written, or would have a fault, and is as it was.
    """
    if path.exists():
        content = read_key_file(path)
        parse_keys(content.removesuffix(b"\n") + b"\n" + line.encode(), path)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - 1))
            before = b"" if file.read(1) in (b"", b"\n") else b"\n"
            file.write(before + line.encode() + b"\n")
    except OSError as error:
        raise KeyFileError([Fault(str(path), None, "", error.strerror or "it cannot be written")]) from None


def _parse_line(file: str, number: int, stated: list[str]) -> Key:
    name, *fields = stated
    members: dict[str, Any] = {"name": name}
    for field in fields:
        field_name, sign, value = field.partition("=")
        if not sign:
            raise KeyFileError([Fault(file, number, "", "after the name, each word is field=value")])
        if field_name in members:
            raise KeyFileError([Fault(file, number, field_name[:32], "stated twice; state it once")])
        members[field_name] = value
    try:
        line = _KeyLine.model_validate(members)
    except ValidationError as error:
        raise KeyFileError(_describe(file, number, error)) from None
    expires = line.expires
    if expires is not None and expires.tzinfo is None:
        raise KeyFileError([Fault(file, number, "expires", "write a day, or an instant that ends in Z")])
    return Key(
        name=line.name,
        digest=bytes.fromhex(line.sha256),
        scopes=line.scopes,
        expires=expires,
        requests_per_minute=line.requests_per_minute,
        work_seconds_per_day=line.work_seconds_per_day,
    )


def _describe(file: str, number: int, error: ValidationError) -> list[Fault]:
    known: Mapping[str, Any] = _KeyLine.model_fields
    return [
        Fault(file, number, str(fault["loc"][0])[:32], describe_fault(fault, known))
        for fault in error.errors(include_url=False, include_input=False)
    ]


def _faults_between(file: str, found: list[tuple[int, Key]]) -> list[Fault]:
    """Find keys that stand twice, and keys of one name whose limits differ: they share these."""
    faults: list[Fault] = []
    digests: dict[bytes, int] = {}
    limits: dict[str, tuple[int, _Limits]] = {}
    for number, key in found:
        if (first := digests.setdefault(key.digest, number)) != number:
            faults.append(Fault(file, number, "sha256", f"the key of line {first} once more"))
        stated = (key.requests_per_minute, key.work_seconds_per_day)
        line, others = limits.setdefault(key.name, (number, stated))
        if others != stated:
            said = f"line {line} has the same name and other limits; keys of one name share them: state "
            faults.append(Fault(file, number, "", said + _limits_in_words(others)))
    if len(found) > _MAX_KEYS:
        faults.append(Fault(file, None, "", f"{len(found):,} keys; at most {_MAX_KEYS:,} are read"))
    return faults


def _limits_in_words(limits: _Limits) -> str:
    names = ("requests_per_minute", "work_seconds_per_day")
    stated = [f"{name}={limit}" for name, limit in zip(names, limits, strict=True) if limit is not None]
    return " and ".join(stated) or "none"
