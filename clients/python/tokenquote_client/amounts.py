"""How much: a number of tokens, a text, a profile, a range, or a list of parts."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from tokenquote_client.wire import Sent

__all__ = [
    "MAX_AMOUNT_TOKENS",
    "MAX_TEXT_CHARACTERS",
    "UNION_MEMBER",
    "Amount",
    "AmountOrParts",
    "AudioPart",
    "CallAmount",
    "DocumentPart",
    "FunctionCall",
    "ImagePart",
    "MediaPart",
    "Percentiles",
    "Profile",
    "Text",
    "TextPart",
    "Tokens",
    "TokensPart",
    "Triangular",
    "VideoPart",
]

MAX_AMOUNT_TOKENS = 1_000_000_000
MAX_TEXT_CHARACTERS = 5_000_000

TokenNumber = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT_TOKENS)]
PlainText = Annotated[str, Field(strict=True, max_length=MAX_TEXT_CHARACTERS)]
Pixels = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(strict=True, gt=0, le=1_000_000, allow_inf_nan=False)]
Base64 = Annotated[str, Field(strict=True, min_length=1)]
Address = Annotated[str, Field(strict=True, min_length=1, max_length=10_000)]


class Tokens(Sent):
    """So many tokens, framing included in them by whoever states them."""

    tokens: TokenNumber


class Text(Sent):
    """A text to count."""

    text: PlainText


class Profile(Sent):
    """A named size from the catalog."""

    profile: Literal["small", "medium", "large"]


class Percentiles(Sent):
    """A lognormal range by its median and its 90th percentile, in tokens."""

    p50: TokenNumber
    p90: TokenNumber

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not 0 < self.p50 <= self.p90:
            raise ValueError("0 < p50 <= p90 must hold")
        return self


class Triangular(Sent):
    """A triangular range in tokens."""

    min: TokenNumber
    mode: TokenNumber
    max: TokenNumber

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.min <= self.mode <= self.max:
            raise ValueError("min <= mode <= max must hold")
        return self


class FunctionCall(Sent):
    """A tool call by its function's name and arguments, framed as the provider frames calls."""

    name: Annotated[str, Field(min_length=1, max_length=256)]
    arguments: dict[str, Any] | PlainText
    """The arguments, or the JSON text that the model would write."""
    stored: Annotated[bool, Field(strict=True)] = False
    """Whether it is sent back by the id of an item that the provider keeps (OpenAI's Responses)."""


class TextPart(Sent):
    """A text among other parts."""

    type: Literal["text"]
    text: PlainText


class TokensPart(Sent):
    """A stated amount among other parts."""

    type: Literal["tokens"]
    tokens: TokenNumber


class ImagePart(Sent):
    """A picture, by its size in pixels, as base64 data, or behind an address."""

    type: Literal["image"]
    width: Pixels | None = None
    height: Pixels | None = None
    detail: Literal["low", "medium", "high", "ultra_high", "auto", "original"] | None = None
    """The resolution asked for, in the provider's own word; one that it does not have is its default."""
    data: Base64 | None = None
    """Base64, with or without a `data:` prefix; only its header is read."""
    url: Address | None = None
    """Never fetched: state the size beside it, or a wide band is assumed."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        stated = self.width is not None and self.height is not None
        partly = self.width is not None or self.height is not None
        if self.data is not None and (partly or self.url is not None):
            raise ValueError("state `width` and `height`, or `data`, or `url`")
        if partly != stated or (self.data is None and self.url is None and not stated):
            raise ValueError("state `width` and `height`, or `data`, or `url`")
        return self


class AudioPart(Sent):
    """A sound, by its length, as base64 data, or behind an address."""

    type: Literal["audio"]
    seconds: Seconds | None = None
    data: Base64 | None = None
    """Base64 of a WAV, MP3, FLAC, Ogg, M4A or AIFF file; only its header is read."""
    url: Address | None = None
    """Never fetched: state `seconds` beside it, or a wide band is assumed."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        return _one_of(self, "seconds")


class VideoPart(Sent):
    """A clip, by its length, frames a second and size, as base64 data, or behind an address."""

    type: Literal["video"]
    seconds: Seconds | None = None
    fps: Annotated[float, Field(strict=True, gt=0, le=240, allow_inf_nan=False)] | None = None
    """Frames that the provider is asked to look at in a second; None: as many as it does by itself."""
    width: Pixels | None = None
    height: Pixels | None = None
    detail: Literal["low", "medium", "high", "auto"] | None = None
    silent: Annotated[bool, Field(strict=True)] = False
    """Whether it has no sound track."""
    data: Base64 | None = None
    """Base64 of an MP4 or QuickTime file; only its header is read, for what is not stated beside it."""
    url: Address | None = None
    """Never fetched: state `seconds` beside it, or a wide band is assumed."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("state both `width` and `height`, or neither")
        return _one_of(self, "seconds")


class DocumentPart(Sent):
    """A document, by its pages, as base64 data, or behind an address."""

    type: Literal["document"]
    pages: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = None
    text_tokens: TokenNumber | None = None
    """Tokens of its whole text, where they are known; None: what the model's rule takes for a page."""
    detail: Literal["low", "medium", "high", "auto"] | None = None
    data: Base64 | None = None
    """Base64 of a PDF or of a text file; pages and text are read, and never rendered."""
    url: Address | None = None
    """Never fetched: state `pages` beside it, or a wide band is assumed."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        return _one_of(self, "pages")


PartT = TypeVar("PartT", bound=Sent)


def _one_of(part: PartT, length: str) -> PartT:
    """A length, data or an address; a length may stand beside an address."""
    stated, data, url = (getattr(part, name) is not None for name in (length, "data", "url"))
    if data + (stated or url) != 1:
        raise ValueError(f"state `{length}`, or `data`, or `url`")
    return part


UNION_MEMBER = "~"
"""Starts the name of a form that an amount or a part may have, to tell it from a field in error locations."""


def _part_kind(value: Any) -> str | None:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return f"~{kind}" if isinstance(kind, str) else None


_Media = (
    Annotated[ImagePart, Tag("~image")]
    | Annotated[AudioPart, Tag("~audio")]
    | Annotated[VideoPart, Tag("~video")]
    | Annotated[DocumentPart, Tag("~document")]
)

Part = Annotated[
    Annotated[TextPart, Tag("~text")] | Annotated[TokensPart, Tag("~tokens")] | _Media,
    Discriminator(
        _part_kind,
        custom_error_type="part",
        custom_error_message="a part has a `type`: text, tokens, image, audio, video or document",
    ),
]

MediaPart = Annotated[
    _Media,
    Discriminator(
        _part_kind,
        custom_error_type="part",
        custom_error_message="an item has a `type`: image, audio, video or document",
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


def _amount_form(value: Any) -> str:
    """Which form an amount has: one clear error instead of one for each form it might have had."""
    if isinstance(value, str):
        return "~string"
    if isinstance(value, BaseModel):
        value = dict.fromkeys(type(value).model_fields)
    if isinstance(value, dict):
        return next((form for name, form in _FORM_BY_FIELD.items() if name in value), "~tokens")
    return "~parts" if isinstance(value, list) else "~number"


def _call_form(value: Any) -> str:
    named = isinstance(value, FunctionCall) or (isinstance(value, dict) and "name" in value)
    return "~function" if named else _amount_form(value)


_Forms = (
    Annotated[TokenNumber, Tag("~number")]
    | Annotated[PlainText, Tag("~string")]
    | Annotated[Tokens, Tag("~tokens")]
    | Annotated[Text, Tag("~text")]
    | Annotated[Profile, Tag("~profile")]
    | Annotated[Percentiles, Tag("~percentiles")]
    | Annotated[Triangular, Tag("~triangular")]
)

CallAmount = Annotated[
    _Forms | Annotated[FunctionCall, Tag("~function")],
    Discriminator(
        _call_form,
        custom_error_type="amount",
        custom_error_message="a call is {name, arguments}, a number of tokens, a text or a profile",
    ),
]

Amount = Annotated[
    _Forms,
    Discriminator(
        _amount_form,
        custom_error_type="amount",
        custom_error_message="an amount is a number of tokens, a text, or an object such as {profile: small}",
    ),
]

AmountOrParts = Annotated[
    _Forms | Annotated[list[Part], Field(min_length=1, max_length=1_000), Tag("~parts")],
    Discriminator(_amount_form),
]
