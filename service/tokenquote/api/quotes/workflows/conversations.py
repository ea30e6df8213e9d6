"""Workflows that are one conversation: each request sends what was said before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from tokenquote.api.quotes.workflows.written import Recipe, Written
from tokenquote_client import plan as wire
from tokenquote_client.amounts import Amount, AmountOrParts, CallAmount

__all__ = ["GraphLoopRecipe", "PlanAndSolveRecipe", "ReactRecipe", "ReflectionRecipe"]

_NOTHING_NEW = 0
"""The user message of a request that only continues: what asks for it stands in the system message."""


@dataclass(frozen=True, slots=True)
class ReactRecipe(Recipe):
    """One turn: a tool round for each step, and the answer.

    question                                            -> thought, call
    question, (thought, call, observation)              -> thought, call
    question, (thought, call, observation) x steps      -> answer
    """

    keeps_history: ClassVar[bool] = True

    question: AmountOrParts
    steps: wire.PlannedRepeats
    thought: Amount
    call: CallAmount
    observation: AmountOrParts
    answer: Amount

    def write(self) -> Written:
        step = wire.ToolRound(
            text=self.thought,
            calls=[wire.Call(call=self.call, result=self.observation)],
            repeat=self.steps,
        )
        return Written([wire.Turn(user=self.question, tool_rounds=[step], assistant=self.answer)])


@dataclass(frozen=True, slots=True)
class PlanAndSolveRecipe(Recipe):
    """A turn for the plan, one for each step, and one for the answer.

    question                              -> plan
    question, plan                        -> step
    question, plan, step x steps          -> answer
    """

    keeps_history: ClassVar[bool] = True

    question: AmountOrParts
    plan: Amount
    steps: wire.PlannedRepeats
    step: Amount
    answer: Amount

    def write(self) -> Written:
        return Written(
            [
                wire.Turn(user=self.question, assistant=self.plan),
                wire.Turn(user=_NOTHING_NEW, assistant=self.step, repeat=self.steps),
                wire.Turn(user=_NOTHING_NEW, assistant=self.answer),
            ]
        )


@dataclass(frozen=True, slots=True)
class ReflectionRecipe(Recipe):
    """A turn for the first draft, then two for each round: the critique, and the next draft.

    question                                        -> draft
    question, draft                                 -> critique
    question, draft, critique                       -> draft
    """

    keeps_history: ClassVar[bool] = True

    question: AmountOrParts
    draft: Amount
    critique: Amount
    rounds: int

    def write(self) -> Written:
        one_round = [
            wire.Turn(user=_NOTHING_NEW, assistant=self.critique),
            wire.Turn(user=_NOTHING_NEW, assistant=self.draft),
        ]
        return Written([wire.Turn(user=self.question, assistant=self.draft), *one_round * self.rounds])


@dataclass(frozen=True, slots=True)
class GraphLoopRecipe(Recipe):
    """A turn for each node in each pass through the graph.

    question                              -> output
    question, output                      -> output
    question, output x (all but one)      -> output
    """

    keeps_history: ClassVar[bool] = True

    question: AmountOrParts
    nodes: int
    output: Amount
    retry_probability: float

    def write(self) -> Written:
        mean = 1 / (1 - Decimal(str(self.retry_probability)))
        passes = int(mean.quantize(Decimal(1), ROUND_HALF_UP))
        turns = [wire.Turn(user=self.question, assistant=self.output)]
        if more := self.nodes * passes - 1:
            turns.append(wire.Turn(user=_NOTHING_NEW, assistant=self.output, repeat=more))
        times = f"{passes} {'pass' if passes == 1 else 'passes'} through the graph"
        note = f"workflow: {times}, where their mean is {mean.quantize(Decimal('0.001')).normalize():f}"
        return Written(turns, notes=[note])
