"""Requests that a provider would turn down for the media they send together. They are priced all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tokenquote.catalog import Model
from tokenquote.catalog.schema.media_limits import MediaLimits
from tokenquote.counts import NO_MEDIA, MediaUse
from tokenquote.ledger import Rows

__all__ = ["limits_passed", "media_warnings"]


@dataclass(frozen=True, slots=True)
class _Limit:
    most: int | None
    amount: Callable[[MediaUse], float]
    what: str


def media_warnings(rows: Rows, model: Model) -> Iterator[tuple[str, str]]:
    """Yield a code and a sentence for each limit, at the first request to the model that passes it."""
    if model.media_limits is None or rows.media.count(NO_MEDIA) == len(rows):
        return
    own = rows.find_places(model.id)
    for place, passed in limits_passed((rows.media[i] for i in own), model):
        i = own[place]
        yield (
            "media_limit",
            f"request {i + 1} (turn {rows.turn[i]}) sends {passed}: {model.id} would refuse it; "
            "it and those after it are priced all the same",
        )


def limits_passed(requests: Iterable[MediaUse], model: Model) -> Iterator[tuple[int, str]]:
    """Yield the first request that passes each limit, counted from 0, and a phrase for what it sends."""
    limits = _limits(model.media_limits) if model.media_limits is not None else []
    for i, media in enumerate(requests):
        for limit in [limit for limit in limits if _passes(media, limit)]:
            amount = limit.amount(media)
            yield i, f"{amount:.0f} {limit.what}, at most {limit.most}"
            limits.remove(limit)
        if not limits:
            return


def _passes(media: MediaUse, limit: _Limit) -> bool:
    return limit.most is not None and limit.amount(media) > limit.most


def _limits(limits: MediaLimits) -> list[_Limit]:
    images, audio, video, documents = limits.images, limits.audio, limits.video, limits.documents
    listed = [
        _Limit(limits.request_base64_bytes, lambda use: use.base64_bytes, "bytes of base64"),
        _Limit(images.per_request, lambda use: use.images, "images"),
        _Limit(audio.per_request, lambda use: use.audios, "audio recordings"),
        _Limit(audio.seconds_per_request, lambda use: use.audio_seconds, "seconds of audio"),
        _Limit(video.per_request, lambda use: use.videos, "videos"),
        _Limit(video.seconds, lambda use: use.longest_video_seconds, "seconds in one video"),
        _Limit(documents.per_request, lambda use: use.documents, "documents"),
        _Limit(documents.pages_per_request, lambda use: use.pages, "pages of documents"),
    ]
    many = images.many
    if many is not None:
        listed.append(
            _Limit(
                many.max_edge,
                lambda use: use.longest_edge if use.images > many.over else 0,
                f"pixels in the longest side of more than {many.over} images",
            )
        )
    return [limit for limit in listed if limit.most is not None]
