"""What a model answers with: text, tokens, speech, or images and videos that it makes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from tokenquote_client.amounts import Forms, TextPart, TokensPart, amount_form
from tokenquote_client.media_parts import AudioPart, Pixels, Seconds, part_kind
from tokenquote_client.wire_types import Sent, TokenNumber, all_rules, form

__all__ = ["AnswerOrParts", "AnswerPart", "GeneratedImage", "GeneratedVideo"]

ProviderWord = Annotated[str, Field(strict=True, min_length=1, max_length=32)]


class GeneratedImage(Sent):
    """An image that the model makes: billed by its tokens, or by its size and quality."""

    model_config = all_rules({"oneOf": [form("width", "height"), form(without=("width", "height"))]})

    type: Literal["image"]
    """The kind of part, which is `image`."""
    width: Pixels | None = None
    """The width in pixels, stated together with `height`; null, the default: the provider's default size."""
    height: Pixels | None = None
    """The height in pixels, stated together with `width`; null, the default: the provider's default size."""
    resolution: ProviderWord | None = None
    """The size in the provider's own word, such as `2K`; null, the default: the provider's default."""
    quality: ProviderWord | None = None
    """The quality in the provider's own word, such as `high`; null, the default: the provider's default."""
    tokens: TokenNumber | None = None
    """The number of output tokens of one such image, where it is known; null, the default: what the catalog
    says of its size and quality. Of a model that bills by the image they cost nothing."""
    count: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 1
    """The number of such images; 1 by default."""

    @model_validator(mode="after")
    def _whole_size(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("state both `width` and `height`, or neither")
        return self


class GeneratedVideo(Sent):
    """A video that the model makes, billed by the second."""

    type: Literal["video"]
    """The kind of part, which is `video`."""
    seconds: Seconds
    """The length in seconds, above 0."""
    resolution: ProviderWord | None = None
    """The resolution in the provider's own word, such as `720p`; null, the default: the provider's own."""
    audio: Annotated[bool, Field(strict=True)] | None = None
    """Whether it has an audio track, where that changes the price; null, the default: the provider's
    default."""


AnswerPart = Annotated[
    Annotated[TextPart, Tag("~text")]
    | Annotated[TokensPart, Tag("~tokens")]
    | Annotated[AudioPart, Tag("~audio")]
    | Annotated[GeneratedImage, Tag("~image")]
    | Annotated[GeneratedVideo, Tag("~video")],
    Discriminator(
        part_kind,
        custom_error_type="part",
        custom_error_message="a part of an answer has a `type`: text, tokens, audio, image or video",
    ),
]

AnswerOrParts = Annotated[
    Forms | Annotated[list[AnswerPart], Field(min_length=1, max_length=1_000), Tag("~parts")],
    Discriminator(amount_form),
]
