"""Read the members of JSON bodies, each as the type that its format asks for, and bound how deep they nest.

Whatever reads or renders JSON goes one call deeper for each level, so a body that nests too deep is refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tokenquote.tokens.request import BodyError, JsonObject, Location

__all__ = [
    "MAX_BODY_DEPTH",
    "MAX_SCHEMA_DEPTH",
    "find_member",
    "read_list",
    "read_object",
    "read_optional_text",
    "read_text",
    "refuse_deeper",
    "select_members",
    "to_json",
    "wrap_lone_object",
]

MAX_BODY_DEPTH = 150
"""The number of levels that lists and objects of a body may nest."""
MAX_SCHEMA_DEPTH = 64
"""The number of levels that lists and objects of one JSON schema may nest."""


def read_object(value: object, at: Location, detail: str = "an object is expected") -> JsonObject:
    """Return the value, which has to be a JSON object.

    Raises:
        BodyError: the value is anything else; `detail` says what is expected there.
    """
    if not isinstance(value, dict):
        raise BodyError(at, detail)
    return value


def read_list(members: JsonObject, key: str, at: Location = ()) -> Sequence[object]:
    """Return a member that is a list; it is empty where the member is absent or null.

    Raises:
        BodyError: the member is anything else.
    """
    value = members.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BodyError((*at, key), f"{key} is a list")
    return value


def read_text(members: JsonObject, key: str, at: Location) -> str:
    """Return a member that has to be a string.

    Raises:
        BodyError: the member is absent, null or anything else.
    """
    value = members.get(key)
    if not isinstance(value, str):
        raise BodyError((*at, key), f"{key} is a string")
    return value


def read_optional_text(members: JsonObject, key: str, at: Location) -> str | None:
    """Return a member that is a string; None where it is absent or null.

    Raises:
        BodyError: the member is anything else.
    """
    return None if members.get(key) is None else read_text(members, key, at)


def find_member(members: object, *spellings: str) -> object:
    """Return the member under the first spelling that is there (inlineData, inline_data).

    None: there is no such member, it is null, or `members` is no object.
    """
    if isinstance(members, dict):
        for spelling in spellings:
            if spelling in members:
                return members[spelling]
    return None


def wrap_lone_object(value: object) -> object:
    """Return a lone object as a list of it, as Google's parser reads a repeated field; all else unchanged."""
    return [value] if isinstance(value, dict) else value


def select_members(members: JsonObject, *keys: str) -> dict[str, object]:
    """Return those of the named members that are there and not null."""
    return {key: members[key] for key in keys if members.get(key) is not None}


def to_json(value: object) -> str:
    """Return the value as compact JSON, with characters beyond ASCII unescaped."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def refuse_deeper(value: object, levels: int, at: Location) -> None:
    """Refuse a value that nests too deep; each level is looked at in turn, so no depth is too much here.

    Raises:
        BodyError: lists and objects nest deeper than `levels`.
    """
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(levels + 1):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise BodyError(at, f"nested deeper than {levels} levels")
