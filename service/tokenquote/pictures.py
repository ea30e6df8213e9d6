"""Pictures of plans and questions to tokens: their size first, then their model's rule."""

from __future__ import annotations

from dataclasses import dataclass

from tokenquote.catalog import Model
from tokenquote.media import (
    HeaderError,
    ImageCount,
    ImageRefused,
    ImageSize,
    count_image,
    details_of,
    read_image_header,
)
from tokenquote.plan_errors import Location, PlanError
from tokenquote.tokens.request import Media
from tokenquote_client.amounts import ImagePart

__all__ = ["SizedImage", "count_body_picture", "count_image_part", "detail_note"]

_ADDRESS = "addresses are never fetched; send the picture as data, or plan it by its size"


@dataclass(frozen=True, slots=True)
class SizedImage:
    """A counted picture and the size that was counted."""

    counted: ImageCount
    size: ImageSize


def count_image_part(part: ImagePart, model: Model, at: Location) -> SizedImage:
    """Count a picture of a plan or of a media question.

    Raises:
        PlanError: the model takes no pictures, the data is no picture, or the provider would refuse it.
    """
    if part.data is not None:
        size = _size(part.data, (*at, "data"))
    else:
        size = ImageSize(part.width or 0, part.height or 0)
    return SizedImage(_count(model, size, part.detail, at), size)


def count_body_picture(picture: Media, model: Model, at: Location) -> ImageCount:
    """Count a picture of a native body; `at` is where the body stands.

    Raises:
        PlanError: as above.
    """
    where = (*at, *picture.location)
    if picture.data is None:
        raise PlanError(where, _ADDRESS)
    return _count(model, _size(picture.data, where), picture.detail, where)


def detail_note(model: Model, detail: str | None) -> str | None:
    """What to say of a detail that the model's rule does not know: it is counted as the default."""
    if model.images is None or detail in (None, "auto") or detail in details_of(model.images):
        return None
    return f"detail `{detail}` has no price of its own for {model.id}: counted as its default"


def _size(data: str, at: Location) -> ImageSize:
    try:
        return read_image_header(data).size
    except HeaderError as error:
        raise PlanError(at, str(error)) from None


def _count(model: Model, size: ImageSize, detail: str | None, at: Location) -> ImageCount:
    if model.images is None:
        raise PlanError(at, f"the catalog has no rule for pictures of {model.id}")
    try:
        return count_image(model.images, size.width, size.height, detail)
    except ImageRefused as error:
        raise PlanError(at, f"{model.id} would refuse this picture: {error}") from None
