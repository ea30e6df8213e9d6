"""POST /v1/media: what items cost by themselves."""

from __future__ import annotations

from tokenquote.api.media.counter import CountedItem, MediaCounter
from tokenquote.api.media.limits import limits_passed
from tokenquote.catalog import Catalog
from tokenquote.catalog.media_rules import MediaRules
from tokenquote.counts import NO_MEDIA
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
    counted = [counter.count_part(item, ("items", i)) for i, item in enumerate(question.items)]
    items = [_describe_item(item, counter.rules) for item in counted]
    notes = sorted({note for item in counted for note in item.notes})
    together = sum((item.count.media for item in counted), NO_MEDIA)
    notes += [
        f"sent together, these are {passed}: {model.id} would refuse the request"
        for _, passed in limits_passed([together], model)
    ]
    return MediaAnswer(model=model.id, items=items, tokens=sum(item.tokens for item in items), warnings=notes)


def _describe_item(counted: CountedItem, rules: MediaRules) -> MediaItem:
    item, count = counted.item, counted.count
    framing, media = count.framing, count.media
    size = item.size if isinstance(item, (Image, Video)) else None
    return MediaItem(
        tokens=count.tokens - framing,
        method=count.method,
        rule=_name_rule(item, rules),
        low=count.low - framing,
        high=count.high - framing,
        width=size.width if size is not None else None,
        height=size.height if size is not None else None,
        seconds=item.seconds.expected if isinstance(item, (Audio, Video)) else None,
        pages=int(item.pages.expected) if isinstance(item, Document) else None,
        image_tokens=media.image,
        audio_tokens=media.audio,
        video_tokens=media.video,
        text_tokens=count.tokens - framing - media.tokens,
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
