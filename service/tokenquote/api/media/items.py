"""Wire parts and media of native bodies to items: from what they state, or from the headers of their data."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace

from tokenquote.catalog.image_rules import ImageSize
from tokenquote.catalog.schema.caching import AmountProfiles
from tokenquote.counts import Count
from tokenquote.errors import LocatedError, Location
from tokenquote.media import Audio, Document, DocumentBudget, HeaderError, Image, Item, Length, Video
from tokenquote.tokens.request import Media
from tokenquote_client.amounts import AudioPart, DocumentPart, ImagePart, MediaPart, VideoPart

__all__ = ["ItemReader"]

Profiles = Mapping[str, AmountProfiles]


@dataclass
class ItemReader:
    """Reads items and keeps them for all models: no file is read twice, and not too much of all together."""

    known: dict[Hashable, Item | HeaderError] = field(default_factory=dict)
    """Items by how each was given; or why it could not be read."""
    work: DocumentBudget = field(default_factory=DocumentBudget)
    """The work that reading documents may still take."""

    def read_part(self, part: MediaPart, profiles: Profiles, at: Location) -> Item:
        """Return the item of a part of a plan or of a media question; `at` is where its data or it stands.

        Raises:
            LocatedError: the data are not of their kind, or damaged.
        """
        return self._read_once(part, lambda: self._make_from_part(part, profiles), at)

    def read_native(self, media: Media, profiles: Profiles, at: Location) -> Item:
        """Return the item of media in a native body, which states no sizes and no lengths.

        Raises:
            LocatedError: the data are not of their kind, or damaged.
        """
        given = (media.kind, media.data, media.media_type, media.detail)
        return self._read_once(given, lambda: self._make_from_native(media, profiles), at)

    def _read_once(self, given: Hashable, make: Callable[[], Item], at: Location) -> Item:
        found = self.known.get(given)
        if found is None:
            try:
                found = make()
            except HeaderError as error:
                found = error
            self.known[given] = found
        if isinstance(found, HeaderError):
            raise LocatedError(at, str(found))
        return found

    def _make_from_part(self, part: MediaPart, profiles: Profiles) -> Item:
        """Make the item, or raise HeaderError."""
        match part:
            case ImagePart():
                if part.data is None:
                    return Image(_size(part), part.detail)
                return Image.from_data(part.data, part.detail)
            case AudioPart():
                if part.data is None:
                    return Audio(_length(part.seconds, profiles["audio_seconds"]))
                return Audio.from_data(part.data)
            case VideoPart():
                return _video_from_part(part, profiles)
            case DocumentPart():
                detail = _detail(part.detail)
                text = Count.stated(part.text_tokens) if part.text_tokens is not None else None
                if part.data is not None:
                    return Document.from_data(part.data, detail, text, budget=self.work)
                return Document(_length(part.pages, profiles["document_pages"]), detail=detail, text=text)

    def _make_from_native(self, media: Media, profiles: Profiles) -> Item:
        """Make the item, or raise HeaderError."""
        data, detail = media.data, media.detail
        match media.kind:
            case "image":
                return (
                    Image(None, detail) if data is None else Image.from_data(data, detail, media.media_type)
                )
            case "audio":
                return (
                    Audio(_length(None, profiles["audio_seconds"])) if data is None else Audio.from_data(data)
                )
            case "video":
                if data is None:
                    return Video(_length(None, profiles["video_seconds"]), detail=_detail(detail))
                return replace(Video.from_data(data), detail=_detail(detail))
            case "document":
                if data is None:
                    return Document(_length(None, profiles["document_pages"]), detail=_detail(detail))
                return Document.from_data(data, _detail(detail), None, media.media_type, self.work)


def _video_from_part(part: VideoPart, profiles: Profiles) -> Video:
    if part.data is not None:
        video = Video.from_data(part.data)
    else:
        video = Video(_length(part.seconds, profiles["video_seconds"]))
    return replace(
        video,
        fps=part.fps,
        size=_size(part) or video.size,
        detail=_detail(part.detail),
        silent=part.silent or video.silent,
    )


def _length(stated: float | None, assumed: AmountProfiles) -> Length:
    if stated is not None:
        return Length.exactly(stated)
    return Length(assumed.small, assumed.medium, assumed.large)


def _size(part: ImagePart | VideoPart) -> ImageSize | None:
    if part.width is None or part.height is None:
        return None
    return ImageSize(part.width, part.height)


def _detail(detail: str | None) -> str | None:
    return None if detail == "auto" else detail
