"""`$ref` within a JSON schema, followed with care: another document is never fetched, a circle has an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tokenquote.tokens.request import BodyError

__all__ = ["Path", "References", "Schema", "Size"]

Schema = Mapping[str, Any]
Path = frozenset[str]
"""The references that led to a place."""

# References can multiply: each level naming the next one twice doubles the text. Bounds for a whole list.
_MAX_TYPES = 200_000
_MAX_CHARACTERS = 5_000_000
# A schema as it is sent has fewer levels (native/nesting.py); references lead on from its deepest one.
_MAX_LEVELS = 100


class Size:
    """How much has been rendered so far, and how deep the place is that is being rendered."""

    def __init__(self) -> None:
        self._types = 0
        self._characters = 0
        self._levels = 0

    def add(self, *texts: Any) -> None:
        """Count texts.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        self._characters += sum(len(text) for text in texts if isinstance(text, str))
        self._refuse_too_much()

    @contextmanager
    def level(self) -> Iterator[None]:
        """A type, and in it whatever is rendered meanwhile.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        self._types += 1
        self._levels += 1
        self._refuse_too_much()
        yield
        self._levels -= 1

    def followed(self, references: int) -> None:
        """A reference at the end of so many."""
        if references > _MAX_LEVELS:
            raise BodyError(("tools",), f"more than {_MAX_LEVELS} references lead to one place")

    def copied(self, members: int) -> None:
        """A schema taken apart; each member is worth a character."""
        self._characters += members
        self._refuse_too_much()

    def _refuse_too_much(self) -> None:
        if self._types > _MAX_TYPES or self._characters > _MAX_CHARACTERS:
            detail = f"the schemas unfold to more than {_MAX_TYPES} types or {_MAX_CHARACTERS} characters"
            raise BodyError(("tools",), detail)
        if self._levels > _MAX_LEVELS:
            raise BodyError(("tools",), f"the schemas unfold to more than {_MAX_LEVELS} levels")


class References:
    """Resolves the references of one document."""

    def __init__(self, root: Schema, size: Size) -> None:
        self._root = root
        self._size = size

    def resolve(self, schema: Any, path: Path) -> tuple[Schema, Path]:
        """The schema itself or what it refers to; what leads nowhere or back to itself has no members.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            pointer = schema["$ref"]
            if pointer in path:
                return {}, path
            path |= {pointer}
            self._size.followed(len(path))
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            target = self._lookup(pointer)
            self._size.copied(len(target) + len(beside))
            schema = {**target, **beside}
        return (schema if isinstance(schema, dict) else {}), path

    def _lookup(self, pointer: str) -> Schema:
        """RFC 6901 within the document."""
        target: Any = self._root if pointer.startswith("#") else None
        for step in pointer.removeprefix("#").strip("/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if name:
                target = target.get(name) if isinstance(target, dict) else None
        return target if isinstance(target, dict) else {}
