"""POST /v1/solutions: how large one number of a plan may become.

client.solve(plan=plan, at="/turns/0/repeat", limit={"cost": "1.00"})
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tokenquote_client.plan import PlanOfOneModel
from tokenquote_client.quote import Totals
from tokenquote_client.spreads import Spreads
from tokenquote_client.stated_money import StatedMoney
from tokenquote_client.wire_types import Dollars, Received, Sent, exactly_one, is_none

__all__ = ["Limit", "NextValue", "SolutionAnswer", "SolutionQuestion"]

LimitDollars = Annotated[
    Dollars, Field(gt=0, max_digits=24, allow_inf_nan=False), StatedMoney(above_zero=True)
]


class Limit(Sent):
    """What must hold."""

    model_config = exactly_one("cost", "context", "cost_p90")

    cost: LimitDollars | None = None
    """The most that one conversation may cost, in US dollars as a decimal string above 0; null, the default:
    another limit is stated. Where not everything has a price it is an error."""
    context: Literal[True] | None = None
    """True: every request must fit into the model's context window and its most input tokens; null, the
    default: another limit is stated."""
    cost_p90: LimitDollars | None = None
    """The most that nine conversations in ten may cost, in US dollars as a decimal string above 0: the 90th
    percentile of the draws. Null, the default: another limit is stated. For a plan without ranges and
    `retries`, and where not everything has a price, it is an error."""

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if sum(value is not None for value in (self.cost, self.context, self.cost_p90)) != 1:
            raise ValueError("state exactly one of `cost`, `context` and `cost_p90`")
        return self


class SolutionQuestion(Sent):
    """A plan, one of its numbers, and what must hold."""

    plan: PlanOfOneModel
    """The plan; it names one `model`."""
    at: str = Field(max_length=1_000, pattern=r"^/")
    """The place of the number in the plan, as a JSON pointer (RFC 6901): `/turns/0/repeat`, `/system`. A
    place that is not in the plan, or that holds no number, is an error."""
    limit: Limit
    """What must hold: a cost, or that the conversation fits into the context window."""


class NextValue(Received):
    """The first number that does not keep the limit any more."""

    value: int
    """The number: one more than the solution."""
    totals: Totals
    """The sums over all requests of the conversation with it."""
    range: Spreads | None = Field(default=None, exclude_if=is_none)
    """Distributions of cost, tokens and requests with it, without `sensitivity`; null or absent: the limit is
    not `cost_p90`."""


class SolutionAnswer(Received):
    """The largest whole number that keeps the limit."""

    value: int
    """The largest whole number at the place that keeps the limit."""
    totals: Totals
    """The sums over all requests of the conversation with it."""
    range: Spreads | None = Field(default=None, exclude_if=is_none)
    """Distributions of cost, tokens and requests with it, without `sensitivity`; null or absent: the limit is
    not `cost_p90`."""
    monotone: bool
    """Whether more at this place can only mean more cost or context, so that no larger number keeps the
    limit. False: a larger number may be cheaper, as where a prompt becomes long enough for the cache; up to
    some hundred numbers were tried all over the range, and between the largest that keeps the limit and the
    next one the exact edge was sought."""
    next: NextValue | None
    """The next number, with which the limit is not kept; null: the solution is the largest that the field, or
    a plan of at most 100,000 requests, may have."""
