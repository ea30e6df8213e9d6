"""The guess how long a question takes: it only has to tell short ones from long ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.api.work import SHORT_SECONDS, estimate_seconds
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import ENDPOINTS, Endpoints

TURN = {"user": 10, "assistant": 5, "reasoning": 0}
MODEL = "openai/gpt-5.4-mini"


def plan(**members: Any) -> dict[str, Any]:
    return {"model": MODEL, "turns": [TURN], **members}


def turns(**members: Any) -> dict[str, Any]:
    return plan(turns=[{**TURN, **members}])


LONG_PLAN = turns(repeat=5_000)
ROUNDS = [{"calls": [{"call": 1, "result": 1}], "repeat": 50}]


@pytest.mark.parametrize("row", [row for row in ENDPOINTS if row.question and row is not Endpoints.solve])
def test_the_examples_of_the_docs_are_short(row: Endpoint[Any]) -> None:
    assert estimate_seconds(row, json.dumps(row.example).encode()) <= SHORT_SECONDS


@pytest.mark.parametrize(
    ("row", "question"),
    [
        pytest.param(Endpoints.quotes, LONG_PLAN, id="many rows"),
        pytest.param(Endpoints.quotes, turns(repeat=50, tool_rounds=ROUNDS), id="rounds of turns"),
        pytest.param(Endpoints.quotes, turns(repeat={"p50": 1, "p90": 5_000}), id="a range of rows"),
        pytest.param(Endpoints.quotes, {"models": [MODEL] * 50, "turns": [TURN]}, id="many models"),
        pytest.param(Endpoints.quotes, {"models": "all", "turns": [TURN]}, id="all models"),
        pytest.param(Endpoints.quotes, plan(samples=100_000), id="many samples"),
        pytest.param(Endpoints.quotes, plan(retries={"rate": 0.1}), id="failures that are drawn"),
        pytest.param(
            Endpoints.quotes,
            {**turns(repeat=40), "agents": [{"name": "a", "turns": [{**TURN, "repeat": 40}]}]},
            id="agents of turns",
        ),
        pytest.param(Endpoints.quotes, plan(system="x" * 100_000), id="a long text"),
        pytest.param(Endpoints.quotes, plan(tools=[{"parameters": {"$ref": "#"}}]), id="a reference"),
        pytest.param(
            Endpoints.what_if,
            {"plan": plan(), "variants": [{"name": "a", "patch": LONG_PLAN}]},
            id="a variant with many rows",
        ),
        pytest.param(Endpoints.solve, {"plan": plan()}, id="a search"),
        pytest.param(Endpoints.deployment, {"break_even": {"plan": LONG_PLAN}}, id="a break-even"),
        pytest.param(
            Endpoints.memory_grid, {"context_tokens": [1] * 100, "sequences": [1] * 100}, id="a grid"
        ),
        pytest.param(Endpoints.media, {"items": [{"data": "A" * 5_000}]}, id="a file"),
    ],
)
def test_what_is_long_is_known_before_it_is_done(row: Endpoint[Any], question: Any) -> None:
    assert estimate_seconds(row, json.dumps(question).encode()) > SHORT_SECONDS


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["turns", "repeat", "tool_rounds", "agents", "models", "samples",
                                       "plan", "variants", "patch", "break_even", "sequences"]), inner),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from([row for row in ENDPOINTS if row.question]), _JSON | st.binary(max_size=20))
def test_any_body_has_a_guess(row: Endpoint[Any], sent: Any) -> None:
    """Nothing is validated yet, so anything may stand anywhere."""
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    assert estimate_seconds(row, body) > 0
