"""Media of plans, of native bodies and of POST /v1/media: size or length first, then their model's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tokenquote.api.media.notes import WORDS, notes_of
from tokenquote.catalog.media_rules import MediaRules
from tokenquote.catalog.schema.caching import AmountProfiles
from tokenquote.counts import Count, MediaUse
from tokenquote.errors import LocatedError, Location, under
from tokenquote.media import (
    Clip,
    Document,
    DocumentBudget,
    HeaderError,
    ImageRefused,
    ImageSize,
    Item,
    ItemCount,
    Length,
    Picture,
    Sound,
    count_item,
    count_speech,
    refusal_of,
    text_of_pages,
)
from tokenquote.tokens.request import Media
from tokenquote_client.amounts import AudioPart, DocumentPart, ImagePart, VideoPart

__all__ = ["CountedMedia", "LookedAt", "MediaCounter", "MediaPart", "media_use"]

MediaPart = ImagePart | AudioPart | VideoPart | DocumentPart
_PARTS: Mapping[str, type[MediaPart]] = {
    "image": ImagePart,
    "audio": AudioPart,
    "video": VideoPart,
    "document": DocumentPart,
}


@dataclass
class LookedAt:
    """What has been read already, for any model: no file is read twice, and not too much of all together."""

    items: dict[tuple[MediaPart, str | None], Item | HeaderError] = field(default_factory=dict)
    """By how each was given and what media type it was said to have; or why it could not be read."""
    work: DocumentBudget = field(default_factory=DocumentBudget)


@dataclass(frozen=True, slots=True)
class CountedMedia:
    """A counted item, and the item that was counted."""

    item: Item
    counted: ItemCount
    notes: tuple[str, ...] = ()
    """What was taken for granted."""

    def content(self, *, in_chat: bool = False) -> Count:
        """As it enters a context, with what stands around it; a Chat Completions body adds a little more."""
        extra = self.counted.in_message + (self.counted.extra_in_chat if in_chat else 0)
        use = media_use(self.item, self.counted)
        return replace(self.counted.total.with_framing(extra), media=use)


@dataclass(frozen=True)
class MediaCounter:
    """Counts media as one model does."""

    rules: MediaRules
    profiles: Mapping[str, AmountProfiles]
    """Lengths that are assumed where nobody states any: `audio_seconds`, `document_pages`."""
    looked_at: LookedAt = field(default_factory=LookedAt)
    count_text: Callable[[str], Count] | None = None
    """Counts the text of documents; None: it is taken to be as long as the model's rule says."""

    def count_part(self, part: MediaPart, at: Location) -> CountedMedia:
        """Count a part of a plan or an item of a media question.

        Raises:
            LocatedError: the model takes no such thing, the data cannot be read, or it would be refused.
        """
        where = (*at, "data") if part.data is not None else at
        return self._count(self._item(part, where), part.type, at)

    def count_speech(self, part: AudioPart, at: Location) -> CountedMedia:
        """Count the audio that the model answers with.

        Raises:
            LocatedError: the model does not speak, or the data cannot be read.
        """
        item = self._item(part, (*at, "data") if part.data is not None else at)
        if not isinstance(item, Sound):
            raise TypeError(f"a sound became a {type(item).__name__}")
        with under(*at):
            counted = count_speech(item, self.rules)
        return CountedMedia(item, counted, tuple(notes_of(item, "audio", counted.total, self.rules)))

    def count_in_body(self, media: Media, at: Location) -> CountedMedia:
        """Count what stands in a native body; `at` is where the body stands.

        Raises:
            LocatedError: the model takes no such thing, the data cannot be read, or it would be refused.
        """
        where = (*at, *media.location)
        return self._count(self._item(_as_part(media), where, media.media_type), media.kind, where)

    def _count(self, item: Item, kind: str, at: Location) -> CountedMedia:
        word = WORDS[kind]
        limits = self.rules.limits
        refusal = refusal_of(item, limits) if limits is not None else None
        if refusal is not None:
            raise LocatedError(at, f"{self.rules.model} would refuse this {word}: {refusal}")
        try:
            with under(*at):
                counted = count_item(self._with_text(item), self.rules)
        except ImageRefused as error:
            raise LocatedError(at, f"{self.rules.model} would refuse this {word}: {error}") from None
        return CountedMedia(item, counted, tuple(notes_of(item, kind, counted.total, self.rules)))

    def _with_text(self, item: Item) -> Item:
        if not isinstance(item, Document) or item.text or not item.texts or self.count_text is None:
            return item
        counts = [self.count_text(text) for text in item.texts]
        read = sum(counts[1:], counts[0])
        if item.is_text:
            return replace(item, text=read)
        documents = self.rules.documents
        factor = float(documents.entry.text_factor) if documents is not None else 1
        return replace(item, text=text_of_pages(read, len(counts), item.pages, factor))

    def _item(self, part: MediaPart, at: Location, media_type: str | None = None) -> Item:
        given, known = (part, media_type), self.looked_at.items
        if given not in known:
            try:
                known[given] = self._look_at(part, media_type)
            except HeaderError as error:
                known[given] = error
        found = known[given]
        if isinstance(found, HeaderError):
            raise LocatedError(at, str(found))
        return found

    def _look_at(self, part: MediaPart, media_type: str | None) -> Item:
        """Read what has to be read.

        Raises:
            HeaderError: the data are no such thing, or damaged.
        """
        match part:
            case ImagePart():
                if part.data is None:
                    return Picture(_size(part), part.detail)
                return Picture.of_data(part.data, part.detail, media_type)
            case AudioPart():
                if part.data is None:
                    return Sound(self._length(part.seconds, "audio_seconds"))
                return Sound.of_data(part.data)
            case VideoPart():
                return self._clip(part)
            case DocumentPart():
                return self._document(part, media_type)

    def _clip(self, part: VideoPart) -> Clip:
        if part.data is not None:
            clip = Clip.of_data(part.data)
        else:
            clip = Clip(self._length(part.seconds, "video_seconds"))
        return replace(
            clip,
            fps=part.fps,
            size=_size(part) or clip.size,
            detail=_detail(part.detail),
            silent=part.silent or clip.silent,
        )

    def _document(self, part: DocumentPart, media_type: str | None) -> Document:
        detail = _detail(part.detail)
        text = Count.stated(part.text_tokens) if part.text_tokens is not None else None
        if part.data is not None:
            return Document.of_data(part.data, detail, text, media_type, self.looked_at.work)
        return Document(self._length(part.pages, "document_pages"), detail=detail, text=text)

    def _length(self, stated: float | None, profile: str) -> Length:
        if stated is not None:
            return Length.exactly(stated)
        assumed = self.profiles[profile]
        return Length(assumed.small, assumed.medium, assumed.large)


def media_use(item: Item, counted: ItemCount) -> MediaUse:
    """What the item adds to a request, in tokens and in what providers limit."""
    known = item.pages if isinstance(item, Document) else None
    seconds = item.seconds.expected if isinstance(item, (Sound, Clip)) else 0
    size = item.size if isinstance(item, Picture) else None
    return MediaUse(
        image=counted.image.tokens if counted.image else 0,
        audio=counted.audio.tokens if counted.audio else 0,
        video=counted.video.tokens if counted.video else 0,
        images=int(isinstance(item, Picture)),
        audios=int(isinstance(item, Sound)),
        videos=int(isinstance(item, Clip)),
        documents=int(isinstance(item, Document)),
        pages=int(known.expected) if known is not None else 0,
        audio_seconds=seconds if isinstance(item, Sound) else 0,
        longest_video_seconds=seconds if isinstance(item, Clip) else 0,
        base64_bytes=item.file.characters if item.file is not None else 0,
        longest_edge=max(size.width, size.height) if size is not None else 0,
    )


def _as_part(media: Media) -> MediaPart:
    """As a plan would say it. Nothing in a body states a size."""
    # Built without validation: the data may be long, and the body that holds them was checked already.
    build: Callable[..., MediaPart] = _PARTS[media.kind].model_construct
    return build(type=media.kind, data=media.data, url=media.address, detail=media.detail)


def _size(part: ImagePart | VideoPart) -> ImageSize | None:
    if part.width is None or part.height is None:
        return None
    return ImageSize(part.width, part.height)


def _detail(detail: str | None) -> str | None:
    return None if detail == "auto" else detail
