"""Images, audio, videos and documents of a question: by size or length, as base64 data, or behind a URL."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Discriminator, Field, Tag, model_validator

from tokenquote_client.wire_types import UNION_MEMBER, Sent, TokenNumber, form, one_form

__all__ = [
    "AudioPart",
    "DocumentPart",
    "ImagePart",
    "MediaPart",
    "Pixels",
    "Seconds",
    "TaggedMedia",
    "VideoPart",
    "part_kind",
]

Pixels = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(strict=True, gt=0, le=1_000_000, allow_inf_nan=False)]
Base64 = Annotated[str, Field(strict=True, min_length=1)]
Address = Annotated[str, Field(strict=True, min_length=1, max_length=10_000)]


def _sources(length: str) -> list[dict[str, Any]]:
    """Describe from where a length is known: stated, read from data, or not known of an address."""
    return [
        form(length, without=("data",)),
        form("data", without=(length, "url")),
        form("url", without=(length, "data")),
    ]


class ImagePart(Sent):
    """An image: state `width` and `height`, or `data`, or `url`."""

    model_config = one_form(
        form("width", "height", without=("data",)),
        form("data", without=("width", "height", "url")),
        form("url", without=("width", "height", "data")),
    )

    type: Literal["image"]
    """The kind of part, which is `image`."""
    width: Pixels | None = None
    """The width in pixels, stated together with `height`; null, the default: read from `data`, or unknown."""
    height: Pixels | None = None
    """The height in pixels, stated together with `width`; null, the default: read from `data`, or unknown."""
    detail: Literal["low", "medium", "high", "ultra_high", "auto", "original"] | None = None
    """The resolution asked for, in the provider's own word. Null, the default, and a word that the model does
    not have, count as the model's default."""
    data: Base64 | None = None
    """The whole image file in base64, with or without a `data:` prefix; only its header is read. Null, the
    default: no file is sent."""
    url: Address | None = None
    """The address of the image, which is never fetched: state `width` and `height` beside it, or the count is
    an assumption whose `low` and `high` lie far apart. Null, the default: there is no address."""

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
    """An audio recording: state `seconds`, or `data`, or `url`."""

    model_config = one_form(*_sources("seconds"))

    type: Literal["audio"]
    """The kind of part, which is `audio`."""
    seconds: Seconds | None = None
    """The length in seconds, above 0, in place of `data`; null, the default: read from `data`, or unknown."""
    data: Base64 | None = None
    """The whole WAV, MP3, FLAC, Ogg, M4A or AIFF file in base64, with or without a `data:` prefix; only its
    header is read. Null, the default: no file is sent."""
    url: Address | None = None
    """The address of the recording, which is never fetched: state `seconds` beside it, or the length is
    assumed, and `low` and `high` of the count lie far apart. Null, the default: there is no address."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        return _with_one_source(self, "seconds")


class VideoPart(Sent):
    """A video: state `seconds`, or `data`, or `url`."""

    model_config = one_form(*_sources("seconds"), together=("width", "height"))

    type: Literal["video"]
    """The kind of part, which is `video`."""
    seconds: Seconds | None = None
    """The length in seconds, above 0, in place of `data`; null, the default: read from `data`, or unknown."""
    fps: Annotated[float, Field(strict=True, gt=0, le=240, allow_inf_nan=False)] | None = None
    """The number of frames per second that the provider is asked to look at; null, the default: the model's
    own default."""
    width: Pixels | None = None
    """The width of a frame in pixels, stated together with `height`; null, the default: read from `data`, or
    unknown, which moves `low` and `high` of the count apart."""
    height: Pixels | None = None
    """The height of a frame in pixels, stated together with `width`; null, the default: read from `data`, or
    unknown, which moves `low` and `high` of the count apart."""
    detail: Literal["low", "medium", "high", "auto"] | None = None
    """The resolution of the frames, in the provider's own word; null, the default, or `auto`: the model's
    default."""
    silent: Annotated[bool, Field(strict=True)] = False
    """Whether the video has no audio track. False, the default: it has one, unless `data` shows that it has
    none."""
    data: Base64 | None = None
    """The whole MP4 or QuickTime file in base64, with or without a `data:` prefix; only its header is read,
    for what is not stated beside it. Null, the default: no file is sent."""
    url: Address | None = None
    """The address of the video, which is never fetched: state `seconds` beside it, or the length is assumed,
    and `low` and `high` of the count lie far apart. Null, the default: there is no address."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("state both `width` and `height`, or neither")
        return _with_one_source(self, "seconds")


class DocumentPart(Sent):
    """A document: state `pages`, or `data`, or `url`."""

    model_config = one_form(*_sources("pages"))

    type: Literal["document"]
    """The kind of part, which is `document`."""
    pages: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = None
    """The number of pages, in place of `data`; null, the default: read from `data`, or unknown."""
    text_tokens: TokenNumber | None = None
    """The number of tokens of its whole text, where it is known; null, the default: counted in the text that
    `data` holds, or else what the model's rule takes for a page."""
    detail: Literal["low", "medium", "high", "auto"] | None = None
    """The resolution of the pages, in the provider's own word; null, the default, or `auto`: the model's
    default."""
    data: Base64 | None = None
    """The whole PDF or text file in base64, with or without a `data:` prefix; its pages and text are read,
    and never rendered. Null, the default: no file is sent."""
    url: Address | None = None
    """The address of the document, which is never fetched: state `pages` beside it, or their number is
    assumed, and `low` and `high` of the count lie far apart. Null, the default: there is no address."""

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        return _with_one_source(self, "pages")


PartT = TypeVar("PartT", bound=Sent)


def _with_one_source(part: PartT, length: str) -> PartT:
    """Return the part if it has a length, data or an address; a length may stand beside an address."""
    stated, data, url = (getattr(part, name) is not None for name in (length, "data", "url"))
    if data + (stated or url) != 1:
        raise ValueError(f"state `{length}`, or `data`, or `url`")
    return part


def part_kind(value: Any) -> str | None:
    """Return the name of a part's form in a union, from its `type`; None if it has none."""
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return f"{UNION_MEMBER}{kind}" if isinstance(kind, str) else None


TaggedMedia = (
    Annotated[ImagePart, Tag("~image")]
    | Annotated[AudioPart, Tag("~audio")]
    | Annotated[VideoPart, Tag("~video")]
    | Annotated[DocumentPart, Tag("~document")]
)
"""The media parts as members of a larger union that `part_kind` tells apart."""

MediaPart = Annotated[
    TaggedMedia,
    Discriminator(
        part_kind,
        custom_error_type="part",
        custom_error_message="an item has a `type`: image, audio, video or document",
    ),
]
