"""What an answer adds to the metrics, as plain data, as it may be counted in another process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from tokenquote.api.endpoints import Drafted
from tokenquote.api.quotes import DraftedQuote
from tokenquote.counts import Method
from tokenquote_client import Comparison, Failure, Quote, UsageAnswer
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.quote import Totals

__all__ = ["OTHER", "Increment", "count_answer", "count_refusal"]

OTHER = "other"
"""The label of apps and models that the service does not know."""


class Increment(NamedTuple):
    """What is added to one series of a counter."""

    counter: str
    """The counter, by the name that `Telemetry` has for it."""
    labels: tuple[str, ...]
    amount: float


def count_answer(answered: Drafted, question: Any, apps: Collection[str]) -> list[Increment]:
    """Count the quotes of an answer by model and app, or the usage that it prices.

    The variants of a comparison and what a solution tries are no quotes of their own and add nothing.

    Args:
        answered: the answer.
        question: the body as JSON data.
        apps: the apps that are known; others count as `other`.
    """
    app = _known_app(question, apps)
    if isinstance(answered, UsageAnswer):
        return [*_priced(answered, app)]
    quotes = answered.quotes if isinstance(answered, Comparison) else [answered]
    found: list[Increment] = []
    for quote in quotes:
        if isinstance(quote, DraftedQuote):
            found += _quoted(quote.quote, quote.count_methods(), app)
            purposes = {} if quote.requests is None else quote.requests.count_purposes()
            found += _details(quote.quote, purposes, question)
        elif isinstance(quote, Quote):
            found += _quoted(quote, Counter(count.method for count in quote.counts), app)
            purposes = Counter(request.purpose for request in quote.requests or ())
            found += _details(quote, purposes, question)
        elif isinstance(quote, Failure):
            found.append(_not_quoted(quote.model, app))
    return found


def count_refusal(row: Endpoint[BaseModel], question: Any, apps: Collection[str]) -> list[Increment]:
    """Count a question that was refused, if it was asked of the endpoint for quotes."""
    return [_not_quoted(None, _known_app(question, apps))] if row is Endpoints.quotes else []


def _quoted(quote: Quote, methods: Mapping[Method, int], app: str) -> Iterator[Increment]:
    totals, labels = quote.totals, (quote.model, app)
    yield Increment("quotes", (*labels, _outcome(totals)), 1)
    kinds = {
        "input": totals.input_tokens,
        "cache_read": totals.cache_read_tokens,
        "cache_write": totals.cache_write_tokens,
        "output": totals.output_tokens,
        "reasoning": totals.reasoning_tokens,
    }
    for kind, tokens in kinds.items():
        yield Increment("tokens", (*labels, kind), tokens)
    yield Increment("dollars", labels, float(totals.cost or 0))
    if quote.by_agent is not None:
        yield Increment("with_agents", labels, 1)
        agents = (each.requests for each in quote.by_agent if each.agent is not None)
        yield Increment("agent_requests", labels, sum(agents))
    for method, number in methods.items():
        yield Increment("counts", (method,), number)


def _details(quote: Quote, purposes: Mapping[str | None, int], question: Any) -> Iterator[Increment]:
    """Count the requests of a quote by purpose, its history, and its fees."""
    for purpose, number in (purposes or {"unlisted": quote.totals.requests}).items():
        yield Increment("quoted_requests", (purpose or "conversation",), number)
    yield Increment("histories", (_strategy(question),), 1)
    for fee in (line for line in quote.lines if line.unit is not None):
        yield Increment("fee_dollars", (fee.kind,), float(fee.cost))


def _priced(usage: UsageAnswer, app: str) -> Iterator[Increment]:
    labels = (usage.model, app)
    yield Increment("usages", (*labels, "complete" if usage.complete else "incomplete"), 1)
    yield Increment("usage_dollars", labels, float(usage.cost or 0))


def _not_quoted(model: str | None, app: str) -> Increment:
    """Count a plan that was not quoted: `model` is None or in the catalog."""
    return Increment("quotes", (model or OTHER, app, "refused"), 1)


def _known_app(question: Any, apps: Collection[str]) -> str:
    # A refused plan may have anything here, for example a list.
    app = question.get("app") if isinstance(question, Mapping) else None
    return app if isinstance(app, str) and app in apps else OTHER


def _strategy(question: Any) -> str:
    # The plan was quoted, so that its strategy is one of those that there are.
    history = question.get("history") if isinstance(question, Mapping) else None
    return str(history["strategy"]) if isinstance(history, Mapping) else "full"


def _outcome(totals: Totals) -> str:
    if totals.complete:
        return "complete"
    return "unpriced" if totals.cost is None else "incomplete"
