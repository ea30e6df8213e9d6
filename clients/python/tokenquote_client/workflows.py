"""Workflows: plans that are written for you, each named by what people call it.

    Plan(model="openai/gpt-5.4-mini", workflow=React(kind="react", steps=4, observation=300))

What a workflow does not state has the value that the catalog gives with its source.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from tokenquote_client.amounts import Amount, AmountOrParts, CallAmount, Forms, amount_form
from tokenquote_client.wire_types import AgentName, ModelName, Sent, TokenNumber

__all__ = [
    "Crew",
    "CrewTask",
    "GraphLoop",
    "GroupChat",
    "MapReduce",
    "Member",
    "PlanAndSolve",
    "Rag",
    "React",
    "Refine",
    "Reflection",
    "SelfConsistency",
    "TreeOfThoughts",
    "Workflow",
]

Times = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Few = Annotated[int, Field(strict=True, ge=1, le=1_000)]
SomeTokens = Annotated[TokenNumber, Field(ge=1)]
Probability = Annotated[float, Field(strict=True, ge=0, le=0.999, allow_inf_nan=False)]


class _Workflow(Sent):
    """What every workflow may state."""

    reasoning: Amount | None = None
    """The reasoning that the model writes in each request, before what the request is for; null, the default:
    0 tokens, with a warning."""


class React(_Workflow):
    """Thoughts, tool calls and observations in turns, and then an answer (ReAct)."""

    kind: Literal["react"]
    """The kind of workflow, which is `react`: reasoning and acting in turns."""
    question: AmountOrParts | None = None
    """The question or task; null, the default: as the catalog says."""
    steps: Times | None = None
    """The number of steps, each of which is one tool round; null, the default: as the catalog says."""
    thought: Amount | None = None
    """What the model thinks aloud in each step, billed as output; null, the default: as the catalog says."""
    call: CallAmount | None = None
    """The tool call of each step, billed as output; null, the default: as the catalog says."""
    observation: AmountOrParts | None = None
    """The result of each call, which every later request sends; null, the default: as the catalog says."""
    answer: Amount | None = None
    """The answer in the end; null, the default: as the catalog says."""


class PlanAndSolve(_Workflow):
    """A plan, then its steps one by one, then an answer, in one conversation."""

    kind: Literal["plan_and_solve"]
    """The kind of workflow, which is `plan_and_solve`: a plan that is carried out."""
    question: AmountOrParts | None = None
    """The question or task; null, the default: as the catalog says."""
    plan: Amount | None = None
    """The plan that the first request writes; null, the default: as the catalog says."""
    steps: Times | None = None
    """The number of steps, each of which is a request; null, the default: as the catalog says."""
    step: Amount | None = None
    """What the request of each step writes; null, the default: as the catalog says."""
    answer: Amount | None = None
    """The answer in the end; null, the default: as the catalog says."""


class SelfConsistency(_Workflow):
    """The same question several times over, each time anew; the most frequent answer counts."""

    kind: Literal["self_consistency"]
    """The kind of workflow, which is `self_consistency`: a vote of independent answers."""
    question: AmountOrParts | None = None
    """The question; null, the default: as the catalog says."""
    samples: Times | None = None
    """The number of answers that are sampled, each by a request of its own; null, the default: as the catalog
    says."""
    answer: Amount | None = None
    """Each answer, with the chain of thought before it; null, the default: as the catalog says."""


class TreeOfThoughts(_Workflow):
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


class Reflection(_Workflow):
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


def _hyde_form(value: Any) -> str:
    return "~switch" if isinstance(value, bool) else amount_form(value)


class Rag(_Workflow):
    """Passages are found for a question and sent with it (retrieval-augmented generation)."""

    kind: Literal["rag"]
    """The kind of workflow, which is `rag`: an answer from passages that are found."""
    question: AmountOrParts | None = None
    """The question; null, the default: as the catalog says."""
    chunk: SomeTokens | None = None
    """The length of a passage in tokens; null, the default: as the catalog says."""
    top_k: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    """The number of passages that are sent with the question; null, the default: as the catalog says."""
    queries: Few | None = None
    """The number of queries that the model writes first, each searched by itself (multi-query; RAG-fusion, if
    the results are fused by their ranks); null, the default: the question itself is searched."""
    query: Amount | None = None
    """The length of each of these queries; null, the default: as the catalog says."""
    hyde: (
        Annotated[
            Annotated[Annotated[bool, Field(strict=True)], Tag("~switch")] | Forms,
            Discriminator(_hyde_form),
        ]
        | None
    ) = None
    """The hypothetical answer that the model writes first, which is searched in place of the question (HyDE),
    as an amount; `true` for one of the catalog's length. Null, the default, and `false`: there is none."""
    embedding_model: ModelName | None = None
    """The model that embeds what is searched, and the corpus; null, the default: no embedding is counted."""
    rerank_model: ModelName | None = None
    """The model that ranks the candidates, once for each question; null, the default: there is none."""
    candidates: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    """The number of passages that `rerank_model` ranks; null, the default: as many as it takes in one search.
    Without `rerank_model` it is an error."""
    corpus: SomeTokens | None = None
    """The tokens of all documents, which `embedding_model` embeds once, for `indexing`; null, the default:
    the quote has no `indexing`. Without `embedding_model` it is an error."""
    overlap: TokenNumber | None = None
    """The tokens that two passages in a row of the corpus share; null, the default: as the catalog says. It
    must be below `chunk`."""
    answer: Amount | None = None
    """The answer; null, the default: as the catalog says."""


class MapReduce(_Workflow):
    """A long document in pieces: a summary of each, and then an answer from all summaries."""

    kind: Literal["map_reduce"]
    """The kind of workflow, which is `map_reduce`: pieces by themselves, then all of them together."""
    document: SomeTokens | None = None
    """The tokens of the document, which decide how many pieces there are; null, the default: as the catalog
    says."""
    chunk: SomeTokens | None = None
    """The tokens of a piece, of which the last may be shorter; null, the default: as the catalog says."""
    overlap: TokenNumber | None = None
    """The tokens that two pieces in a row share; null, the default: as the catalog says. It must be below
    `chunk`."""
    summary: Amount | None = None
    """The summary of each piece; null, the default: as the catalog says."""
    collapse_above: SomeTokens | None = None
    """The most tokens of summaries that one request sends: more of them are summarized in groups first, again
    and again until they fit. Null, the default: one request sends all. With it `summary` must be a number of
    tokens."""
    answer: Amount | None = None
    """The answer from all summaries; null, the default: as the catalog says."""


class Refine(_Workflow):
    """A long document in pieces: the answer so far is refined with each piece."""

    kind: Literal["refine"]
    """The kind of workflow, which is `refine`: one piece after the other."""
    document: SomeTokens | None = None
    """The tokens of the document, which decide how many pieces there are; null, the default: as the catalog
    says."""
    chunk: SomeTokens | None = None
    """The tokens of a piece, of which the last may be shorter; null, the default: as the catalog says."""
    overlap: TokenNumber | None = None
    """The tokens that two pieces in a row share; null, the default: as the catalog says. It must be below
    `chunk`."""
    summary: Amount | None = None
    """The answer so far, which each request but the last writes and the next one sends with its piece; null,
    the default: as the catalog says."""
    answer: Amount | None = None
    """What the request with the last piece writes; null, the default: as the catalog says."""


class Member(Sent):
    """One who takes part in a group chat or a crew."""

    name: AgentName | None = None
    """The name; null, the default: `speaker_1` or `agent_1` and so on."""
    role: Amount | None = None
    """Who they are and what they are for, at the head of their messages beside the plan's `system`; null, the
    default: nothing."""
    model: ModelName | None = None
    """The model that answers for them; null, the default: the plan's model."""


Members = Annotated[
    Annotated[Annotated[int, Field(strict=True, ge=1, le=100)], Tag("~number")]
    | Annotated[list[Member], Field(min_length=1, max_length=100), Tag("~members")],
    Discriminator(lambda value: "~members" if isinstance(value, list) else "~number"),
]


class GroupChat(_Workflow):
    """Speakers who hear each other, and a manager who says whose turn it is."""

    kind: Literal["group_chat"]
    """The kind of workflow, which is `group_chat`: several speakers and a manager."""
    question: AmountOrParts | None = None
    """The message that opens the chat, which all receive; null, the default: as the catalog says."""
    speakers: Members | None = None
    """The speakers: their number, or a list that says more of each; null, the default: as the catalog
    says."""
    rounds: Few | None = None
    """The number of times that each of them speaks, one after the other; null, the default: as the catalog
    says."""
    message: Amount | None = None
    """Each message of a speaker, which all others and the manager receive; null, the default: as the catalog
    says."""
    selection: Amount | None = None
    """What the manager writes to name the next speaker; null, the default: as the catalog says."""
    answer: Amount | None = None
    """What the manager writes in the end; null, the default: as the catalog says."""


class CrewTask(Sent):
    """One task of a crew."""

    description: AmountOrParts | None = None
    """What is to be done; null, the default: the crew's `description`."""
    output: Amount | None = None
    """What comes of it, which later tasks receive; null, the default: the crew's `output`."""
    agent: AgentName | None = None
    """The name of the agent who does it; null, the default: the agents take turns."""


CrewTasks = Annotated[
    Annotated[Few, Tag("~number")]
    | Annotated[list[CrewTask], Field(min_length=1, max_length=1_000), Tag("~tasks")],
    Discriminator(lambda value: "~tasks" if isinstance(value, list) else "~number"),
]


class Crew(_Workflow):
    """Tasks one after the other, each done by an agent who receives what came of those before."""

    kind: Literal["crew"]
    """The kind of workflow, which is `crew`: agents who work off tasks."""
    tasks: CrewTasks | None = None
    """The tasks: their number, or a list that says more of each; null, the default: as the catalog says."""
    agents: Members | None = None
    """The agents: their number, or a list that says more of each; null, the default: as the catalog says."""
    process: Literal["sequential", "hierarchical"] | None = None
    """The process: `sequential`, each task goes to its agent, or `hierarchical`, a manager delegates each
    task by a tool call and writes its result. Null, the default: as the catalog says."""
    description: AmountOrParts | None = None
    """What is to be done in each task that does not say so itself; null, the default: as the catalog says."""
    output: Amount | None = None
    """What comes of each task that does not say so itself; null, the default: as the catalog says."""
    delegation: Amount | None = None
    """The tool call by which the manager of a hierarchical crew delegates a task, which the agent receives;
    null, the default: as the catalog says."""


class GraphLoop(_Workflow):
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


_KINDS = (
    "react", "plan_and_solve", "self_consistency", "tree_of_thoughts", "reflection", "rag", "map_reduce",
    "refine", "group_chat", "crew", "graph_loop",
)  # fmt: skip


def _kind(value: Any) -> str | None:
    name = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return f"~{name}" if isinstance(name, str) else None


def _known_kind(value: Any) -> Any:
    """Refuse an unknown kind with the one that may be meant."""
    kind = _kind(value)
    if kind is None or kind[1:] in _KINDS:
        return value
    near = difflib.get_close_matches(kind[1:65].lower(), _KINDS, n=2, cutoff=0.5)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    raise PydanticCustomError(
        "workflow_kind", "no such kind of workflow; {meant}" + _THERE_ARE, {"meant": meant}
    )


_THERE_ARE = f"a workflow has a `kind`: {', '.join(_KINDS[:-1])} or {_KINDS[-1]}"

Workflow = Annotated[
    Annotated[
        Annotated[React, Tag("~react")]
        | Annotated[PlanAndSolve, Tag("~plan_and_solve")]
        | Annotated[SelfConsistency, Tag("~self_consistency")]
        | Annotated[TreeOfThoughts, Tag("~tree_of_thoughts")]
        | Annotated[Reflection, Tag("~reflection")]
        | Annotated[Rag, Tag("~rag")]
        | Annotated[MapReduce, Tag("~map_reduce")]
        | Annotated[Refine, Tag("~refine")]
        | Annotated[GroupChat, Tag("~group_chat")]
        | Annotated[Crew, Tag("~crew")]
        | Annotated[GraphLoop, Tag("~graph_loop")],
        Discriminator(_kind, custom_error_type="workflow_kind", custom_error_message=_THERE_ARE),
    ],
    BeforeValidator(_known_kind),
]
