"""Workflows that cannot be written: the problem names the field, what is wrong and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tokenquote.estimator import Estimator
from tokenquote_client import InvalidRequest, Plan, Problem, ServiceError, UnknownModel

PLAN = {"model": "openai/gpt-4o"}
EMBEDDER = "openai/text-embedding-3-small"


@pytest.mark.parametrize(
    ("plan", "pointer", "said"),
    [
        pytest.param(
            {"workflow": {"kind": "react"}, "turns": [{"user": 1}]},
            "", "either `turns` or a `workflow`", id="turns and workflow",
        ),
        pytest.param({}, "/turns", "state `turns`, or a `workflow`", id="neither"),
        pytest.param({"workflow": None, "turns": []}, "/turns", "at least 1 item", id="no turns"),
        pytest.param({"workflow": "react"}, "/workflow", "a workflow has a `kind`", id="a word"),
        pytest.param({"workflow": {}}, "/workflow", "a workflow has a `kind`: react, ", id="no kind"),
        pytest.param({"workflow": {"kind": 7}}, "/workflow", "a workflow has a `kind`", id="kind 7"),
        pytest.param(
            {"workflow": {"kind": "tree_of_thought"}},
            "/workflow", "did you mean tree_of_thoughts?", id="a near name",
        ),
        pytest.param({"workflow": {"kind": "xyzzy"}}, "/workflow", "no such kind", id="no near name"),
        pytest.param(
            {"workflow": {"kind": "react", "step": 4}},
            "/workflow/step", "no such field here", id="no such field",
        ),
        pytest.param(
            {"workflow": {"kind": "react", "steps": 0}}, "/workflow/steps", "at least 1", id="0 steps",
        ),
        pytest.param(
            {"workflow": {"kind": "react", "steps": 10**6}},
            "/workflow", "makes 1000001 requests; a quote holds 100000", id="a million steps",
        ),
        pytest.param(
            {"workflow": {"kind": "react", "thought": -1}}, "/workflow/thought", "at least 0", id="below 0",
        ),
        pytest.param(
            {"workflow": {"kind": "self_consistency", "samples": 10**9}},
            "/workflow", "a quote holds 100000", id="a billion samples",
        ),
        pytest.param(
            {"workflow": {"kind": "tree_of_thoughts", "breadth": 10, "depth": 6}},
            "/workflow/breadth", "makes 2222221 requests; a quote holds 100000", id="an explosive tree",
        ),
        pytest.param(
            {"workflow": {"kind": "tree_of_thoughts", "breadth": 1_000, "depth": 100}},
            "/workflow/breadth", "more than 10^300 requests; a quote holds 100000", id="a tree beyond words",
        ),
        pytest.param(
            {"workflow": {"kind": "tree_of_thoughts", "depth": 101}},
            "/workflow/depth", "at most 100", id="too deep",
        ),
        pytest.param(
            {"workflow": {"kind": "tree_of_thoughts", "thought": 10**9}},
            "/workflow/thought", "a message has at most 1000000000", id="endless thoughts",
        ),
        pytest.param(
            {"workflow": {"kind": "map_reduce", "summary": "s", "document": 10**6, "chunk": 500}},
            "/workflow/summary", "more than 1000 parts", id="a thousand texts",
        ),
        pytest.param(
            {"workflow": {"kind": "map_reduce", "summary": "s", "collapse_above": 500}},
            "/workflow/summary", "state a number of tokens", id="groups of texts",
        ),
        pytest.param(
            {"workflow": {"kind": "map_reduce", "summary": 300, "collapse_above": 500}},
            "/workflow/collapse_above", "state at least 600", id="groups of one",
        ),
        pytest.param(
            {"workflow": {"kind": "map_reduce", "overlap": 4_000}},
            "/workflow/overlap", "at least `chunk` (4000)", id="all overlap",
        ),
        pytest.param(
            {"workflow": {"kind": "refine", "document": 10**9, "chunk": 10}},
            "/workflow/chunk", "a quote holds 100000 requests", id="too many pieces",
        ),
        pytest.param(
            {"workflow": {"kind": "map_reduce", "document": "a text"}},
            "/workflow/document", "whole number", id="a document as a text",
        ),
        pytest.param(
            {"workflow": {"kind": "rag", "corpus": 1_000}},
            "/workflow/corpus", "unless `embedding_model` is stated", id="nobody embeds",
        ),
        pytest.param(
            {"workflow": {"kind": "rag", "candidates": 10}},
            "/workflow/candidates", "unless `rerank_model` is stated", id="nobody ranks",
        ),
        pytest.param(
            {"workflow": {"kind": "rag", "query": 10}},
            "/workflow/query", "unless `queries` is stated", id="the length of no query",
        ),
        pytest.param(
            {"workflow": {"kind": "rag", "overlap": 10}},
            "/workflow/overlap", "unless `corpus` is stated", id="the overlap of no corpus",
        ),
        pytest.param(
            {"workflow": {"kind": "crew", "delegation": 10}},
            "/workflow/delegation", "unless `process` is `hierarchical`", id="nobody delegates",
        ),
        pytest.param(
            {"workflow": {"kind": "crew", "tasks": [{"description": 5}], "description": 10}},
            "/workflow/description", "every task states its own", id="a description of no task",
        ),
        pytest.param(
            {"workflow": {"kind": "crew", "tasks": [{"output": 5}, {"output": 0}], "output": 10}},
            "/workflow/output", "every task states its own", id="an output of no task",
        ),
        pytest.param(
            {"workflow": {"kind": "group_chat", "speakers": 1, "rounds": 1, "message": {"p50": 5, "p90": 9}}},
            "/workflow/message", "state a number of tokens", id="a message drawn twice",
        ),
        pytest.param(
            {"workflow": {"kind": "rag", "embedding_model": "openai/gpt-4o"}},
            "/workflow/embedding_model", "one of kind embedding is needed", id="a chat model embeds",
        ),
        pytest.param(
            {"workflow": {"kind": "rag", "chunk": 10**9, "top_k": 2}},
            "/workflow/top_k", "a message has at most", id="endless passages",
        ),
        pytest.param(
            {"workflow": {"kind": "group_chat", "speakers": 100, "rounds": 11}},
            "/workflow/rounds", "a chat has at most 1000", id="a long chat",
        ),
        pytest.param(
            {"workflow": {"kind": "group_chat", "speakers": [{"name": "a"}, {"name": "a"}]}},
            "/workflow/speakers/1/name", "another has this name", id="one name twice",
        ),
        pytest.param(
            {"workflow": {"kind": "crew", "tasks": [{"agent": "b"}], "agents": [{"name": "a"}]}},
            "/workflow/tasks/0/agent", "there are a", id="nobody of this name",
        ),
        pytest.param(
            {"workflow": {"kind": "crew", "process": "consensual"}},
            "/workflow/process", "'sequential' or 'hierarchical'", id="no such process",
        ),
        pytest.param(
            {"workflow": {"kind": "graph_loop", "retry_probability": 1}},
            "/workflow/retry_probability", "at most 0.999", id="never ends",
        ),
        pytest.param(
            {"workflow": {"kind": "graph_loop", "retry_probability": -0.1}},
            "/workflow/retry_probability", "at least 0", id="a negative probability",
        ),
        pytest.param(
            {"workflow": {"kind": "self_consistency"}, "history": {"strategy": "full"}},
            "/history", "leave out `history`", id="independent requests have no history",
        ),
        pytest.param(
            {"workflow": {"kind": "react"}, "start": {"format": "openai.chat", "body": {"messages": []}}},
            "/start", "leave out `start`", id="a start",
        ),
        pytest.param(
            {"workflow": {"kind": "react"}, "agents": [{"name": "a", "turns": [{"user": 1}]}]},
            "/agents", "leave them out", id="agents of the plan",
        ),
        pytest.param(
            {"workflow": {"kind": "react"}, "model": EMBEDDER},
            "/workflow", "holds no conversation", id="a model that holds no conversation",
        ),
        pytest.param(
            {"workflow": {"kind": "tree_of_thoughts", "thought": {"p50": 1, "p90": 2}}},
            "/workflow/thought", "state a number of tokens", id="a range that is sent again",
        ),
        pytest.param(
            {"workflow": {"kind": "rag", "queries": 2}, "retries": {"rate": 0.1}},
            "/workflow", "leave `retries` out", id="queries that may fail",
        ),
        pytest.param(
            {"turns": [{"user": 1}],
             "history": {"strategy": "retrieval", "tokens": 1, "turns": 0, "queries": 2}},
            "/history/query", "state both", id="queries of no length",
        ),
    ],
)  # fmt: skip
def test_the_problem_names_field_and_remedy(
    estimator: Estimator, plan: Mapping[str, Any], pointer: str, said: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        estimator.quote({**PLAN, **plan})
    problem = refused.value.problem
    assert problem.status == 422
    assert [error.pointer for error in problem.errors] == [pointer]
    assert said in problem.errors[0].detail


def test_an_unknown_model_of_a_member(estimator: Estimator) -> None:
    workflow = {"kind": "group_chat", "speakers": [{"model": "openai/gpt-9o"}, {}]}
    with pytest.raises(UnknownModel) as refused:
        estimator.quote({**PLAN, "workflow": workflow})
    assert "openai/gpt-4o" in refused.value.problem.detail


KINDS = ("react", "tree_of_thoughts", "rag", "map_reduce", "group_chat", "crew")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [True, "x" * 10, -1, 1.5, [], {}, None, [{}], 10**12, {"tokens": "1"}])
def test_no_value_is_an_error_of_ours(estimator: Estimator, kind: str, value: Any) -> None:
    """Each field of each kind with each value is quoted, or refused with its place."""
    refusals = (_refusal(estimator, {"kind": kind, name: value}) for name in _fields(kind))
    places = [error.pointer for problem in refusals if problem is not None for error in problem.errors]
    assert [place for place in places if not place.startswith("/workflow")] == []


def _refusal(estimator: Estimator, workflow: Mapping[str, Any]) -> Problem | None:
    """Return the problem document of a workflow that is refused; None: it is quoted."""
    try:
        estimator.quote({**PLAN, "workflow": workflow})
    except ServiceError as error:
        return error.problem
    return None


def _fields(kind: str) -> list[str]:
    """Return the names of the parameters of a kind, as its schema has them."""
    models = (
        model["properties"] for model in Plan.model_json_schema()["$defs"].values() if "properties" in model
    )
    ours = next(fields for fields in models if fields.get("kind", {}).get("const") == kind)
    return [name for name in ours if name != "kind"]
