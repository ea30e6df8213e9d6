"""families.yaml: which counting rule a model's name means, and on which api; and which rules for media."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field

from tokenquote.catalog.schema.entry import Entry, Word

__all__ = ["CountingFamily", "FamiliesFile", "MediaFamily", "matches"]

Pattern = Annotated[str, Field(pattern=r"^[a-z0-9*?\[\]!._:@/-]+$", max_length=128)]


class CountingFamily(Entry):
    """Names that are counted by one rule."""

    names: tuple[Pattern, ...] = Field(min_length=1)
    """Shell patterns over the whole name as a body has it, in lower case: `*claude-sonnet-4-5*`."""
    apis: tuple[Pattern, ...] = ()
    """Shell patterns over the api's name: `vertex.*`. None: on every api."""
    counting: str
    """A word of counting.yaml."""
    shape: Literal["responses"] | None = None
    """How the host passes a body on, where that is not as it was written."""


class MediaFamily(Entry):
    """Names whose pictures, sounds, clips and documents are counted by the same rules."""

    names: tuple[Pattern, ...] = Field(min_length=1)
    """Shell patterns, as above."""
    images: Word | None = None
    audio: Word | None = None
    video: Word | None = None
    documents: Word | None = None


class FamiliesFile(Entry):
    """families.yaml; the first entry that matches decides."""

    families: tuple[CountingFamily, ...] = ()
    media: tuple[MediaFamily, ...] = ()


def matches(patterns: tuple[str, ...], name: str) -> bool:
    """Whether the name, in lower case, is of one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
