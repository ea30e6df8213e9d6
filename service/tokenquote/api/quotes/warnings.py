"""Lists what a reader should know before relying on a quote: its assumptions and its warnings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from tokenquote.api.quotes.agent_calls import every_turn, find_uncalled
from tokenquote.api.quotes.bill import Bill
from tokenquote.api.quotes.cache_choice import CacheChoice
from tokenquote.api.quotes.unstated import Unstated
from tokenquote.catalog import Model
from tokenquote.catalog.schema.fees import MEASURED
from tokenquote.ledger import Rows
from tokenquote.ledger.history import CompactedContext, WholeHistory
from tokenquote.ledger.prices import UnknownMode, comparable_rates
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Overflow, Warned

__all__ = ["list_assumptions", "list_strategy_warnings", "list_warnings"]

PRICE_CHANGE_HORIZON_DAYS = 30

_ORDINARY_WORDS = frozenset({"A", "An", "Both", "Neither", "No", "Older", "The"})
"""The words that have a capital only where they begin a sentence."""


def list_assumptions(basis: str | None, cache: CacheChoice, rows: Rows) -> list[str]:
    """List the assumptions of a quote; `basis` names the source of its counts, if they need one."""
    told = _storage_assumptions(cache) if cache.explicit else _cache_assumptions(cache, rows)
    return [*([basis] if basis else []), *told]


def list_warnings(
    plan: Plan,
    cast: Mapping[str, Model],
    at: dt.datetime,
    unstated: Unstated,
    overflow: Overflow | None,
    rows: Rows,
    cache: CacheChoice,
    bill: Bill,
) -> list[Warned]:
    """List everything that could mislead a reader who sees only the totals.

    `cast` are the models that answer, by id, the quote's own first.
    """
    own = next(iter(cast.values()))
    found = (
        *(_output_warnings(unstated) if own.converses else _answer_warning(own, unstated)),
        *_overflow_warnings(overflow, rows),
        *(warned for model in cast.values() for warned in _price_changes(plan, model, at)),
        *(warned for model in cast.values() for warned in _holiday_warnings(model, at)),
        *_tool_warnings(plan),
        *_region_warnings(plan),
        *_price_warnings(bill),
        *_cache_warnings(plan, own, cache),
        *_agent_warnings(plan),
    )
    return [Warned(code=code, detail=detail) for code, detail in found]


def list_strategy_warnings(histories: Iterable[WholeHistory], bill: Bill, whole: Bill | None) -> list[Warned]:
    """List what could mislead about history strategies; `whole` is the bill of the same plan without them."""
    found = []
    in_vain = sum(history.in_vain for history in histories if isinstance(history, CompactedContext))
    if in_vain:
        found.append(
            (
                "compaction_in_vain",
                f"the input of {in_vain} requests exceeds the threshold even after a compaction; "
                "they are sent all the same",
            )
        )
    if whole is not None and bill.complete and whole.complete and (bill.total or 0) > (whole.total or 0):
        detail = "the plan costs more with this history strategy than with history `full`"
        found.append(("strategy_costs_more", detail))
    return [Warned(code=code, detail=detail) for code, detail in found]


def _storage_assumptions(cache: CacheChoice) -> Iterator[str]:
    yield (
        "caching: an explicit cache is billed as input once, when it is created, and for storage over its "
        f"whole lifetime of {cache.ttl}; it is created anew when that is over, and what stands behind it in "
        "a request is not read from a cache"
    )


def _cache_assumptions(cache: CacheChoice, rows: Rows) -> Iterator[str]:
    if cache.reads_unknown and len(rows) > 1:
        yield (
            "caching: reads have a price of their own, but the catalog does not know how this cache behaves; "
            "none is counted"
        )
    if cache.rule is None:
        return
    if cache.hit_rate == 1:
        yield "caching: every possible hit is taken; recorded follow-ups hit about two times in three"
    if cache.marks and not cache.usual_marks:
        moves = " and the last message of each request" if any(mark.closes for mark in cache.marks) else ""
        yield f"caching: as the marks of `start` ask, up to them{moves}"
    if cache.mixed_ttls:
        yield f"caching: the marks of `start` ask for several times to live; all are taken as {cache.ttl}"
    if cache.rule.assumed:
        yield f"caching: {_as_clause(cache.rule.assumed)}"
    if cache.ttl is None and any(rows.gap_seconds):
        yield "caching: the provider publishes no time to live; entries are taken to outlast every gap"


def _as_clause(sentence: str) -> str:
    """Return a sentence of the catalog as it stands after a colon: without capital and full stop."""
    first, space, rest = sentence.removesuffix(".").partition(" ")
    return f"{first.lower() if first in _ORDINARY_WORDS else first}{space}{rest}"


def _output_warnings(unstated: Unstated) -> Iterator[tuple[str, str]]:
    missing = (
        ("answer", unstated.assistant, "turn"),
        ("reasoning", unstated.reasoning, "turn"),
        ("reasoning", unstated.round_reasoning, "tool round"),
    )
    parts = [f"the {what} of {n} {where}{'' if n == 1 else 's'}" for what, n, where in missing if n]
    if parts:
        enumerated = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
        verbs = "is not stated and counts" if len(parts) == 1 else "are not stated and count"
        yield "output_not_stated", f"{enumerated} {verbs} as 0 tokens"


def _overflow_warnings(overflow: Overflow | None, rows: Rows) -> Iterator[tuple[str, str]]:
    if overflow is not None:
        yield (
            "context_overflow",
            f"request {overflow.request} (turn {overflow.turn}{_name_agent(overflow.agent)}) does not fit "
            f"into {rows.model[overflow.request - 1]}; it and those after it are priced all the same",
        )


def _name_agent(agent: str | None) -> str:
    return "" if agent is None else f" of the agent {agent}"


def _answer_warning(model: Model, unstated: Unstated) -> Iterator[tuple[str, str]]:
    """Warn of answers that are not stated, of a model that makes something in single requests."""
    if unstated.assistant and model.entry.kind in ("image", "video", "speech", "transcription"):
        yield from _output_warnings(Unstated(unstated.assistant, 0, 0))


def _price_changes(plan: Plan, model: Model, at: dt.datetime) -> Iterator[tuple[str, str]]:
    """Warn of the next change of what the quote rests on; a block may change only other modes and regions."""
    blocks = model.price_changes(at, PRICE_CHANGE_HORIZON_DAYS)
    if not blocks:
        return
    tools = {name for turn in every_turn(plan) for name in turn.server_tools}
    if plan.caching.explicit is not None:
        tools.add("cache_storage")
    measured = MEASURED if not model.converses else ()
    for block in blocks:
        before = model.prices_on((block.begins or at) - dt.timedelta(microseconds=1))
        try:
            rates = [
                comparable_rates(prices, plan.mode, plan.region, {*tools, *measured})
                for prices in (before, block)
            ]
        except UnknownMode:
            yield (
                "price_change",
                f"from {_write_moment(block.from_)} no price of {model.id} in mode {plan.mode} is known",
            )
            continue
        if rates[0] != rates[1]:
            yield "price_change", f"the prices of {model.id} change on {_write_moment(block.from_)}"


def _write_moment(moment: dt.date | None) -> str:
    """Write a day as a day, and an instant with its hour."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if isinstance(moment, dt.datetime) else str(moment)


def _holiday_warnings(model: Model, at: dt.datetime) -> Iterator[tuple[str, str]]:
    """Warn where a window depends on holidays of a year that the catalog does not know yet."""
    block = model.prices_on(at)
    for window in block.windows if block is not None else ():
        if (year := window.year_without_holidays(at)) is not None:
            yield (
                "holidays_unknown",
                f"the hours `{window.name}` of {model.id} do not hold on public holidays, and those of "
                f"{year} are not in the catalog: the day is taken to be none",
            )


def _tool_warnings(plan: Plan) -> Iterator[tuple[str, str]]:
    """Warn that what server tools find comes back as input, which nobody has stated."""
    used = dict.fromkeys(
        name for turn in every_turn(plan) for name, times in turn.server_tools.items() if times
    )
    if used:
        yield (
            "tool_results_not_stated",
            f"what {', '.join(used)} finds is sent back as input, whose tokens the plan does not state",
        )


def _region_warnings(plan: Plan) -> Iterator[tuple[str, str]]:
    """Warn that a body asks to be kept in a region, whose uplift applies only where the plan states it."""
    place = plan.start.body.get("inference_geo") if plan.start is not None else None
    if plan.region is None and isinstance(place, str) and place not in ("", "global"):
        yield (
            "region_not_stated",
            f"`inference_geo` of `start` keeps the request in {place[:32]!r}, which is not in the price: "
            "state `region`",
        )


def _price_warnings(bill: Bill) -> Iterator[tuple[str, str]]:
    missing = dict.fromkeys((*bill.unpriced, *(use.what for use in bill.unpriced_uses)))
    if missing:
        yield "incomplete", f"no price known for: {', '.join(missing)}; the cost leaves them out"
    for use in bill.unpriced_uses:
        if use.units is None:
            yield (
                "uses_not_stated",
                f"{use.what} may be used or sent, and the plan does not say how much of it",
            )


def _agent_warnings(plan: Plan) -> Iterator[tuple[str, str]]:
    """Warn of agents that nothing starts, which count nowhere."""
    if uncalled := find_uncalled(plan):
        yield "agent_not_called", f"no call starts {', '.join(uncalled)}: it makes no requests"


def _cache_warnings(plan: Plan, model: Model, cache: CacheChoice) -> Iterator[tuple[str, str]]:
    asked = plan.caching.model_fields_set & {"ttl", "hit_rate", "warm", "shared"}
    if asked and cache.rule is None and plan.caching.enabled is None:
        why = (
            "caches only on request: add `enabled`" if model.caching else "has no prompt cache in the catalog"
        )
        yield "caching_off", f"{' and '.join(sorted(asked))} without effect: {model.id} {why}"
