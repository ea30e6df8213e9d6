"""The contract of POST /v1/media: what pictures, sounds, films and documents cost."""

from __future__ import annotations

from pydantic import Field

from tokenquote_client.amounts import MediaPart
from tokenquote_client.wire import Method, Received, Sent

__all__ = ["MediaAnswer", "MediaItem", "MediaQuestion"]


class MediaQuestion(Sent):
    """Items to count as a model counts them."""

    model: str = Field(min_length=1, max_length=200)
    items: list[MediaPart] = Field(min_length=1, max_length=1_000)


class MediaItem(Received):
    """What one item costs."""

    tokens: int
    method: Method
    rule: str
    """The rule of the catalog that applied."""
    low: int
    high: int
    width: int | None = None
    """Pixels as the provider sees them: read from the header where data was sent, orientation applied."""
    height: int | None = None
    seconds: float | None = None
    """Length that was counted, read from the header where data was sent."""
    pages: int | None = None
    """Pages that were counted, likewise."""
    image_tokens: int = 0
    """Tokens of a picture or of a document's pages; the four add up to `tokens`."""
    audio_tokens: int = 0
    """Tokens of a sound or of a clip's sound track."""
    video_tokens: int = 0
    """Tokens of a clip's frames."""
    text_tokens: int = 0
    """Tokens of a document's text."""


class MediaAnswer(Received):
    """What the items cost, in their order and together."""

    model: str
    items: list[MediaItem]
    tokens: int
    warnings: list[str] = Field(default=[])
