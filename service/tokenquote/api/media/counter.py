"""Parts of plans, items of media questions and media of native bodies to counted items, as one model counts.

A part or native media becomes an item with its size or length (items.py), and the item a `Count`. What the
model would refuse by itself is an error; what was taken for granted is said beside the count (notes.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tokenquote.api.media.items import ItemReader, MediaPart
from tokenquote.api.media.notes import list_notes, name_kind
from tokenquote.catalog.image_rules import ImageRefused
from tokenquote.catalog.media_rules import MediaRules
from tokenquote.catalog.schema.caching import AmountProfiles
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, Location, under
from tokenquote.media import (
    Audio,
    Document,
    Item,
    count_item,
    count_speech,
    extrapolate_text,
    find_refusal,
)
from tokenquote.tokens.request import Media
from tokenquote_client.amounts import AudioPart

__all__ = ["CountedItem", "MediaCounter"]


@dataclass(frozen=True, slots=True)
class CountedItem:
    """An item beside its count."""

    item: Item
    count: Count
    """What the item adds to a context: framing is what stands around it in a message."""
    notes: tuple[str, ...] = ()
    """A sentence for each assumption that the count makes."""


@dataclass(frozen=True)
class MediaCounter:
    """Counts media as one model does."""

    rules: MediaRules
    profiles: Mapping[str, AmountProfiles]
    """Lengths that are assumed where nobody states any: `audio_seconds`, `document_pages`."""
    reader: ItemReader = field(default_factory=ItemReader)
    """Reads headers, each once for all models that share the reader."""
    count_text: Callable[[str], Count] | None = None
    """Counts the text of documents; None: it is taken to be as long as the model's rule says."""

    def count_part(self, part: MediaPart, at: Location) -> CountedItem:
        """Count a part of a plan or an item of a media question.

        Raises:
            LocatedError: the model takes no such media, the data cannot be read, or it would be refused.
        """
        return self._count(self._read_part(part, at), at, in_chat=False)

    def count_speech(self, part: AudioPart, at: Location) -> CountedItem:
        """Count the audio that the model answers with.

        Raises:
            LocatedError: the model does not speak, or the data cannot be read.
        """
        item = self._read_part(part, at)
        if not isinstance(item, Audio):
            raise TypeError(f"audio became a {type(item).__name__}")
        with under(*at):
            count = count_speech(item, self.rules)
        return CountedItem(item, count, tuple(list_notes(item, count, self.rules)))

    def count_in_body(self, media: Media, at: Location, *, in_chat: bool) -> CountedItem:
        """Count media of a native body.

        Args:
            media: what stands in the body.
            at: where the body stands.
            in_chat: whether it is a Chat Completions body, which may add a little more.

        Raises:
            LocatedError: the model takes no such media, the data cannot be read, or it would be refused.
        """
        where = (*at, *media.location)
        return self._count(self.reader.read_native(media, self.profiles, where), where, in_chat=in_chat)

    def _read_part(self, part: MediaPart, at: Location) -> Item:
        return self.reader.read_part(part, self.profiles, (*at, "data") if part.data is not None else at)

    def _count(self, item: Item, at: Location, *, in_chat: bool) -> CountedItem:
        limits = self.rules.limits
        refusal = find_refusal(item, limits) if limits is not None else None
        if refusal is not None:
            raise self._refused(item, refusal, at)
        try:
            with under(*at):
                count = count_item(self._with_text(item), self.rules, in_chat=in_chat)
        except ImageRefused as error:
            raise self._refused(item, str(error), at) from None
        return CountedItem(item, count, tuple(list_notes(item, count, self.rules)))

    def _refused(self, item: Item, reason: str, at: Location) -> LocatedError:
        return LocatedError(at, f"{self.rules.model} would refuse this {name_kind(item)}: {reason}")

    def _with_text(self, item: Item) -> Item:
        """Return a document with its text counted, as far as it was read; any other item as it is."""
        if not isinstance(item, Document) or item.text or not item.texts or self.count_text is None:
            return item
        counts = [self.count_text(text) for text in item.texts]
        read = total(counts[1:], counts[0])
        if item.is_text:
            return replace(item, text=read)
        documents = self.rules.documents
        factor = float(documents.rule.text_factor) if documents is not None else 1
        return replace(item, text=extrapolate_text(read, len(counts), item.pages, factor))
