"""Whatever is sent: a clear problem document, nothing changed, and the server still answers."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx2
import pytest

PLAN = {"model": "openai/gpt-5.4-mini", "turns": [{"user": 10, "assistant": 5, "reasoning": 0}]}
PRIVATE = "my prompt must not be echoed"


def turn(**members: Any) -> dict[str, Any]:
    return {**PLAN, "turns": [{"user": 10, **members}]}


def plan(**members: Any) -> dict[str, Any]:
    return {**PLAN, **members}


def post(http: httpx2.Client, body: Any) -> httpx2.Response:
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return http.post("/v1/quotes", content=content, headers={"content-type": "application/json"})


def problem(answer: httpx2.Response, status: int) -> Any:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["request_id"] == answer.headers["x-request-id"]
    assert document["instance"] == "/v1/quotes"
    assert PRIVATE not in answer.text
    return document


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("", "EOF", id="empty"),
        pytest.param('{"model": ', "EOF", id="cut off"),
        pytest.param("model=gpt", "expected value", id="a form"),
        pytest.param(b"\xff\xfe\x00", "expected value", id="not UTF-8"),
        pytest.param('{"turns": [{"user": NaN}]}', "expected value", id="NaN"),
        pytest.param('{"turns": [{"user": -Infinity}]}', "invalid number", id="infinity"),
        pytest.param("[" * 100_000, "recursion limit", id="deep lists"),
        pytest.param('{"a":' * 100_000, "recursion limit", id="deep objects"),
        pytest.param('{"turns": [{"user": "\\ud800"}]}', "hex escape", id="a lone surrogate"),
    ],
)
def test_what_is_not_json_is_400(http: httpx2.Client, body: str | bytes, said: str) -> None:
    assert said in problem(post(http, body), 400)["detail"]


@pytest.mark.parametrize(
    ("body", "pointer", "said"),
    [
        pytest.param([PLAN], "", "an object is expected", id="a list"),
        pytest.param(None, "", "an object is expected", id="null"),
        pytest.param({}, "", "state `model`", id="nothing"),
        pytest.param(plan(modle="x"), "/modle", "no such field", id="unknown field"),
        pytest.param(turn(asistant=5), "/turns/0/asistant", "no such field", id="unknown field of a turn"),
        pytest.param(plan(turns=[]), "/turns", "at least 1 item", id="no turns"),
        pytest.param({"model": "openai/gpt-5.4-mini"}, "/turns", "missing", id="turns missing"),
        pytest.param(turn(user=-1), "/turns/0/user", "at least 0", id="negative"),
        pytest.param(turn(user=10**9 + 1), "/turns/0/user", "at most 1000000000", id="absurd"),
        pytest.param(turn(user=10**40), "/turns/0/user", "whole number|at most", id="enormous"),
        pytest.param(turn(user=1.5), "/turns/0/user", "a whole number", id="a fraction"),
        pytest.param(turn(user=True), "/turns/0/user", "a whole number", id="a boolean"),
        pytest.param(
            turn(user={"tokens": "5"}), "/turns/0/user/tokens", "a whole number", id="digits in a string"
        ),
        pytest.param(
            turn(user={"text": PRIVATE, "tokens": 5}),
            "/turns/0/user/tokens",
            "not together",
            id="text and tokens",
        ),
        pytest.param(
            turn(user={"p50": 9, "p90": 3}),
            "/turns/0/user",
            "`p90` that is no less",
            id="a range upside down",
        ),
        pytest.param(turn(user={"profile": "huge"}), "/turns/0/user/profile", "small", id="unknown profile"),
        pytest.param(turn(user=[]), "/turns/0/user", "at least 1 item", id="no parts"),
        pytest.param(turn(user=[{"type": "smell"}]), "/turns/0/user/0", "image, audio", id="unknown part"),
        pytest.param(
            turn(user=[{"type": "text", "text": PRIVATE, "tokens": 5}]),
            "/turns/0/user/0/tokens",
            "not together",
            id="a part with text and tokens",
        ),
        pytest.param(plan(models=["gpt-4o"]), "", "not both", id="model and models"),
        pytest.param(plan(model=None, models=[]), "/models", "at least 1 item", id="no models"),
        pytest.param(
            plan(system=5, start={"format": "openai.chat", "body": {}}),
            "",
            "leave out `system`",
            id="start and system",
        ),
        pytest.param(turn(user=None), "/turns/0/user", "missing; only the first turn", id="no user"),
        pytest.param(plan(app=[]), "/app", "a text is expected", id="an app that is a list"),
        pytest.param(plan(at=1700000000), "/at", "2026-12-01T02:00:00Z", id="a time as a number"),
        pytest.param(plan(at="1700000000"), "/at", "2026-12-01T02:00:00Z", id="a time as digits"),
        pytest.param(
            plan(at="0001-01-01T00:00:00+14:00"), "/at", "between 1971 and 9998", id="the first day"
        ),
        pytest.param(plan(at="9999-12-31T23:59:59-14:00"), "/at", "between 1971 and 9998", id="the last day"),
        pytest.param(
            turn(gap_seconds="60"), "/turns/0/gap_seconds", "a number is expected", id="a number in a string"
        ),
        pytest.param(plan(caching={"enabled": "yes"}), "/caching/enabled", "true or false", id="a yes"),
        pytest.param(
            plan(caching={"enabled": False, "ttl": "5m"}), "/caching", "nothing for `ttl`", id="off with ttl"
        ),
        pytest.param(
            plan(budget={"cost": "1_000"}), "/budget/cost", "plain decimal", id="money with underscores"
        ),
        pytest.param(
            {
                "model": "gpt-4o",
                "start": {"format": "openai.chat", "body": {"messages": [{"role": "user", "content": "x"}]}},
                "turns": [{"assistant": 5, "repeat": 3}],
            },
            "/turns/0/repeat",
            "happens once",
            id="a start that is answered three times",
        ),
        pytest.param(
            {
                "model": "gpt-4o",
                "start": {
                    "format": "openai.chat",
                    "body": {
                        "messages": [
                            {"role": "assistant", "tool_calls": [{"id": [], "function": {"name": "f"}}]}
                        ]
                    },
                },
                "turns": [{"user": 5}],
            },
            "/start/body/messages/0/tool_calls/0/id",
            "a string",
            id="a call whose id is a list",
        ),
        pytest.param(turn(repeat=0), "/turns/0/repeat", "at least 1", id="repeat 0"),
        pytest.param(turn(repeat=10**9), "/turns", "makes 1000000000 requests", id="a billion turns"),
        pytest.param(
            turn(user=10**9, repeat=11), "/turns", "more than 10000000000 tokens", id="endless context"
        ),
        pytest.param(turn(repeat=10**12), "/turns/0/repeat", "at most", id="more than a billion"),
        pytest.param(turn(gap_seconds=-1), "/turns/0/gap_seconds", "at least", id="time backwards"),
        pytest.param(plan(mode="turbo"), "/mode", "standard, batch, flex, priority, fast", id="unknown mode"),
        pytest.param(plan(at="2026-12-01T02:00:00"), "/at", "offset is missing", id="no offset"),
        pytest.param(plan(at="tomorrow"), "/at", "write a time", id="no time"),
        pytest.param(plan(budget={"cost": 0.5}), "/budget/cost", "decimal string", id="money as a float"),
        pytest.param(plan(budget={"cost": "-1"}), "/budget/cost", "above 0", id="negative money"),
        pytest.param(plan(budget={"cost": "NaN"}), "/budget/cost", "plain decimal", id="money that is none"),
        pytest.param(plan(conversations=0), "/conversations", "at least 1", id="no conversations"),
        pytest.param(plan(caching={"ttl": "7m"}), "/caching/ttl", "of this model: 5m", id="unknown ttl"),
        pytest.param(plan(caching={"hit_rate": 1.5}), "/caching/hit_rate", "at most 1", id="hit rate"),
        pytest.param(plan(tools=[]), "/tools", "at least 1 item", id="an empty list of tools"),
        pytest.param(plan(tools=[{"x": 1}]), "/tools/0", "has a `name`", id="not a tool"),
        pytest.param(plan(app=""), "/app", "at least 1 character", id="an empty app"),
        pytest.param(plan(history={"strategy": "forget"}), "/history", "full", id="unknown strategy"),
        pytest.param(
            plan(start={"format": "openai.chat", "body": {"contents": []}}),
            "/start/body/messages",
            "looks like gemini",
            id="a body of another format",
        ),
    ],
)
def test_what_cannot_be_quoted_is_422_and_names_the_field(
    http: httpx2.Client, body: Any, pointer: str, said: str
) -> None:
    document = problem(post(http, body), 422)
    found = {error["pointer"]: error["detail"] for error in document["errors"]}
    assert pointer in found, found
    assert any(words in found[pointer] for words in said.split("|")), found


def test_what_the_contract_has_and_the_service_has_not_yet_is_said_plainly(http: httpx2.Client) -> None:
    image = [{"type": "image", "width": 10, "height": 10}]
    history = {
        "strategy": "retrieval", "tokens": 9, "turns": 1, "embedding_model": "openai/text-embedding-3-small"
    }  # fmt: skip
    document = problem(post(http, {**turn(user=image), "history": history}), 422)
    assert document["type"] == "urn:tokenquote:problem:not-yet-offered"
    assert document["errors"][0]["pointer"] == "/turns/0/user/0"
    assert "embedding of images" in document["errors"][0]["detail"]
    assert "not yet offered" in document["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("openai/gpt-5.4-minni", "openai/gpt-5.4-mini"),
        ("GPT-5.4-mini", "openai/gpt-5.4-mini"),
        ("claude-opus-48", "anthropic/claude-opus-4-8"),
    ],
)
def test_an_unknown_model_is_404_with_near_names(http: httpx2.Client, name: str, near: str) -> None:
    document = problem(post(http, plan(model=name)), 404)
    assert document["title"] == "Unknown model"
    assert near in document["detail"]
    assert document["errors"][0]["pointer"] == "/model"


def test_one_unknown_model_among_several_is_404_for_all(http: httpx2.Client) -> None:
    document = problem(post(http, plan(model=None, models=["gpt-4o", "gpt-9"])), 404)
    assert document["errors"][0]["pointer"] == "/models/1"


def test_what_is_wrong_for_every_model_is_wrong_with_the_plan(http: httpx2.Client) -> None:
    models = ["gpt-4o", "claude-opus-4-8", "gemini-2.5-flash"]
    for wrong in (turn(repeat=40_000), turn(user={"p50": 2, "p90": 1}), plan(history={"strategy": "window"})):
        problem(post(http, {**wrong, "model": None, "models": models}), 422)


def test_a_strategy_that_does_not_exist_is_not_repeated(http: httpx2.Client) -> None:
    problem(post(http, plan(history={"strategy": PRIVATE * 1000})), 422)


def test_a_body_of_20_mb_is_413(http: httpx2.Client) -> None:
    problem(post(http, json.dumps(turn(user="a" * 20_000_000))), 413)


def test_many_mistakes_are_counted_and_the_first_twenty_listed(http: httpx2.Client) -> None:
    document = problem(post(http, plan(turns=[{"user": -1}] * 50)), 422)
    assert len(document["errors"]) == 20
    assert "(and 49 more)" in document["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/quotes", 405),
        ("BREW", "/v1/quotes", 405),
        ("POST", "/livez", 405),
    ],
)
def test_paths_and_methods_that_do_not_exist_are_problems_too(
    http: httpx2.Client, method: str, path: str, status: int
) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == path


def test_bad_input_changes_nothing(http: httpx2.Client) -> None:
    """The same plan gets the same answer before and after all of it."""
    steady = plan(at="2026-11-23T12:00:00Z")
    before = post(http, steady).json()
    for body in ("{", "[" * 100_000, turn(repeat=10**9), plan(model="gpt-9"), turn(user="a" * 2_000_000)):
        assert post(http, body).status_code >= 400
    assert post(http, steady).json() == before
    assert http.get("/readyz").status_code == 200


def test_a_compressed_body_is_told_so(http: httpx2.Client) -> None:
    """Whether its header says so, which is 415, or not."""
    answered = http.post("/v1/quotes", content=gzip.compress(b"{}"))
    assert answered.status_code == 400
    assert "compressed" in answered.json()["detail"]


@pytest.mark.parametrize("query", ["provider=openai&provider=xai", "limit=1&limit=1"])
def test_a_parameter_that_is_stated_twice_is_refused(http: httpx2.Client, query: str) -> None:
    answer = http.get(f"/v1/models?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"query parameter {query.split('=')[0]}: stated twice; state it once"
