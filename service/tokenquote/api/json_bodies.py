"""Reads a body as JSON in which every object states each name once.

RFC 8259 leaves to the reader what a name means that stands twice, and readers differ: what one checks,
another uses otherwise. pydantic's parser, like most, keeps the last and says nothing. So members are counted
in the text and in what was read of it; where the numbers differ, a slower parser looks for the name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import from_json

from tokenquote.api.problems import Refused, not_json, write_problem
from tokenquote.api.validation import MAX_MEMBERS
from tokenquote.errors import LocatedError

__all__ = ["read_json"]

_GZIP = b"\x1f\x8b"
"""The first bytes of RFC 1952."""
_BLANKS = (b" :", b"\t:", b"\n:", b"\r:")


def read_json(body: bytes) -> object:
    """Read the body as JSON data.

    Raises:
        Refused: 400, not JSON; 422, an object states a name twice.
    """
    if body.startswith(_GZIP):
        raise Refused(not_json(ValueError("it is compressed; send it without Content-Encoding")))
    try:
        data: object = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(not_json(error)) from None
    members = _count_members(data)
    if members is not None and _may_have_more_members(body, members):
        _refuse_repeated_name(body)
    return data


def _count_members(data: object) -> int | None:
    """Count the members of all objects; None: one has too many and is refused for that."""
    members, waiting = 0, [data]
    for value in waiting:
        if type(value) is dict:
            members += len(value)
            if len(value) > MAX_MEMBERS:
                return None
            waiting.extend(value.values())
        elif type(value) is list:
            waiting.extend(value)
    return members


def _may_have_more_members(body: bytes, members: int) -> bool:
    """Return whether the text may state more members than were read of it.

    Each member has one colon, behind a quotation mark or blanks; texts have further ones. A quotation mark
    behind a backslash is inside a text, unless that backslash is escaped itself.
    """
    if body.count(b":") == members:
        return False
    stated = body.count(b'":')
    if b"\\" in body:  # one byte is looked for ten times as fast as two
        stated += body.count(b'\\\\":') - body.count(b'\\":')
    return stated + sum(body.count(blank) for blank in _BLANKS if blank[:1] in body) != members


class _Repeated:
    """Stands in the place of an object that states a name twice."""

    def __init__(self, name: str) -> None:
        self.name = name


def _refuse_repeated_name(body: bytes) -> None:
    """Refuse the body if an object in it states a name twice.

    Raises:
        Refused: 422, it does; the problem says where, and which name.
    """
    found: list[_Repeated] = []

    def read_object(pairs: list[tuple[str, Any]]) -> object:
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        found.append(_Repeated(_first_repeated(name for name, _ in pairs)))
        return found[-1]

    # Numbers stay as they are written: to make them numbers is work for nothing.
    data = json.loads(body, object_pairs_hook=read_object, parse_int=str, parse_float=str)
    if found:
        place, repeated = next(_find_repeated(data))
        said = f"the name {repeated.name[:64]!r} stands twice in this object; state it once"
        raise Refused(write_problem(LocatedError(place, said)))


def _first_repeated(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    raise ValueError("no name stands twice")


def _find_repeated(data: object) -> Iterator[tuple[tuple[str | int, ...], _Repeated]]:
    """Yield the objects that state a name twice, with the way to each; they hide those inside them."""
    waiting: list[tuple[tuple[str | int, ...], object]] = [((), data)]
    for place, value in waiting:
        if isinstance(value, _Repeated):
            yield place, value
        elif isinstance(value, dict):
            waiting.extend(((*place, name), member) for name, member in value.items())
        elif isinstance(value, list):
            waiting.extend(((*place, i), item) for i, item in enumerate(value))
