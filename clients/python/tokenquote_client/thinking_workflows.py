"""Workflows by which one model thinks: step by step, in drafts, along branches or around a loop."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tokenquote_client.amounts import Amount, AmountOrParts, CallAmount
from tokenquote_client.turns import PlannedRepeats
from tokenquote_client.wire_types import Sent

__all__ = [
    "AnyWorkflow",
    "Few",
    "GraphLoop",
    "PlanAndSolve",
    "React",
    "Reflection",
    "SelfConsistency",
    "TreeOfThoughts",
]

Few = Annotated[int, Field(strict=True, ge=1, le=1_000)]
Probability = Annotated[float, Field(strict=True, ge=0, le=0.999, allow_inf_nan=False)]


class AnyWorkflow(Sent):
    """What every workflow may state."""

    reasoning: Amount | None = None
    """The reasoning that the model writes in each request, before what the request is for; null, the default:
    0 tokens, with a warning."""


class React(AnyWorkflow):
    """Thoughts, tool calls and observations in turns, and then an answer (ReAct)."""

    kind: Literal["react"]
    """The kind of workflow, which is `react`: reasoning and acting in turns."""
    question: AmountOrParts | None = None
    """The question or task; null, the default: as the catalog says."""
    steps: PlannedRepeats | None = None
    """The number of steps, each of which is one tool round; null, the default: as the catalog says."""
    thought: Amount | None = None
    """What the model thinks aloud in each step, billed as output; null, the default: as the catalog says."""
    call: CallAmount | None = None
    """The tool call of each step, billed as output; null, the default: as the catalog says."""
    observation: AmountOrParts | None = None
    """The result of each call, which every later request sends; null, the default: as the catalog says."""
    answer: Amount | None = None
    """The answer in the end; null, the default: as the catalog says."""


class PlanAndSolve(AnyWorkflow):
    """A plan, then its steps one by one, then an answer, in one conversation."""

    kind: Literal["plan_and_solve"]
    """The kind of workflow, which is `plan_and_solve`: a plan that is carried out."""
    question: AmountOrParts | None = None
    """The question or task; null, the default: as the catalog says."""
    plan: Amount | None = None
    """The plan that the first request writes; null, the default: as the catalog says."""
    steps: PlannedRepeats | None = None
    """The number of steps, each of which is a request; null, the default: as the catalog says."""
    step: Amount | None = None
    """What the request of each step writes; null, the default: as the catalog says."""
    answer: Amount | None = None
    """The answer in the end; null, the default: as the catalog says."""


class SelfConsistency(AnyWorkflow):
    """The same question several times over, each time anew; the most frequent answer counts."""

    kind: Literal["self_consistency"]
    """The kind of workflow, which is `self_consistency`: a vote of independent answers."""
    question: AmountOrParts | None = None
    """The question; null, the default: as the catalog says."""
    samples: PlannedRepeats | None = None
    """The number of answers that are sampled, each by a request of its own; null, the default: as the catalog
    says."""
    answer: Amount | None = None
    """Each answer, with the chain of thought before it; null, the default: as the catalog says."""


class TreeOfThoughts(AnyWorkflow):
    """A tree of thoughts, level by level: each state is continued in several ways, and each way is rated."""

    kind: Literal["tree_of_thoughts"]
    """The kind of workflow, which is `tree_of_thoughts`: a search through thoughts."""
    question: AmountOrParts | None = None
    """The question, which every request sends; null, the default: as the catalog says."""
    breadth: Few | None = None
    """The number of thoughts that continue each state, a request each; null, the default: as the catalog
    says."""
    depth: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    """The number of levels of the tree; null, the default: as the catalog says."""
    keep: Few | None = None
    """The most states of a level that are continued (the beam, b in the paper); null, the default: all of
    them are, and the last level has `breadth` to the power of `depth` thoughts."""
    thought: Amount | None = None
    """What each thought adds; requests send the thoughts on the way to them. Null, the default: as the
    catalog says."""
    evaluation: Amount | None = None
    """What the request that rates a thought writes; null, the default: as the catalog says."""
    answer: Amount | None = None
    """The answer, from the question and the best thoughts; null, the default: as the catalog says."""


class Reflection(AnyWorkflow):
    """A draft, then rounds of a critique and a better draft, in one conversation."""

    kind: Literal["reflection"]
    """The kind of workflow, which is `reflection`: drafts that are criticized."""
    question: AmountOrParts | None = None
    """The question or task; null, the default: as the catalog says."""
    draft: Amount | None = None
    """Each draft, the last of which is the answer; null, the default: as the catalog says."""
    critique: Amount | None = None
    """Each critique; null, the default: as the catalog says."""
    rounds: Few | None = None
    """The number of critiques, each with a draft after it; null, the default: as the catalog says."""


class GraphLoop(AnyWorkflow):
    """Nodes of a graph that each read all that was said and add to it, and a way back to the first node."""

    kind: Literal["graph_loop"]
    """The kind of workflow, which is `graph_loop`: a graph with a loop."""
    question: AmountOrParts | None = None
    """The message that enters the graph; null, the default: as the catalog says."""
    nodes: Few | None = None
    """The number of nodes, a request each; null, the default: as the catalog says."""
    output: Amount | None = None
    """What each node writes; null, the default: as the catalog says."""
    retry_probability: Probability | None = None
    """The probability, from 0 to 0.999, that the graph begins anew after its last node: the quote has the
    whole number of passes that is nearest to their mean, 1 / (1 - probability). Null, the default: as the
    catalog says."""
