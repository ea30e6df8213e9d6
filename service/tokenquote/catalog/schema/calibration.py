"""What generated/calibration.yaml says, which `make calibrate` writes from recorded bills.

A family of models shares one private vocabulary, and so one table of tokens by class of content. Each of
its counting rules has a fit of its own for what the provider adds around texts.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from tokenquote.catalog.schema.catalog_entry import Entry, Word

__all__ = ["CalibratedFamily", "CalibratedUse", "CalibrationFile", "Errors", "Fit", "HalfWidth", "Kind"]

Term = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_+]*$", max_length=64)]
Kind = Literal["plain", "tools", "history", "schema"]
"""What a request has beside messages: nothing, tools, tools with calls already made, an output schema."""


class HalfWidth(Entry):
    """Half the width of a band: a number of tokens, and a share of the request's tokens."""

    absolute: float = Field(ge=0)
    """The part of the half-width that is the same for every request, in tokens."""
    relative: float = Field(ge=0)
    """The part of the half-width that grows with the request, as a share of its tokens."""


class Errors(Entry):
    """The relative errors of predicted input tokens."""

    median: float = Field(ge=0)
    """The median error; 0.01 is one per cent."""
    p90: float = Field(ge=0)
    """The error that nine calls in ten stay below."""


class Fit(Entry):
    """What the recorded calls of one counting rule say."""

    family: Word
    """The family whose private vocabulary the rule shares."""
    rows: int = Field(ge=1)
    """The number of recorded calls, at most three per source file."""
    files: int = Field(ge=1)
    """The number of source files that the calls come from."""
    newest: dt.date | None
    """The day of the newest call whose day is known. None: no call has a known day."""
    structure: dict[Term, float]
    """The tokens around texts: per request, message, call, argument, tool and other terms."""
    borrowed: tuple[Term, ...] = ()
    """The terms that no call of this rule has; they are taken from its family, and assumed."""
    in_sample: Errors
    """The errors on the calls that the fit was made from."""
    held_out: Errors
    """The errors on calls in source files that the fit had not seen."""
    bands: dict[Kind, HalfWidth]
    """The half-width of the band for each kind of request; nine held-out calls in ten lie within."""


class CalibratedFamily(Entry):
    """The tokens of a private vocabulary for each token of a public one, by class of content."""

    vocabulary: Word
    """The public vocabulary, by its name in vocabularies.yaml."""
    rows: int = Field(ge=1)
    """The number of recorded calls of all rules of the family."""
    tokens: dict[Term, float]
    """The tokens of the private vocabulary for one token of the public one, by class of content."""
    doubt: dict[Term, float] = Field(default={})
    """How far classes that the recorded calls hardly have may be off, as a share of their tokens."""


class CalibrationFile(Entry):
    """The file generated/calibration.yaml."""

    families: dict[Word, CalibratedFamily]
    """The families that share a private vocabulary."""
    fits: dict[Word, Fit]
    """The fits by the word of their counting rule."""


class CalibratedUse(Entry):
    """How a counting rule without a public vocabulary is fitted to recorded calls.

    While calibration.yaml has no fit for it, what the rule itself says holds.
    """

    family: Word
    """The family of rules that share a private vocabulary."""
    definitions: Literal["json", "leaves", "declarations"] = "json"
    """How tool definitions are read: `json` as JSON, `leaves` as Gemini's names and texts without any syntax,
    `declarations` as the declarations of Gemma's chat template."""
    schema_parameters: bool = True
    """Whether parameters that are sent as a JSON schema are billed; Gemini 2.0 bills its own form only."""
    exact_vocabulary: Word | None = None
    """The vocabulary that texts are exact in, where a user has imported it. None: there is no such one."""
    fit: Fit | None = Field(default=None, exclude=True)
    """The rule's fit, filled in when the catalog is loaded; leave it out."""
    texts: CalibratedFamily | None = Field(default=None, exclude=True)
    """The family's tokens by class of content, filled in when the catalog is loaded; leave it out."""
