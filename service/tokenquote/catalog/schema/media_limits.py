"""What media_limits.yaml states: media that a provider turns down, one by one or together in a request.

A provider names its limits with `media_limits`; a model may name others. What one image costs at most,
and what is shrunk until it fits, belongs to image_rules.yaml. A limit that is left out (None) is not known.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tokenquote.catalog.schema.catalog_entry import Entry, Positive, Word

__all__ = [
    "AudioFormat",
    "AudioLimits",
    "DocumentLimits",
    "ImageFormat",
    "ImageLimits",
    "ManyImages",
    "MediaLimits",
    "MediaLimitsFile",
    "VideoLimits",
]

ImageFormat = Literal["png", "jpeg", "gif", "webp", "bmp", "tiff", "avif", "heic"]
AudioFormat = Literal["wav", "mp3", "flac", "ogg", "m4a", "aiff"]


class ManyImages(Entry):
    """A narrower limit for requests with many images."""

    over: Positive
    """The limit holds for requests with more images than this."""
    max_edge: Positive
    """Pixels of the longest side."""


class ImageLimits(Entry):
    """What a provider takes of images."""

    formats: tuple[ImageFormat, ...] = ()
    """The formats that are taken; none: they are not known."""
    moving: Literal["refused", "first_frame"] | None = None
    """What happens to animated images."""
    wrong_label: Literal["refused", "may_be_refused"] | None = None
    """What happens to a file whose media type is said to be another than its own."""
    per_request: Positive | None = None
    base64_bytes: Positive | None = None
    """Characters of base64 of one image."""
    min_edge: Positive | None = None
    """Pixels that each side must have."""
    max_edge: Positive | None = None
    """Pixels of the longest side."""
    max_pixels: Positive | None = None
    many: ManyImages | None = None


class AudioLimits(Entry):
    """What a provider takes of audio."""

    formats: tuple[AudioFormat, ...] = ()
    """The formats that are taken; none: they are not known."""
    per_request: Positive | None = None
    seconds_per_request: Positive | None = None


class VideoLimits(Entry):
    """What a provider takes of videos."""

    per_request: Positive | None = None
    seconds: Positive | None = None
    """Seconds of one video."""


class DocumentLimits(Entry):
    """What a provider takes of documents."""

    per_request: Positive | None = None
    pages: Positive | None = None
    """Pages of one document."""
    pages_per_request: Positive | None = None
    bytes: Positive | None = None
    """Bytes of one file."""


class MediaLimits(Entry):
    """Everything that a provider turns down; a limit that is left out is not known."""

    request_base64_bytes: Positive | None = None
    """Characters of base64 of all that one request sends."""
    images: ImageLimits = ImageLimits()
    audio: AudioLimits = AudioLimits()
    video: VideoLimits = VideoLimits()
    documents: DocumentLimits = DocumentLimits()
    source: str = Field(min_length=1)


class MediaLimitsFile(Entry):
    """The contents of media_limits.yaml: limits by their names."""

    media_limits: dict[Word, MediaLimits]
