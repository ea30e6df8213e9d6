"""POST /v1/media: what items cost by themselves."""

from __future__ import annotations

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.media.limits import limits_passed
from tokenquote.catalog import Catalog
from tokenquote.catalog.media_rules import MediaRules
from tokenquote.counts import NO_MEDIA, Count
from tokenquote.errors import under
from tokenquote.media import Audio, Document, Image, Item, Video
from tokenquote.tokens import TokenRules, Vocabularies
from tokenquote_client.media import MediaAnswer, MediaItem, MediaQuestion

__all__ = ["answer_media"]


def answer_media(question: MediaQuestion, catalog: Catalog, vocabularies: Vocabularies) -> MediaAnswer:
    """Count each item as the model counts it.

    Raises:
        LocatedError: an item or the model is not known.
    """
    with under("model"):
        model = catalog.resolve(question.model)
    counter = MediaCounter(
        model.media, catalog.profiles, count_text=TokenRules(model.counting, vocabularies).text
    )
    items: list[MediaItem] = []
    together = NO_MEDIA
    for i, part in enumerate(question.items):
        item = counter.read_part(part, ("items", i))
        count = counter.count(item, ("items", i))
        items.append(_describe_item(item, count, counter.rules))
        together = together + count.media
    notes = sorted(set(counter.notes))
    notes += [
        f"sent together, these are {passed}: {model.id} would refuse the request"
        for _, passed in limits_passed([together], model)
    ]
    return MediaAnswer(model=model.id, items=items, tokens=sum(item.tokens for item in items), warnings=notes)


def _describe_item(item: Item, count: Count, rules: MediaRules) -> MediaItem:
    """Describe an item by itself, without what stands around it in a message."""
    alone, media = count.content, count.media
    size = item.size if isinstance(item, (Image, Video)) else None
    return MediaItem(
        tokens=alone.tokens,
        method=alone.method,
        rule=_name_rule(item, rules),
        low=alone.low,
        high=alone.high,
        width=size.width if size is not None else None,
        height=size.height if size is not None else None,
        seconds=item.seconds.expected if isinstance(item, (Audio, Video)) else None,
        pages=int(item.pages.expected) if isinstance(item, Document) else None,
        image_tokens=media.image,
        audio_tokens=media.audio,
        video_tokens=media.video,
        text_tokens=alone.tokens - media.tokens,
    )


def _name_rule(item: Item, rules: MediaRules) -> str:
    """Return the name of the catalog's rule that counts the item."""
    match item:
        case Image():
            name = rules.words.images
        case Audio():
            name = rules.words.audio
        case Video():
            name = rules.words.video
        case Document():
            name = rules.words.documents
    return name or ""
