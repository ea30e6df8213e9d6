"""Finds the largest whole number at one place of a plan that keeps a limit.

Where more can only mean more, doubling and bisection find it. Elsewhere numbers all over the range are tried,
and the edge is sought between the largest that keeps the limit and the next one that was tried.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tokenquote.api.comparisons import quote_one
from tokenquote.api.pointers import Pointer, find_number, read_pointer, replace_number
from tokenquote.api.problems import Refused, invalid_inside
from tokenquote.api.quotes.plan_checks import count_requests
from tokenquote.api.validation import validate
from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError, NotYetOffered, under
from tokenquote.ledger import MAX_ROWS, PlanTooLong
from tokenquote.ledger.prices import Tariff, tariff_on
from tokenquote.tokens import Vocabularies
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Quote
from tokenquote_client.solutions import Limit, NextValue, SolutionAnswer, SolutionQuestion

__all__ = ["answer_solution"]

_LARGEST = 10**9
"""The largest number that any field of a plan takes."""
_MOST_ROWS = 100_000
"""Bounds the work of a search: the requests of all plans that it tries."""
_TRIES = 64
_FAR_BEYOND = 4
"""A sweep ends where this many doublings in a row have not kept the limit: sixteen times the tokens cost more
than any discount of a cache takes off."""


def answer_solution(
    asked: SolutionQuestion, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> SolutionAnswer:
    """Find the number.

    Raises:
        LocatedError: the plan cannot be quoted, the place holds no number, or no number keeps the limit.
    """
    if asked.limit.cost_p90 is not None:
        raise NotYetOffered(("limit", "cost_p90"), "not yet offered, since ranges are not; state `cost`")
    pointer = read_pointer(asked.at)
    find_number(asked.plan.model_dump(mode="json"), pointer)
    with under("plan"):
        quote_one(asked.plan, catalog, vocabularies, now)
        model = catalog.resolve(asked.plan.model or "", asked.plan.at or now)
    search = _Search(
        asked.plan.model_dump(mode="json", exclude_unset=True),
        pointer,
        asked.limit,
        lambda plan: quote_one(plan, catalog, vocabularies, now),
    )
    low = search.find_smallest()
    if not search.keeps(low):
        raise LocatedError(("limit",), f"no number keeps it: {low} at {asked.at} does not")
    monotone = _is_monotone(asked.plan, pointer, asked.limit, model, asked.plan.at or now)
    value = search.bisect(*search.double(low)) if monotone else search.sweep(low)
    after = search.quote(value + 1)
    kept = search.quote(value)
    if kept is None:
        raise TypeError("the solution was quoted before")
    return SolutionAnswer(
        value=value,
        totals=kept.totals,
        monotone=monotone,
        next=NextValue(value=value + 1, totals=after.totals) if after is not None else None,
    )


@dataclass
class _Search:
    """Tries numbers at one place of a plan."""

    data: dict[str, Any]
    pointer: Pointer
    limit: Limit
    answer: Callable[[Plan], Quote]
    _quotes: dict[int, Quote | None] = field(default_factory=dict)
    _rows: int = 0
    """The requests of all plans tried so far."""

    def quote(self, value: int) -> Quote | None:
        """Return the quote with a number in the place; None: the field, or a plan, cannot have it.

        Raises:
            LocatedError: the plan cannot be quoted with it for another reason, or the search takes too long.
        """
        if value not in self._quotes:
            plan = self._plan(value)
            self._quotes[value] = None if plan is None else self._ask(plan)
        return self._quotes[value]

    def _plan(self, value: int) -> Plan | None:
        """Return the plan with a number in the place; None: it cannot have it."""
        data = replace_number(self.data, self.pointer, value)
        try:
            plan = validate(Plan, data, None)
        except ValidationError as error:
            if any(line["type"] in _OUT_OF_BOUNDS for line in error.errors(include_url=False)):
                return None
            raise Refused(invalid_inside(error, data, Plan, "plan")) from None
        return plan if count_requests(plan) <= MAX_ROWS else None

    def _ask(self, plan: Plan) -> Quote | None:
        self._rows += count_requests(plan)
        if self._rows > _MOST_ROWS:
            detail = f"the search would quote more than {_MOST_ROWS:,} requests in all: state a smaller limit"
            raise PlanTooLong(detail).at("limit")
        try:
            with under("plan"):
                return self.answer(plan)
        except PlanTooLong:
            return None

    def keeps(self, value: int) -> bool | None:
        """Return whether the limit is kept; None: the place cannot have this number.

        Raises:
            LocatedError: nobody can say, as a price or the window is not known.
        """
        quote = self.quote(value)
        if quote is None:
            return None
        if self.limit.cost is None:
            if quote.context.window is None and quote.context.max_input is None:
                raise LocatedError(("limit", "context"), f"the context window of {quote.model} is not known")
            return quote.context.overflows_at is None
        if not quote.totals.complete or quote.totals.cost is None:
            missing = ", ".join(dict.fromkeys(missed.kind for missed in quote.unpriced))
            raise LocatedError(("limit", "cost"), f"the cost leaves out what has no price: {missing}")
        return quote.totals.cost <= self.limit.cost

    def find_smallest(self) -> int:
        """Return the smallest number that the place can have."""
        for value in (0, 1):
            if self.quote(value) is not None:
                return value
        raise LocatedError(("at",), "the place takes neither 0 nor 1, from where the search begins")

    def double(self, low: int) -> tuple[int, int]:
        """Return a number that keeps the limit, and a larger one that does not or that cannot be."""
        step = 1
        while self.keeps(low + step):
            low, step = low + step, step * 2
        high = low + step
        if self._plan(high) is None:
            high = self._find_end(low) + 1
            if self.keeps(high - 1):
                return high - 1, high
        return low, high

    def bisect(self, low: int, high: int) -> int:
        """Return the largest number from `low`, which keeps the limit, before `high`, which does not."""
        halves = False
        while high - low > 1:
            middle = (low + high) // 2 if halves else self._guess(low, high)
            halves = not halves
            if self.keeps(middle):
                low = middle
            else:
                high = middle
        return low

    def _guess(self, low: int, high: int) -> int:
        """Return where the limit is met if what is limited grows evenly between two numbers."""
        below, above = self.quote(low), self.quote(high)
        if below is None or above is None:
            return (low + high) // 2
        reached, end, limit = self._measure(below), self._measure(above), self._bound(below)
        if limit is None or not reached <= limit < end:
            return (low + high) // 2
        return min(high - 1, max(low + 1, low + int((high - low) * (limit - reached) / (end - reached))))

    def _measure(self, quote: Quote) -> Decimal:
        return Decimal(quote.context.peak_tokens) if self.limit.context else quote.totals.cost or Decimal(0)

    def _bound(self, quote: Quote) -> Decimal | None:
        if not self.limit.context:
            return self.limit.cost
        return Decimal(quote.context.window) if quote.context.window is not None else None

    def sweep(self, low: int) -> int:
        """Return the largest number that keeps the limit, as far as numbers all over the range tell."""
        tried = _spread(low, self._far_beyond(low), _TRIES)
        best = max(i for i, value in enumerate(tried) if self.keeps(value))
        if best == len(tried) - 1:
            return tried[best]
        return self.bisect(tried[best], tried[best + 1])

    def _far_beyond(self, low: int) -> int:
        """Return a number so large that none beyond it keeps the limit, or the largest that can be."""
        step, broken = 1, 0
        while broken < _FAR_BEYOND:
            if self._plan(low + step) is None:
                return self._find_end(low + step // 2)
            broken = 0 if self.keeps(low + step) else broken + 1
            step *= 2
        return low + step // 2

    def _find_end(self, low: int) -> int:
        """Return the largest number from `low` that the place can have."""
        high = _LARGEST + 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._plan(middle) is None:
                high = middle
            else:
                low = middle
        return low


_OUT_OF_BOUNDS = ("greater_than_equal", "greater_than", "less_than_equal", "less_than", "too_long")


def _spread(low: int, end: int, number: int) -> list[int]:
    """Return all numbers of a short range; of a long one some, each the same multiple of the one before."""
    if end - low < number:
        return list(range(low, end + 1))
    ratio = (end - low + 1) ** (1 / (number - 1))
    return sorted({min(end, low - 1 + round(ratio**i)) for i in range(number)} | {low, end})


def _is_monotone(plan: Plan, pointer: Pointer, limit: Limit, model: Model, at: dt.datetime) -> bool:
    """Return whether more at the place can only mean more of what is limited.

    With the whole history every amount and repetition adds tokens (law 14). Cost grows with them unless a
    cache is on, which a longer prompt may reach, or a tier is cheaper than the one below it.
    """
    grows = pointer[0] in ("system", "tools", "turns") and pointer[-1] != "gap_seconds"
    if not grows or plan.history.strategy != "full" or any(_names_model(turn) for turn in plan.turns):
        return False
    if limit.context:
        return True
    return _caches_nothing(plan, model) and _rises(tariff_on(model.prices_on(at), at, plan.mode, plan.region))


def _names_model(turn: object) -> bool:
    return getattr(turn, "model", None) is not None


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
