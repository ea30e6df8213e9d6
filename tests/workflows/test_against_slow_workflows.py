"""Every kind of workflow against one that is run step by step, and against the plan that it writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.workflows import slow_workflows as slow

from tokenquote_client import Quote

Ask = Callable[..., Quote]

amounts = st.integers(0, 700)
PARAMETERS: Mapping[str, Mapping[str, st.SearchStrategy[Any]]] = {
    "react": {
        "question": amounts, "steps": st.integers(1, 9), "thought": amounts, "call": amounts,
        "observation": amounts, "answer": amounts,
    },
    "plan_and_solve": {
        "question": amounts, "plan": amounts, "steps": st.integers(1, 9), "step": amounts, "answer": amounts,
    },
    "self_consistency": {"question": amounts, "samples": st.integers(1, 40), "answer": amounts},
    "tree_of_thoughts": {
        "question": amounts, "breadth": st.integers(1, 4), "depth": st.integers(1, 4),
        "keep": st.none() | st.integers(1, 5), "thought": amounts, "evaluation": amounts, "answer": amounts,
    },
    "reflection": {"question": amounts, "draft": amounts, "critique": amounts, "rounds": st.integers(1, 6)},
    "rag": {
        "question": amounts, "chunk": st.integers(1, 900), "top_k": st.integers(1, 30), "answer": amounts,
    },
    "map_reduce": {
        "document": st.integers(1, 9_000), "chunk": st.integers(200, 3_000), "overlap": st.integers(0, 190),
        "summary": st.integers(0, 400), "collapse_above": st.none() | st.integers(800, 3_000),
        "answer": amounts,
    },
    "refine": {
        "document": st.integers(1, 9_000), "chunk": st.integers(200, 3_000), "overlap": st.integers(0, 190),
        "summary": amounts, "answer": amounts,
    },
    "group_chat": {
        "question": amounts, "speakers": st.integers(1, 5), "rounds": st.integers(1, 5), "message": amounts,
        "selection": amounts, "answer": amounts,
    },
    "crew": {
        "tasks": st.integers(1, 6), "agents": st.integers(1, 3),
        "process": st.sampled_from(["sequential", "hierarchical"]), "description": amounts,
        "output": amounts, "delegation": amounts,
    },
    "graph_loop": {
        "question": amounts, "nodes": st.integers(1, 5), "output": amounts,
        "retry_probability": st.floats(0, 0.9).map(lambda share: round(share, 3)),
    },
}  # fmt: skip
MODELS = ("openai/gpt-5.4-mini", "anthropic/claude-sonnet-4-5")


def with_effect(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is refused because nobody does it: a delegation in a sequential crew."""
    delegates = stated.get("process") == "hierarchical"
    return {name: value for name, value in stated.items() if name != "delegation" or delegates}


@pytest.mark.parametrize("kind", PARAMETERS)
@settings(max_examples=40)
@given(data=st.data())
def test_each_request_is_that_of_a_workflow_run_step_by_step(quoted: Ask, kind: str, data: Any) -> None:
    """Every request has the input and the output of the same request of the simulation, in the same order."""
    stated = data.draw(st.fixed_dictionaries(dict(PARAMETERS[kind])))
    opening, reasoning = data.draw(amounts), data.draw(st.integers(0, 300))
    model = slow.Model(opening, reasoning)
    getattr(slow, kind)(model, **stated)
    stated = with_effect(stated)
    workflow = {"kind": kind, "reasoning": reasoning, **stated}
    quote = quoted(turns=None, workflow=workflow, system=opening, caching={"enabled": False})
    rows = [(row.agent, row.input_tokens, row.output_tokens) for row in quote.requests or ()]
    assert rows == model.asked


@pytest.mark.parametrize("kind", PARAMETERS)
@settings(max_examples=15)
@given(data=st.data())
def test_what_a_workflow_writes_quotes_to_the_same_totals(quoted: Ask, kind: str, data: Any) -> None:
    """To the last digit, with caching and prices of several providers, after a way through JSON."""
    stated = with_effect(data.draw(st.fixed_dictionaries({}, optional=dict(PARAMETERS[kind]))))
    plan = {
        "model": data.draw(st.sampled_from(MODELS)),
        "system": data.draw(st.integers(0, 3_000)),
        "tools": data.draw(st.integers(0, 2_000)),
        "caching": data.draw(st.sampled_from([{}, {"enabled": True}, {"enabled": False}])),
        "conversations": 3,
    }
    if "chunk" in stated or "overlap" in stated:  # else the other may be the catalog's, and shorter
        stated = {name: value for name, value in stated.items() if name != "overlap"}
    quote = quoted(turns=None, workflow={"kind": kind, **stated}, **plan)
    compiled = json.loads(quote.model_dump_json())["compiled"]
    assert "workflow" not in compiled
    again = quoted(**{"turns": None, **compiled})
    assert again.totals == quote.totals
    assert again.requests == quote.requests
    assert again.lines == quote.lines
    assert again.fleet == quote.fleet
    assert again.context == quote.context
