"""POST /v1/media: what items cost by themselves."""

from __future__ import annotations

from tokenquote.catalog import Catalog, Model
from tokenquote.pictures import count_image_part, detail_note
from tokenquote.plan_errors import Location, PlanError
from tokenquote_client.amounts import ImagePart
from tokenquote_client.media import MediaAnswer, MediaItem, MediaQuestion

__all__ = ["answer_media"]


def answer_media(question: MediaQuestion, catalog: Catalog) -> MediaAnswer:
    """Count each item as the model counts it.

    Raises:
        one of `problems.KNOWN_ERRORS`: an item or the model is not known.
    """
    model = catalog.resolve(question.model)
    items = [_item(item, model, ("items", i)) for i, item in enumerate(question.items)]
    details = {item.detail for item in question.items if isinstance(item, ImagePart)}
    notes = sorted(note for detail in details if (note := detail_note(model, detail)))
    return MediaAnswer(model=model.id, items=items, tokens=sum(item.tokens for item in items), warnings=notes)


def _item(item: object, model: Model, at: Location) -> MediaItem:
    if not isinstance(item, ImagePart):
        kind = getattr(item, "type", "this")
        raise PlanError((*at, "type"), f"{kind} items: not yet offered", offered=False)
    picture = count_image_part(item, model, at)
    count = picture.counted.count
    return MediaItem(
        tokens=count.tokens,
        method=count.method,
        rule=model.entry.images or "",
        low=count.low,
        high=count.high,
        width=picture.size.width,
        height=picture.size.height,
    )
