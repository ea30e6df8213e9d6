"""The table of bad bodies, `bad_bodies/*.yaml`, as rows that can be sent.

A file has the `path` that its rows are sent to, bodies that they `shared`, and the `rows`:

    - id: plain words, no two alike for one endpoint
      body: JSON data; or `raw`, text or bytes that are sent as they are, `times` over; neither: GET
      path: where the row is sent to, if it is not the file's path
      repeat: what is put into the body `at` a pointer, so many `times`: {item: ...} makes a list,
        {text: ...} a string, {inside: name} objects within objects
      repeats_text: why the answer may repeat the marker text
      not_in_process: why no method of Estimator is asked the same
      answer: {status, type, pointers}, as the code gives it today; `record_bad_bodies` writes it
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

__all__ = ["MARKER", "TABLE", "Answer", "Row", "read_rows", "table_files"]

TABLE = Path(__file__).parent / "bad_bodies"
MARKER = "PROMPT-TEXT-7391"
"""Stands in bodies where a prompt might stand; no answer repeats it."""

_MEMBERS = {"id", "body", "raw", "times", "path", "repeat", "repeats_text", "not_in_process", "answer"}
_URN = "urn:tokenquote:problem:"


@dataclass(frozen=True)
class Answer:
    """What a bad body is answered with; the wording is free."""

    status: int
    type: str
    """A kind of problem, `invalid-request`, or `about:blank`."""
    pointers: tuple[str, ...]
    """Of the errors, in their order."""

    @classmethod
    def from_problem(cls, document: Mapping[str, Any]) -> Answer:
        """What a problem document says."""
        pointers = tuple(error["pointer"] for error in document["errors"])
        return cls(document["status"], document["type"].removeprefix(_URN), pointers)


@dataclass(frozen=True)
class Row:
    """One bad body and where it is sent to."""

    path: str
    members: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The row in plain words."""
        return str(self.members["id"])

    @property
    def endpoint(self) -> str:
        """The path without its query."""
        return self.path.partition("?")[0]

    @property
    def method(self) -> str:
        """GET where nothing is sent."""
        return "POST" if {"body", "raw"} & self.members.keys() else "GET"

    @property
    def answer(self) -> Answer:
        """What the table says."""
        stated = self.members["answer"]
        return Answer(stated["status"], stated["type"], tuple(stated["pointers"]))

    @cached_property
    def body(self) -> Any:
        """The body as JSON data."""
        body, repeat = self.members["body"], self.members.get("repeat")
        return body if repeat is None else _put(body, repeat["at"].split("/")[1:], _repeated(**repeat))

    @property
    def content(self) -> bytes | None:
        """The bytes that are sent."""
        if "raw" in self.members:
            raw = self.members["raw"]
            written = raw.encode() if isinstance(raw, str) else raw
            return bytes(written * self.members.get("times", 1))
        return json.dumps(self.body).encode() if "body" in self.members else None


def table_files() -> list[Path]:
    """The files of the table."""
    return sorted(TABLE.glob("*.yaml"))


def read_rows(file: Path) -> Iterator[Row]:
    """The rows of one file, in their order."""
    read = yaml.safe_load(file.read_text())
    for members in read["rows"]:
        if unknown := members.keys() - _MEMBERS:
            raise ValueError(f"{file.name}: {members['id']}: no such member: {unknown}")
        yield Row(members.get("path", read["path"]), members)


def _repeated(
    *, at: str, times: int, item: Any = None, text: str | None = None, inside: str | None = None
) -> Any:
    if text is not None:
        return text * times
    if inside is None:
        return [item] * times
    nested: dict[str, Any] = {}
    for _ in range(times):
        nested = {inside: nested}
    return nested


def _put(data: Any, steps: list[str], value: Any) -> Any:
    """A copy of the data with the value at this place; rows share what they do not change."""
    if not steps:
        return value
    first, *rest = steps
    if isinstance(data, list):
        index = int(first)
        return [*data[:index], _put(data[index], rest, value), *data[index + 1 :]]
    return {**data, first: _put(data.get(first), rest, value)}
