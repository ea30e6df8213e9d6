"""What media_limits.yaml may say: media that a provider turns down, one by one or together in a request.

A provider names its limits with `media_limits`; a model may name others. What one picture costs at most,
and what is shrunk until it fits, belongs to image_rules.yaml.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tokenquote.catalog.schema.catalog_entry import Entry, Positive, Word

__all__ = [
    "ClipLimits",
    "DocumentLimits",
    "ManyPictures",
    "MediaLimits",
    "MediaLimitsFile",
    "PictureLimits",
    "SoundLimits",
]

PictureFormat = Literal["png", "jpeg", "gif", "webp", "bmp", "tiff", "avif", "heic"]
SoundFormat = Literal["wav", "mp3", "flac", "ogg", "m4a", "aiff"]


class ManyPictures(Entry):
    """A narrower limit for requests with many pictures."""

    over: Positive
    """It holds for requests with more pictures than this."""
    max_edge: Positive
    """Pixels of the longest side."""


class PictureLimits(Entry):
    """Pictures."""

    formats: tuple[PictureFormat, ...] = ()
    """Those that are taken; none: not known."""
    moving: Literal["refused", "first_frame"] | None = None
    """What happens to animated ones."""
    wrong_label: Literal["refused", "may_be_refused"] | None = None
    """What happens to a file whose media type is said to be another than its own."""
    per_request: Positive | None = None
    base64_bytes: Positive | None = None
    """Characters of base64 of one picture."""
    min_edge: Positive | None = None
    """Pixels that each side must have."""
    max_edge: Positive | None = None
    """Pixels of the longest side."""
    max_pixels: Positive | None = None
    many: ManyPictures | None = None


class SoundLimits(Entry):
    """Sounds."""

    formats: tuple[SoundFormat, ...] = ()
    """Those that are taken; none: not known."""
    per_request: Positive | None = None
    seconds_per_request: Positive | None = None


class ClipLimits(Entry):
    """Clips."""

    per_request: Positive | None = None
    seconds: Positive | None = None
    """Of one clip."""


class DocumentLimits(Entry):
    """Documents."""

    per_request: Positive | None = None
    pages: Positive | None = None
    """Of one document."""
    pages_per_request: Positive | None = None
    bytes: Positive | None = None
    """Of one file."""


class MediaLimits(Entry):
    """Everything that a provider turns down; a limit that is left out is not known."""

    request_base64_bytes: Positive | None = None
    """Characters of base64 of all that one request sends."""
    images: PictureLimits = PictureLimits()
    audio: SoundLimits = SoundLimits()
    video: ClipLimits = ClipLimits()
    documents: DocumentLimits = DocumentLimits()
    source: str = Field(min_length=1)


class MediaLimitsFile(Entry):
    """media_limits.yaml"""

    media_limits: dict[Word, MediaLimits]
