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
    rounds = [
        (find_middle(turn.repeat) * find_middle(tool_round.repeat), tool_round)
        for turn in turns
        for tool_round in turn.tool_rounds
    ]
    return Unstated(
        assistant=sum(find_middle(turn.repeat) for turn in turns if turn.assistant is None),
        reasoning=sum(find_middle(turn.repeat) for turn in turns if turn.reasoning is None),
        round_reasoning=sum(times for times, tool_round in rounds if tool_round.reasoning is None),
    )


def sum_unstated(conversations: Iterable[Unstated]) -> Unstated:
    """Add up what several conversations do not state."""
    counted = list(conversations)
    return Unstated(
        assistant=sum(each.assistant for each in counted),
        reasoning=sum(each.reasoning for each in counted),
        round_reasoning=sum(each.round_reasoning for each in counted),
    )
