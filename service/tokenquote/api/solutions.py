"""Finds the largest whole number at one place of a plan that keeps a limit.

Where more can only mean more, doubling and bisection find it. Elsewhere numbers all over the range are tried,
and the edge is sought between the largest that keeps the limit and the next one that was tried.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tokenquote.api.comparisons import quote_one
from tokenquote.api.pointers import Pointer, find_number, read_pointer
from tokenquote.api.quotes import DrawnParts
from tokenquote.api.quotes.agent_calls import every_turn
from tokenquote.api.quotes.workflows import WrittenPlan, list_values, write_plan
from tokenquote.api.solution_search import Search, adds_tokens
from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError, under
from tokenquote.ledger.prices import Tariff, tariff_on
from tokenquote.tokens import Vocabularies
from tokenquote_client.plan import Plan
from tokenquote_client.solutions import Limit, NextValue, SolutionAnswer, SolutionQuestion

__all__ = ["answer_solution"]


def answer_solution(
    asked: SolutionQuestion, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> SolutionAnswer:
    """Find the number.

    Raises:
        LocatedError: the plan cannot be quoted, the place holds no number, or no number keeps the limit.
    """
    draws: DrawnParts = "nothing" if asked.limit.cost_p90 is None else "spreads"
    pointer = read_pointer(asked.at)
    own = find_number(_with_defaults(asked.plan, catalog), pointer)
    with under("plan"):
        planned = quote_one(asked.plan, catalog, vocabularies, now, draws)
        model = catalog.resolve(asked.plan.model or "", asked.plan.at or now)
    if asked.limit.cost_p90 is not None and planned.range is None:
        detail = "the plan has neither a range nor `retries`, so that its cost is certain: state `cost`"
        raise LocatedError(("limit", "cost_p90"), detail)
    search = Search(
        asked.plan.model_dump(mode="json", exclude_unset=True),
        pointer,
        asked.limit,
        lambda plan: write_plan(plan, catalog).plan,
        lambda plan: quote_one(plan, catalog, vocabularies, now, draws),
    )
    low = search.find_smallest(int(own))
    written = write_plan(asked.plan, catalog)
    monotone = _is_monotone(asked.plan, written, pointer, asked.limit, model, asked.plan.at or now)
    if monotone and not search.keeps(low):
        raise LocatedError(("limit",), f"no number keeps it: {low} at {asked.at} does not")
    value = search.bisect(*search.double(low)) if monotone else search.sweep(low, int(own))
    after = search.quote(value + 1)
    kept = search.quote(value)
    if kept is None:
        raise TypeError("the solution was quoted before")
    return SolutionAnswer(
        value=value,
        totals=kept.totals,
        range=kept.range,
        monotone=monotone,
        next=NextValue(value=value + 1, totals=after.totals, range=after.range)
        if after is not None
        else None,
    )


def _with_defaults(plan: Plan, catalog: Catalog) -> dict[str, Any]:
    """Return the plan as JSON data, with the numbers that its workflow takes for what it leaves out."""
    data = plan.model_dump(mode="json")
    if plan.workflow is None:
        return data
    stated = {name: value for name, value in data["workflow"].items() if value is not None}
    return {**data, "workflow": {**list_values(plan.workflow.kind, catalog), **stated}}


def _is_monotone(
    plan: Plan, written: WrittenPlan, pointer: Pointer, limit: Limit, model: Model, at: dt.datetime
) -> bool:
    """Return whether more at the place can only mean more of what is limited.

    With the whole history every amount and repetition adds tokens (law 14); the size of an image need not, as
    large ones are scaled down. Cost grows with them unless a cache is on, which a longer prompt may reach, or
    a tier is cheaper than the one below it.
    """
    if not adds_tokens(pointer) or not _sends_all_to_one_model(plan, written.plan):
        return False
    if limit.context:
        return True
    return _caches_nothing(plan, model) and _rises(tariff_on(model.prices_on(at), at, plan.mode, plan.region))


def _sends_all_to_one_model(plan: Plan, written: Plan) -> bool:
    """Return whether every conversation has the whole history, and nothing names another model.

    The history is the one that is stated; a workflow may write another, which leaves out the same always, but
    for groups of summaries.
    """
    if getattr(plan.workflow, "collapse_above", None) is not None:
        return False
    histories = [plan.history, *(agent.history for agent in written.agents)]
    named = [*(agent.model for agent in written.agents), *(turn.model for turn in every_turn(written))]
    return all(history.strategy == "full" for history in histories) and not any(named)


def _caches_nothing(plan: Plan, model: Model) -> bool:
    rule, wanted = model.caching, plan.caching.enabled
    if rule is None or wanted is False:
        return True
    return wanted is None and not rule.by_default and plan.start is None


def _rises(tariff: Tariff) -> bool:
    """Return whether no tier is cheaper than the one below it."""
    steps = zip(tariff.tiers, tariff.tiers[1:], strict=False)
    return all(
        above.rates.get(kind, rate) >= rate for below, above in steps for kind, rate in below.rates.items()
    )
