"""Prometheus sees traffic and what was quoted; quoted dollars are estimates, not spend."""

from __future__ import annotations

import datetime as dt
import platform
import time
from collections import Counter as Tally
from collections.abc import Mapping
from typing import Any, Literal

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from tokenquote import __version__
from tokenquote.catalog import Catalog
from tokenquote.http.access_log import log_request
from tokenquote.http.request_ids import ensure_request_id
from tokenquote_client import Comparison, Failure, Quote, UsageAnswer
from tokenquote_client.catalog import CatalogState
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.quote import Totals

__all__ = ["CONTENT_TYPE", "Telemetry", "observed"]

CONTENT_TYPE = CONTENT_TYPE_LATEST
OTHER = "other"
"""The label of apps and models that the service does not know."""

# OpenTelemetry's advice for http.server.request.duration, with 1 and 2.5 ms before it: most quotes take less.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
# They double the output and help only where a counter restarts between two scrapes.
disable_created_metrics()  # type: ignore[no-untyped-call]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Telemetry:
    """The metrics of one application, in its own registry."""

    def __init__(self, apps: tuple[str, ...]) -> None:
        self.registry = CollectorRegistry()
        self._apps = frozenset(apps)
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
        self._add_agent_metrics()
        self._add_usage_metrics()
        self._add_catalog_metrics()
        # The library registers these two with its global registry only: process_* and python_info.
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def _add_agent_metrics(self) -> None:
        self.with_agents = Counter(
            "tokenquote_quotes_with_agents", "Quotes of plans with agents, by model and app.",
            ["model", "app"], registry=self.registry,
        )  # fmt: skip
        self.agent_requests = Counter(
            "tokenquote_quoted_agent_requests",
            "Requests of agents, among those quoted, of one conversation each.",
            ["model", "app"], registry=self.registry,
        )  # fmt: skip

    def _add_quote_details(self) -> None:
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
            "tokenquote_build_info", "Version of the service and of its Python; constant 1.",
            ["version", "python_version"], registry=self.registry,
        )  # fmt: skip
        build.labels(__version__, platform.python_version()).set(1)

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

    def answered(self, answered: BaseModel, question: Any) -> None:
        """Count the quotes of an answer by model and app, or the usage that it prices.

        The variants of a comparison and what a solution tries are no quotes of their own and add nothing.
        """
        if isinstance(answered, UsageAnswer):
            self._priced(answered, _app(question))
            return
        quotes = answered.quotes if isinstance(answered, Comparison) else [answered]
        for quote in quotes:
            if isinstance(quote, Quote):
                self._quoted(quote, _app(question))
                self._add_details(quote, question)
            elif isinstance(quote, Failure):
                self._not_quoted(quote.model, _app(question))

    def refused(self, row: Endpoint[BaseModel], question: Any) -> None:
        """Count a question that was refused, if it was asked of the endpoint for quotes."""
        if row is Endpoints.quotes:
            self._not_quoted(None, _app(question))

    def _quoted(self, quote: Quote, app: object) -> None:
        totals, labels = quote.totals, (quote.model, self._known_app(app))
        self.quotes.labels(*labels, _outcome(totals)).inc()
        kinds = {
            "input": totals.input_tokens,
            "cache_read": totals.cache_read_tokens,
            "cache_write": totals.cache_write_tokens,
            "output": totals.output_tokens,
            "reasoning": totals.reasoning_tokens,
        }
        for kind, tokens in kinds.items():
            self.tokens.labels(*labels, kind).inc(tokens)
        self.dollars.labels(*labels).inc(float(totals.cost or 0))
        if quote.by_agent is not None:
            self.with_agents.labels(*labels).inc()
            agents = (each.requests for each in quote.by_agent if each.agent is not None)
            self.agent_requests.labels(*labels).inc(sum(agents))
        for count in quote.counts:
            self.counts.labels(count.method).inc()

    def _add_details(self, quote: Quote, question: Any) -> None:
        """Count the requests of a quote by purpose, its history, and its fees."""
        purposes = Tally(request.purpose or "conversation" for request in quote.requests or ())
        for purpose, number in (purposes or {"unlisted": quote.totals.requests}).items():
            self.quoted_requests.labels(purpose).inc(number)
        self.histories.labels(_strategy(question)).inc()
        for fee in (line for line in quote.lines if line.unit is not None):
            self.fee_dollars.labels(fee.kind).inc(float(fee.cost))

    def _priced(self, usage: UsageAnswer, app: object) -> None:
        labels = (usage.model, self._known_app(app))
        self.usages.labels(*labels, "complete" if usage.complete else "incomplete").inc()
        self.usage_dollars.labels(*labels).inc(float(usage.cost or 0))

    def _not_quoted(self, model: str | None, app: object) -> None:
        """Count a plan that was not quoted: `model` is None or in the catalog, `app` is as it was sent."""
        self.quotes.labels(model or OTHER, self._known_app(app), "refused").inc()

    def exposition(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def _known_app(self, app: object) -> str:
        # A refused plan may have anything here, for example a list.
        return app if isinstance(app, str) and app in self._apps else OTHER


def _app(question: Any) -> object:
    return question.get("app") if isinstance(question, Mapping) else None


def _strategy(question: Any) -> str:
    # The plan was quoted, so that its strategy is one of those that there are.
    history = question.get("history") if isinstance(question, Mapping) else None
    return str(history["strategy"]) if isinstance(history, Mapping) else "full"


def _outcome(totals: Totals) -> str:
    if totals.complete:
        return "complete"
    return "unpriced" if totals.cost is None else "incomplete"


def observed(app: ASGIApp, telemetry: Telemetry) -> ASGIApp:
    """Wrap the application so that every answer is measured and logged, even an answer of no route."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        request_id = ensure_request_id(scope)

        async def stamp(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            with telemetry.in_flight.track_inprogress():
                await app(scope, receive, stamp)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
            route = str(scope.get("path_template") or "unmatched")
            telemetry.requests.labels(method, route, status).inc()
            telemetry.duration.labels(method, route, status).observe(seconds)
            log_request(method, route, status, seconds, request_id)

    return call
