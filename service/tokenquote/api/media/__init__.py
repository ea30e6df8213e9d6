"""POST /v1/media: what items cost by themselves."""

from __future__ import annotations

from tokenquote.api.media.counter import CountedMedia, MediaCounter, media_use
from tokenquote.api.media.limits import limits_passed
from tokenquote.catalog import Catalog
from tokenquote.counts import NO_MEDIA, Count
from tokenquote.errors import under
from tokenquote.media import Clip, Document, Picture, Sound
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
    items = [_item(one) for one in counted]
    notes = sorted({note for one in counted for note in one.notes})
    together = sum((media_use(one.item, one.counted) for one in counted), NO_MEDIA)
    notes += [
        f"sent together, these are {passed}: {model.id} would refuse the request"
        for _, passed in limits_passed([together], model)
    ]
    return MediaAnswer(model=model.id, items=items, tokens=sum(item.tokens for item in items), warnings=notes)


def _item(one: CountedMedia) -> MediaItem:
    item, counted, total = one.item, one.counted, one.counted.total
    size = item.size if isinstance(item, (Picture, Clip)) else None
    return MediaItem(
        tokens=total.tokens,
        method=total.method,
        rule=counted.rule,
        low=total.low,
        high=total.high,
        width=size.width if size is not None else None,
        height=size.height if size is not None else None,
        seconds=item.seconds.expected if isinstance(item, (Sound, Clip)) else None,
        pages=int(item.pages.expected) if isinstance(item, Document) else None,
        image_tokens=_tokens(counted.image),
        audio_tokens=_tokens(counted.audio),
        video_tokens=_tokens(counted.video),
        text_tokens=_tokens(counted.text),
    )


def _tokens(count: Count | None) -> int:
    return count.tokens if count is not None else 0
