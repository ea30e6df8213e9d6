"""The contract of POST /v1/media: what images, audio, videos and documents cost in tokens."""

from __future__ import annotations

from pydantic import Field

from tokenquote_client.media_parts import MediaPart
from tokenquote_client.wire_types import Method, Received, Sent

__all__ = ["MediaAnswer", "MediaItem", "MediaQuestion"]


class MediaQuestion(Sent):
    """Media items to count as a model counts them."""

    model: str = Field(min_length=1, max_length=200)
    """The model that counts: its catalog id (`openai/gpt-5.4-mini`), an alias, or the name without the
    provider (`gpt-5.4-mini`) where the model's own maker sells it."""
    items: list[MediaPart] = Field(min_length=1, max_length=1_000)
    """The images, audio recordings, videos and documents to count. One that the model's provider would refuse
    makes the whole question an error."""


class MediaItem(Received):
    """What one item costs in tokens."""

    tokens: int
    """The tokens of the item in all, without those that a message adds around it."""
    method: Method
    rule: str
    """The name of the catalog's rule that applied, as in `media` of GET /v1/models."""
    low: int
    """The lower end in tokens of the band that nine bills in ten are expected to lie in."""
    high: int
    """The upper end in tokens of the band that nine bills in ten are expected to lie in."""
    width: int | None = None
    """The width of an image or video in pixels before the model shrinks it: as stated, or read from the
    header of `data` and turned as it says; null: not known, or not such an item."""
    height: int | None = None
    """The height of an image or video in pixels before the model shrinks it: as stated, or read from the
    header of `data` and turned as it says; null: not known, or not such an item."""
    seconds: float | None = None
    """The length in seconds that was counted: stated, read from the header, or assumed; null: the item is
    neither audio nor video."""
    pages: int | None = None
    """The number of pages that was counted: stated, read from the file, or assumed; 0: a text file. Null: the
    item is no document."""
    image_tokens: int = 0
    """The part of `tokens` that is an image, or a document's pages that are read as images. The four parts
    add up to `tokens`."""
    audio_tokens: int = 0
    """The part of `tokens` that is audio, or a video's audio track."""
    video_tokens: int = 0
    """The part of `tokens` that is a video's frames, without its audio track."""
    text_tokens: int = 0
    """The part of `tokens` that is a document's text."""


class MediaAnswer(Received):
    """What the items cost, in their order and together."""

    model: str
    """The catalog id of the model that counted."""
    items: list[MediaItem]
    """What each item costs, in the order of the question."""
    tokens: int
    """The sum of the `tokens` of all items."""
    warnings: list[str] = Field(default=[])
    """What was taken for granted of an item, and which limits of the provider the items pass together; empty:
    nothing, and none."""
