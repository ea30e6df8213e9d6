"""calibration.yaml: what `make calibrate` found in recorded bills. Generated; nobody edits it by hand.

A family of models shares one private vocabulary, and so one table of tokens by class of content. Each of
its counting rules has a fit of its own for what the provider adds around texts.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from tokenquote.catalog.schema.entry import Entry, Word

__all__ = ["CalibratedFamily", "CalibratedUse", "CalibrationFile", "Errors", "Fit", "HalfWidth", "Kind"]

Term = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_+]*$", max_length=64)]
Kind = Literal["plain", "tools", "history", "schema"]
"""What a request has beside messages: nothing, tools, tools with calls already made, an output schema."""


class HalfWidth(Entry):
    """Half of a band: `absolute` tokens once for a request, and a share of its tokens."""

    absolute: float = Field(ge=0)
    relative: float = Field(ge=0)


class Errors(Entry):
    """Relative errors of predicted input tokens."""

    median: float = Field(ge=0)
    p90: float = Field(ge=0)


class Fit(Entry):
    """What one counting rule's recorded calls say."""

    family: Word
    rows: int = Field(ge=1)
    """Recorded calls, at most three per source file."""
    files: int = Field(ge=1)
    newest: dt.date | None
    """The day of the newest of them whose day is known."""
    structure: dict[Term, float]
    """Tokens around texts: per request, message, call, argument, tool and so on."""
    borrowed: tuple[Term, ...] = ()
    """Terms that no call of this rule has: taken from its family, and assumed."""
    in_sample: Errors
    held_out: Errors
    """Of calls in source files that the fit had not seen."""
    bands: dict[Kind, HalfWidth]
    """Nine held-out calls in ten lie within."""


class CalibratedFamily(Entry):
    """Tokens of a private vocabulary for each token of a public one, by class of content."""

    vocabulary: Word
    """The public one."""
    rows: int = Field(ge=1)
    tokens: dict[Term, float]
    doubt: dict[Term, float] = Field(default={})
    """By how much classes that the recorded calls hardly have may be off, as a share of their tokens."""


class CalibrationFile(Entry):
    """calibration.yaml"""

    families: dict[Word, CalibratedFamily]
    fits: dict[Word, Fit]
    """By the word of the counting rule."""


class CalibratedUse(Entry):
    """How a counting rule without a public vocabulary is fitted to recorded calls. While calibration.yaml
    has no fit for it, what the rule itself says holds.
    """

    family: Word
    """The rules that share a private vocabulary."""
    definitions: Literal["json", "leaves", "declarations"] = "json"
    """How tool definitions are read: as JSON; as Gemini's leaves, names and texts without any syntax; as
    the declarations of Gemma's chat template."""
    schema_parameters: bool = True
    """Whether parameters that are sent as a JSON schema are billed (Gemini 2.0 bills its own form only)."""
    exact_vocabulary: Word | None = None
    """The vocabulary that texts are exact in, where a user has imported it."""
    fit: Fit | None = Field(default=None, exclude=True)
    texts: CalibratedFamily | None = Field(default=None, exclude=True)
