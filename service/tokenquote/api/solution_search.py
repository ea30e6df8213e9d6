"""Searches the numbers at one place of a plan for the largest with which a limit is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tokenquote.api.pointers import Pointer, replace_number
from tokenquote.api.problems import Refused, invalid_inside
from tokenquote.api.quotes.agent_calls import count_requests
from tokenquote.api.quotes.drawn import count_drawn
from tokenquote.api.validation import validate
from tokenquote.errors import LocatedError
from tokenquote.ledger import MAX_ROWS, PlanTooLong
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Quote
from tokenquote_client.solutions import Limit

__all__ = ["Search", "adds_tokens"]

_LARGEST = 10**9
"""The largest number that any field of a plan takes."""
_MOST_ROWS = 100_000
"""Bounds the work of a search: the requests of all plans that it tries."""
_MOST_DRAWN = 50_000_000
"""Bounds the draws of a search, in requests: half a minute of work."""
_TRIES = 64
_FAR_BEYOND = 4
"""A sweep ends where this many doublings in a row have not kept the limit: sixteen times the tokens cost more
than any discount of a cache takes off."""


@dataclass
class Search:
    """Tries numbers at one place of a plan."""

    data: dict[str, Any]
    pointer: Pointer
    limit: Limit
    write: Callable[[Plan], Plan]
    """Lets a workflow write the turns of a plan."""
    answer: Callable[[Plan], Quote]
    _quotes: dict[int, Quote | None] = field(default_factory=dict)
    _rows: int = 0
    """The requests of all plans tried so far."""
    _drawn: int = 0
    """The requests that were drawn for them."""

    def quote(self, value: int) -> Quote | None:
        """Return the quote with a number in the place; None: the field, or the plan, cannot have it.

        Raises:
            PlanTooLong: the search takes too long.
        """
        if value not in self._quotes:
            plan = self._plan(value)
            self._quotes[value] = None if plan is None else self._ask(plan)
        return self._quotes[value]

    def _plan(self, value: int) -> Plan | None:
        """Return the plan with a number in the place; None: it cannot have it."""
        if value > _LARGEST:  # where the field has no bound of its own
            return None
        data = replace_number(self.data, self.pointer, value)
        try:
            plan = validate(Plan, data, None)
        except ValidationError as error:
            if any(line["type"] in _OUT_OF_BOUNDS for line in error.errors(include_url=False)):
                return None
            raise Refused(invalid_inside(error, data, Plan, "plan")) from None
        requests = self._count_requests(plan)
        return plan if requests is not None and requests <= MAX_ROWS else None

    def _ask(self, plan: Plan) -> Quote | None:
        self._rows += self._count_requests(plan) or 0
        if self._rows > _MOST_ROWS or self._drawn > _MOST_DRAWN:
            detail = f"the search would quote more than {_MOST_ROWS:,} requests in all: state a smaller limit"
            if self._drawn > _MOST_DRAWN:
                detail = f"the search would draw more than {_MOST_DRAWN:,} requests: state fewer `samples`"
            raise PlanTooLong(detail).at("limit")
        try:
            quote = self.answer(plan)
        except LocatedError:  # with its own number the plan was quoted, so it is this one that it cannot have
            return None
        self._drawn += count_drawn(quote)
        return quote

    def _count_requests(self, plan: Plan) -> int | None:
        """Count the requests of a plan; None: its workflow cannot have the number in the place."""
        try:
            return count_requests(self.write(plan))
        except LocatedError:
            return None

    def keeps(self, value: int) -> bool | None:
        """Return whether the limit is kept; None: the place cannot have this number.

        Raises:
            LocatedError: nobody can say, as a price or the window is not known.
        """
        quote = self.quote(value)
        if quote is None:
            return None
        if self.limit.context:
            if quote.context.window is None and quote.context.max_input is None:
                raise LocatedError(("limit", "context"), f"the context window of {quote.model} is not known")
            return quote.context.overflows_at is None
        if not quote.totals.complete or quote.totals.cost is None:
            missing = ", ".join(dict.fromkeys(missed.kind for missed in quote.unpriced))
            name = "cost" if self.limit.cost_p90 is None else "cost_p90"
            raise LocatedError(("limit", name), f"the cost leaves out what has no price: {missing}")
        bound = self._bound(quote)
        return bound is not None and self._measure(quote) <= bound

    def find_smallest(self, own: int) -> int:
        """Return the number from which the search begins: 0, 1, or else the plan's own."""
        for value in (0, 1, own):
            if self.quote(value) is not None:
                return value
        raise LocatedError(
            ("at",), "takes neither 0 nor 1: write a whole number there, where the search begins"
        )

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
        """Return what is limited: a cost in USD, or the tokens of the longest request."""
        if self.limit.context:
            return Decimal(quote.context.peak_tokens)
        if self.limit.cost_p90 is not None and quote.range is not None and quote.range.cost is not None:
            return quote.range.cost.p90
        return quote.totals.cost or Decimal(0)

    def _bound(self, quote: Quote) -> Decimal | None:
        if not self.limit.context:
            return self.limit.cost or self.limit.cost_p90
        return Decimal(quote.context.window) if quote.context.window is not None else None

    def sweep(self, low: int, own: int) -> int:
        """Return the largest number that keeps the limit, as far as numbers all over the range tell.

        The plan's own number is tried as well.

        Raises:
            LocatedError: none of them does.
        """
        tried = sorted({*_spread(low, self._far_beyond(low), _TRIES), max(low, own)})
        best = max((i for i, value in enumerate(tried) if self.keeps(value)), default=None)
        if best is None:
            detail = f"none of the {len(tried)} numbers tried keeps it, from {tried[0]} to {tried[-1]}"
            raise LocatedError(("limit",), detail)
        if best == len(tried) - 1:
            return tried[best]
        return self.bisect(tried[best], tried[best + 1])

    def _far_beyond(self, low: int) -> int:
        """Return a number so large that none beyond it keeps the limit, or the largest that can be."""
        if not adds_tokens(self.pointer):  # a setting may be best anywhere
            return self._find_end(low)
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


_GROWING = (
    "system", "tools", "user", "assistant", "reasoning", "text", "call", "result", "tokens", "repeat"
)  # fmt: skip
"""Members of a plan that say how many tokens there are, or how often."""
_NOT_GROWING = ("chunk", "overlap", "collapse_above", "retry_probability", "agents")
"""Members of a workflow of which more need not mean more tokens: pieces may become fewer."""
_OUT_OF_BOUNDS = ("greater_than_equal", "greater_than", "less_than_equal", "less_than", "too_long", "range")


def _spread(low: int, end: int, number: int) -> list[int]:
    """Return all numbers of a short range; of a long one some, each the same multiple of the one before."""
    if end - low < number:
        return list(range(low, end + 1))
    ratio = (end - low + 1) ** (1 / (number - 1))
    return sorted({min(end, low - 1 + round(ratio**i)) for i in range(number)} | {low, end})


def adds_tokens(pointer: Pointer) -> bool:
    """Return whether more at the place means more tokens or more requests, or more uses of a tool."""
    if pointer[0] == "workflow":
        return len(pointer) > 1 and pointer[1] not in _NOT_GROWING
    in_plan = pointer[0] in ("system", "tools", "turns", "agents") and "history" not in pointer
    return in_plan and (pointer[-1] in _GROWING or "server_tools" in pointer)
