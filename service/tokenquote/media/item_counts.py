"""Counts an image, audio, a video or a document by the rules of its model."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from tokenquote.catalog.document_rules import DocumentCounter
from tokenquote.catalog.media_rules import MediaRules
from tokenquote.counts import Count, MediaUse, least_certain, total
from tokenquote.errors import LocatedError
from tokenquote.media.items import Audio, Document, File, Image, Item, Length, Video

__all__ = ["MissingRule", "count_item", "count_speech", "extrapolate_text"]


class MissingRule(LocatedError):
    """The catalog does not say how the model counts media of a kind."""

    def __init__(self, model: MediaRules, media: str) -> None:
        super().__init__(
            (),
            f"the catalog has no rule for {media} of {model.model}: plan it as `tokens`, or choose a model "
            "with such a rule (`media` in GET /v1/models)",
        )


def count_item(item: Item, model: MediaRules, *, in_chat: bool = False) -> Count:
    """Count an item as its model does, with what stands around it in a message as the count's framing.

    The count's `media` holds the tokens of each kind of media in it and the amounts that providers limit;
    what is neither framing nor media is the text of a document. `in_chat` adds what a Chat Completions body
    adds.

    Raises:
        MissingRule: the catalog does not say how.
        ImageRefused: the provider itself would refuse it.
    """
    match item:
        case Image():
            return _count_image(item, model, in_chat)
        case Audio():
            return _count_audio(item, model, spoken=False)
        case Video():
            return _count_video(item, model)
        case Document():
            return _count_document(item, model, in_chat)


def count_speech(item: Audio, model: MediaRules) -> Count:
    """Count audio that the model itself makes.

    Raises:
        MissingRule: it does not, or the catalog does not say how it counts.
    """
    if model.audio is None or not model.audio.speaks:
        raise MissingRule(model, "the speech")
    return _count_audio(item, model, spoken=True)


def _count_image(image: Image, model: MediaRules, in_chat: bool) -> Count:
    rule, size = model.images, image.size
    if rule is None:
        raise MissingRule(model, "images")
    if size is None:
        count, longest = rule.count_any_size(image.detail), 0
    else:
        count = rule.count(size.width, size.height, image.detail)
        longest = max(size.width, size.height)
    use = MediaUse(image=count.tokens, images=1, base64_bytes=_count_base64(image.file), longest_edge=longest)
    return _enclose(count, rule.in_message + (rule.extra_in_chat if in_chat else 0), use)


def _count_audio(audio: Audio, model: MediaRules, *, spoken: bool) -> Count:
    rule = model.audio
    if rule is None:
        raise MissingRule(model, "audio")
    count = _count_length(audio.seconds, lambda seconds: rule.count(seconds, spoken=spoken))
    use = MediaUse(
        audio=count.tokens,
        audios=1,
        audio_seconds=audio.seconds.expected,
        base64_bytes=_count_base64(audio.file),
    )
    return _enclose(count, 0 if spoken else rule.in_message, use)


def _count_video(video: Video, model: MediaRules) -> Count:
    counter = model.video
    if counter is None:
        raise MissingRule(model, "videos")

    def count_seconds(seconds: float) -> Count:
        return counter.count(seconds, video.fps, video.size, detail=video.detail, silent=video.silent)

    count = _count_length(video.seconds, count_seconds)
    use = MediaUse(
        audio=count.media.audio,
        video=count.media.video,
        videos=1,
        longest_video_seconds=video.seconds.expected,
        base64_bytes=_count_base64(video.file),
    )
    return _enclose(count, 0, use)


def _count_document(document: Document, model: MediaRules, in_chat: bool) -> Count:
    counter = model.documents
    if counter is None:
        raise MissingRule(model, "documents")
    rule = counter.rule
    pages = _count_length(document.pages, lambda number: _count_pages(document, counter, int(number)))
    text = _count_length(document.pages, lambda number: rule.count_usual_text(int(number)))
    # A provider that does not charge the text beside pages charges it where there are none.
    if document.text is not None and (text.high or document.is_text):
        text = document.text
    count = _with_slack(text, rule.text_file_slack) if document.is_text else pages
    if text.high and not document.is_text:
        count = pages + text
    use = MediaUse(
        image=0 if document.is_text else pages.tokens,
        documents=1,
        pages=int(document.pages.expected),
        base64_bytes=_count_base64(document.file),
    )
    return _enclose(count, rule.around + (rule.extra_in_chat if in_chat else 0), use)


def _with_slack(count: Count, slack: int) -> Count:
    if not slack:
        return count
    method = least_certain(count.method, "calibrated")
    return replace(count, low=max(0, count.low - slack), high=count.high + slack, method=method)


def _count_pages(document: Document, counter: DocumentCounter, pages: int) -> Count:
    if not document.sizes:
        return counter.count_pages(pages, detail=document.detail)
    counts = [
        counter.count_pages(number, (size.width, size.height), document.detail)
        for size, number in document.sizes.items()
    ]
    return total(counts[1:], counts[0])


def extrapolate_text(read: Count, pages_read: int, pages: Length, factor: float = 1) -> Count:
    """Estimate the text of all pages from that of the first, which the provider may read otherwise than we.

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


def _count_length(length: Length, count: Callable[[float], Count]) -> Count:
    """Count what is expected, with a band over all that the length may be."""
    expected = count(length.expected)
    if length.known:
        return expected
    low, high = count(length.low).low, count(length.high).high
    return replace(expected, low=low, high=high, method=least_certain(expected.method, "assumed"))


def _count_base64(file: File | None) -> int:
    return file.characters if file is not None else 0


def _enclose(count: Count, framing: int, use: MediaUse) -> Count:
    """Return the count as it enters a message: with what stands around it, and what its media use."""
    return count.content.with_framing(framing).with_media(use)
