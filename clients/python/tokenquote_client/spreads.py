"""Distributions over random draws, requests that are sent again, and the cost of a fleet of conversations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tokenquote_client.wire_types import Dollars, Received, is_none

__all__ = ["CostSpread", "Fleet", "NumberSpread", "RetriedRequests", "Sensitivity", "Spreads"]


class CostSpread(Received):
    """A distribution of costs in US dollars. Percentiles are costs that were drawn, by nearest rank."""

    mean: Dollars
    """The mean cost in US dollars, as a decimal string; where it has no end of decimals, to 18 of them."""
    p10: Dollars
    """The 10th percentile in US dollars, as a decimal string: one draw in ten costs no more."""
    p50: Dollars
    """The median in US dollars, as a decimal string: half of the draws cost no more."""
    p90: Dollars
    """The 90th percentile in US dollars, as a decimal string: nine draws in ten cost no more."""
    max: Dollars
    """The largest cost in US dollars, as a decimal string, of the kind that `max_is` says."""
    max_is: Literal["sampled", "normal_approximation"] = "sampled"
    """The kind of maximum that `max` is: `sampled` says the largest draw, which is no upper bound;
    `normal_approximation` that mean and percentiles are those of a normal distribution, as for the sum of
    many conversations, and that `max` is its 99.9th percentile."""


class NumberSpread(Received):
    """A distribution of numbers of tokens or requests. Percentiles are numbers that were drawn."""

    mean: float
    """The mean of the draws, to six decimals."""
    p10: int
    """The 10th percentile by nearest rank: one draw in ten is no larger."""
    p50: int
    """The median by nearest rank: half of the draws are no larger."""
    p90: int
    """The 90th percentile by nearest rank: nine draws in ten are no larger."""
    max: int
    """The largest draw, which is no upper bound."""


class Sensitivity(Received):
    """How much of the spread of the cost one range makes by itself."""

    what: str
    """The place of the range in the plan, as a JSON pointer: `/turns/0/user`; `/retries` for requests that
    fail."""
    share: float
    """The share of the variance of the cost that this range has by itself, from 0 to 1, to four decimals."""


class Spreads(Received):
    """Distributions over the random draws of one conversation, failed requests in them."""

    samples: int
    """The number of conversations that were drawn."""
    seed: int
    """The seed of the draws: the same plan with the same seed draws the same numbers."""
    cost: CostSpread | None
    """The distribution of the cost in US dollars of what has a price; null: nothing has one."""
    input_tokens: NumberSpread
    """The distribution of the input tokens of the conversation."""
    output_tokens: NumberSpread
    """The distribution of the output tokens of the conversation."""
    requests: NumberSpread
    """The distribution of the number of requests of the conversation."""
    overflow_probability: float
    """The share of the draws, from 0 to 1, in which a request does not fit into its model's limits."""
    sensitivity: list[Sensitivity] | None
    """How much each range makes of the spread of the cost, the largest share first; null: the cost is the
    same in all draws, or not known, or it is one of many quotes (`all`, filters, variants of a plan), or the
    plan has too many ranges and requests."""
    interactions: float | None
    """The rest of the variance, which ranges make only together: the shares and this add up to 1. Null:
    `sensitivity` is."""


class RetriedRequests(Received):
    """What a conversation comes to on average with the requests that fail and are sent again."""

    requests: float
    """The expected number of requests, failed ones too, to six decimals."""
    cost: Dollars | None
    """The expected cost in US dollars, failed requests too, as a decimal string; where it has no end of
    decimals, to 18 of them. Null: nothing has a price."""


class Fleet(Received):
    """Several independent conversations like the planned one."""

    conversations: int
    """The number of conversations, as the plan states it."""
    cost: Dollars | None
    """The cost in US dollars of all conversations together, as a decimal string; null: nothing has a
    price."""
    range: CostSpread | None = None
    """The distribution of the cost in US dollars of all conversations together, each drawn by itself; null:
    the plan has neither ranges nor `retries`, or nothing has a price."""
    cold: Dollars | None = Field(default=None, exclude_if=is_none)
    """The cost in US dollars of a conversation that finds nothing in the prompt cache, as a decimal string;
    null or absent: `caching.shared` is not stated, or nothing has a price."""
    warm: Dollars | None = Field(default=None, exclude_if=is_none)
    """The cost in US dollars of a conversation that finds tools and system message in the prompt cache, as a
    decimal string; null or absent: `caching.shared` is not stated, or nothing has a price."""
