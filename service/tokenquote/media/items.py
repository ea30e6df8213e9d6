"""Images, audio, videos and documents not counted yet, with their sizes and lengths as far as known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from tokenquote.catalog.image_rules import ImageSize
from tokenquote.counts import Count
from tokenquote.media.headers import (
    DocumentBudget,
    PageSize,
    read_audio_header,
    read_image_header,
    read_pdf_pages,
    read_text_file,
    read_video_header,
)

__all__ = ["Audio", "Document", "File", "Image", "Item", "Length", "Video"]


@dataclass(frozen=True, slots=True)
class Length:
    """Seconds or pages: stated, read from a header, or assumed to lie between two ends."""

    low: float
    expected: float
    high: float

    @classmethod
    def exactly(cls, length: float) -> Self:
        """Make a length that is known."""
        return cls(length, length, length)

    @property
    def known(self) -> bool:
        """Whether it is stated or was read, rather than assumed."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class File:
    """The file of an item whose data are at hand."""

    characters: int
    """Characters of its base64, which is what providers limit."""
    bytes: int
    format: str
    animated: bool = False
    labelled: str | None = None
    """The format that it is said to have."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image; `size` is None where nobody states it and its file is not at hand."""

    size: ImageSize | None
    detail: str | None = None
    file: File | None = None

    @classmethod
    def from_data(cls, data: str, detail: str | None = None, media_type: str | None = None) -> Self:
        """Read the header of an image given as base64.

        Raises:
            HeaderError: it is no image, or damaged.
        """
        header = read_image_header(data, media_type)
        file = File(len(data), header.bytes, header.format, header.animated, header.labelled)
        return cls(header.size, detail, file)


@dataclass(frozen=True, slots=True)
class Audio:
    """A piece of audio."""

    seconds: Length
    file: File | None = None

    @classmethod
    def from_data(cls, data: str) -> Self:
        """Read the header of audio given as base64.

        Raises:
            HeaderError: it is no audio, or damaged.
        """
        header = read_audio_header(data)
        return cls(Length.exactly(header.seconds), File(len(data), header.bytes, header.format))


@dataclass(frozen=True, slots=True)
class Video:
    """A video, with its audio track unless it is silent; without `fps` the provider chooses the frames."""

    seconds: Length
    fps: float | None = None
    size: ImageSize | None = None
    detail: str | None = None
    silent: bool = False
    file: File | None = None

    @classmethod
    def from_data(cls, data: str) -> Self:
        """Read the header of a video given as base64.

        Raises:
            HeaderError: it is no MP4 or QuickTime video, or damaged.
        """
        header = read_video_header(data)
        file = File(len(data), header.bytes, "mp4")
        return cls(Length.exactly(header.seconds), size=header.size, silent=header.silent, file=file)


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its pages by size where they are known, else all US Letter; a text file has none."""

    pages: Length
    sizes: Mapping[PageSize, int] = field(default_factory=dict)
    detail: str | None = None
    text: Count | None = None
    """Tokens of the whole text, where somebody knows them."""
    texts: tuple[str, ...] = ()
    """The text itself: of the first pages, or of the whole text file."""
    file: File | None = None

    @classmethod
    def from_data(
        cls,
        data: str,
        detail: str | None = None,
        text: Count | None = None,
        media_type: str | None = None,
        budget: DocumentBudget | None = None,
    ) -> Self:
        """Read a PDF's page tree and the text of its first pages, or a text file, within a budget of work.

        Raises:
            HeaderError: it is neither, or damaged.
        """
        words = read_text_file(data, media_type)
        if words is not None and not words.lstrip().startswith("%PDF-"):
            file = File(len(data), len(words.encode()), "txt")
            return cls(Length.exactly(0), {}, detail, text, (words,), file)
        found = read_pdf_pages(data, budget)
        file = File(len(data), found.bytes, "pdf")
        return cls(Length.exactly(found.count), found.sizes, detail, text, found.texts, file)

    @property
    def is_text(self) -> bool:
        """Whether it is a text file, which has no pages to look at."""
        return self.pages.high == 0


Item = Image | Audio | Video | Document
