"""The one place that knows the order: plan + catalog -> count -> ledger -> cache -> price -> quote."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tokenquote.catalog import AmbiguousModel, Catalog, Model, UnknownModel
from tokenquote.catalog.schema import Caching
from tokenquote.conversation import CacheUse, Row, replay, replay_cache
from tokenquote.memory_answers import memory_of
from tokenquote.plan_checks import check_plan
from tokenquote.plan_errors import PlanError
from tokenquote.plans import ResolvedPlan, resolve
from tokenquote.prices import Priced, Tariff, exact_product, exact_sum, price, tariff_on
from tokenquote.problems import KNOWN_ERRORS, problem_of
from tokenquote.remarks import CacheChoice, assumptions_of, warnings_of
from tokenquote.tokens import TokenRules, Vocabularies
from tokenquote_client import plan as wire
from tokenquote_client.quote import (
    BudgetAnswer,
    Comparison,
    ContextUse,
    Failure,
    Fleet,
    Overflow,
    PriceLine,
    Quote,
    QuotedRequest,
    Totals,
    Unpriced,
)

__all__ = ["answer"]


def answer(
    plan: wire.Plan,
    catalog: Catalog,
    vocabularies: Vocabularies,
    now: dt.datetime,
    *,
    with_requests: bool = True,
) -> Quote | Comparison:
    """Quote the plan for its model, or compare its models.

    Args:
        plan: what is planned.
        catalog: what is known about models.
        vocabularies: the catalog's vocabularies.
        now: the time of receipt, whose prices apply unless the plan says `at`.
        with_requests: False for the summary, which has no row for each request.

    Raises:
        one of `problems.KNOWN_ERRORS`: the plan cannot be quoted.
    """
    names = [plan.model or ""] if plan.models is None else plan.models
    found = [_resolved(catalog, name, plan, i) for i, name in enumerate(names)]
    models = list({model.id: model for model in found}.values())
    check_plan(plan, len(models))
    digest = hashlib.sha256(plan.model_dump_json().encode()).hexdigest()
    quoting = _Quoting(plan, catalog, vocabularies, plan.at or now, digest, with_requests, {})
    if plan.models is None:
        return quoting.quote(models[0])
    return _compare(quoting, models)


def _resolved(catalog: Catalog, name: str, plan: wire.Plan, index: int) -> Model:
    try:
        return catalog.resolve(name)
    except (UnknownModel, AmbiguousModel) as error:
        error.location = ("model",) if plan.models is None else ("models", index)
        raise


def _compare(quoting: _Quoting, models: Sequence[Model]) -> Comparison:
    """Quotes for several models: complete before incomplete, then by cost, then by id; failures last.

    Raises:
        one of `problems.KNOWN_ERRORS`: what is wrong is the plan, for every model fails in the same way.
    """
    quotes: list[Quote] = []
    failures: dict[str, Exception] = {}
    for model in models:
        try:
            quotes.append(quoting.quote(model))
        except KNOWN_ERRORS as error:
            failures[model.id] = error
    problems = {model_id: problem_of(error) for model_id, error in failures.items()}
    if not quotes and len({problem.detail for problem in problems.values()}) == 1:
        raise next(iter(failures.values()))
    quotes.sort(key=_by_price)
    failed = [Failure(model=model_id, problem=problem) for model_id, problem in problems.items()]
    return Comparison(quotes=[*quotes, *failed])


def _by_price(quote: Quote) -> tuple[bool, bool, Decimal, str]:
    cost = quote.totals.cost
    return not quote.totals.complete, cost is None, cost or Decimal(0), quote.model


@dataclass(frozen=True)
class _Quoting:
    """One plan at one instant, for one model after the other."""

    plan: wire.Plan
    catalog: Catalog
    vocabularies: Vocabularies
    at: dt.datetime
    digest: str
    """Of the plan, for the quotes' ids."""
    with_requests: bool
    memo: MutableMapping[tuple[str, str], int]
    """Token counts by vocabulary and text: each text is encoded once for each vocabulary."""

    def quote(self, model: Model) -> Quote:
        plan, at = self.plan, self.at
        tariff = tariff_on(model.prices_on(at), at, plan.mode)
        rules = TokenRules(model.counting, self.vocabularies, self.memo)
        resolved = resolve(plan, model, rules, self.catalog)
        rows = replay(resolved.conversation)
        cache = _choose_cache(plan.caching, model, tariff)
        uses = _cache_uses(rows, cache, resolved)
        billed = [_billed(row, use, cache.write_kind) for row, use in zip(rows, uses, strict=True)]
        priced = price(tariff, billed)
        uncached = price(tariff, [_billed(row, CacheUse(), cache.write_kind) for row in rows])
        overflow = _overflow(rows, model)
        context = _context(rows, model, overflow)
        return Quote(
            id=self._id(model),
            model=model.id,
            catalog_revision=self.catalog.revision,
            prices_at=at.astimezone(dt.UTC),
            totals=_totals(rows, uses, priced, uncached),
            requests=_requests(rows, uses, priced) if self.with_requests else None,
            lines=_lines(priced, tariff, plan.mode),
            context=context,
            counts=list(resolved.counts),
            fleet=_fleet(plan.conversations, priced),
            budget=_budget(plan.budget, rows, priced),
            memory=memory_of(model, context.peak_tokens, self.catalog),
            unpriced=[Unpriced(kind=kind, tokens=tokens) for kind, tokens in priced.unpriced.items()],
            assumptions=[*resolved.assumptions, *assumptions_of(model, cache, rows)],
            warnings=warnings_of(plan, model, at, resolved.unstated, overflow, cache, priced),
        )

    def _id(self, model: Model) -> str:
        """The same plan at the same instant from the same catalog has the same id."""
        parts = (self.digest, model.id, self.catalog.revision, self.at.astimezone(dt.UTC).isoformat())
        return f"q_{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:24]}"


def _choose_cache(wanted: wire.Caching, model: Model, tariff: Tariff) -> CacheChoice:
    """Whether the cache is on, for how long it keeps, and what a write is billed as."""
    rule = model.caching
    if rule is None:
        if wanted.enabled:
            raise PlanError(("caching", "enabled"), "the catalog knows of no prompt cache for this model")
        return CacheChoice(None)
    offered = _offered_ttls(rule, tariff)
    if wanted.ttl is not None and wanted.ttl not in offered:
        listed = ", ".join(offered) or "none that can be chosen"
        raise PlanError(("caching", "ttl"), f"times to live of this model: {listed}")
    enabled = rule.by_default if wanted.enabled is None else wanted.enabled
    if not enabled:
        return CacheChoice(None)
    ttl = wanted.ttl or rule.default_ttl
    write_kind = rule.ttls[ttl] if ttl is not None else "cache_write"
    # A cache that offers no time to live charges nothing for writing (MiniMax, Gemini's implicit one).
    bills_writes = ttl is not None and tariff.states(write_kind)
    return CacheChoice(rule, ttl, Decimal(str(wanted.hit_rate)), write_kind, bills_writes)


def _offered_ttls(rule: Caching, tariff: Tariff) -> list[str]:
    """Where writing has a price, only the times to live whose price is known."""
    charges = any(tariff.states(kind) for kind in rule.ttls.values())
    return [ttl for ttl, kind in rule.ttls.items() if tariff.states(kind) or not charges]


def _cache_uses(rows: Sequence[Row], cache: CacheChoice, resolved: ResolvedPlan) -> list[CacheUse]:
    if cache.rule is None:
        return [CacheUse()] * len(rows)
    opening = resolved.conversation.opening
    marks = (opening.tools.tokens, (opening.tools + opening.system).tokens)
    return replay_cache(
        rows, cache.rule, ttl=cache.ttl, hit_rate=cache.hit_rate, bills_writes=cache.bills_writes, marks=marks
    )


def _billed(row: Row, use: CacheUse, write_kind: str) -> Mapping[str, int]:
    """A request's tokens by disjoint kind."""
    return {
        "input": row.input - use.read - use.write,
        "cache_read": use.read,
        write_kind: use.write,
        "output": row.visible,
        "output_reasoning": row.reasoning,
    }


def _totals(rows: Sequence[Row], uses: Sequence[CacheUse], priced: Priced, uncached: Priced) -> Totals:
    return Totals(
        requests=len(rows),
        input_tokens=sum(row.input for row in rows),
        cache_read_tokens=sum(use.read for use in uses),
        cache_write_tokens=sum(use.write for use in uses),
        output_tokens=sum(row.output for row in rows),
        reasoning_tokens=sum(row.reasoning for row in rows),
        framing_tokens=sum(row.framing for row in rows),
        image_tokens=sum(row.image for row in rows),
        audio_tokens=sum(row.audio for row in rows),
        video_tokens=sum(row.video for row in rows),
        cost=priced.total,
        cost_without_cache=uncached.total,
        complete=priced.complete,
    )


def _requests(rows: Sequence[Row], uses: Sequence[CacheUse], priced: Priced) -> list[QuotedRequest]:
    requests: list[QuotedRequest] = []
    spent: Decimal | None = None
    for row, use, cost in zip(rows, uses, priced.costs, strict=True):
        if cost is not None:
            spent = exact_sum([spent or Decimal(0), cost])
        requests.append(
            QuotedRequest(
                turn=row.turn,
                round=row.round,
                input_tokens=row.input,
                cache_read_tokens=use.read,
                cache_write_tokens=use.write,
                output_tokens=row.output,
                reasoning_tokens=row.reasoning,
                context_tokens=row.context,
                cost=cost,
                cumulative_cost=spent,
            )
        )
    return requests


def _lines(priced: Priced, tariff: Tariff, mode: str) -> list[PriceLine]:
    return [
        PriceLine(
            kind=line.kind,
            tokens=line.tokens,
            rate=line.rate,
            tier=line.tier,
            mode=mode,
            window=tariff.window,
            cost=line.cost,
            source=tariff.source,
            checked=tariff.checked,
        )
        for line in priced.lines
    ]


def _overflow(rows: Sequence[Row], model: Model) -> Overflow | None:
    """The first request that does not fit; it is priced all the same."""
    limits = model.entry.context
    for i, row in enumerate(rows):
        too_long = limits.window is not None and row.context > limits.window
        if too_long or (limits.max_input is not None and row.input > limits.max_input):
            return Overflow(turn=row.turn, request=i + 1)
    return None


def _context(rows: Sequence[Row], model: Model, overflow: Overflow | None) -> ContextUse:
    limits = model.entry.context
    return ContextUse(
        window=limits.window,
        max_input=limits.max_input,
        peak_tokens=max(row.context for row in rows),
        overflows_at=overflow,
    )


def _fleet(conversations: int | None, priced: Priced) -> Fleet | None:
    if conversations is None:
        return None
    cost = exact_product(conversations, priced.total) if priced.total is not None else None
    return Fleet(conversations=conversations, cost=cost)


def _budget(budget: wire.Budget | None, rows: Sequence[Row], priced: Priced) -> BudgetAnswer | None:
    """How many requests, in order, the money pays for."""
    if budget is None:
        return None
    if not priced.complete:
        return BudgetAnswer(fits=False, turns=None, requests=None, spent=None)
    spent, paid = Decimal(0), 0
    for cost in priced.costs:
        together = exact_sum([spent, cost or Decimal(0)])
        if together > budget.cost:
            break
        spent, paid = together, paid + 1
    fits = paid == len(rows)
    turns = rows[-1].turn if fits else rows[paid].turn - 1
    return BudgetAnswer(fits=fits, turns=turns, requests=paid, spent=spent)
