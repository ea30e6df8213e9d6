"""What families.yaml may say: which counting and media rules a model's name means, and on which API."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt

from tokenquote.catalog.schema.catalog_entry import Entry, Money, Word
from tokenquote.catalog.schema.framing import Framing

__all__ = ["CountingFamily", "FamiliesFile", "HostDoubt", "HostFraming", "MediaFamily", "matches"]

Pattern = Annotated[str, Field(pattern=r"^[a-z0-9*?\[\]!._:@/-]+$", max_length=128)]


class CountingFamily(Entry):
    """Names of models that are counted by one rule."""

    names: tuple[Pattern, ...] = Field(min_length=1)
    """Shell patterns over the whole name as a body has it, in lower case: `*claude-sonnet-4-5*`."""
    apis: tuple[Pattern, ...] = ()
    """Shell patterns over the name of the API, such as `vertex.*`. Without any, the rule holds on every
    API."""
    until: dt.date | None = None
    """The last day on which the names meant this: since then another model answers to them. None: they mean
    it today."""
    counting: str
    """The counting rule, by its name in counting.yaml."""
    shape: Literal["responses"] | None = None
    """The form in which the host passes a body on. None: it is passed on as it was written."""


class HostFraming(Entry):
    """What a host does otherwise than the maker of the models that it serves."""

    names: tuple[Pattern, ...] = Field(min_length=1)
    """Shell patterns over the whole name as a body has it, in lower case: `*qwen3*`."""
    apis: tuple[Pattern, ...] = Field(min_length=1)
    """Shell patterns over the name of the API, such as `groq.*`."""
    framing: Framing = Framing()
    """The tokens around texts that differ; all that it does not state is as the counting rule says."""
    values: dict[str, Any] = Field(default={})
    """The variables of the chat template that differ."""
    joined_by: str | None = None
    """The text between the text parts of one message. None: it is as the counting rule says."""


class HostDoubt(Entry):
    """Names of models whose bills on some APIs do not equal what their counting rule says.

    Such counts are `calibrated`, and their band is at least this wide.
    """

    names: tuple[Pattern, ...] = Field(min_length=1)
    """Shell patterns over the whole name as a body has it, in lower case: `*mistral*`."""
    apis: tuple[Pattern, ...] = Field(min_length=1)
    """Shell patterns over the name of the API, such as `openrouter.*`."""
    low: Money = Decimal(1)
    """The lower end of the band, as a multiple of the count."""
    high: Money = Decimal(1)
    """The upper end of the band, as a multiple of the count."""
    slack: StrictInt = Field(ge=1)
    """The tokens by which the band is wider on either side, whatever the length of the request."""


class MediaFamily(Entry):
    """Names of models whose images, audio, video and documents are counted by the same rules."""

    names: tuple[Pattern, ...] = Field(min_length=1)
    """Shell patterns over the whole name as a body has it, in lower case: `*claude-sonnet-4-5*`."""
    images: Word | None = None
    """How images are counted, by a name in image_rules.yaml. None: no rule is known."""
    audio: Word | None = None
    """How audio is counted, by a name in media_rules.yaml. None: no rule is known."""
    video: Word | None = None
    """How video is counted, by a name in media_rules.yaml. None: no rule is known."""
    documents: Word | None = None
    """How documents are counted, by a name in media_rules.yaml. None: no rule is known."""


class FamiliesFile(Entry):
    """The file families.yaml; in each list the first entry that matches decides."""

    families: tuple[CountingFamily, ...] = ()
    """The names with a counting rule."""
    media: tuple[MediaFamily, ...] = ()
    """The names with rules for media."""
    hosts: tuple[HostFraming, ...] = ()
    """What hosts do otherwise; every entry that matches holds, the later over the earlier."""
    doubts: tuple[HostDoubt, ...] = ()
    """The names that some hosts bill otherwise than the models' makers do."""


def matches(patterns: tuple[str, ...], name: str) -> bool:
    """Return whether the name, in lower case, matches one of the patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
