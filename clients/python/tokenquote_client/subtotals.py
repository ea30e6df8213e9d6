"""Sums over a part of the requests of a quote: those of one model, or of one agent."""

from __future__ import annotations

from tokenquote_client.wire_types import Dollars, Received

__all__ = ["AgentTotals", "ModelTotals"]


class ModelTotals(Received):
    """Sums over all requests to one model of a conversation that has several."""

    model: str
    """The catalog id of the model."""
    requests: int
    """The number of requests to it."""
    input_tokens: int
    """The input tokens of these requests, with cache reads, cache writes, framing and media in them."""
    output_tokens: int
    """The output tokens of these requests, visible ones and reasoning."""
    cost: Dollars | None
    """The cost in US dollars of what has a price in them, as a decimal string; null: nothing has one."""


class AgentTotals(Received):
    """Sums over all requests of one agent, or of the plan's own conversation, of a plan that has agents."""

    agent: str | None
    """The name of the agent; null: the plan's own conversation."""
    requests: int
    """The number of its requests, in all calls."""
    input_tokens: int
    """The input tokens of these requests, with cache reads, cache writes, framing and media in them."""
    output_tokens: int
    """The output tokens of these requests, visible ones and reasoning."""
    cost: Dollars | None
    """The cost in US dollars of what has a price in them, as a decimal string; null: nothing has one."""
