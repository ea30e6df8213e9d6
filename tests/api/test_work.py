"""The guess how long a question takes: it only has to tell quick, short and long ones apart."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.api.work import QUICK_SECONDS, SHORT_SECONDS, estimate_seconds
from tokenquote.http.questions import read_early
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import ENDPOINTS, Endpoints

TURN = {"user": 10, "assistant": 5, "reasoning": 0}
MODEL = "openai/gpt-5.4-mini"


def plan(**members: Any) -> dict[str, Any]:
    return {"model": MODEL, "turns": [TURN], **members}


def turns(**members: Any) -> dict[str, Any]:
    return plan(turns=[{**TURN, **members}])


LONG_PLAN = turns(repeat=5_000)
CALL_A = {"calls": [{"call": 1, "agent": "a"}]}
ROUNDS = [{"calls": [{"call": 1, "result": 1}], "repeat": 50}]


def estimate(row: Endpoint[Any], question: Any) -> float:
    """Guess as the service does: a body that is not too long is read first."""
    body = question if isinstance(question, bytes) else json.dumps(question).encode()
    return estimate_seconds(row, body, read_early(body))


@pytest.mark.parametrize("row", [row for row in ENDPOINTS if row.question and row is not Endpoints.solve])
def test_the_examples_of_the_docs_are_short(row: Endpoint[Any]) -> None:
    assert estimate(row, row.example) <= SHORT_SECONDS


SENTENCE = "Where is my order 4711, and when will it arrive? "
CHAT = {"model": "gpt-5.4-mini", "messages": [{"role": "user", "content": SENTENCE * 5}] * 20}


@pytest.mark.parametrize(
    ("row", "question"),
    [
        pytest.param(Endpoints.quotes, plan(turns=[TURN] * 50), id="50 turns in tokens"),
        pytest.param(Endpoints.quotes, turns(repeat=100), id="100 turns in one"),
        pytest.param(
            Endpoints.quotes, plan(turns=[{**TURN, "user": SENTENCE * 8}] * 20), id="20 messages of text"
        ),
        pytest.param(Endpoints.tokens, {"format": "openai.chat", "body": CHAT}, id="a chat of 20 messages"),
        pytest.param(Endpoints.usage, Endpoints.usage.example, id="a usage"),
        pytest.param(Endpoints.quotes, b"{", id="no JSON"),
    ],
)
def test_what_is_quick_is_answered_at_once(row: Endpoint[Any], question: Any) -> None:
    assert estimate(row, question) <= QUICK_SECONDS


@pytest.mark.parametrize(
    ("row", "question"),
    [
        pytest.param(Endpoints.quotes, turns(repeat=250), id="some rows"),
        pytest.param(Endpoints.quotes, plan(system="x" * 16_000), id="a text"),
        pytest.param(Endpoints.quotes, {"models": [MODEL] * 6, "turns": [TURN]}, id="some models"),
        pytest.param(Endpoints.quotes, plan(workflow={"pattern": "x", "agents": 10**9}), id="a workflow"),
        pytest.param(Endpoints.tokens, {"format": "x", "body": {"data": "A" * 1_000}}, id="a file"),
        pytest.param(
            Endpoints.tokens,
            {"format": "openai.chat", "body": {"image_url": "data:application/pdf;base64," + "A" * 1_000}},
            id="a file in a link",
        ),
        pytest.param(Endpoints.tokens, {"format": "x", "body": {"bytes": "A" * 1_000}}, id="Bedrock's file"),
        pytest.param(
            Endpoints.tokens,
            json.dumps({"format": "x", "body": {"data": "A" * 1_000}}).replace("data", "d\\u0061ta").encode(),
            id="a file behind an escape",
        ),
        pytest.param(Endpoints.kv_cache, Endpoints.kv_cache.example, id="another endpoint"),
    ],
)
def test_what_others_cannot_wait_for_is_answered_elsewhere(row: Endpoint[Any], question: Any) -> None:
    assert estimate(row, question) > QUICK_SECONDS


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
            {
                **turns(repeat=40, tool_rounds=[CALL_A]),
                "agents": [{"name": "a", "turns": [{**TURN, "repeat": 40}]}],
            },
            id="agents of turns",
        ),
        pytest.param(
            Endpoints.quotes,
            {
                **turns(tool_rounds=[{"calls": [{"call": 1, "agent": "a"}] * 20}]),
                "agents": [
                    {"name": "a", "turns": [{**TURN, "tool_rounds": [{"calls": [{"agent": "b"}] * 20}]}]},
                    {"name": "b", "turns": [{**TURN, "repeat": 3}]},
                ],
            },
            id="agents that call agents",
        ),
        pytest.param(
            Endpoints.quotes,
            {
                **turns(tool_rounds=[CALL_A]),
                "agents": [{"name": "a", "turns": [TURN], "turns_per_call": 5_000}],
            },
            id="an agent that each call leads on",
        ),
        pytest.param(
            Endpoints.quotes,
            {
                **turns(tool_rounds=[CALL_A]),
                "agents": [{"name": "a", "turns": [{**TURN, "tool_rounds": [CALL_A]}]}],
            },
            id="an agent that calls itself",
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
    assert estimate(row, question) > SHORT_SECONDS


@pytest.mark.parametrize("digits", ["9" * 400, "1e400", "-1e400", "-5"])
@pytest.mark.parametrize("field", ["samples", "repeat"])
def test_the_guess_of_any_number_can_be_added_up(field: str, digits: str) -> None:
    """An infinite one would leave NaN in the queue, and with that no bound."""
    stated = turns(repeat="X") if field == "repeat" else plan(samples="X")
    body = json.dumps(stated).replace('"X"', digits).encode()
    assert 0 < estimate(Endpoints.quotes, body) < math.inf


def test_agents_may_call_each_other_as_deep_as_a_body_is_long() -> None:
    agents = [
        {"name": f"a{i}", "turns": [{"tool_rounds": [{"calls": [{"agent": f"a{i + 1}"}]}]}]}
        for i in range(800)
    ]
    assert (
        estimate(Endpoints.quotes, {**turns(tool_rounds=[{"calls": [{"agent": "a0"}]}]), "agents": agents})
        > 0
    )


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
    assert estimate(row, sent) > 0
