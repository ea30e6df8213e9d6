"""POST /v1/comparisons: what changes if a plan is changed.

client.what_if(plan=plan, variants=[{"name": "batch", "patch": {"mode": "batch"}}])
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tokenquote_client.plan import PlanOfOneModel
from tokenquote_client.problem import Problem
from tokenquote_client.quote import Totals
from tokenquote_client.spreads import Spreads
from tokenquote_client.wire_types import Dollars, Received, Sent, is_none

__all__ = [
    "ComparedPlan",
    "ComparisonAnswer",
    "ComparisonQuestion",
    "FailedVariant",
    "KindDifference",
    "QuotedVariant",
    "Variant",
]


class Variant(Sent):
    """A change of the plan."""

    name: str = Field(min_length=1, max_length=100)
    """The name of the variant in the answer, which no other variant may have."""
    patch: dict[str, Any]
    """The change as a JSON merge patch (RFC 7396): a member replaces the plan's member of that name, null
    removes it, and objects are merged, but for amounts, `history`, `caching` and `workflow`, which are
    replaced whole, as lists are: `{"mode": "batch"}`, `{"model": "gpt-5.4-nano"}`."""


class ComparisonQuestion(Sent):
    """A plan, and changes of it to compare it with."""

    plan: PlanOfOneModel
    """The plan that the variants are changes of. It names one `model`; a variant may name another."""
    variants: list[Variant] = Field(min_length=1, max_length=100)
    """The variants, each a change of the plan itself and not of the variant before it. All together make at
    most 100,000 requests."""


class KindDifference(Received):
    """How much more of one kind a variant takes than the plan."""

    kind: str
    """The kind of token as in a quote's `lines`, or what has a fee."""
    tokens: int
    """The number of tokens that the variant takes more than the plan; below 0 where it takes fewer."""
    cost: Dollars | None
    """The cost in US dollars that the variant has more than the plan, as a decimal string, below 0 where it
    has less; null: the kind has no price in one of them."""


class ComparedPlan(Received):
    """The plan itself."""

    model: str
    """The catalog id of the model that is quoted."""
    totals: Totals
    """The sums over all requests of one conversation."""
    range: Spreads | None = Field(default=None, exclude_if=is_none)
    """Distributions of cost, tokens and requests, without `sensitivity`; null or absent: there are neither
    ranges nor `retries`."""


class QuotedVariant(Received):
    """A variant beside the plan."""

    name: str
    """The name of the variant."""
    model: str
    """The catalog id of the model that is quoted."""
    totals: Totals
    """The sums over all requests of one conversation."""
    differences: list[KindDifference]
    """What the variant takes more or less than the plan, kind by kind; empty: nothing differs."""
    cost_ratio: float | None
    """The variant's cost as a multiple of the plan's: 0.5 for half of it; null: one of the two costs is not
    complete, or the plan costs nothing."""
    range: Spreads | None = Field(default=None, exclude_if=is_none)
    """Distributions of cost, tokens and requests, without `sensitivity`; null or absent: there are neither
    ranges nor `retries`."""


class FailedVariant(Received):
    """A variant that cannot be quoted."""

    name: str
    """The name of the variant."""
    problem: Problem
    """The problem document that says why, with a pointer into the variant's patch."""


class ComparisonAnswer(Received):
    """A plan beside its variants."""

    base: ComparedPlan
    """The plan as it was sent, which the variants stand beside."""
    variants: list[QuotedVariant | FailedVariant]
    """The variants in the order of the question, those that cannot be quoted too."""
