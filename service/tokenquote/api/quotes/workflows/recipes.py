"""Reads each kind of workflow from the wire, with the catalog's values for what is left out."""

from __future__ import annotations

from tokenquote.api.quotes.workflows.branches import SelfConsistency, TreeOfThoughts
from tokenquote.api.quotes.workflows.conversations import GraphLoop, PlanAndSolve, React, Reflection
from tokenquote.api.quotes.workflows.defaults import Defaults
from tokenquote.api.quotes.workflows.documents import MapReduce, Refine
from tokenquote.api.quotes.workflows.messages import Composer
from tokenquote.api.quotes.workflows.retrieval import Rag
from tokenquote.api.quotes.workflows.teams import Crew, GroupChat
from tokenquote.api.quotes.workflows.written import Recipe
from tokenquote_client import workflows as wire

__all__ = ["read_recipe"]


def read_recipe(workflow: wire.Workflow, defaults: Defaults, composer: Composer) -> Recipe:
    """Return the workflow with a value for each parameter."""
    match workflow:
        case wire.React():
            return _react(workflow, defaults)
        case wire.PlanAndSolve():
            return _plan_and_solve(workflow, defaults)
        case wire.SelfConsistency():
            return _self_consistency(workflow, defaults)
        case wire.TreeOfThoughts():
            return _tree_of_thoughts(workflow, defaults, composer)
        case wire.Reflection():
            return _reflection(workflow, defaults)
        case wire.Rag():
            return _rag(workflow, defaults)
        case wire.MapReduce():
            return _map_reduce(workflow, defaults, composer)
        case wire.Refine():
            return _refine(workflow, defaults, composer)
        case wire.GroupChat():
            return _group_chat(workflow, defaults, composer)
        case wire.Crew():
            return _crew(workflow, defaults, composer)
        case wire.GraphLoop():
            return _graph_loop(workflow, defaults)


def _react(asked: wire.React, defaults: Defaults) -> React:
    return React(
        question=defaults.take("question", asked.question, "user"),
        steps=defaults.take("steps", asked.steps),
        thought=defaults.take("thought", asked.thought, "assistant"),
        call=defaults.take("call", asked.call, "call"),
        observation=defaults.take("observation", asked.observation, "result"),
        answer=defaults.take("answer", asked.answer, "assistant"),
    )


def _plan_and_solve(asked: wire.PlanAndSolve, defaults: Defaults) -> PlanAndSolve:
    return PlanAndSolve(
        question=defaults.take("question", asked.question, "user"),
        plan=defaults.take("plan", asked.plan, "assistant"),
        steps=defaults.take("steps", asked.steps),
        step=defaults.take("step", asked.step, "assistant"),
        answer=defaults.take("answer", asked.answer, "assistant"),
    )


def _self_consistency(asked: wire.SelfConsistency, defaults: Defaults) -> SelfConsistency:
    return SelfConsistency(
        question=defaults.take("question", asked.question, "user"),
        samples=defaults.take("samples", asked.samples),
        answer=defaults.take("answer", asked.answer, "assistant"),
    )


def _tree_of_thoughts(asked: wire.TreeOfThoughts, defaults: Defaults, composer: Composer) -> TreeOfThoughts:
    return TreeOfThoughts(
        composer,
        question=defaults.take("question", asked.question, "user"),
        breadth=defaults.take("breadth", asked.breadth),
        depth=defaults.take("depth", asked.depth),
        keep=asked.keep,
        thought=defaults.take("thought", asked.thought, "assistant"),
        evaluation=defaults.take("evaluation", asked.evaluation, "assistant"),
        answer=defaults.take("answer", asked.answer, "assistant"),
    )


def _reflection(asked: wire.Reflection, defaults: Defaults) -> Reflection:
    return Reflection(
        question=defaults.take("question", asked.question, "user"),
        draft=defaults.take("draft", asked.draft, "assistant"),
        critique=defaults.take("critique", asked.critique, "assistant"),
        rounds=defaults.take("rounds", asked.rounds),
    )


def _rag(asked: wire.Rag, defaults: Defaults) -> Rag:
    """Read the workflow; lengths of what it does not have are not taken from the catalog."""
    hypothesis = None if isinstance(asked.hyde, bool) else asked.hyde
    if asked.hyde is True:
        hypothesis = defaults.take("hypothesis", hypothesis, "assistant")
    query = asked.query
    if asked.queries is not None:
        query = defaults.take("query", query, "user")
    chunk, overlap = defaults.take("chunk", asked.chunk), asked.overlap
    if asked.corpus is not None:
        overlap = _overlap(overlap, chunk, defaults)
    return Rag(
        question=defaults.take("question", asked.question, "user"),
        chunk=chunk,
        top_k=defaults.take("top_k", asked.top_k),
        queries=asked.queries,
        query=query,
        hypothesis=hypothesis,
        embedding_model=asked.embedding_model,
        rerank_model=asked.rerank_model,
        candidates=asked.candidates,
        corpus=asked.corpus,
        overlap=overlap,
        answer=defaults.take("answer", asked.answer, "assistant"),
    )


def _map_reduce(asked: wire.MapReduce, defaults: Defaults, composer: Composer) -> MapReduce:
    chunk = defaults.take("chunk", asked.chunk)
    return MapReduce(
        composer,
        document=defaults.take("document", asked.document),
        chunk=chunk,
        overlap=_overlap(asked.overlap, chunk, defaults),
        summary=defaults.take("summary", asked.summary, "assistant"),
        collapse_above=asked.collapse_above,
        answer=defaults.take("answer", asked.answer, "assistant"),
    )


def _refine(asked: wire.Refine, defaults: Defaults, composer: Composer) -> Refine:
    chunk = defaults.take("chunk", asked.chunk)
    return Refine(
        composer,
        document=defaults.take("document", asked.document),
        chunk=chunk,
        overlap=_overlap(asked.overlap, chunk, defaults),
        summary=defaults.take("summary", asked.summary, "assistant"),
        answer=defaults.take("answer", asked.answer, "assistant"),
    )


def _overlap(stated: int | None, chunk: int, defaults: Defaults) -> int:
    """Return the overlap of two pieces; one that nobody stated is at most half a piece."""
    return defaults.take_at_most("overlap", stated, chunk // 2, "half of `chunk`")


def _group_chat(asked: wire.GroupChat, defaults: Defaults, composer: Composer) -> GroupChat:
    return GroupChat(
        composer,
        question=defaults.take("question", asked.question, "user"),
        speakers=defaults.take("speakers", asked.speakers),
        rounds=defaults.take("rounds", asked.rounds),
        message=defaults.take("message", asked.message, "assistant"),
        selection=defaults.take("selection", asked.selection, "call"),
        answer=defaults.take("answer", asked.answer, "assistant"),
    )


def _crew(asked: wire.Crew, defaults: Defaults, composer: Composer) -> Crew:
    """Read the workflow; what all tasks state themselves, and what no manager writes, is not taken."""
    process = defaults.take("process", asked.process)
    tasks = defaults.take("tasks", asked.tasks)
    listed = tasks if isinstance(tasks, list) else [wire.CrewTask()] * tasks
    description, output, delegation = asked.description, asked.output, asked.delegation
    if any(task.description is None for task in listed):
        description = defaults.take("description", description, "user")
    if any(task.output is None for task in listed):
        output = defaults.take("output", output, "assistant")
    if process == "hierarchical":
        delegation = defaults.take("delegation", delegation, "call")
    return Crew(
        composer,
        tasks=listed,
        agents=defaults.take("agents", asked.agents),
        process=process,
        description=description,
        output=output,
        delegation=delegation,
    )


def _graph_loop(asked: wire.GraphLoop, defaults: Defaults) -> GraphLoop:
    return GraphLoop(
        question=defaults.take("question", asked.question, "user"),
        nodes=defaults.take("nodes", asked.nodes),
        output=defaults.take("output", asked.output, "assistant"),
        retry_probability=defaults.take("retry_probability", asked.retry_probability),
    )
