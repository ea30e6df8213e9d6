"""What a reader should know of how one image, audio, video or document was counted."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.catalog.media_rules import MediaRules
from tokenquote.counts import Count
from tokenquote.media import Audio, Document, Image, Item, Video, describe_wrong_label

__all__ = ["list_notes", "name_kind"]


def name_kind(item: Item) -> str:
    """Return the word for an item's kind, as its part's `type` has it."""
    match item:
        case Image():
            return "image"
        case Audio():
            return "audio"
        case Video():
            return "video"
        case Document():
            return "document"


def list_notes(item: Item, count: Count, rules: MediaRules) -> Iterator[str]:
    """Yield a sentence for each assumption that the count of an item makes."""
    yield from _describe_unknown(item, count, rules)
    if isinstance(item, Image):
        yield from _describe_shrinking(item, rules)
        yield from _describe_detail(item, rules)
        yield from _describe_label(item, rules)


def _describe_unknown(item: Item, count: Count, rules: MediaRules) -> Iterator[str]:
    unknown = _unknown_measure(item)
    if unknown is not None:
        named = _with_article(name_kind(item))
        reason = f"the {unknown} of {named} behind an address is not known, for addresses are never fetched"
        yield f"{reason}: {_describe_band(count.content, 'counted as')}"
    elif count.method == "assumed":
        yield f"{_describe_guess(item, rules)}: {_describe_band(count.content, 'assumed to be')}"


def _describe_band(alone: Count, taken_as: str) -> str:
    if alone.low == alone.high:
        return f"{taken_as} {alone.tokens} tokens"
    return f"{alone.low} to {alone.high} tokens, {taken_as} {alone.tokens}"


def _describe_guess(item: Item, rules: MediaRules) -> str:
    """Return why the count of an item of known size or length is a guess, without a full stop."""
    if isinstance(item, Video) and item.size is None:
        return "the size of a video's frames is not stated"
    if isinstance(item, Document) and _text_is_guessed(item, rules):
        if item.texts:
            return "the text of a document is read only in part"
        return "the text of a document of which only the pages are stated is not known"
    return f"how {rules.model} counts {_with_article(name_kind(item))} is not published"


def _text_is_guessed(document: Document, rules: MediaRules) -> bool:
    """Return whether a part of the text is charged and known to nobody."""
    if document.text is not None or document.is_text or rules.documents is None:
        return False
    is_charged = rules.documents.rule.text.high > 0
    return is_charged and len(document.texts) < document.pages.expected


def _with_article(kind: str) -> str:
    return {"image": "an image", "audio": "audio"}.get(kind, f"a {kind}")


def _unknown_measure(item: Item) -> str | None:
    """Return which measure of the item nobody states; None: it is known."""
    if isinstance(item, Image):
        return "size" if item.size is None else None
    length = item.pages if isinstance(item, Document) else item.seconds
    return None if length.known else "length"


def _describe_shrinking(image: Image, rules: MediaRules) -> Iterator[str]:
    size = image.size
    if rules.images is None or size is None:
        return
    if rules.images.shrinks(size.width, size.height, image.detail):
        yield f"{rules.model} shrinks images as large as some of these: counted as they are after that"


def _describe_detail(image: Image, rules: MediaRules) -> Iterator[str]:
    """Say that a detail which the model's rule does not know is counted as its default."""
    if rules.images is not None and image.detail not in rules.images.details | {None, "auto"}:
        yield f"detail `{image.detail}` has no price of its own for {rules.model}: counted as its default"


def _describe_label(image: Image, rules: MediaRules) -> Iterator[str]:
    limits = rules.limits
    if image.file is None or limits is None or limits.images.wrong_label is None:
        return
    if (wrong := describe_wrong_label(image.file)) is not None:
        yield f"{rules.model} may refuse {wrong}"
