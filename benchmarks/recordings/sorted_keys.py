"""Put tools whose JSON a recorder has sorted by key back into the order in which people write it.

Chat templates print definitions as they were sent, so the order of members is worth a token here and there.
The sender of a body has its true order; a recorder that sorts has lost it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["as_written"]

_ORDER = (
    "$schema",
    "name",
    "type",
    "title",
    "description",
    "enum",
    "properties",
    "items",
    "required",
    "parameters",
)


def as_written(tools: Any) -> Any:
    """Return the tools; if all members are sorted and no library generated them, in people's order.

    Pydantic sorts the members of the schemas that it makes, and they have `title` or
    `additionalProperties`; those of Rust's schemars have `$schema` as well.
    """
    if not isinstance(tools, list) or not tools:
        return tools
    members = [*_objects(tools)]
    is_sorted = all([*member] == sorted(member) for member in members)
    generated = any(_by_pydantic(member) for member in members)
    described = any({"properties", "type"} <= member.keys() for member in members)
    return _reordered(tools) if is_sorted and described and not generated else tools


def _by_pydantic(schema: dict[str, Any]) -> bool:
    is_object = "properties" in schema and "$schema" not in schema
    return is_object and ("additionalProperties" in schema or "title" in schema)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(member)


def _reordered(value: Any, *, names: bool = False) -> Any:
    """Reorder members; with `names` they are a function's parameters, whose order nobody knows."""
    if isinstance(value, list):
        return [_reordered(member) for member in value]
    if not isinstance(value, dict):
        return value
    keys = [*value] if names else sorted(value, key=_place)
    return {key: _reordered(value[key], names=key == "properties" and not names) for key in keys}


def _place(key: str) -> int:
    return _ORDER.index(key) if key in _ORDER else len(_ORDER)
