"""Whole numbers as JSON may write them: `465.0` is one, as JSON Schema says (draft 2020-12, core, 4.2.3).

Programs whose tables hold floats send such numbers. Wire models take Python's `int` alone, as that costs
nothing; so only where one was refused are the numbers in its place, in all items of a list, made whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

from pydantic import ValidationError

__all__ = ["make_whole"]

_LARGEST = 2**53
"""Above it, floats no longer hold every whole number."""

_Place = tuple[str | None, ...]
"""The way to a number: names of members, and None for any item of a list."""


def make_whole(data: object, refused: ValidationError) -> object | None:
    """Return the data with whole numbers where such as `465.0` were refused; None: none were.

    Args:
        data: what the JSON text says, which stays as it is.
        refused: what a wire model says against it.
    """
    places = set(_refused_places(refused))
    if not places:
        return None
    for place in places:
        data = _change(data, place)
    return data


def _refused_places(refused: ValidationError) -> Iterable[_Place]:
    for fault in refused.errors(include_url=False, include_context=False):
        if fault["type"] == "int_type" and _is_whole(fault["input"]):
            yield tuple(step if isinstance(step, str) else None for step in fault["loc"])


def _is_whole(value: object) -> TypeGuard[float]:
    return isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST


def _change(value: object, place: _Place) -> object:
    """Return a value with the numbers in this place of it made whole.

    A step that leads nowhere is passed over: pydantic names the form of an amount (`~number`) as a step.
    """
    if _is_whole(value):
        return int(value)
    for number, step in enumerate(place, 1):
        if isinstance(value, list) and step is None:
            return [_change(item, place[number:]) for item in value]
        if isinstance(value, dict) and step in value:
            return {**value, step: _change(value[step], place[number:])}
    return value
