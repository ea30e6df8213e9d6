"""Counts parts of plans, items of media questions and media of native bodies as one model does.

A part or native media becomes an item with its size or length (items.py), and the item a `Count`. What the
model would refuse by itself is an error; what was taken for granted is noted (notes.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tokenquote.api.media.items import ItemReader
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
    Length,
    count_item,
    count_speech,
    extrapolate_text,
    find_refusal,
)
from tokenquote.tokens.request import Media
from tokenquote_client.amounts import AudioPart, MediaPart

__all__ = ["MediaCounter"]


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
    notes: list[str] = field(default_factory=list)
    """A sentence for each assumption that the counts so far have made."""

    def read_part(self, part: MediaPart, at: Location) -> Item:
        """Read the size or the length of a part of a plan or an item of a media question.

        Raises:
            LocatedError: the data cannot be read.
        """
        return self.reader.read_part(part, self.profiles, (*at, "data") if part.data is not None else at)

    def count_part(self, part: MediaPart, at: Location, *, in_chat: bool = False) -> Count:
        """Count a part of a plan.

        Args:
            part: what the plan says.
            at: where it says so.
            in_chat: whether it goes into a Chat Completions body, which may add a little more.

        Raises:
            LocatedError: the model takes no such media, the data cannot be read, or it would be refused.
        """
        return self.count(self.read_part(part, at), at, in_chat=in_chat)

    def count_speech(self, part: AudioPart, at: Location) -> Count:
        """Count the audio that the model answers with.

        Raises:
            LocatedError: the model does not speak, or the data cannot be read.
        """
        item = self.read_part(part, at)
        if not isinstance(item, Audio):
            raise TypeError(f"audio became a {type(item).__name__}")
        with under(*at):
            count = count_speech(item, self.rules)
        return self._noted(item, count)

    def count_in_body(self, media: Media, at: Location, *, in_chat: bool) -> Count:
        """Count media of a native body.

        Args:
            media: what stands in the body.
            at: where the body stands.
            in_chat: whether it is a Chat Completions body, which may add a little more.

        Raises:
            LocatedError: the model takes no such media, the data cannot be read, or it would be refused.
        """
        where = (*at, *media.location)
        item = self.reader.read_native(media, self.profiles, where)
        rule = self.rules.documents.rule if self.rules.documents is not None else None
        counted = self.count(item, where, in_chat=in_chat)
        if not (isinstance(item, Document) and media.text_only and rule and rule.text_only_in_converse):
            return counted
        # Some calls of 2026 were shown the pages all the same (2 of 11), so the band reaches up to them.
        alone = self.count(self._without_pages(item), where, in_chat=in_chat)
        return replace(alone, high=max(alone.high, counted.high))

    def _without_pages(self, document: Document) -> Document:
        """Return a document as its text alone, where that was read; else as it is."""
        read = self._with_text(document)
        if not isinstance(read, Document) or read.text is None:
            return document
        return replace(read, pages=Length.exactly(0), sizes={})

    def count(self, item: Item, at: Location, *, in_chat: bool = False) -> Count:
        """Count an item whose size or length was read; its framing is what stands around it in a message.

        Raises:
            LocatedError: the model takes no such media, or it would be refused.
        """
        limits = self.rules.limits
        refusal = find_refusal(item, limits) if limits is not None else None
        if refusal is not None:
            raise self._refused(item, refusal, at)
        try:
            with under(*at):
                count = count_item(self._with_text(item), self.rules, in_chat=in_chat)
        except ImageRefused as error:
            raise self._refused(item, str(error), at) from None
        return self._noted(item, count)

    def _noted(self, item: Item, count: Count) -> Count:
        self.notes.extend(list_notes(item, count, self.rules))
        return count

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
