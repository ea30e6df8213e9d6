"""JSON pointers (RFC 6901) into plans."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tokenquote.errors import LocatedError

__all__ = ["Pointer", "find_number", "read_pointer", "replace_number"]

Pointer = Sequence[str]


def read_pointer(text: str) -> Pointer:
    """Return the steps of a pointer, each unescaped.

    Raises:
        LocatedError: a tilde that escapes nothing.
    """
    steps = text.split("/")[1:]
    if any(re.search(r"~(?![01])", step) for step in steps):
        raise LocatedError(("at",), "in a JSON pointer `~` stands as ~0 and `/` as ~1")
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def find_number(data: Mapping[str, Any], pointer: Pointer) -> int | float:
    """Return the number that the pointer leads to.

    Raises:
        LocatedError: nothing is there, or no number.
    """
    found: Any = data
    for i, step in enumerate(pointer):
        inside = _step(found, step)
        if inside is None:
            raise LocatedError(("at",), f"the plan has nothing at {_written(pointer[: i + 1])}")
        found = inside[0]
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        kinds = {str: "a text", list: "a list", dict: "an object", bool: "true or false"}
        said = f"holds {kinds[type(found)]}" if type(found) in kinds else "is left out"
        detail = f"{_written(pointer)} {said}, and a number is needed there: state an amount as its tokens"
        raise LocatedError(("at",), detail)
    return found


def _written(pointer: Pointer) -> str:
    return ("/" + "/".join(pointer))[:200]


def _step(inside: Any, step: str) -> tuple[Any] | None:
    """Return what stands at one step; None: nothing does."""
    if isinstance(inside, Mapping) and step in inside:
        return (inside[step],)
    if isinstance(inside, list) and re.fullmatch(r"0|[1-9]\d{0,8}", step) and int(step) < len(inside):
        return (inside[int(step)],)
    return None


def replace_number(data: Any, pointer: Pointer, value: int) -> Any:
    """Return the data with another number at the place; a member that was left out is added."""
    if not pointer:
        return value
    step, *rest = pointer
    if isinstance(data, list):
        place = int(step)
        return [*data[:place], replace_number(data[place], rest, value), *data[place + 1 :]]
    return {**(data or {}), step: replace_number((data or {}).get(step), rest, value)}
