"""Agents that cannot be followed: a problem document that names the field, and what to do."""

from __future__ import annotations

import itertools
from typing import Any

import httpx2
import pytest

MINI = "openai/gpt-5.4-mini"


def calls(*names: str, user: int = 10) -> dict[str, Any]:
    """A turn whose one round calls agents."""
    made = [{"calls": [{"call": 5, "agent": name} for name in names]}] if names else []
    return {"user": user, "tool_rounds": made, "reasoning": 0, "assistant": 5}


def agent(name: str, *called: str, **members: Any) -> dict[str, Any]:
    return {"name": name, "turns": [calls(*called)], **members}


def plan(*agents: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"model": MINI, "turns": [calls("researcher")], "agents": list(agents), **members}


ROUNDS = "/turns/0/tool_rounds/0/calls/0"


@pytest.mark.parametrize(
    ("body", "pointer", "said"),
    [
        pytest.param(
            plan(), f"{ROUNDS}/agent", "the plan has no such agent; state it in `agents`", id="no agents"
        ),
        pytest.param(
            plan(agent("reseacher")), f"{ROUNDS}/agent", "did you mean 'reseacher'?", id="a near name"
        ),
        pytest.param(
            plan(agent("researcher", "writer")),
            f"/agents/0{ROUNDS}/agent",
            "the plan has no such agent",
            id="called by an agent",
        ),
        pytest.param(
            plan(agent("researcher"), agent("researcher")),
            "/agents/1/name",
            "another agent has this name",
            id="two of one name",
        ),
        pytest.param(
            plan(agent("researcher", "researcher")),
            f"/agents/0{ROUNDS}/agent",
            "in a circle: researcher → researcher; leave out one of these calls",
            id="calls itself",
        ),
        pytest.param(
            plan(agent("researcher", "lead"), agent("lead", "writer"), agent("writer", "lead")),
            f"/agents/2{ROUNDS}/agent",
            "in a circle: lead → writer → lead;",
            id="a circle of two",
        ),
        pytest.param(
            plan(agent("idle", "idle"), agent("researcher")),
            f"/agents/0{ROUNDS}/agent",
            "in a circle: idle → idle",
            id="a circle that nobody enters",
        ),
        pytest.param(
            plan(turns=[{"user": 1, "tool_rounds": [{"calls": [{"call": 5}]}]}]),
            f"{ROUNDS}/result",
            "missing: it has to be stated, unless an `agent` answers the call",
            id="neither result nor agent",
        ),
        pytest.param(
            plan(turns=[{"user": 1, "tool_rounds": [{"calls": [{"call": 5, "agent": "a\nb"}]}]}]),
            f"{ROUNDS}/agent",
            "",
            id="a name with a line break",
        ),
        pytest.param(plan(agent("")), "/agents/0/name", "", id="no name"),
        pytest.param(plan(agent("x" * 65)), "/agents/0/name", "at most 64 characters", id="a long name"),
        pytest.param(plan(agent("researcher", turns=[])), "/agents/0/turns", "at least 1", id="no turns"),
        pytest.param(
            plan(agent("researcher", turns=[{"assistant": 5}])),
            "/agents/0/turns/0/user",
            "missing",
            id="no task",
        ),
        pytest.param(plan(agent("researcher", keep=1)), "/agents/0/keep", "true or false", id="keep 1"),
        pytest.param(plan(agent("researcher", goal="x")), "/agents/0/goal", "", id="unknown field"),
        pytest.param(
            plan(agent("researcher", start={"format": "openai.chat", "body": {}})),
            "/agents/0/start",
            "",
            id="a start of its own",
        ),
        pytest.param(
            plan(agent("researcher", history={"strategy": "summary", "every": 2, "tokens": 9, "keep": 2})),
            "/agents/0/history/keep",
            "at least `every`",
            id="a summary of nothing",
        ),
        pytest.param(
            plan(agent("researcher", history={"strategy": "window"})),
            "/agents/0/history",
            "state either `turns` or `tokens`",
            id="a window without a bound",
        ),
        pytest.param(
            plan(agent("researcher", turns=[{"user": 1, "server_tools": {"output_image": 1}}])),
            "/agents/0/turns/0/server_tools/output_image",
            "no server tool",
            id="no server tool",
        ),
        pytest.param(
            plan(agent("researcher", model="openai/text-embedding-3-small")),
            "/agents/0/model",
            "is a model of kind embedding; here one of kind chat is needed",
            id="a model that holds no conversation",
        ),
        pytest.param(
            plan(agent("researcher", turns=[{"user": 1, "model": "cohere/rerank-v3.5"}])),
            "/agents/0/turns/0/model",
            "is a model of kind rerank",
            id="a turn of such a model",
        ),
        pytest.param(
            plan(
                agent(
                    "researcher",
                    turns=[{"user": 1, "assistant": [{"type": "audio", "seconds": 5}]}],
                    model="openai/gpt-realtime",
                )
            ),
            f"{ROUNDS}/agent",
            "the last answer of researcher is not text alone: state the `result` of the call too",
            id="an answer that is spoken",
        ),
        pytest.param(
            {
                "model": "openai/text-embedding-3-small",
                "turns": [{"user": 5}],
                "agents": [agent("researcher")],
            },
            "/agents",
            "leave out `agents`",
            id="beside an embedding",
        ),
        pytest.param(
            plan(*(agent(f"a{i}") for i in range(101))), "/agents", "at most 100", id="too many agents"
        ),
    ],
)
def test_the_problem_names_the_field_and_what_to_do(
    http: httpx2.Client, body: Any, pointer: str, said: str
) -> None:
    answer = http.post("/v1/quotes", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert said in error["detail"]


def test_an_unknown_model_of_an_agent_has_near_names(http: httpx2.Client) -> None:
    answer = http.post("/v1/quotes", json=plan(agent("researcher", model="openai/gpt-5.4-minni")))
    assert answer.status_code == 404
    assert "openai/gpt-5.4-mini" in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == "/agents/0/model"


def tower(height: int, width: int) -> dict[str, Any]:
    """Agents one above the other, each of which calls the next several times."""
    names = [f"a{i}" for i in range(height)]
    agents = [agent(name, *([below] * width)) for name, below in itertools.pairwise(names)]
    return plan(*agents, agent(names[-1]), turns=[calls(names[0])])


@pytest.mark.parametrize(
    ("body", "requests"),
    [
        # 2 + 2 x (1 + 10 + 100 + 1,000 + 10,000) + 100,000: the lowest answers in one request, others in two.
        pytest.param(tower(6, 10), "122224", id="ten calls at each of six levels"),
        # With three calls at each of 100 levels, 3^99 conversations stand at the lowest.
        pytest.param(tower(100, 3), "more than 10^47", id="a hundred levels"),
        pytest.param(
            plan(agent("researcher", turns=[{**calls(), "repeat": 10**9}])), "1000000002", id="a long agent"
        ),
    ],
)
def test_what_explodes_is_refused_before_any_work(http: httpx2.Client, body: Any, requests: str) -> None:
    answer = http.post("/v1/quotes", json=body)
    assert answer.status_code == 422
    document = answer.json()
    assert document["type"].endswith("plan-too-long")
    assert f"the plan makes {requests} requests with those of its agents" in document["detail"]
    assert "a quote holds 100000" in document["detail"]


def test_a_tower_of_all_agents_is_answered(http: httpx2.Client) -> None:
    """A hundred levels with one call each: two requests at each but the lowest, and the plan's own two."""
    answer = http.post("/v1/quotes", json=tower(100, 1))
    assert answer.status_code == 200
    assert answer.json()["totals"]["requests"] == 2 + 2 * 99 + 1
