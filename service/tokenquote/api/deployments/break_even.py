"""A deployment beside an API: a planned conversation's cost either way, and the load from which hosting pays.

    hosted, at full load   GPUs x price x seconds that a conversation takes of the deployment
    hosted, at a traffic   replicas x GPUs x price / conversations an hour: idle GPUs are paid too
    break-even             utilisation u at which full-load cost / u = API cost

A conversation takes the prefill of what the prefix cache does not have, in chunks that are filled up with
other conversations' prompts, and for each token of output its share of the batch's step, at the contexts that
its requests have.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal

from tokenquote.api.deployments.gpu_choice import Choice
from tokenquote.api.deployments.hosted_model import HostedModel
from tokenquote.api.deployments.speed import Machine, decode_seconds
from tokenquote.api.quotes import quote_as
from tokenquote.api.quotes.planned_ranges import find_drawn
from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.errors import LocatedError, Location, NotYetOffered, under
from tokenquote.memory.gpus.roofline import accepted_tokens, prefill_under_load
from tokenquote.tokens import Vocabularies
from tokenquote_client import plan as wire
from tokenquote_client.deployments import BreakEven, BreakEvenAnswer
from tokenquote_client.quote import Quote, QuotedRequest

__all__ = ["Economy", "Quotes", "answer_break_even", "quote_both"]

HOURS_OF_A_MONTH = 730
_HOURS_OF_A_DAY = 24
_SECONDS_OF_AN_HOUR = 3600
_BUCKETS = 256
_DIGITS = Decimal("0.0000000001")
_WIDE = Context(prec=64)  # the largest traffic at the highest price has more digits than 28


@dataclass(frozen=True, slots=True)
class Quotes:
    """The quotes of the plan: as the API bills it, and as the hosted model sees it."""

    api: Quote
    hosted: Quote


@dataclass(frozen=True, slots=True)
class Economy:
    """The deployment as far as its cost depends on it."""

    hosted: HostedModel
    choice: Choice
    machine: Machine
    running: int
    """The sequences that run at the same time."""


def quote_both(
    question: BreakEven, hosted: HostedModel, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> Quotes:
    """Quote the plan twice; the hosted model counts texts with its own vocabulary, if the catalog has it.

    Raises:
        LocatedError: one of the two models cannot be quoted; its location is in the plan.
    """
    with under("break_even", "plan"):
        _refuse_other_models(question.plan)
        with under("model"):
            api = catalog.resolve(question.plan.model or "", question.plan.at or now)
        drawn = find_drawn(question.plan)
        if drawn is not None:
            detail = "ranges and `retries` in a break-even: not yet offered; state a number, such as the mean"
            raise NotYetOffered(drawn, detail)
        billed = quote_as(question.plan, api, catalog, vocabularies, now)
        own = replace(hosted.model or api, caching=_prefix_cache(question, hosted))
        plan = question.plan.model_copy(
            update={
                "mode": "standard",
                "region": None,
                "rates": None,
                "caching": wire.Caching(),
                "budget": None,
                "conversations": None,
            }
        )
        return Quotes(billed, quote_as(plan, own, catalog, vocabularies, now))


def _refuse_other_models(plan: wire.Plan) -> None:
    """Refuse a plan of which another model answers a part, which the deployment does not host."""
    named = [*_list_named(plan)]
    for i, agent in enumerate(plan.agents):
        named.append((("agents", i, "model"), agent.model))
        named += [(("agents", i, *place), model) for place, model in _list_named(agent)]
    for location, model in named:
        if model is not None:
            detail = (
                "break-even puts one model beside its hosting; leave out those that parts of the plan name"
            )
            raise LocatedError(location, detail)


def _list_named(conversation: wire.Plan | wire.Agent) -> Iterator[tuple[Location, str | None]]:
    """Yield the models that parts of one conversation may name, with their places."""
    for i, turn in enumerate(conversation.turns):
        yield ("turns", i, "model"), turn.model
    for name in ("model", "embedding_model", "rerank_model"):
        yield ("history", name), getattr(conversation.history, name, None)


def answer_break_even(question: BreakEven, economy: Economy, quotes: Quotes) -> BreakEvenAnswer:
    """Return the cost per conversation either way at the stated traffic, and where they cross.

    Raises:
        LocatedError: neither the question nor the catalog says what a GPU costs.
    """
    gpus = economy.choice.layout.gpus
    price, source = _price(question, economy.choice)
    requests = quotes.hosted.requests or []
    prefill, decode = _prefill_seconds(economy, requests), _decode_seconds(economy, requests)
    seconds = prefill + decode
    per_hour = _per_hour(question)
    load = float(per_hour) * seconds / _SECONDS_OF_AN_HOUR
    replicas = max(1, -int(-load // 1))
    hourly = gpus * price
    full = _money(hourly * Decimal(repr(seconds)) / _SECONDS_OF_AN_HOUR)
    hosted = _money(replicas * hourly / per_hour)
    cost = quotes.api.totals.cost
    complete = quotes.api.totals.complete
    crossing = _crossing(hourly, seconds, cost)
    return BreakEvenAnswer(
        api_model=quotes.api.model,
        api_cost_per_conversation=cost,
        api_cost_complete=complete,
        gpu_price_per_hour=price,
        price_source=source,
        replicas=replicas,
        conversations_per_hour=_SECONDS_OF_AN_HOUR / seconds if seconds else 0.0,
        seconds_per_conversation=seconds,
        prefill_seconds=prefill,
        decode_seconds=decode,
        utilization=load / replicas,
        hosted_cost_per_conversation=hosted,
        hosted_cost_per_conversation_at_full_load=full,
        break_even_utilization=crossing,
        break_even_conversations_per_day=_crossing_per_day(hourly, cost, crossing),
        cheaper=None if cost is None or not complete else "hosted" if hosted < cost else "api",
        api_cost_per_month=None if cost is None else _money(cost * per_hour * HOURS_OF_A_MONTH),
        hosted_cost_per_month=_money(replicas * hourly * HOURS_OF_A_MONTH),
    )


def _prefix_cache(question: BreakEven, hosted: HostedModel) -> CachingRule | None:
    """Return the engine's prefix cache: whole blocks of what the last request left. None: it is off."""
    if not question.prefix_caching:
        return None
    block = hosted.block_tokens
    return CachingRule(
        by_default=True,
        minimum_tokens=block,
        step_tokens=block,
        includes_output=True,
        source="vLLM 0.33.0, automatic prefix caching: full blocks of prompts and of generated tokens",
    )


def _price(question: BreakEven, choice: Choice) -> tuple[Decimal, str]:
    if question.gpu_price_per_hour is not None:
        return question.gpu_price_per_hour, "stated in the question"
    if choice.unequal:
        detail = "the GPUs are not alike: state what an hour of one costs on average"
        raise LocatedError(("break_even", "gpu_price_per_hour"), detail)
    if choice.gpu.price is None:
        detail = f"the catalog has no price for {choice.gpu_id}: state what an hour of one costs"
        raise LocatedError(("break_even", "gpu_price_per_hour"), detail)
    return choice.gpu.price.per_hour, f"{choice.gpu.price.source} ({choice.gpu.price.checked})"


def _per_hour(question: BreakEven) -> Decimal:
    if question.conversations_per_day is not None:
        return Decimal(question.conversations_per_day) / _HOURS_OF_A_DAY
    return Decimal(question.conversations_per_month or 0) / HOURS_OF_A_MONTH


def _prefill_seconds(economy: Economy, requests: Sequence[QuotedRequest]) -> float:
    """Return the seconds of a deployment that reads prompts without a pause, with all stages at work."""
    prompts = [
        (request.cache_read_tokens, request.input_tokens - request.cache_read_tokens) for request in requests
    ]
    if not any(tokens for _, tokens in prompts):
        return 0.0
    machine, choice = economy.machine, economy.choice
    chunk = economy.hosted.engine_on(choice.gpu, choice.layout).max_num_batched_tokens
    step = prefill_under_load(
        economy.hosted.shards(choice.layout), machine.rates, machine.split, prompts, chunk
    )
    return step.slowest_stage_seconds / choice.layout.data_parallel


def _decode_seconds(economy: Economy, requests: Sequence[QuotedRequest]) -> float:
    """Return output tokens x the step of a whole batch / tokens that it yields, at the plan's contexts."""
    contexts = _contexts(requests)
    if not contexts:
        return 0.0
    hosted = economy.hosted
    seconds, _ = decode_seconds(hosted, economy.choice, economy.machine, contexts, economy.running)
    speculation = hosted.question.speculation
    yielded = accepted_tokens(speculation.tokens, speculation.acceptance) if speculation else 1.0
    return sum(request.output_tokens for request in requests) * seconds / (economy.running * yielded)


def _contexts(requests: Sequence[QuotedRequest]) -> Mapping[int, float]:
    """Return the share of output generated at each context: input and half of the output, in few buckets."""
    total = sum(request.output_tokens for request in requests)
    peak = max((request.context_tokens for request in requests), default=0)
    width = peak // _BUCKETS + 1
    tokens: defaultdict[int, int] = defaultdict(int)
    weighted: defaultdict[int, int] = defaultdict(int)
    for request in requests:
        context = request.input_tokens + request.output_tokens // 2
        tokens[context // width] += request.output_tokens
        weighted[context // width] += request.output_tokens * context
    return {weighted[i] // count: count / total for i, count in tokens.items() if count}


def _crossing(hourly: Decimal, seconds: float, cost: Decimal | None) -> float | None:
    if cost is None or cost == 0:
        return None
    return float(hourly) * seconds / _SECONDS_OF_AN_HOUR / float(cost)


def _crossing_per_day(hourly: Decimal, cost: Decimal | None, crossing: float | None) -> float | None:
    """Return the conversations a day that pay for a deployment; None if it cannot answer that many."""
    if cost is None or crossing is None or crossing > 1:
        return None
    return float(_HOURS_OF_A_DAY * hourly / cost)


def _money(dollars: Decimal) -> Decimal:
    """Round to ten places: prices are exact, seconds are not."""
    return dollars.quantize(_DIGITS, context=_WIDE)
