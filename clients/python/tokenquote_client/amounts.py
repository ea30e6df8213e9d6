"""How much: a number of tokens, a text, a profile, a range, or a list of parts."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from tokenquote_client.media_parts import (
    AudioPart,
    DocumentPart,
    ImagePart,
    MediaPart,
    TaggedMedia,
    VideoPart,
    part_kind,
)
from tokenquote_client.wire_types import (
    MAX_AMOUNT_TOKENS,
    MAX_TEXT_CHARACTERS,
    UNION_MEMBER,
    PlainText,
    Sent,
    TokenNumber,
)

__all__ = [
    "MAX_AMOUNT_TOKENS",
    "MAX_TEXT_CHARACTERS",
    "UNION_MEMBER",
    "Amount",
    "AmountOrParts",
    "AudioPart",
    "CallAmount",
    "DocumentPart",
    "Forms",
    "FunctionCall",
    "ImagePart",
    "MediaPart",
    "Percentiles",
    "PlannedTools",
    "Profile",
    "Range",
    "Text",
    "TextPart",
    "TokenNumber",
    "Tokens",
    "TokensPart",
    "Triangular",
    "VideoPart",
    "amount_form",
]


class Tokens(Sent):
    """A number of tokens as the user states it: no framing is added to it."""

    tokens: TokenNumber
    """The number of tokens, from 0 to 1,000,000,000, with any framing already in it."""


class Text(Sent):
    """A text to count with the model's vocabulary; the provider's framing is added to it."""

    text: PlainText
    """The text itself, of at most 5,000,000 characters."""


class Profile(Sent):
    """A typical size, whose tokens the catalog names for each place of a plan."""

    profile: Literal["small", "medium", "large"]
    """The size: `small`, `medium` and `large` stand for the median, the 90th and the 99th percentile of
    recorded texts of that kind."""


class Percentiles(Sent):
    """A lognormal range by its median and its 90th percentile, for numbers that are often small and sometimes
    many times as large.
    """

    p50: Annotated[TokenNumber, Field(json_schema_extra={"minimum": 1})]
    """The median, above 0, which stands for the range in the totals."""
    p90: Annotated[TokenNumber, Field(json_schema_extra={"minimum": 1})]
    """The 90th percentile, no less than `p50`."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not 0 < self.p50 <= self.p90:
            raise PydanticCustomError("range", "state a `p50` above 0, and a `p90` that is no less than it")
        return self


class Triangular(Sent):
    """A triangular range by its ends and its peak, for numbers that are bounded."""

    min: TokenNumber
    """The least number, no more than `mode`."""
    mode: TokenNumber
    """The most likely number, from `min` to `max`, which stands for the range in the totals."""
    max: TokenNumber
    """The greatest number, no less than `mode`."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.min <= self.mode <= self.max:
            raise PydanticCustomError("range", "state a `mode` from `min` to `max`")
        return self


Range = Percentiles | Triangular
"""A number that is not certain, drawn anew for each repetition of what it stands in."""


class FunctionCall(Sent):
    """A tool call by its function's name and arguments, framed as the provider frames calls."""

    name: Annotated[str, Field(min_length=1, max_length=256)]
    """The name of the function that is called."""
    arguments: dict[str, Any] | PlainText
    """The arguments as an object, or as the JSON text that the model would write; without arguments `{}`."""
    stored: Annotated[bool, Field(strict=True)] = False
    """Whether the call is sent back by the id of an item that the provider keeps (OpenAI's Responses). False,
    the default: later requests send it in full."""
    id: Annotated[PlainText, Field(min_length=1)] | None = None
    """The id by which its result answers it: some models and routers read it, and it costs tokens there.
    Null, the default: one such as the provider gives, in a band as wide as such ids differ."""


class TextPart(Sent):
    """A text among other parts of a message."""

    type: Literal["text"]
    """The kind of part, which is `text`."""
    text: PlainText
    """The text to count, of at most 5,000,000 characters."""


class TokensPart(Sent):
    """A stated number of tokens among other parts of a message."""

    type: Literal["tokens"]
    """The kind of part, which is `tokens`."""
    tokens: TokenNumber
    """The number of tokens, from 0 to 1,000,000,000, with any framing already in it."""


Part = Annotated[
    Annotated[TextPart, Tag("~text")] | Annotated[TokensPart, Tag("~tokens")] | TaggedMedia,
    Discriminator(
        part_kind,
        custom_error_type="part",
        custom_error_message="a part has a `type`: text, tokens, image, audio, video or document",
    ),
]

_FORM_BY_FIELD = {
    "text": "~text",
    "profile": "~profile",
    "p50": "~percentiles",
    "p90": "~percentiles",
    "min": "~triangular",
    "mode": "~triangular",
    "max": "~triangular",
}


def amount_form(value: Any) -> str:
    """Return the form that an amount has, so that a bad one gets one error, not one for each form."""
    if type(value) is int:  # the most common one
        return "~number"
    if isinstance(value, str):
        return "~string"
    if isinstance(value, Text):  # as most amounts of a plan that is written again
        return "~text"
    if not isinstance(value, dict) and isinstance(value, BaseModel):  # the latter takes longer to ask
        value = dict.fromkeys(type(value).model_fields)
    if isinstance(value, dict):
        if "text" in value:  # the most common one, found without a search
            return "~text"
        return next((form for name, form in _FORM_BY_FIELD.items() if name in value), "~tokens")
    return "~parts" if isinstance(value, list) else "~number"


def _call_form(value: Any) -> str:
    named = isinstance(value, FunctionCall) or (isinstance(value, dict) and "name" in value)
    return "~function" if named else amount_form(value)


Forms = (
    Annotated[TokenNumber, Tag("~number")]
    | Annotated[PlainText, Tag("~string")]
    | Annotated[Tokens, Tag("~tokens")]
    | Annotated[Text, Tag("~text")]
    | Annotated[Profile, Tag("~profile")]
    | Annotated[Percentiles, Tag("~percentiles")]
    | Annotated[Triangular, Tag("~triangular")]
)

CallAmount = Annotated[
    Forms | Annotated[FunctionCall, Tag("~function")],
    Discriminator(
        _call_form,
        custom_error_type="amount",
        custom_error_message="a call is {name, arguments}, a number of tokens, a text, a profile or a range",
    ),
]

Amount = Annotated[
    Forms,
    Discriminator(
        amount_form,
        custom_error_type="amount",
        custom_error_message="an amount is a number of tokens, a text, or an object such as {profile: small}",
    ),
]

AmountOrParts = Annotated[
    Forms | Annotated[list[Part], Field(min_length=1, max_length=1_000), Tag("~parts")],
    Discriminator(amount_form),
]


def _tools_kind(value: Any) -> str:
    return "~definitions" if isinstance(value, list) else "~amount"


PlannedTools = Annotated[
    Annotated[Amount, Tag("~amount")]
    | Annotated[list[dict[str, Any]], Field(min_length=1, max_length=10_000), Tag("~definitions")],
    Discriminator(_tools_kind),
]
