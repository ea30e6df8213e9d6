"""Reads each kind of workflow from the wire, with the catalog's values for what is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tokenquote.api.quotes.workflows.branches import SelfConsistencyRecipe, TreeOfThoughtsRecipe
from tokenquote.api.quotes.workflows.conversations import (
    GraphLoopRecipe,
    PlanAndSolveRecipe,
    ReactRecipe,
    ReflectionRecipe,
)
from tokenquote.api.quotes.workflows.defaults import Defaults
from tokenquote.api.quotes.workflows.documents import MapReduceRecipe, RefineRecipe
from tokenquote.api.quotes.workflows.retrieval import RagRecipe
from tokenquote.api.quotes.workflows.teams import CrewRecipe, GroupChatRecipe
from tokenquote.api.quotes.workflows.written import Recipe
from tokenquote_client import workflows as wire

__all__ = ["read_recipe"]


def read_recipe(workflow: wire.Workflow, defaults: Defaults) -> Recipe:
    """Return the workflow with a value for each parameter."""
    return _READERS[workflow.kind](workflow, defaults)


def _react(asked: wire.React, defaults: Defaults) -> ReactRecipe:
    return ReactRecipe(
        question=defaults.content("question", asked.question, "user"),
        steps=defaults.repeats("steps", asked.steps),
        thought=defaults.amount("thought", asked.thought, "assistant"),
        call=defaults.call("call", asked.call),
        observation=defaults.content("observation", asked.observation, "result"),
        answer=defaults.amount("answer", asked.answer, "assistant"),
    )


def _plan_and_solve(asked: wire.PlanAndSolve, defaults: Defaults) -> PlanAndSolveRecipe:
    return PlanAndSolveRecipe(
        question=defaults.content("question", asked.question, "user"),
        plan=defaults.amount("plan", asked.plan, "assistant"),
        steps=defaults.repeats("steps", asked.steps),
        step=defaults.amount("step", asked.step, "assistant"),
        answer=defaults.amount("answer", asked.answer, "assistant"),
    )


def _self_consistency(asked: wire.SelfConsistency, defaults: Defaults) -> SelfConsistencyRecipe:
    return SelfConsistencyRecipe(
        question=defaults.content("question", asked.question, "user"),
        samples=defaults.repeats("samples", asked.samples),
        answer=defaults.amount("answer", asked.answer, "assistant"),
    )


def _tree_of_thoughts(asked: wire.TreeOfThoughts, defaults: Defaults) -> TreeOfThoughtsRecipe:
    return TreeOfThoughtsRecipe(
        defaults.composer,
        question=defaults.content("question", asked.question, "user"),
        breadth=defaults.number("breadth", asked.breadth),
        depth=defaults.number("depth", asked.depth),
        keep=asked.keep,
        thought=defaults.amount("thought", asked.thought, "assistant"),
        evaluation=defaults.amount("evaluation", asked.evaluation, "assistant"),
        answer=defaults.amount("answer", asked.answer, "assistant"),
    )


def _reflection(asked: wire.Reflection, defaults: Defaults) -> ReflectionRecipe:
    return ReflectionRecipe(
        question=defaults.content("question", asked.question, "user"),
        draft=defaults.amount("draft", asked.draft, "assistant"),
        critique=defaults.amount("critique", asked.critique, "assistant"),
        rounds=defaults.number("rounds", asked.rounds),
    )


def _rag(asked: wire.Rag, defaults: Defaults) -> RagRecipe:
    """Read the workflow; lengths of what it does not have are not taken from the catalog."""
    hypothesis = None if isinstance(asked.hyde, bool) else asked.hyde
    if asked.hyde is True:
        hypothesis = defaults.amount("hypothesis", hypothesis, "assistant")
    query = asked.query
    if asked.queries is not None:
        query = defaults.amount("query", query, "user")
    chunk, overlap = defaults.number("chunk", asked.chunk), asked.overlap
    if asked.corpus is not None:
        overlap = _overlap(overlap, chunk, defaults)
    return RagRecipe(
        question=defaults.content("question", asked.question, "user"),
        chunk=chunk,
        top_k=defaults.number("top_k", asked.top_k),
        queries=asked.queries,
        query=query,
        hypothesis=hypothesis,
        embedding_model=asked.embedding_model,
        rerank_model=asked.rerank_model,
        candidates=asked.candidates,
        corpus=asked.corpus,
        overlap=overlap,
        answer=defaults.amount("answer", asked.answer, "assistant"),
    )


def _map_reduce(asked: wire.MapReduce, defaults: Defaults) -> MapReduceRecipe:
    chunk = defaults.number("chunk", asked.chunk)
    return MapReduceRecipe(
        defaults.composer,
        document=defaults.number("document", asked.document),
        chunk=chunk,
        overlap=_overlap(asked.overlap, chunk, defaults),
        summary=defaults.amount("summary", asked.summary, "assistant"),
        collapse_above=asked.collapse_above,
        answer=defaults.amount("answer", asked.answer, "assistant"),
    )


def _refine(asked: wire.Refine, defaults: Defaults) -> RefineRecipe:
    chunk = defaults.number("chunk", asked.chunk)
    return RefineRecipe(
        defaults.composer,
        document=defaults.number("document", asked.document),
        chunk=chunk,
        overlap=_overlap(asked.overlap, chunk, defaults),
        summary=defaults.amount("summary", asked.summary, "assistant"),
        answer=defaults.amount("answer", asked.answer, "assistant"),
    )


def _overlap(stated: int | None, chunk: int, defaults: Defaults) -> int:
    """Return the overlap of two pieces; one that nobody stated is at most half a piece."""
    return defaults.number_at_most("overlap", stated, chunk // 2, "half of `chunk`")


def _group_chat(asked: wire.GroupChat, defaults: Defaults) -> GroupChatRecipe:
    return GroupChatRecipe(
        defaults.composer,
        question=defaults.content("question", asked.question, "user"),
        speakers=defaults.number_or_list("speakers", asked.speakers),
        rounds=defaults.number("rounds", asked.rounds),
        message=defaults.amount("message", asked.message, "assistant"),
        selection=defaults.amount("selection", asked.selection, "call"),
        answer=defaults.amount("answer", asked.answer, "assistant"),
    )


def _crew(asked: wire.Crew, defaults: Defaults) -> CrewRecipe:
    """Read the workflow; what all tasks state themselves, and what no manager writes, is not taken."""
    process = defaults.process("process", asked.process)
    tasks = defaults.number_or_list("tasks", asked.tasks)
    listed = tasks if isinstance(tasks, list) else [wire.CrewTask()] * tasks
    description, output, delegation = asked.description, asked.output, asked.delegation
    if any(task.description is None for task in listed):
        description = defaults.content("description", description, "user")
    if any(task.output is None for task in listed):
        output = defaults.amount("output", output, "assistant")
    if process == "hierarchical":
        delegation = defaults.amount("delegation", delegation, "call")
    return CrewRecipe(
        defaults.composer,
        tasks=listed,
        agents=defaults.number_or_list("agents", asked.agents),
        process=process,
        description=description,
        output=output,
        delegation=delegation,
    )


def _graph_loop(asked: wire.GraphLoop, defaults: Defaults) -> GraphLoopRecipe:
    return GraphLoopRecipe(
        question=defaults.content("question", asked.question, "user"),
        nodes=defaults.number("nodes", asked.nodes),
        output=defaults.amount("output", asked.output, "assistant"),
        retry_probability=defaults.probability("retry_probability", asked.retry_probability),
    )


_READERS: Mapping[str, Callable[[Any, Defaults], Recipe]] = {
    "react": _react,
    "plan_and_solve": _plan_and_solve,
    "self_consistency": _self_consistency,
    "tree_of_thoughts": _tree_of_thoughts,
    "reflection": _reflection,
    "rag": _rag,
    "map_reduce": _map_reduce,
    "refine": _refine,
    "group_chat": _group_chat,
    "crew": _crew,
    "graph_loop": _graph_loop,
}
