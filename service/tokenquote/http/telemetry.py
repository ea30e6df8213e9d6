"""Prometheus sees traffic and what was quoted; quoted dollars are estimates, not spend."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterable
from typing import Literal, Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from tokenquote import __version__
from tokenquote.catalog import Catalog
from tokenquote.http.counting import Increment
from tokenquote.http.processes import ProcessesCollector
from tokenquote.tokens import name_engine
from tokenquote_client.catalog import CatalogState

__all__ = ["CONTENT_TYPE", "Measured", "Telemetry"]

CONTENT_TYPE = CONTENT_TYPE_LATEST

# OpenTelemetry's advice for http.server.request.duration, with 1 and 2.5 ms before it: most quotes take less.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
# They double the output and help only where a counter restarts between two scrapes.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Measured(Protocol):
    """What a service says of its requests and its catalog: to its own metrics, or to those of all workers."""

    def add(self, increments: Iterable[Increment]) -> None:
        """Add to the counters what answers have counted."""

    def finished(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""

    def change_in_flight(self, by: int) -> None:
        """Count requests that have come, or if it is below 0, that were answered."""

    def describe(self, catalog: Catalog, state: CatalogState) -> None:
        """Say which catalog answers from now on, and why changed files are not used, if they are not."""

    def reloaded(self, outcome: Literal["loaded", "failed"]) -> None:
        """Count files of the catalog that have changed: whether they could be used."""

    async def exposed(self) -> bytes:
        """Write all metrics in Prometheus' text format."""


class Telemetry:
    """The metrics of one service, in its own registry."""

    def __init__(self) -> None:
        """Register every metric."""
        self.pids = [os.getpid()]
        """The processes whose CPU, memory and descriptors are shown together: this one, and what it forks."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "tokenquote_http_requests",
            "HTTP requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.duration = Histogram(
            "tokenquote_http_request_duration_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "tokenquote_http_requests_in_flight", "HTTP requests being answered.", registry=self.registry
        )
        self.quotes = Counter(
            "tokenquote_quotes",
            "Quotes by model and app. The outcome is `complete`, `incomplete` where some tokens have no "
            "price, `unpriced` where no tokens have a price (weights that you run yourself), `refused` where "
            "a plan was not quoted.",
            ["model", "app", "outcome"], registry=self.registry,
        )  # fmt: skip
        self.tokens = Counter(
            "tokenquote_quoted_tokens",
            "Tokens quoted, of one conversation each. The kinds overlap: input includes cache reads and "
            "writes, output includes reasoning.",
            ["model", "app", "kind"], registry=self.registry,
        )  # fmt: skip
        self.dollars = Counter(
            "tokenquote_quoted_cost_dollars",
            "US dollars quoted, of one conversation each. An estimate, not spend.",
            ["model", "app"], registry=self.registry,
        )  # fmt: skip
        self.counts = Counter(
            "tokenquote_counted_amounts", "Amounts of quoted plans, by how they were counted.",
            ["method"], registry=self.registry,
        )  # fmt: skip
        self._describe_build()
        self._add_quote_details()
        self._add_usage_metrics()
        self._add_catalog_metrics()
        self._series: dict[tuple[str, tuple[str, ...]], Counter] = {}
        """The series that have been added to: to find one by its labels costs more than to add."""
        self._request_series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.registry.register(ProcessesCollector(self.pids))
        PlatformCollector(registry=self.registry)  # python_info; else with the library's global registry only

    def _add_quote_details(self) -> None:
        self.with_agents = Counter(
            "tokenquote_quotes_with_agents", "Quotes of plans with agents, by model and app.",
            ["model", "app"], registry=self.registry,
        )  # fmt: skip
        self.agent_requests = Counter(
            "tokenquote_quoted_agent_requests",
            "Requests of agents, among those quoted, of one conversation each.",
            ["model", "app"], registry=self.registry,
        )  # fmt: skip
        self.quoted_requests = Counter(
            "tokenquote_quoted_requests",
            "Requests of quoted plans by purpose: of the `conversation`, of its history (`summary`, "
            "`compaction`, `embedding`, `rerank`, `queries`, `hypothesis`), to create a `cache`; `unlisted` "
            "in a summary of a quote.",
            ["purpose"], registry=self.registry,
        )  # fmt: skip
        self.histories = Counter(
            "tokenquote_quoted_histories", "Quotes by the history strategy of their plan.",
            ["strategy"], registry=self.registry,
        )  # fmt: skip
        self.fee_dollars = Counter(
            "tokenquote_quoted_fees_dollars",
            "The part of the US dollars quoted that fees make, by what has the fee. An estimate, not spend.",
            ["what"], registry=self.registry,
        )  # fmt: skip

    def _add_usage_metrics(self) -> None:
        self.usages = Counter(
            "tokenquote_priced_usages",
            "Usage objects priced by model and app. The outcome is `complete`, or `incomplete` where "
            "something has no price or is not known.",
            ["model", "app", "outcome"], registry=self.registry,
        )  # fmt: skip
        self.usage_dollars = Counter(
            "tokenquote_priced_usage_cost_dollars",
            "US dollars of the usage objects priced, by the catalog's prices. An estimate, not spend.",
            ["model", "app"], registry=self.registry,
        )  # fmt: skip

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

    def add(self, increments: Iterable[Increment]) -> None:
        """Add to the counters what answers have counted."""
        for counter, labels, amount in increments:
            series = self._series.get((counter, labels))
            if series is None:
                named: Counter = getattr(self, counter)
                series = self._series[counter, labels] = named.labels(*labels)
            series.inc(amount)

    def finished(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        series = self._request_series.get((method, route, status))
        if series is None:
            labels = (method, route, str(status))
            series = self.requests.labels(*labels), self.duration.labels(*labels)
            self._request_series[method, route, status] = series
        series[0].inc()
        series[1].observe(seconds)

    def change_in_flight(self, by: int) -> None:
        """Count requests that have come, or if it is below 0, that were answered."""
        self.in_flight.inc(by)

    async def exposed(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        return self.exposition()

    def exposition(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
