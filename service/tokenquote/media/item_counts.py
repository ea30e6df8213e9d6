"""One picture, sound, clip or document to tokens by modality, by the rules of its model."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tokenquote.catalog.media_rules import MediaRules
from tokenquote.catalog.schema.media_rules import DocumentRule, RateRule
from tokenquote.counts import Count, least_certain
from tokenquote.errors import LocatedError
from tokenquote.media.audio import count_audio
from tokenquote.media.documents import DocumentCount, count_document
from tokenquote.media.images import ImageCount, count_image, count_image_of_unknown_size
from tokenquote.media.items import Clip, Document, Item, Length, Picture, Sound
from tokenquote.media.video import VideoCount, count_video

__all__ = ["ItemCount", "MissingRule", "count_item", "count_speech", "text_of_pages"]


class MissingRule(LocatedError):
    """The catalog does not say how the model counts such a thing."""

    def __init__(self, model: MediaRules, plural: str) -> None:
        super().__init__(
            (),
            f"the catalog has no rule for {plural} of {model.model}: plan it as `tokens`, or choose a model "
            "with such a rule (`media` in GET /v1/models)",
        )


@dataclass(frozen=True, slots=True)
class ItemCount:
    """Tokens of one item, apart where providers price them apart."""

    rule: str
    """The rule of the catalog that applied."""
    image: Count | None = None
    """A picture, or the pages of a document."""
    audio: Count | None = None
    """A sound, or the sound track of a clip."""
    video: Count | None = None
    """The frames of a clip."""
    text: Count | None = None
    """The text of a document."""
    extra_in_chat: int = 0
    """What a Chat Completions body adds."""
    in_message: int = 0
    """What stands around it in a message, besides."""

    @property
    def total(self) -> Count:
        parts = [part for part in (self.image, self.audio, self.video, self.text) if part is not None]
        return sum(parts[1:], parts[0])


def count_item(item: Item, model: MediaRules) -> ItemCount:
    """Count an item as its model does.

    Raises:
        MissingRule: the catalog does not say how.
        ImageRefused: the provider itself would refuse it.
    """
    match item:
        case Picture():
            return _count_picture(item, model)
        case Sound():
            return _count_sound(item, model)
        case Clip():
            return _count_clip(item, model)
        case Document():
            return _count_document(item, model)


def _count_picture(item: Picture, model: MediaRules) -> ItemCount:
    if model.images is None:
        raise MissingRule(model, "pictures")
    counted: ImageCount
    if item.size is None:
        counted = count_image_of_unknown_size(model.images, item.detail)
    else:
        counted = count_image(model.images, item.size.width, item.size.height, item.detail)
    return ItemCount(
        model.words.images or "",
        image=counted.count,
        extra_in_chat=counted.extra_in_chat,
        in_message=counted.in_message,
    )


def count_speech(item: Sound, model: MediaRules) -> ItemCount:
    """Count a sound that the model itself makes.

    Raises:
        MissingRule: it does not, or the catalog does not say how it counts.
    """
    if not (isinstance(model.audio, RateRule) and model.audio.spoken_per_second is not None):
        raise MissingRule(model, "the speech")
    return _count_sound(item, model, spoken=True)


def _count_sound(item: Sound, model: MediaRules, *, spoken: bool = False) -> ItemCount:
    rule = model.audio
    if rule is None:
        raise MissingRule(model, "sounds")
    count = _banded_by_length(item.seconds, lambda seconds: count_audio(rule, seconds, spoken=spoken))
    in_message = rule.in_message if isinstance(rule, RateRule) and not spoken else 0
    return ItemCount(model.words.audio or "", audio=count, in_message=in_message)


def _count_clip(item: Clip, model: MediaRules) -> ItemCount:
    rule = model.video
    if rule is None:
        raise MissingRule(model, "clips")
    sides = (item.size.width, item.size.height) if item.size is not None else (None, None)

    def counted(seconds: float) -> VideoCount:
        return count_video(rule, seconds, item.fps, *sides, detail=item.detail, silent=item.silent)

    frames = _banded_by_length(item.seconds, lambda seconds: counted(seconds).frames)
    sound = _banded_by_length(item.seconds, lambda seconds: counted(seconds).sound or _NOTHING)
    heard = counted(item.seconds.expected).sound is not None
    return ItemCount(model.words.video or "", video=frames, audio=sound if heard else None)


def _count_document(item: Document, model: MediaRules) -> ItemCount:
    rule = model.documents
    if rule is None:
        raise MissingRule(model, "documents")

    def counted(pages: float) -> DocumentCount:
        return _count_pages(item, rule, int(pages))

    pages = _banded_by_length(item.pages, lambda number: counted(number).pages)
    text = _banded_by_length(item.pages, lambda number: counted(number).text)
    # A provider that does not charge the text beside pages charges it where there are none.
    if item.text is not None and (text.high or item.is_text):
        text = item.text
    return ItemCount(
        model.words.documents or "",
        image=pages if not item.is_text else None,
        text=text if text.high or item.is_text else None,
        extra_in_chat=rule.entry.extra_in_chat,
        in_message=rule.entry.around,
    )


def _count_pages(item: Document, rule: DocumentRule, pages: int) -> DocumentCount:
    parts = [
        count_document(rule, number, size.width, size.height, detail=item.detail)
        for size, number in item.sizes.items()
    ] or [count_document(rule, pages, detail=item.detail)]
    pictures, texts = [part.pages for part in parts], [part.text for part in parts]
    return DocumentCount(sum(pictures[1:], pictures[0]), sum(texts[1:], texts[0]), parts[0].around)


def text_of_pages(read: Count, pages_read: int, pages: Length, factor: float = 1) -> Count:
    """The text of all pages from that of the first; as we read it, which may not be as the provider does.

    `factor` is what the provider is known to make of a token that we read.
    Eleven recorded documents of one page: what pypdf reads and what was billed differ by some tokens.
    """
    all_read = pages.expected == pages_read
    share = pages.expected / pages_read * factor
    return Count(
        round(read.tokens * share),
        math.floor(read.low * share * (0.9 if all_read else 0.5)),
        math.ceil(read.high * share * (1.15 if all_read else 2)),
        least_certain(read.method, "calibrated" if all_read else "assumed"),
        read.vocabulary,
    )


_NOTHING = Count(0, 0, 0, "rule")


def _banded_by_length(length: Length, count: Callable[[float], Count]) -> Count:
    """The count of what is expected, with a band over all that the length may be."""
    expected = count(length.expected)
    if length.known:
        return expected
    return Count(
        expected.tokens,
        count(length.low).low,
        count(length.high).high,
        least_certain(expected.method, "assumed"),
    )
