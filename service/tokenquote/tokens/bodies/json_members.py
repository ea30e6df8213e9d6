"""Members of JSON bodies, each of the kind that its format asks for, and how deep all of it may nest.

What reads and renders JSON goes one call deeper for each level.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tokenquote.tokens.request import BodyError, Location

__all__ = [
    "MAX_BODY_DEPTH",
    "MAX_SCHEMA_DEPTH",
    "as_json",
    "either",
    "list_of",
    "object_of",
    "one_or_many",
    "optional_text",
    "refuse_deeper",
    "settings_of",
    "text_of",
]

MAX_BODY_DEPTH = 150
MAX_SCHEMA_DEPTH = 64


def object_of(value: Any, at: Location, what: str = "an object is expected") -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise BodyError(at, what)
    return value


def list_of(members: Mapping[str, Any], key: str, at: Location = ()) -> Sequence[Any]:
    """A list member; absent and null are empty."""
    value = members.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BodyError((*at, key), f"{key} is a list")
    return value


def one_or_many(value: Any) -> Any:
    """A lone object stands for a list of one where Google's parser reads a repeated field."""
    return [value] if isinstance(value, dict) else value


def text_of(members: Mapping[str, Any], key: str, at: Location) -> str:
    """A string member."""
    value = members.get(key)
    if not isinstance(value, str):
        raise BodyError((*at, key), f"{key} is a string")
    return value


def optional_text(members: Mapping[str, Any], key: str, at: Location) -> str | None:
    """A string member that may be absent or null."""
    return None if members.get(key) is None else text_of(members, key, at)


def either(members: Any, *spellings: str) -> Any:
    """The member under the first of its spellings that is there (inlineData, inline_data)."""
    if isinstance(members, dict):
        for spelling in spellings:
            if spelling in members:
                return members[spelling]
    return None


def settings_of(body: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The members that are there and not null."""
    return {key: body[key] for key in keys if body.get(key) is not None}


def as_json(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


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
