"""What counting.yaml may say: by which vocabulary, template or fit a family of models counts tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictInt, model_validator

from tokenquote.catalog.schema.calibration import CalibratedUse
from tokenquote.catalog.schema.catalog_entry import Entry, Money, Word
from tokenquote.catalog.schema.claude_frame import ClaudeFrame
from tokenquote.catalog.schema.framing import EarlierFraming, Framing
from tokenquote.catalog.schema.gemini import GeminiRoute

__all__ = [
    "Approximation",
    "CountingFile",
    "CountingRule",
    "EarlierCounting",
    "PlannedCallIds",
    "TemplateUse",
]

TemplateFile = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*\.jinja$")]


class TemplateUse(Entry):
    """The chat template that a family's requests are rendered with, token for token."""

    file: TemplateFile
    """The name of the template's file in the catalog's folder `templates`."""
    values: dict[str, Any] = Field(default={})
    """The variables of the template, such as `thinking` or `version`; what a request states replaces them."""
    joined_by: str = ""
    """The text that stands between the text parts of one message."""
    literal: bool = False
    """Whether the name of a special token in a text stays text; most hosts read it as the token."""
    text: str = ""
    """The template itself, which is read from the file when the catalog is loaded; leave it out."""


class PlannedCallIds(Entry):
    """The ids of planned calls, where the model or a router reads ids and each therefore costs tokens."""

    form: str = Field(min_length=1)
    """An id such as the provider gives, of the mean length in tokens; `{name}` stands for the name of the
    function, `{index}` for the place of the call in its round, from 0."""
    slack: StrictInt = Field(default=0, ge=0)
    """The number of tokens, for a call with its result, by which nine in ten such ids stay within the count:
    the band is wider by it on either side. 0: all ids of the form have the same length."""

    @model_validator(mode="after")
    def _form_tells_calls_apart(self) -> Self:
        if "{index}" not in self.form:
            raise ValueError("the form of an id holds `{index}`: else the calls of a round have one id")
        return self

    def call_id(self, index: int, name: str) -> str:
        """Return the id of a call of a function, by its place in its round."""
        return self.form.replace("{index}", str(index)).replace("{name}", name)


class Approximation(Entry):
    """How texts are counted where the vocabulary is not installed: by another one, with a wider band."""

    vocabulary: Word
    """The vocabulary to use instead, by its name in vocabularies.yaml."""
    factor: Money = Decimal(1)
    """The tokens of this model for each token of that vocabulary."""
    low: Money
    """The lower end of the band, as a multiple of the count."""
    high: Money
    """The upper end of the band, as a multiple of the count."""
    method: Literal["calibrated", "assumed"] = "calibrated"
    """How the factor is known: fitted to recorded calls, or assumed."""


class EarlierCounting(EarlierFraming):
    """How requests were counted until a day, where the provider has changed more than the framing since."""

    vocabulary: Word | None = None
    """The vocabulary that texts were counted in. None: the same as today."""
    gemini: tuple[GeminiRoute, ...] = ()
    """How Google turned requests into tokens. Empty: as today."""


class CountingRule(Entry):
    """How a family of models turns requests into tokens."""

    vocabulary: Word
    """The vocabulary that texts are counted in, by its name in vocabularies.yaml."""
    without_vocabulary: Approximation | None = None
    """How texts are counted where the vocabulary is neither installed nor imported. None: they are not."""
    template: TemplateUse | None = None
    """The chat template that requests are rendered with. None: `framing` says what stands around texts."""
    calibration: CalibratedUse | None = None
    """How requests are counted where recorded bills have been fitted. While there is no fit, `framing` and
    the band of this rule hold and count as `assumed`."""
    gemini: tuple[GeminiRoute, ...] = ()
    """How Google turns requests into tokens; a router that chooses between surfaces has two routes, the
    likelier first. Empty: the model is not Gemini."""
    claude: ClaudeFrame | None = None
    """What Anthropic's prompt holds around texts. None: the model is not a Claude whose prompt is known."""
    call_ids: PlannedCallIds = PlannedCallIds(form="call_{index}")
    """The ids that stand for those of planned calls. Left out: nobody reads ids, so any will do."""
    method: Literal["exact", "rule", "calibrated", "assumed"]
    """How sure the counts of texts are."""
    factor: Money = Decimal(1)
    """The tokens of this model for each token of the vocabulary."""
    low: Money = Decimal(1)
    """The lower end of the band, as a multiple of the count; by default the count itself."""
    high: Money = Decimal(1)
    """The upper end of the band, as a multiple of the count; by default the count itself."""
    slack: StrictInt = Field(default=0, ge=0)
    """The tokens by which the band of a request is wider on either side, whatever its length."""
    framing: Framing = Framing()
    """The tokens that the provider adds around texts; by default none."""
    earlier: tuple[EarlierCounting, ...] = ()
    """What the provider added in earlier days, oldest first; requests of today are not counted by it."""
    source: str = Field(min_length=1)
    """Where vocabulary, factor and framing come from, with the number of calls that a fit stands on."""

    @model_validator(mode="after")
    def _band_holds_the_count(self) -> Self:
        if not self.low <= 1 <= self.high:
            raise ValueError("the band must hold the count itself: low <= 1 <= high")
        if self.method in ("calibrated", "assumed") and self.low == self.high and not self.slack:
            raise ValueError(f"a count that is {self.method} needs a band: state `low` and `high`")
        return self

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        days = [before.until for before in self.earlier]
        if days != sorted(set(days)):
            raise ValueError("`earlier` stands in the order of its days, oldest first")
        return self

    @model_validator(mode="after")
    def _only_templates_know_default_systems(self) -> Self:
        if self.framing.default_system and self.template is None:
            raise ValueError("framing.default_system: only a rule with a chat template may state it")
        return self

    def on(self, day: dt.date | None) -> CountingRule:
        """Return the rule as it was on that day; None means today."""
        before = next((before for before in self.earlier if day is not None and day <= before.until), None)
        if before is None:
            return self
        stated = {"vocabulary": before.vocabulary, "gemini": before.gemini}
        changed = {name: value for name, value in stated.items() if value}
        return self.with_changes(before.framing, before.values).model_copy(update=changed)

    def with_changes(
        self, framing: Framing, values: Mapping[str, object], joined_by: str | None = None
    ) -> CountingRule:
        """Return the rule with another framing, template variables and text between parts, where stated."""
        update: dict[str, object] = {"framing": self.framing.changed(framing)}
        if self.template is not None:
            changed: dict[str, object] = {"values": {**self.template.values, **values}}
            changed |= {} if joined_by is None else {"joined_by": joined_by}
            update["template"] = self.template.model_copy(update=changed)
        return self.model_copy(update=update)


class CountingFile(Entry):
    """The file counting.yaml."""

    counting: dict[Word, CountingRule]
    """The counting rules by the word that models and families name them by."""
