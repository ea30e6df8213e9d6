"""How many requests were answered, how, and how fast: the counters and histograms of all routes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from tokenquote.http.exposition_text import write_family, write_labels

__all__ = ["RequestSeries"]

# OpenTelemetry's advice for http.server.request.duration, with 1 and 2.5 ms before it: most quotes take less.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_COUNTER = "tokenquote_http_requests_total"
_HISTOGRAM = "tokenquote_http_request_duration_seconds"


@dataclass(slots=True)
class _Count:
    head: str
    """The text of its line up to the number."""
    number: int = 0


@dataclass(slots=True)
class _Durations:
    heads: tuple[str, ...]
    """The text of each line up to the number: a bucket's, then those of count and sum."""
    by_bucket: list[int] = field(default_factory=lambda: [0] * (len(_SECONDS) + 1))
    """How many took at most so long, and longer than the bucket before; the last has no bound."""
    seconds: float = 0.0


class RequestSeries:
    """The requests that were answered, by route and status."""

    def __init__(self) -> None:
        """Begin with none."""
        self._counts: dict[tuple[str, str, int], tuple[_Count, _Durations]] = {}
        self._durations: dict[tuple[str, str], _Durations] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        found = self._counts.get((method, route, status))
        if found is None:
            found = self._counts[method, route, status] = self._make(method, route, status)
        count, durations = found
        count.number += 1
        durations.by_bucket[bisect_left(_SECONDS, seconds)] += 1
        durations.seconds += seconds

    def _make(self, method: str, route: str, status: int) -> tuple[_Count, _Durations]:
        labels = write_labels([("method", method), ("route", route), ("status", str(status))])
        status_class = f"{status // 100}xx"
        durations = self._durations.get((route, status_class))
        if durations is None:
            shared = write_labels([("route", route), ("status_class", status_class)])
            bounds = [*map(repr, _SECONDS), "+Inf"]
            heads = [f'{_HISTOGRAM}_bucket{{{shared},le="{bound}"}} ' for bound in bounds]
            heads += [f"{_HISTOGRAM}_{part}{{{shared}}} " for part in ("count", "sum")]
            durations = self._durations[route, status_class] = _Durations(tuple(heads))
        return _Count(f"{_COUNTER}{{{labels}}} "), durations

    def write(self) -> str:
        """Write all series in Prometheus' text format."""
        counts = [f"{count.head}{count.number}\n" for count, _ in list(self._counts.values())]
        return write_family(_COUNTER, "counter", "HTTP requests answered.", counts) + write_family(
            _HISTOGRAM,
            "histogram",
            "Time from the first byte of a request to the last of its answer, by the first digit of its "
            "status: `2xx`.",
            self._write_durations(),
        )

    def _write_durations(self) -> Iterator[str]:
        for each in list(self._durations.values()):
            cumulative = list(accumulate(each.by_bucket))
            numbers = (*cumulative, cumulative[-1], each.seconds)
            yield from (f"{head}{number!r}\n" for head, number in zip(each.heads, numbers, strict=True))
