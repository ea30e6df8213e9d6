"""`$ref` within a JSON schema, followed with care: another document is never fetched, a circle has an end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.tokens.native.errors import BodyError

__all__ = ["Path", "References", "Schema", "Size"]

Schema = Mapping[str, Any]
Path = frozenset[str]
"""The references that led to a place."""

# References can multiply: each level naming the next one twice doubles the text. Bounds for a whole list.
_MAX_TYPES = 50_000
_MAX_CHARACTERS = 5_000_000


class Size:
    """How much has been rendered so far."""

    def __init__(self) -> None:
        self._types = 0
        self._characters = 0

    def add(self, text: Any) -> None:
        """Count a type and its text.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        self._types += 1
        self._characters += len(text) if isinstance(text, str) else 0
        if self._types > _MAX_TYPES or self._characters > _MAX_CHARACTERS:
            detail = f"the schemas unfold to more than {_MAX_TYPES} types or {_MAX_CHARACTERS} characters"
            raise BodyError(("tools",), detail)


class References:
    """Resolves the references of one document."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def resolve(self, schema: Any, path: Path) -> tuple[Schema, Path]:
        """The schema itself or what it refers to; what leads nowhere or back to itself has no members."""
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            pointer = schema["$ref"]
            if pointer in path:
                return {}, path
            path |= {pointer}
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**self._lookup(pointer), **beside}
        return (schema if isinstance(schema, dict) else {}), path

    def _lookup(self, pointer: str) -> Schema:
        """RFC 6901 within the document."""
        target: Any = self._root if pointer.startswith("#") else None
        for step in pointer.removeprefix("#").strip("/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if name:
                target = target.get(name) if isinstance(target, dict) else None
        return target if isinstance(target, dict) else {}
