"""Follow `$ref` within a JSON schema: another document is never fetched, and a circle has an end.

Both ways to follow share one look-up: OpenAI's renderings follow a chain of references to its end, those of
private models write out each reference where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote

from tokenquote.tokens.request import BodyError, JsonObject

__all__ = ["FollowedRefs", "Path", "Schema", "SchemaPlaces", "UnfoldedSize", "WrittenOutRefs"]

Schema = JsonObject
"""A JSON schema, or a schema inside one."""
Path = frozenset[str]
"""The places that the references followed so far have led to."""

# References can multiply: where each level names the next twice, the text doubles. Bounds for a whole list.
_MAX_TYPES = 200_000
_MAX_CHARACTERS = 5_000_000
# A schema as it is sent has fewer levels (MAX_SCHEMA_DEPTH); references lead on from its deepest one.
_MAX_LEVELS = 100
# A definition may be named so often before the rest of its uses is left out.
_MAX_TIMES = 16
# An index of a list: no leading zero, and never more digits than Python turns into a number at once.
_INDEX = re.compile("0|[1-9][0-9]{0,8}")


class UnfoldedSize:
    """The size to which the schemas of one list have unfolded so far, kept below fixed bounds."""

    def __init__(self) -> None:
        self._types = 0
        self._characters = 0
        self._levels = 0

    def add_texts(self, *texts: object) -> None:
        """Add the characters of those values that are texts.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        self._characters += sum(len(text) for text in texts if isinstance(text, str))
        self._refuse_too_much()

    @contextmanager
    def level(self) -> Iterator[None]:
        """Add a type, and take whatever is rendered inside the block as one level deeper.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        self._types += 1
        self._levels += 1
        self._refuse_too_much()
        yield
        self._levels -= 1

    def refuse_chain(self, references: int) -> None:
        """Refuse a chain of references that is too long.

        Raises:
            BodyError: more references lead to one place than the bound.
        """
        if references > _MAX_LEVELS:
            raise BodyError(("tools",), f"more than {_MAX_LEVELS} references lead to one place")

    def add_members(self, members: int) -> None:
        """Add a schema that was copied; each of its members is worth a character.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        self._characters += members
        self._refuse_too_much()

    def _refuse_too_much(self) -> None:
        if self._types > _MAX_TYPES or self._characters > _MAX_CHARACTERS:
            detail = f"the schemas unfold to more than {_MAX_TYPES} types or {_MAX_CHARACTERS} characters"
            raise BodyError(("tools",), detail)
        if self._levels > _MAX_LEVELS:
            raise BodyError(("tools",), f"the schemas unfold to more than {_MAX_LEVELS} levels")


class SchemaPlaces:
    """The places that references of one document lead to; each reference is looked up once."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._found: dict[str, tuple[str, Schema]] = {}

    def look_up(self, reference: str) -> tuple[str, Schema]:
        """Return the place, by one name for all its spellings, and the schema there; empty: there is none."""
        if reference not in self._found:
            within = reference.startswith("#")
            place = unquote(reference) if within else reference
            self._found[reference] = (place, self._schema_at(place) if within else {})
        return self._found[reference]

    def _schema_at(self, place: str) -> Schema:
        """Follow a JSON pointer in a fragment (RFC 6901, section 6); anchors lead nowhere."""
        hash_sign, *steps = place.split("/")
        target: object = self._root if hash_sign == "#" else None
        for step in steps:
            target = _member(target, step.replace("~1", "/").replace("~0", "~"))
            if target is None:
                break
        return target if isinstance(target, Mapping) else {}


def _member(value: object, name: str) -> object:
    if isinstance(value, list):
        return value[int(name)] if _INDEX.fullmatch(name) and int(name) < len(value) else None
    return value.get(name) if isinstance(value, Mapping) else None


class FollowedRefs:
    """References followed as a chain to its end, each place at most once.

    Members beside a reference override those of the schema that it leads to.
    """

    def __init__(self, root: Schema, size: UnfoldedSize) -> None:
        self._places = SchemaPlaces(root)
        self._size = size

    def resolve(self, schema: object, path: Path) -> tuple[Schema, Path]:
        """Return the schema itself or what it refers to, and the path there.

        The schema is empty where a reference leads nowhere or back to itself, and where it is no object.

        Raises:
            BodyError: the schemas unfold to more than the bounds.
        """
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            place, target = self._places.look_up(schema["$ref"])
            if place in path:
                return {}, path
            path |= {place}
            self._size.refuse_chain(len(path))
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            self._size.add_members(len(target) + len(beside))
            schema = {**target, **beside}
        return (schema if isinstance(schema, dict) else {}), path


class WrittenOutRefs:
    """References followed one step at a time, each place written out a bounded number of times.

    `in_circles` is that bound for a definition from which references lead back to itself: without one it has
    no end. Others are written out wherever they are named, but no more than `_MAX_TIMES`, as definitions that
    name each other twice double with every level.
    """

    def __init__(self, root: Schema, in_circles: int = 4) -> None:
        self._places = SchemaPlaces(root)
        self._in_circles = in_circles
        self._size = UnfoldedSize()
        self._times = Counter[str]()
        self._named: dict[str, frozenset[str]] = {}
        self._circular: dict[str, bool] = {}

    def resolve(self, schema: Schema) -> Schema:
        """Return the schema itself or what it refers to, which may be a reference again.

        Raises:
            BodyError: the schemas unfold to more than the bounds of `UnfoldedSize`.
        """
        found = self._follow(schema)
        nested = sum(len(value) for value in found.values() if isinstance(value, list | dict))
        self._size.add_members(1 + nested)
        return found

    def _follow(self, schema: Schema) -> Schema:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        place, target = self._places.look_up(reference)
        self._times[place] += 1
        if self._times[place] <= self._in_circles:
            return target
        return target if self._times[place] <= _MAX_TIMES and not self._leads_back(place) else {}

    def _leads_back(self, place: str) -> bool:
        """Return whether references lead from a place back to it, or to very many others."""
        if place not in self._circular:
            seen: set[str] = set()
            ahead = [place]
            while ahead and place not in seen and len(seen) <= _MAX_LEVELS:
                named = self._places_named_at(ahead.pop())
                ahead += named - seen
                seen |= named
            self._circular[place] = place in seen or len(seen) > _MAX_LEVELS
        return self._circular[place]

    def _places_named_at(self, place: str) -> frozenset[str]:
        if place not in self._named:
            target = self._places.look_up(place)[1]
            named = (self._places.look_up(reference)[0] for reference in _references_in(target))
            self._named[place] = frozenset(named)
        return self._named[place]


def _references_in(schema: object) -> Iterator[str]:
    """Yield each `$ref` of a schema and of the schemas inside it."""
    inside: list[object] = [schema]
    while inside:
        value = inside.pop()
        if isinstance(value, Mapping):
            if isinstance(reference := value.get("$ref"), str):
                yield reference
            inside += value.values()
        elif isinstance(value, list):
            inside += value
