"""`tokenquote tokens`: a body in, its tokens or JSON out, or one sentence that says why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tokenquote.cli import main

CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello world"}]}
TOOL = {"type": "function", "function": {"name": "get_time", "description": "Do it", "parameters": {}}}


def run(*arguments: str, body: Any = CHAT, body_format: str = "openai.chat") -> Result:
    given = body if isinstance(body, (str, bytes)) else json.dumps(body)
    command = ["tokens", "-", "--format", body_format, *arguments]
    return CliRunner().invoke(main, command, input=given, env={"COLUMNS": "120"})


def test_the_parts_and_the_whole_are_printed() -> None:
    """3 a request, 4 around the message, 4 - 1 around the tools: 10 of framing."""
    result = run(body={**CHAT, "tools": [TOOL, {"type": "web_search"}]})
    assert result.exit_code == 0, result.output
    shown = " ".join(result.output.split())
    for row in (
        "openai/gpt-4o assumed, o200k_base",
        "messages 2",
        "tools 24 get_time 11",
        "unknown 6",
        "framing 10",
        "input 42*",
        "* rests on a fit or an assumption",
        "tools of type 'web_search' at /tools/1: counted by its text",
    ):
        assert row in shown, result.output
    assert "images" not in result.output


def test_what_is_exact_has_no_star_and_no_band() -> None:
    """3 + 4 + 2."""
    shown = " ".join(run().output.split())
    assert "openai/gpt-4o exact, o200k_base" in shown
    assert "input 9" in shown
    assert "*" not in shown
    assert "nine bills in ten" not in shown


def test_another_model_may_be_named() -> None:
    """2 + 4 + 2."""
    assert "input 8" in " ".join(run("--model", "gpt-5.4-mini").output.split())


def test_names_are_shown_as_they_are() -> None:
    """Square brackets are markup to the library that prints."""
    tool = {"type": "function", "function": {"name": "[/x][red]"}}
    assert "  [/x][red] " in run(body={**CHAT, "tools": [tool]}).output


def test_many_tools_are_cut_short() -> None:
    tools = [{"type": "function", "function": {"name": f"f{i}"}} for i in range(25)]
    output = run(body={**CHAT, "tools": tools}).output
    assert "f19" in output
    assert "f20" not in output
    assert "… 5 more tools" in output


def test_json_is_the_services_own_answer() -> None:
    answer = json.loads(run("--output", "json").output)
    assert (answer["input_tokens"], answer["breakdown"]["framing"]) == (9, 7)


@pytest.mark.parametrize(
    ("body", "body_format", "said"),
    [
        pytest.param("{", "openai.chat", "<stdin>: no JSON", id="not JSON"),
        pytest.param("", "openai.chat", "<stdin>: no JSON", id="nothing"),
        pytest.param(b"\xff", "openai.chat", "<stdin>: no JSON", id="no text"),
        pytest.param("[" * 100_000, "openai.chat", "<stdin>: no JSON", id="bottomless"),
        pytest.param([], "openai.chat", "<stdin>: /body: an object is expected", id="a list"),
        pytest.param(CHAT, "openai.talk", "<stdin>: /format: a format by the name of its api", id="format"),
        pytest.param({**CHAT, "model": None}, "openai.chat", "state `model` beside it", id="no model"),
        pytest.param({**CHAT, "model": "zzz"}, "openai.chat", "The catalog has no model 'zzz'", id="model"),
        pytest.param(
            {"contents": []}, "openai.chat", "looks like gemini.generateContent", id="another format"
        ),
    ],
)
def test_a_body_that_cannot_be_counted_is_one_sentence(body: Any, body_format: str, said: str) -> None:
    result = run(body=body, body_format=body_format)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_the_format_is_asked_for() -> None:
    result = CliRunner().invoke(main, ["tokens", "-"], input="{}")
    assert result.exit_code == 2
    assert "--format" in result.output
