"""What an answer adds to the metrics, as plain data, as it may be counted in another process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from tokenquote.api.endpoints import Drafted
from tokenquote.api.quotes import DraftedQuote
from tokenquote.counts import Method
from tokenquote.http.counter_groups import COUNTER_GROUPS
from tokenquote.http.counting_usage import count_usage
from tokenquote.http.increments import OTHER, Increment, name_outcome
from tokenquote_client import Comparison, Failure, Quote, UsageAnswer
from tokenquote_client.comparisons import ComparisonAnswer
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.solutions import SolutionAnswer

__all__ = ["count_answer", "count_refusal", "find_app"]


class _Labels(NamedTuple):
    """What the question says of all that it adds."""

    app: str
    mode: str


def count_answer(answered: Drafted, question: Any, apps: Collection[str]) -> list[Increment]:
    """Count the quote of an answer by model, app and mode, or the usage that it prices.

    A comparison is counted once and adds no tokens and no dollars: of the models that it quotes one will be
    called, so their sum is no forecast of anything. So it is with variants, and with what a solution tries.

    Args:
        answered: the answer.
        question: the body as JSON data.
        apps: the apps that are known; others count as `other`.
    """
    labels = _Labels(_known_app(question, apps), _mode(question))
    if isinstance(answered, DraftedQuote):
        purposes = {} if answered.requests is None else answered.requests.count_purposes()
        return [*_quoted(answered.quote, answered.count_methods(), purposes, labels, question)]
    if isinstance(answered, Quote):
        methods = Counter(count.method for count in answered.counts)
        purposes = Counter(request.purpose for request in answered.requests or ())
        return [*_quoted(answered, methods, purposes, labels, question)]
    if isinstance(answered, UsageAnswer):
        return [*count_usage(answered, labels.app)]
    return [*_compared(answered, question, apps)]


def count_refusal(row: Endpoint[BaseModel], question: Any, apps: Collection[str]) -> list[Increment]:
    """Count a question that was refused, if it was asked of the endpoint for quotes."""
    if row is not Endpoints.quotes:
        return []
    return [Increment("quotes", (OTHER, _known_app(question, apps), OTHER, "refused"), (1,))]


def find_app(increments: Sequence[Increment]) -> str | None:
    """Return the app that an answer was counted for; None if it is none that is known."""
    for group, labels, _ in increments:
        if "app" in (names := COUNTER_GROUPS[group].labels):
            app = labels[names.index("app")]
            return None if app == OTHER else app
    return None


def _quoted(
    quote: Quote,
    methods: Mapping[Method, int],
    purposes: Mapping[str | None, int],
    labels: _Labels,
    question: Any,
) -> Iterator[Increment]:
    """Count a quote: its amounts first, so that it is they that take a place among the series."""
    totals = quote.totals
    if quote.by_model is None:
        yield Increment("quoted", (quote.model, *labels), (
            totals.input_tokens, totals.cache_read_tokens, totals.cache_write_tokens, totals.output_tokens,
            totals.reasoning_tokens, float(totals.cost or 0), float(totals.cost_without_cache or 0),
        ))  # fmt: skip
    else:
        yield from _quoted_by_model(quote, labels)
    yield Increment("quotes", (quote.model, *labels, name_outcome(totals.complete, totals.cost)), (1,))
    if quote.by_agent is not None:
        asked = sum(each.requests for each in quote.by_agent if each.agent is not None)
        yield Increment("agents", (labels.app,), (1, asked))
    for purpose, number in (purposes or {"unlisted": totals.requests}).items():
        yield Increment("purposes", (purpose or "conversation",), (number,))
    yield Increment("histories", (_strategy(question),), (1,))
    for method, number in methods.items():
        yield Increment("methods", (method,), (number,))
    if totals.fees:
        for fee in (line for line in quote.lines if line.unit is not None):
            yield Increment("fees", (fee.kind, labels.app), (float(fee.cost),))


def _quoted_by_model(quote: Quote, labels: _Labels) -> Iterator[Increment]:
    """Count what each of several models takes.

    Cache reads and writes, reasoning and the cost without a cache are known of the whole plan only; each
    model gets so much of them as it has of the input, of the output and of the cost.
    """
    totals = quote.totals
    cost = float(totals.cost or 0)
    for each in quote.by_model or ():
        of_input = each.input_tokens / (totals.input_tokens or 1)
        of_output = each.output_tokens / (totals.output_tokens or 1)
        of_cost = float(each.cost or 0) / (cost or 1)
        yield Increment("quoted", (each.model, *labels), (
            each.input_tokens, totals.cache_read_tokens * of_input, totals.cache_write_tokens * of_input,
            each.output_tokens, totals.reasoning_tokens * of_output, float(each.cost or 0),
            float(totals.cost_without_cache or 0) * of_cost,
        ))  # fmt: skip


def _compared(answered: Drafted, question: Any, apps: Collection[str]) -> Iterator[Increment]:
    """Count a comparison of models, of variants of a plan, or of values of one of its numbers."""
    if isinstance(answered, Comparison):
        yield Increment("comparisons", (_known_app(question, apps), "models"), (1,))
        outcomes = Counter(
            "refused" if isinstance(each, Failure) else name_outcome(each.totals.complete, each.totals.cost)
            for each in answered.quotes
        )
        for outcome, number in outcomes.items():
            yield Increment("compared", (outcome,), (number,))
    elif isinstance(answered, ComparisonAnswer | SolutionAnswer):
        plan = question.get("plan") if isinstance(question, Mapping) else None
        compares = "variants" if isinstance(answered, ComparisonAnswer) else "values"
        yield Increment("comparisons", (_known_app(plan, apps), compares), (1,))


def _known_app(question: Any, apps: Collection[str]) -> str:
    # A refused plan may have anything here, for example a list.
    app = question.get("app") if isinstance(question, Mapping) else None
    return app if isinstance(app, str) and app in apps else OTHER


def _mode(question: Any) -> str:
    # Which modes there are, whoever counts knows from the catalog.
    mode = question.get("mode") if isinstance(question, Mapping) else None
    return mode if isinstance(mode, str) else "standard"


def _strategy(question: Any) -> str:
    # The plan was quoted, so that its strategy is one of those that there are.
    history = question.get("history") if isinstance(question, Mapping) else None
    return str(history["strategy"]) if isinstance(history, Mapping) else "full"
