"""Number formats by the names that questions give them."""

from __future__ import annotations

from collections.abc import Iterable

from tokenquote.api.plan_errors import Location, PlanError
from tokenquote.memory import CacheElement, Formats, UnknownFormat, WeightFormat

__all__ = ["cache_element", "weight_format"]


def weight_format(name: str, formats: Formats, at: Location) -> WeightFormat:
    """The format of weights, or the mix of formats.

    Raises:
        PlanError: there is none of that name; `at` is where the question names it.
    """
    try:
        return formats.weight(name)
    except UnknownFormat as error:
        raise PlanError(at, _unknown(error, [*formats.weights, *formats.mixes])) from None


def cache_element(name: str, formats: Formats, at: Location) -> CacheElement:
    """The type of a KV cache.

    Raises:
        PlanError: as above.
    """
    try:
        return formats.cache_element(name)
    except UnknownFormat as error:
        raise PlanError(at, _unknown(error, formats.cache)) from None


def _unknown(error: UnknownFormat, known: Iterable[str]) -> str:
    listed = ", ".join(error.near) or ", ".join(sorted(known)[:12])
    return f"no such format; {'near names' if error.near else 'some of those known'}: {listed}"
