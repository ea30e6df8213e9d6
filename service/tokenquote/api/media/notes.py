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
    yield from _describe_unknown(item, count)
    if isinstance(item, Image):
        yield from _describe_shrinking(item, rules)
        yield from _describe_detail(item, rules)
        yield from _describe_label(item, rules)


def _describe_unknown(item: Item, count: Count) -> Iterator[str]:
    unknown = _unknown_measure(item)
    if unknown is None and count.method != "assumed":
        return
    named, alone = _with_article(name_kind(item)), count.content
    if unknown is not None:
        yield (
            f"the {unknown} of {named} behind an address is not known, for addresses are never fetched: "
            f"{alone.low} to {alone.high} tokens, counted as {alone.tokens}"
        )
    else:
        yield f"{named}: {alone.low} to {alone.high} tokens, assumed to be {alone.tokens}"


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
