"""Agents of a plan: conversations of their own that tool calls start."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tokenquote_client.amounts import Amount, PlannedTools
from tokenquote_client.history import FullHistory, History
from tokenquote_client.turns import Turn
from tokenquote_client.wire_types import AgentName, ModelName, Sent

__all__ = ["Agent"]


class Agent(Sent):
    """A conversation of its own that calls start.

    A call names it (`{"call": 60, "agent": "researcher"}`), and its last answer is the result. Region, mode,
    caching and the other settings of the plan hold for it too, but not the plan's history.
    """

    name: AgentName
    """The name that calls start it by. Two agents of one name are an error."""
    model: ModelName | None = None
    """The model that answers its turns; null, the default: the plan's model."""
    system: Amount | None = None
    """Its system message, sent with every request of the agent; null, the default: there is none."""
    tools: PlannedTools | None = None
    """Its tool definitions: an amount, or a list of the definitions themselves; null, the default: there are
    none."""
    turns: list[Turn] = Field(min_length=1, max_length=10_000)
    """The turns of one call, in order: the first user message is the task. Its calls may start other agents,
    but no agent may come to call itself."""
    history: History = FullHistory()
    """What of its conversation is sent again in each of its requests: by default `full`, all of it."""
    keep: Annotated[bool, Field(strict=True)] = False
    """Whether its conversation goes on at each call. False, the default: each call starts it anew, and sends
    again nothing but system message and tools."""
    turns_per_call: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    """The number of its turns, repetitions counted one by one, that each call goes through: the next call
    goes on with those that follow, and where there are none left the last is repeated. A call then states its
    `result`. Null, the default: each call goes through all turns."""
