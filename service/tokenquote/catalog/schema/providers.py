"""What the catalog's files may say: providers and their models, counting rules, caching, profiles.

Each model names three things by word, defined once for all models that share them:

    models:
      - id: gpt-5.4-mini
        counting: openai-gpt-5          counting.yaml: vocabulary, band, framing
        caching: openai                 caching.yaml: minimum, step, time to live
        context: {window: 400000, max_input: 272000, max_output: 128000}
        prices: [...]                   prices.py
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictInt, field_validator, model_validator

from tokenquote.catalog.schema.calibration import CalibratedUse
from tokenquote.catalog.schema.entry import Entry, Money, Word
from tokenquote.catalog.schema.framing import Framing
from tokenquote.catalog.schema.prices import PriceBlock

__all__ = [
    "AmountProfiles",
    "Approximation",
    "Caching",
    "CachingFile",
    "Context",
    "Counting",
    "CountingFile",
    "DescribedModel",
    "Framing",
    "ModelEntry",
    "ProfilesFile",
    "ProviderFile",
    "TemplateUse",
]

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$", max_length=128)]
Ttl = Annotated[str, Field(pattern=r"^[1-9]\d{0,3}[mh]$")]


class TemplateUse(Entry):
    """The chat template that a family's requests are rendered with, token for token."""

    file: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*\.jinja$")
    """Its file in the catalog's folder `templates`."""
    values: dict[str, Any] = Field(default={})
    """Variables of the template, where a request says nothing else: `thinking`, `version`."""
    joined_by: str = ""
    """What stands between the text parts of one message."""
    literal: bool = False
    """Whether the name of a special token in a text stays text; most hosts read it as the token."""
    text: str = ""
    """The template itself: read from the file when the catalog is loaded."""


class Approximation(Entry):
    """How texts are counted where the vocabulary itself is not there: another one, and a wider band."""

    vocabulary: Word
    factor: Money = Decimal(1)
    low: Money
    high: Money
    method: Literal["calibrated", "assumed"] = "calibrated"


class Counting(Entry):
    """How a family of models turns text into tokens."""

    vocabulary: Word
    without_vocabulary: Approximation | None = None
    """In its place where the vocabulary is neither installed nor imported."""
    template: TemplateUse | None = None
    """How requests are rendered; without one, `framing` says what stands around texts."""
    calibration: CalibratedUse | None = None
    """How requests are counted where recorded bills have been fitted; `framing` and the band below hold
    while they have not, and then count as `assumed`."""
    method: Literal["exact", "rule", "calibrated", "assumed"]
    factor: Money = Decimal(1)
    """Tokens of this model for each token of the vocabulary."""
    low: Money = Decimal(1)
    """Lower end of the band, as a multiple of the count."""
    high: Money = Decimal(1)
    """Upper end of the band, as a multiple of the count."""
    framing: Framing = Framing()
    source: str = Field(min_length=1)
    """Where vocabulary, factor and framing come from, with the number of calls a fit stands on."""

    @model_validator(mode="after")
    def _band_holds_the_count(self) -> Self:
        if not self.low <= 1 <= self.high:
            raise ValueError("the band must hold the count itself: low <= 1 <= high")
        if self.method in ("calibrated", "assumed") and self.low == self.high:
            raise ValueError(f"a count that is {self.method} needs a band: state `low` and `high`")
        return self


class Caching(Entry):
    """What a provider's prompt cache does."""

    by_default: bool
    """Whether the provider caches without being asked."""
    breakpoints: bool = False
    """Marked by the caller (after tools, after system, after the last message) instead of found by prefix."""
    minimum_tokens: StrictInt = Field(default=0, ge=0)
    """The shortest prefix that is cached."""
    step_tokens: StrictInt = Field(default=1, ge=1)
    """Reads are rounded down to a multiple of this."""
    includes_output: bool = False
    """Whether the answer is cached too, ready for the request that sends it back."""
    ttls: dict[Ttl, Literal["cache_write", "cache_write_1h", "cache_write_12h"]] = Field(default={})
    """Times to live that can be asked for, and the kind of token each bills when it writes."""
    default_ttl: Ttl | None = None
    """None: not published; a quote takes it as lasting and says so."""
    assumed: str | None = None
    """What is taken for granted because no source says it; a quote repeats it."""
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _default_is_offered(self) -> Self:
        if self.default_ttl is not None and self.default_ttl not in self.ttls:
            raise ValueError(f"default_ttl {self.default_ttl!r} is not among ttls")
        return self


class CachingFile(Entry):
    """caching.yaml"""

    caching: dict[Word, Caching]


class AmountProfiles(Entry):
    """Tokens that stand for `small`, `medium` and `large`; of media whose length nobody states, seconds or
    pages at least, usually and at most.
    """

    small: StrictInt = Field(ge=0)
    medium: StrictInt = Field(ge=0)
    large: StrictInt = Field(ge=0)


class ProfilesFile(Entry):
    """profiles.yaml"""

    profiles: dict[
        Literal[
            "system",
            "tools",
            "user",
            "call",
            "result",
            "reasoning",
            "assistant",
            "audio_seconds",
            "video_seconds",
            "document_pages",
        ],
        AmountProfiles,
    ]
    source: str = Field(min_length=1)


class CountingFile(Entry):
    """counting.yaml"""

    counting: dict[Word, Counting]


class Context(Entry):
    """Limits in tokens. None: not published."""

    window: StrictInt | None = Field(default=None, ge=1)
    """Input and output together."""
    max_input: StrictInt | None = Field(default=None, ge=1)
    max_output: StrictInt | None = Field(default=None, ge=1)


class DescribedModel(Entry):
    """What is said of a model whether somebody sells it or one hosts it oneself."""

    id: Name
    """The name that the provider's API uses; of open weights, the one on Hugging Face."""
    name: str
    aliases: tuple[Name, ...] = ()
    """Other names of the very same model at the same price. There is no fuzzy match."""
    context: Context = Context()
    counting: Word
    caching: Word | None = None
    images: Word | None = None
    """How pictures are counted, by its name in image_rules.yaml; none: the model takes none, or nobody
    knows how."""
    audio: Word | None = None
    """How sound is counted, by its name in media_rules.yaml; none as above."""
    video: Word | None = None
    """How clips are counted, likewise."""
    documents: Word | None = None
    """How documents are counted, likewise."""
    media_limits: Word | None = None
    """What of them is turned down; none: the provider's own limits, if it names any."""
    reasoning_kept: Literal["never", "same_turn", "always"] = "never"
    """Whether reasoning is sent back as input: never, until its turn ends, or in every later request."""
    retires: dt.date | None = None
    """The day the provider switches it off."""


class ModelEntry(DescribedModel):
    """One model as one provider sells it."""

    weights: Name | None = None
    """The open weights that the provider runs, by their id in open_weights/*.yaml."""
    prices: tuple[PriceBlock, ...] = Field(min_length=1)

    @field_validator("prices")
    @classmethod
    def _dated_in_order(cls, blocks: tuple[PriceBlock, ...]) -> tuple[PriceBlock, ...]:
        for before, after in pairwise(blocks):
            if after.from_ is None:
                raise ValueError("only the first price block may leave out `from`")
            if before.from_ is not None and after.from_ <= before.from_:
                raise ValueError(
                    f"price block from {after.from_} must not follow the one from {before.from_}"
                )
        return blocks


class ProviderFile(Entry):
    """providers/*.yaml"""

    id: Word
    name: str
    aliases: tuple[Word, ...] = ()
    """Other words for the provider in a model id: `x-ai/grok-4.7`."""
    first_party: bool
    """Whether it sells its own models, so that their bare names mean this provider."""
    media_limits: Word | None = None
    """The media that it turns down, where a model does not name other limits."""
    models: tuple[ModelEntry, ...] = Field(min_length=1)
