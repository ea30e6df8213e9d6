"""Distributions over random draws, and the cost of a fleet of conversations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tokenquote_client.wire_types import Dollars, Received, is_none

__all__ = ["Fleet", "Spread", "Spreads"]


class Spread(Received):
    """A distribution over the random draws, in the unit of what is drawn: US dollars or tokens."""

    mean: Dollars
    """The mean of the draws, as a decimal string: US dollars in a `cost`, tokens in `input_tokens` and
    `output_tokens`."""
    p10: Dollars
    """The 10th percentile of the draws, as a decimal string: US dollars in a `cost`, tokens in
    `input_tokens` and `output_tokens`."""
    p50: Dollars
    """The median of the draws, as a decimal string: US dollars in a `cost`, tokens in `input_tokens` and
    `output_tokens`."""
    p90: Dollars
    """The 90th percentile of the draws, as a decimal string: US dollars in a `cost`, tokens in
    `input_tokens` and `output_tokens`."""
    max: Dollars
    """The largest of the draws, as a decimal string: US dollars in a `cost`, tokens in `input_tokens` and
    `output_tokens`."""
    max_is: Literal["sampled"] = "sampled"
    """The kind of maximum that `max` is: `sampled` says the largest draw, which is no upper bound."""


class Spreads(Received):
    """Distributions of cost and tokens over the random draws."""

    cost: Spread | None
    """The distribution of the cost in US dollars; null: nothing has a price."""
    input_tokens: Spread
    """The distribution of the input tokens of the conversation."""
    output_tokens: Spread
    """The distribution of the output tokens of the conversation."""


class Fleet(Received):
    """Several independent conversations like the planned one."""

    conversations: int
    """The number of conversations, as the plan states it."""
    cost: Dollars | None
    """The cost in US dollars of all conversations together, as a decimal string; null: nothing has a
    price."""
    range: Spread | None = None
    """The distribution of that cost in US dollars; null as long as ranges are not offered."""
    cold: Dollars | None = Field(default=None, exclude_if=is_none)
    """The cost in US dollars of a conversation that finds nothing in the prompt cache, as a decimal string;
    null or absent: `caching.shared` is not stated, or nothing has a price."""
    warm: Dollars | None = Field(default=None, exclude_if=is_none)
    """The cost in US dollars of a conversation that finds tools and system message in the prompt cache, as a
    decimal string; null or absent: `caching.shared` is not stated, or nothing has a price."""
