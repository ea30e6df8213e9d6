"""`$ref` within a JSON schema, followed with care: another document is never fetched, a circle has an end.

One look-up for all, and two ways to go on: OpenAI's renderings follow a chain of references to its end, those
of private models write out each where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from tokenquote.tokens.request import BodyError

__all__ = ["FollowedRefs", "Path", "Schema", "SchemaPlaces", "Size", "WrittenOutRefs"]

Schema = Mapping[str, Any]
Path = frozenset[str]
"""The places that the references on a way have led to."""

# References can multiply: each level naming the next one twice doubles the text. Bounds for a whole list.
_MAX_TYPES = 200_000
_MAX_CHARACTERS = 5_000_000
# A schema as it is sent has fewer levels (MAX_SCHEMA_DEPTH); references lead on from its deepest one.
_MAX_LEVELS = 100
# Of a list: no leading zero, and never more digits than Python turns into a number at once.
_INDEX = re.compile("0|[1-9][0-9]{0,8}")


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


class SchemaPlaces:
    """Where the references of one document lead, each looked up once, however often it is followed."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._found: dict[str, tuple[str, Schema]] = {}

    def of(self, reference: str) -> tuple[str, Schema]:
        """The place, by one name for all its spellings, and the schema there; none has no members."""
        if reference not in self._found:
            within = reference.startswith("#")
            place = unquote(reference) if within else reference
            self._found[reference] = (place, self._schema_at(place) if within else {})
        return self._found[reference]

    def _schema_at(self, place: str) -> Schema:
        """A JSON pointer in a fragment: RFC 6901, section 6. Anchors and other documents lead nowhere."""
        hash_sign, *steps = place.split("/")
        target: Any = self._root if hash_sign == "#" else None
        for step in steps:
            target = _member(target, step.replace("~1", "/").replace("~0", "~"))
            if target is None:
                break
        return target if isinstance(target, Mapping) else {}


def _member(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return value[int(name)] if _INDEX.fullmatch(name) and int(name) < len(value) else None
    return value.get(name) if isinstance(value, Mapping) else None


class FollowedRefs:
    """References as a chain: each place once on a way, and what stands beside a reference goes before it."""

    def __init__(self, root: Schema, size: Size) -> None:
        self._places = SchemaPlaces(root)
        self._size = size

    def resolve(self, schema: Any, path: Path) -> tuple[Schema, Path]:
        """The schema itself or what it refers to; what leads nowhere or back to itself has no members.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            place, target = self._places.of(schema["$ref"])
            if place in path:
                return {}, path
            path |= {place}
            self._size.followed(len(path))
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            self._size.copied(len(target) + len(beside))
            schema = {**target, **beside}
        return (schema if isinstance(schema, dict) else {}), path


class WrittenOutRefs:
    """References one step at a time, each place written out only so often: a definition that names itself
    has no end, and definitions that name each other twice double with every level.
    """

    def __init__(self, root: Schema, at_most: int = 4) -> None:
        self._places = SchemaPlaces(root)
        self._at_most = at_most
        self._size = Size()
        self._times = Counter[str]()

    def resolve(self, schema: Schema) -> Schema:
        """The schema itself, or what it refers to, one step.

        Raises:
            BodyError: the schemas unfold to more than the bounds of `Size`.
        """
        found = self._referred(schema)
        self._size.copied(1 + sum(len(one) for one in found.values() if isinstance(one, list | dict)))
        return found

    def _referred(self, schema: Schema) -> Schema:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        place, target = self._places.of(reference)
        self._times[place] += 1
        return target if self._times[place] <= self._at_most else {}
