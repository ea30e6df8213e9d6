"""Put tools and schemas whose JSON a recorder has sorted by key back into the order in which people write it.

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


def as_written(schemas: Any) -> Any:
    """Return tools, or what holds an output schema, in people's order.

    They stay as they are unless all members are sorted and no library generated them.

    Pydantic sorts the members of the schemas that it makes, and they have `title` or
    `additionalProperties`; those of Rust's schemars have `$schema` as well.
    """
    members = [*_objects(schemas)]
    is_sorted = all([*member] == sorted(member) for member in members)
    generated = any(_by_pydantic(member) for member in members)
    described = any({"properties", "type"} <= member.keys() for member in members)
    return _reordered(schemas) if is_sorted and described and not generated else schemas


def _by_pydantic(schema: dict[str, Any]) -> bool:
    is_object = "properties" in schema and "$schema" not in schema
    return is_object and ("additionalProperties" in schema or "title" in schema)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(member)


def _reordered(value: Any) -> Any:
    """Reorder the members of definitions and schemas, those that `properties` names by what is required."""
    if isinstance(value, list):
        return [_reordered(member) for member in value]
    if not isinstance(value, dict):
        return value
    members = {key: value[key] for key in sorted(value, key=_place)}
    if isinstance(properties := members.get("properties"), dict):
        members["properties"] = {name: properties[name] for name in _names_as_written(value)}
        return {
            key: {name: _reordered(schema) for name, schema in member.items()}
            if key == "properties"
            else _reordered(member)
            for key, member in members.items()
        }
    return {key: _reordered(member) for key, member in members.items()}


def _names_as_written(schema: dict[str, Any]) -> list[str]:
    """Return the names of an object's properties in the order of `required` where that names all of them.

    A recorder that sorts members leaves lists alone. Otherwise nobody knows the order.
    """
    names, required = [*schema["properties"]], schema.get("required")
    if isinstance(required, list) and len(required) == len(names) and {*required} == {*names}:
        return required
    return names


def _place(key: str) -> int:
    return _ORDER.index(key) if key in _ORDER else len(_ORDER)
