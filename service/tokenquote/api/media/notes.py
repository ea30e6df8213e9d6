"""What a reader should know of how one picture, sound, clip or document was counted."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.catalog.media_rules import MediaRules
from tokenquote.counts import Count
from tokenquote.media import Document, Item, Picture, details_of, is_shrunk, wrong_label

__all__ = ["WORDS", "notes_of"]

WORDS = {"image": "picture", "audio": "sound", "video": "clip", "document": "document"}
"""What each kind of part is called."""


def notes_of(item: Item, kind: str, count: Count, rules: MediaRules) -> Iterator[str]:
    """Each thing that was taken for granted."""
    yield from _unknown(item, WORDS[kind], count)
    if isinstance(item, Picture):
        yield from _of_size(item, rules)
        yield from _of_detail(item, rules)
        yield from _of_label(item, rules)


def _unknown(item: Item, word: str, count: Count) -> Iterator[str]:
    what = _unknown_of(item)
    if what is not None:
        yield (
            f"the {what} of a {word} behind an address is not known, for addresses are never fetched: "
            f"{count.low} to {count.high} tokens, counted as {count.tokens}"
        )
    elif count.method == "assumed":
        yield f"a {word}: {count.low} to {count.high} tokens, assumed to be {count.tokens}"


def _unknown_of(item: Item) -> str | None:
    if isinstance(item, Picture):
        return "size" if item.size is None else None
    length = item.pages if isinstance(item, Document) else item.seconds
    return None if length.known else "length"


def _of_size(picture: Picture, rules: MediaRules) -> Iterator[str]:
    size = picture.size
    if rules.images is None or size is None:
        return
    if is_shrunk(rules.images, size.width, size.height, picture.detail):
        yield f"{rules.model} shrinks pictures as large as some of these: counted as they are after that"


def _of_detail(picture: Picture, rules: MediaRules) -> Iterator[str]:
    """A detail that the model's rule does not know is counted as its default."""
    if rules.images is not None and picture.detail not in details_of(rules.images) | {None, "auto"}:
        yield f"detail `{picture.detail}` has no price of its own for {rules.model}: counted as its default"


def _of_label(picture: Picture, rules: MediaRules) -> Iterator[str]:
    limits = rules.limits
    if picture.file is None or limits is None or limits.images.wrong_label is None:
        return
    if (wrong := wrong_label(picture.file)) is not None:
        yield f"{rules.model} may refuse {wrong}"
