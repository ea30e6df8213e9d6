"""Questions of POST /v1/tokens that cannot be answered: the field, the remedy, and none of the prompt."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

PRIVATE = "my prompt must not be echoed"
USER = {"role": "user", "content": PRIVATE}
CHAT = {"model": "gpt-4o", "messages": [USER]}


def question(**members: Any) -> dict[str, Any]:
    return {"format": "openai.chat", "body": CHAT, **members}


def chat(**members: Any) -> dict[str, Any]:
    return question(body={**CHAT, **members})


def deep(levels: int) -> Any:
    schema: dict[str, Any] = {"description": PRIVATE}
    for _ in range(levels - 1):
        schema = {"items": schema}
    return schema


def multiplied(levels: int) -> Any:
    """Each definition names the next one twice."""
    definitions: dict[str, Any] = {
        f"d{i}": {"properties": {name: {"$ref": f"#/$defs/d{i + 1}"} for name in "ab"}} for i in range(levels)
    }
    return {"properties": {PRIVATE: {"$ref": "#/$defs/d0"}}, "$defs": definitions}


def tools(parameters: Any, count: int = 1) -> list[Any]:
    return [{"type": "function", "function": {"name": "f", "parameters": parameters}}] * count


def output(schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}


@pytest.fixture(autouse=True)
def _nothing_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The server runs in this process: every record of every logger is seen here."""
    with caplog.at_level(logging.DEBUG):
        yield
    assert PRIVATE not in caplog.text


def problem(answer: httpx2.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert PRIVATE not in answer.text
    return answer.json()


def post(http: httpx2.Client, body: Any) -> httpx2.Response:
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return http.post("/v1/tokens", content=content, headers={"content-type": "application/json"})


@pytest.mark.parametrize(
    ("asked", "pointer", "said"),
    [
        pytest.param([], "", "an object is expected", id="a list"),
        pytest.param({}, "/format", "missing", id="nothing"),
        pytest.param(question(modle="x"), "/modle", "no such field", id="an unknown field beside the body"),
        pytest.param({"format": "openai.chat"}, "/body", "missing", id="no body"),
        pytest.param(question(body=[CHAT]), "/body", "an object is expected", id="a body that is a list"),
        pytest.param(question(body=PRIVATE), "/body", "an object is expected", id="a body that is a text"),
        pytest.param(question(body=None), "/body", "an object is expected", id="a body that is null"),
        pytest.param(question(format=""), "/format", "at least 1 character", id="an empty format"),
        pytest.param(question(format="x" * 65), "/format", "at most 64 characters", id="a long format"),
        pytest.param(question(format="openai.talk"), "/format", "known: anthropic", id="an unknown format"),
        pytest.param(question(format="chat"), "/format", "HOST.chat", id="a format without its host"),
        pytest.param(question(model=""), "/model", "at least 1 character", id="an empty model"),
        pytest.param(question(model="x" * 201), "/model", "at most 200 characters", id="a long model"),
        pytest.param(question(model=5), "/model", "a text is expected", id="a model that is a number"),
        pytest.param(chat(model=None), "/model", "names no model", id="no model"),
        pytest.param(chat(model=5), "/model", "names no model", id="a number for a model in the body"),
        pytest.param(chat(messages=[]), "/body/messages", "non-empty list", id="no messages"),
        pytest.param(chat(messages=[USER, PRIVATE]), "/body/messages/1", "object with `role`", id="a text"),
        pytest.param(chat(messages=[{"role": PRIVATE}]), "/body/messages/0/role", "one of", id="a role"),
        pytest.param(
            question(body={"model": "gpt-4o", "contents": [{"parts": [{"text": PRIVATE}]}]}),
            "/body/messages",
            "looks like gemini.generateContent",
            id="a body of Gemini",
        ),
        pytest.param(
            chat(system=PRIVATE), "/body/system", "looks like anthropic.messages", id="a body of Anthropic"
        ),
        pytest.param(
            question(format="openai.responses", body={"model": "gpt-4o", "contents": [PRIVATE]}),
            "/body/input",
            "looks like gemini.generateContent",
            id="a body of Gemini as Responses",
        ),
        pytest.param(chat(tools=tools(deep(66))), "/body/tools/0/function/parameters", "64", id="deep tools"),
        pytest.param(
            chat(response_format=output(deep(66))),
            "/body/response_format/json_schema/schema",
            "nested deeper than 64 levels",
            id="a deep output schema",
        ),
        pytest.param(chat(metadata=deep(160)), "/body", "nested deeper than 150", id="a deep body"),
        pytest.param(chat(tools=tools(multiplied(30))), "/body/tools", "unfold", id="multiplied references"),
        pytest.param(chat(tools=tools({}, 10_001)), "/body/tools", "more than 10000", id="10,001 tools"),
        pytest.param(chat(tools=[{}]), "/body/tools/0", "has a `name`", id="a tool of nothing"),
        pytest.param(
            chat(messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": 5}}]}]),
            "/body/messages/0/content/0/image_url",
            "base64 data",
            id="a picture that is a number",
        ),
    ],
)
def test_what_cannot_be_counted_is_422_and_names_the_field(
    http: httpx2.Client, asked: Any, pointer: str, said: str
) -> None:
    document = problem(post(http, asked), 422)
    found = {error["pointer"]: error["detail"] for error in document["errors"]}
    assert said in found[pointer], found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "EOF"),
        ('{"format": ', "EOF"),
        (b"\xff\xfe", "expected value"),
        ('{"format": "openai.chat", "body": {"messages": [NaN]}}', "expected value"),
        ('{"format": "openai.chat", "body": ' + '{"a":' * 100_000, "recursion limit"),
        ('{"format": "openai.chat", "body": {"prompt": "\\ud800"}}', "hex escape"),
    ],
    ids=["empty", "cut off", "not UTF-8", "NaN", "bottomless", "a lone surrogate"],
)
def test_what_is_not_json_is_400(http: httpx2.Client, body: str | bytes, said: str) -> None:
    assert said in problem(post(http, body), 400)["detail"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("sonar-largo", "no model 'sonar-largo'"),
        ("amazon/nva-micro", "Near names: amazon/"),
        ("x" * 199, "no model"),
    ],
)
@pytest.mark.parametrize("where", ["in the body", "beside it"])
def test_an_unknown_model_is_404_with_near_names(
    http: httpx2.Client, name: str, near: str, where: str
) -> None:
    document = problem(post(http, question(model=name) if where == "beside it" else chat(model=name)), 404)
    assert near in document["detail"]
    assert document["errors"][0]["pointer"] == "/model"


def test_a_body_that_is_too_large_is_413(http: httpx2.Client) -> None:
    problem(post(http, chat(messages=[{"role": "user", "content": PRIVATE * 100_000}])), 413)


def test_bad_input_changes_nothing(http: httpx2.Client) -> None:
    before = post(http, question()).json()
    for body in ("{", chat(tools=tools(multiplied(30))), chat(messages=[]), question(format="x")):
        assert post(http, body).status_code >= 400
    assert post(http, question()).json() == before
