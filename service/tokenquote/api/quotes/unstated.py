"""Counts the output that a plan leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tokenquote.api.quotes.planned_ranges import find_middle
from tokenquote_client import plan as wire

__all__ = ["Unstated", "count_unstated", "sum_unstated"]


@dataclass(frozen=True, slots=True)
class Unstated:
    """Counts the output that the plan leaves out, which is taken as 0 tokens."""

    assistant: int
    """The number of turns without `assistant`."""
    reasoning: int
    """The number of turns without `reasoning`."""
    round_reasoning: int
    """The number of tool rounds without `reasoning`."""


def count_unstated(turns: Sequence[wire.Turn]) -> Unstated:
    """Count the answers and the reasoning that turns and their tool rounds do not state."""
    assistant = reasoning = round_reasoning = 0
    for turn in turns:
        times = find_middle(turn.repeat)
        assistant += times if turn.assistant is None else 0
        reasoning += times if turn.reasoning is None else 0
        for tool_round in turn.tool_rounds:
            round_reasoning += times * find_middle(tool_round.repeat) if tool_round.reasoning is None else 0
    return Unstated(assistant, reasoning, round_reasoning)


def sum_unstated(conversations: Iterable[Unstated]) -> Unstated:
    """Add up what several conversations do not state."""
    counted = list(conversations)
    return Unstated(
        assistant=sum(each.assistant for each in counted),
        reasoning=sum(each.reasoning for each in counted),
        round_reasoning=sum(each.round_reasoning for each in counted),
    )
