"""Prometheus sees traffic, how full the service is, and what was quoted; quoted dollars are a forecast."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Callable, Iterable
from typing import Literal, Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Metric,
    PlatformCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from tokenquote import __version__
from tokenquote.catalog import Catalog
from tokenquote.http.increments import Increment
from tokenquote.http.processes import ProcessesCollector
from tokenquote.http.provider_names import find_modes, name_models
from tokenquote.http.refusals import SHED_REASONS
from tokenquote.http.request_series import RequestSeries
from tokenquote.http.saturation import Fullness, SaturationGauges
from tokenquote.http.series import CountedSeries
from tokenquote.tokens import name_engine
from tokenquote_client.catalog import CatalogState

__all__ = ["CONTENT_TYPE", "MOST_SERIES", "Measured", "Telemetry"]

CONTENT_TYPE = CONTENT_TYPE_LATEST.removesuffix("; charset=utf-8")
"""The type of Prometheus' text format, without the charset, which the framework adds to each type of text."""

MOST_SERIES = 7_000
"""With this cap all series together are fewer than 10,000, those of routes and of the catalog included."""
# They double the output and help only where a counter restarts between two scrapes.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Measured(Protocol):
    """What a service says of its requests and its catalog: to its own metrics, or to those of all workers."""

    def add(self, increments: Iterable[Increment]) -> None:
        """Add to the counters what answers have counted."""

    def finished(self, method: str, route: str, status: int, seconds: float, shed: str | None = None) -> None:
        """Count a request that was answered; `shed` is why it was sent away unanswered, if it was."""

    def change_in_flight(self, by: int) -> None:
        """Count requests that have come, or if it is below 0, that were answered."""

    def describe(self, catalog: Catalog, state: CatalogState) -> None:
        """Say which catalog answers from now on, and why changed files are not used, if they are not."""

    def reloaded(self, outcome: Literal["loaded", "failed"]) -> None:
        """Count files of the catalog that have changed: whether they could be used."""

    def describe_keys(self, keys: int, faults: int) -> None:
        """Say how many keys are known, and for how many reasons their file is not used as it is now."""

    async def exposed(self) -> bytes:
        """Write all metrics in Prometheus' text format."""


class Telemetry:
    """The metrics of one service, in its own registry."""

    def __init__(self, most_series: int = MOST_SERIES, measure: Callable[[], Fullness] = dict) -> None:
        """Register every metric.

        Args:
            most_series: the series with labels of models and apps that there may be.
            measure: says how full the service is, whenever metrics are asked for.
        """
        self.pids = [os.getpid()]
        """The processes whose CPU, memory and descriptors are shown together: this one, and what it forks."""
        self.registry = CollectorRegistry()
        self.counted = CountedSeries(most_series)
        self.measure = measure
        self._add_request_metrics()
        self.saturation = SaturationGauges(self.registry)
        self._describe_build()
        self._add_catalog_metrics()
        self._add_key_metrics()
        self._add_worker_metrics()
        self._add_series_metrics()
        self.processes = ProcessesCollector(self.pids)
        self.registry.register(self.processes)
        PlatformCollector(registry=self.registry)  # python_info; else with the library's global registry only

    def _add_request_metrics(self) -> None:
        self.requests = RequestSeries()
        self.in_flight = Gauge(
            "tokenquote_http_requests_in_flight", "HTTP requests being answered.", registry=self.registry
        )
        self.shed = Counter(
            "tokenquote_http_requests_shed",
            "HTTP requests sent away because the service was too full, by what was full: `queue` (503), "
            "`asker` (429: one address or key had its share of the queue), `body_memory` (503), `time` (503: "
            "not answered in the time that an answer may take).",
            ["reason"], registry=self.registry,
        )  # fmt: skip
        for reason in SHED_REASONS:
            self.shed.labels(reason)

    def _add_worker_metrics(self) -> None:
        self.workers = Gauge("tokenquote_workers", "Processes that answer requests.", registry=self.registry)
        self.workers.set(1)
        self.worker_ends = Counter(
            "tokenquote_worker_ends", "Workers that ended without being asked to; each gets a successor.",
            registry=self.registry,
        )  # fmt: skip

    def _add_series_metrics(self) -> None:
        counted = self.counted
        limit = Gauge(
            "tokenquote_metrics_series_limit",
            "The most series with labels of models and apps: TOKENQUOTE_METRICS_SERIES.",
            registry=self.registry,
        )
        limit.set(counted.limit)
        size = Gauge(
            "tokenquote_metrics_series", "Series with labels of models and apps, of those that there may be.",
            registry=self.registry,
        )  # fmt: skip
        size.set_function(lambda: counted.size)
        self.registry.register(_Folded(counted))

    def _add_catalog_metrics(self) -> None:
        self.revision = Gauge(
            "tokenquote_catalog_info", "Revision of the catalog that answers; constant 1.",
            ["revision"], registry=self.registry,
        )  # fmt: skip
        self.models = Gauge(
            "tokenquote_catalog_models", "Models by provider.", ["provider"], registry=self.registry
        )
        self.oldest_check = Gauge(
            "tokenquote_catalog_oldest_price_timestamp_seconds",
            "When the provider's longest unchecked price was last compared with its source.",
            ["provider"], registry=self.registry,
        )  # fmt: skip
        self.loaded_at = Gauge(
            "tokenquote_catalog_loaded_timestamp_seconds", "When the catalog that answers was loaded.",
            registry=self.registry,
        )  # fmt: skip
        self.reloads = Counter(
            "tokenquote_catalog_reloads",
            "Times that changed files of the catalog were read. The outcome is `loaded` or, where they "
            "cannot be used and the catalog before answers on, `failed`.",
            ["outcome"], registry=self.registry,
        )  # fmt: skip
        for outcome in ("loaded", "failed"):
            self.reloads.labels(outcome)
        self.problems = Gauge(
            "tokenquote_catalog_problem",
            "A reason why the catalog's files, as they are now, are not used: 1 for each file, line and "
            "field. There is none while they are used.",
            ["file", "line", "field"], registry=self.registry,
        )  # fmt: skip

    def _add_key_metrics(self) -> None:
        self.keys = Gauge(
            "tokenquote_keys",
            "Keys of TOKENQUOTE_KEYS_FILE that are known now, expired ones too; 0 where no file is named.",
            registry=self.registry,
        )
        self.key_faults = Gauge(
            "tokenquote_key_file_faults",
            "Reasons why the file of the keys, as it is now, is not used; the keys before it stay good.",
            registry=self.registry,
        )

    def _describe_build(self) -> None:
        build = Gauge(
            "tokenquote_build_info",
            "Version of the service, of its Python and of what counts OpenAI's vocabularies: toktok, or "
            "tiktoken where that is not installed; constant 1.",
            ["version", "python_version", "engine"], registry=self.registry,
        )  # fmt: skip
        build.labels(__version__, platform.python_version(), name_engine()).set(1)

    def describe(self, catalog: Catalog, state: CatalogState) -> None:
        """Say which catalog answers from now on, and why changed files are not used, if they are not."""
        self.counted.know(name_models(catalog), find_modes(catalog))
        for gauge in (self.revision, self.models, self.oldest_check, self.problems):
            gauge.clear()
        self.revision.labels(catalog.revision).set(1)
        for provider in {model.provider.id for model in catalog.models.values()}:
            self.models.labels(provider).set(sum(m.provider.id == provider for m in catalog.models.values()))
            if (checked := catalog.oldest_check(provider)) is not None:
                midnight = dt.datetime.combine(checked, dt.time(), dt.UTC)
                self.oldest_check.labels(provider).set(midnight.timestamp())
        if state.loaded_at is not None:
            self.loaded_at.set(state.loaded_at.timestamp())
        for problem in state.problems:
            line = "" if problem.line is None else str(problem.line)
            self.problems.labels(problem.file, line, problem.field).set(1)

    def reloaded(self, outcome: Literal["loaded", "failed"]) -> None:
        """Count files of the catalog that have changed: whether they could be used."""
        self.reloads.labels(outcome).inc()

    def describe_keys(self, keys: int, faults: int) -> None:
        """Say how many keys are known, and for how many reasons their file is not used as it is now."""
        self.keys.set(keys)
        self.key_faults.set(faults)

    def add(self, increments: Iterable[Increment]) -> None:
        """Add to the counters what answers have counted."""
        self.counted.add(increments)

    def finished(self, method: str, route: str, status: int, seconds: float, shed: str | None = None) -> None:
        """Count a request that was answered; `shed` is why it was sent away unanswered, if it was."""
        self.requests.add(method, route, status, seconds)
        if shed is not None:
            self.shed.labels(shed).inc()

    def change_in_flight(self, by: int) -> None:
        """Count requests that have come, or if it is below 0, that were answered."""
        self.in_flight.inc(by)

    async def exposed(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        return self.exposition()

    def exposition(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        self.saturation.show(self.measure())
        own = self.requests.write() + self.counted.write()
        return generate_latest(self.registry) + own.encode()


class _Folded(Collector):
    """How often the counters had no room for a model or an app of its own."""

    def __init__(self, counted: CountedSeries) -> None:
        self._counted = counted

    def collect(self) -> Iterable[Metric]:
        meaning = "Times that something counted as `other` because there was no room for more series."
        yield CounterMetricFamily("tokenquote_metrics_folded", meaning, value=self._counted.folded)
