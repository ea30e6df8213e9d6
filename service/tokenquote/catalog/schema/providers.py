"""What providers/*.yaml may say: a provider, what its models have in common, and each model with its prices.

    id: acme
    defaults: {caching: acme}           holds for every model that does not state the field itself
    families:
      acme-2: {counting: openai-gpt-5, images: claude-standard}
    models:
      - id: acme-2-mini
        family: acme-2                  takes the fields of that family before those of `defaults`
        images: none                    takes no images, whatever family and defaults say
        context: {window: 400000, max_input: 272000, max_output: 128000}
        released: 2026-03-05
        retires: 2027-04-01             a day, from midnight UTC, or an instant: 2027-04-01T16:00:00Z
        successor: acme/acme-3-mini
        prices: [...]                   prices.py
      - id: llama-3.3-70b-fast
        serves: meta-llama/Llama-3.3-70B-Instruct      the model behind it, whose rules hold here too
        prices: [...]

Each rule is named by a word, defined once for all models that share it: `counting` in counting.yaml,
`caching` in caching.yaml, and so on.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, field_validator, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Moment, Word, first_instant
from tokenquote.catalog.schema.generated_images import GeneratedImages
from tokenquote.catalog.schema.prices import PriceBlock

__all__ = [
    "NO_RULE",
    "Context",
    "DescribedModel",
    "ModelEntry",
    "ModelKind",
    "Move",
    "Name",
    "ProviderFile",
    "SharedFields",
]

NO_RULE = "none"
"""The word for having no rule at all, where `defaults` or a family would give one."""

ModelKind = Literal[
    "chat",
    "embedding",
    "rerank",
    "image",
    "video",
    "speech",
    "transcription",
    "realtime",
    "ocr",
    "moderation",
]
"""What a model is for: `image` and `video` make them, `speech` reads a text aloud, `transcription` writes
down what is said."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$", max_length=128)]


class Context(Entry):
    """The limits of a model in tokens. None: the limit is not published."""

    window: StrictInt | None = Field(default=None, ge=1)
    """The tokens of input and output together."""
    max_input: StrictInt | None = Field(default=None, ge=1)
    """The tokens of the input."""
    max_output: StrictInt | None = Field(default=None, ge=1)
    """The tokens of the output."""


class SharedFields(Entry):
    """The fields that models of one file often have in common, each a word for rules that stand elsewhere.

    A model states them itself, or leaves them to its family and the file's `defaults`. The word `none` says
    that there is no rule.
    """

    counting: Word | None = None
    """How texts become tokens: the name of a rule in counting.yaml. Every model needs one."""
    caching: Word | None = None
    """How the prompt cache behaves: the name of a rule in caching.yaml. None: there is no cache."""
    images: Word | None = None
    """How images are counted: the name of a rule in image_rules.yaml. None: the model takes no images, or
    nobody knows how it counts them."""
    audio: Word | None = None
    """How audio is counted: the name of a rule in media_rules.yaml. None: the model takes no audio, or nobody
    knows how it counts it."""
    video: Word | None = None
    """How video is counted: the name of a rule in media_rules.yaml. None: the model takes no video, or nobody
    knows how it counts it."""
    documents: Word | None = None
    """How documents are counted: the name of a rule in media_rules.yaml. None: the model takes no documents,
    or nobody knows how it counts them."""
    media_limits: Word | None = None
    """Which media are refused: the name of limits in media_limits.yaml. None: the limits of the provider
    hold, if it names any."""
    rate_limits: Word | None = None
    """How much the provider answers in a minute: the name of limits in rate_limits.yaml. None: it publishes
    no limits of the model, or nobody has looked."""
    reasoning_kept: Literal["never", "same_turn", "always"] = "never"
    """Whether reasoning is sent back as input: never, until its turn ends, or in every later request."""
    generated_images: GeneratedImages | None = None
    """The output tokens of the images that the model makes, where it bills them by the token. None: it makes
    none, bills them by the image, or nobody knows."""


class DescribedModel(SharedFields):
    """What is said of any model, whether a provider sells it or its weights are public."""

    id: Name
    """The name that the provider's API uses; of open weights, the id on Hugging Face."""
    name: str
    """The name that people read."""
    aliases: tuple[Name, ...] = ()
    """Other names of the very same model at the same price. Names never match by resemblance."""
    context: Context = Context()
    """The limits of input and output in tokens; by default none is published."""
    kind: ModelKind = "chat"
    """What the model is for; by default a conversation."""
    converses: bool | None = None
    """Whether each request sends the conversation again. None: models of the kinds `chat` and `realtime` do,
    and a request to any other is a message alone; a model that makes images in a conversation says true."""
    released: dt.date | None = None
    """The day on which the model could first be called. None: it is not known."""
    retires: Moment | None = None
    """The day, from midnight UTC, or the instant from which the provider no longer answers with the model.
    None: none is announced."""
    successor: Name | None = None
    """The catalog id of the model that the provider recommends in its place. None: it names none."""
    rerouted_to: Name | None = None
    """The catalog id of the model that answers, at its own price, once this one has retired. None: calls
    fail then."""


class ModelEntry(DescribedModel):
    """One model as one provider sells it."""

    family: Word | None = None
    """The family whose fields the model takes: a name under `families` of this file."""
    weights: Name | None = None
    """The open weights that the provider runs, by their id in open_weights/*.yaml."""
    serves: Name | None = None
    """The catalog id of the model that answers behind this entry: another provider's, or open weights. What
    the entry, its family and `defaults` do not say of counting, media, context, weights and reasoning is as
    there, and so is caching where the prices state one for `cache_read`. Prices, retirement and limits of
    media are the entry's own. None: the entry says everything itself."""
    prices: tuple[PriceBlock, ...] = Field(min_length=1)
    """The price blocks in the order in which they begin."""

    @model_validator(mode="after")
    def _rerouted_once_retired(self) -> Self:
        if self.rerouted_to is not None and self.retires is None:
            raise ValueError("`rerouted_to` needs `retires`, from which on the other model answers")
        return self

    @field_validator("prices")
    @classmethod
    def _dated_in_order(cls, blocks: tuple[PriceBlock, ...]) -> tuple[PriceBlock, ...]:
        for before, after in pairwise(blocks):
            if after.from_ is None:
                raise ValueError("only the first price block may leave out `from`")
            if before.from_ is None or first_instant(after.from_) > first_instant(before.from_):
                continue
            if first_instant(after.from_) == first_instant(before.from_):
                raise ValueError(f"two price blocks begin at {after.from_}: keep one of them")
            raise ValueError(
                "price blocks stand in the order of their `from`: "
                f"put the one from {after.from_} above the one from {before.from_}"
            )
        return blocks


class Move(Entry):
    """The moment from which a moving name means one model of its provider."""

    to: Name
    """The id of the model, as this file has it."""
    from_: dt.date | None = Field(default=None, alias="from")
    """The first day, UTC. Only the first move may leave it out: since ever, as far as known."""
    source: str = Field(min_length=1)
    """Where that stands, best an https address."""

    @property
    def begins(self) -> dt.datetime | None:
        """The first instant in UTC; None: since ever."""
        return None if self.from_ is None else dt.datetime.combine(self.from_, dt.time(), dt.UTC)


class ProviderFile(Entry):
    """A file of providers/*.yaml: one provider with its models."""

    id: Word
    """The word for the provider in a model id: `openai` in `openai/gpt-5`."""
    name: str
    """The name that people read."""
    aliases: tuple[Word, ...] = ()
    """Other words for the provider in a model id: `x-ai/grok-4.7`."""
    first_party: StrictBool
    """Whether it sells its own models, so that their bare names mean this provider."""
    own_ids: bool = False
    """Whether its ids are spelt as nobody else spells them, so that a bare id means this provider though it
    sells others' models: `us.anthropic.claude-…` is Amazon Bedrock."""
    prefixes: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9._:@/*-]+[/:]$", max_length=128)], ...] = ()
    """What may stand before an id without changing its meaning, such as `publishers/google/models/`; `*`
    stands for any text without / and :."""
    moving_names: dict[Name, tuple[Move, ...]] = Field(default={})
    """Names that the provider moves from model to model, such as `gemini-flash-latest`."""
    media_limits: Word | None = None
    """The media that it refuses, where a model does not name other limits: a name in media_limits.yaml."""
    defaults: SharedFields = SharedFields()
    """What holds for every model of this file that neither states the field nor takes it from its family."""
    families: dict[Word, SharedFields] = Field(default={})
    """What holds for the models of this file that name the family, before `defaults`."""
    models: tuple[ModelEntry, ...] = Field(min_length=1)
    """The models that it sells."""

    @field_validator("moving_names")
    @classmethod
    def _moves_in_order(cls, names: dict[str, tuple[Move, ...]]) -> dict[str, tuple[Move, ...]]:
        for name, moves in names.items():
            days = [move.from_ or dt.date.min for move in moves]
            if not moves or days != sorted(set(days)):
                raise ValueError(
                    f"{name}: state its moves in the order of their days; only the first may leave out `from`"
                )
        return names
