"""How deep JSON may nest: what reads and renders it goes one call deeper for each level."""

from __future__ import annotations

from typing import Any

from tokenquote.tokens.request import BodyError, Location

__all__ = ["MAX_BODY_DEPTH", "MAX_SCHEMA_DEPTH", "refuse_deeper"]

MAX_BODY_DEPTH = 150
MAX_SCHEMA_DEPTH = 64


def refuse_deeper(value: Any, levels: int, at: Location) -> None:
    """Look at each level in turn, so that no depth is too much for the looking itself.

    Raises:
        BodyError: lists and objects stand deeper in each other than so many levels.
    """
    level = [value]
    for _ in range(levels + 1):
        level = [child for one in level for child in _children(one)]
        if not level:
            return
    raise BodyError(at, f"nested deeper than {levels} levels")


def _children(value: Any) -> list[Any]:
    """Lists and objects only: nothing else has a level below it."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in inside if isinstance(child, (dict, list))]
