"""What bodies of Responses say of tools besides defining them, and answers without content.

o200k_base: the block of `f` described 23, of `f` without a description 20; `functions.f` 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import DESCRIBED, X, flat

ASKED = {"role": "user", "content": "Hello world"}
F = flat(**DESCRIBED)
Count = Callable[..., int]


def count_tools(count: Count, model: str, tools: list[Any], **members: Any) -> int:
    """Count what the tools add to a question."""
    body: dict[str, Any] = {"api": "openai.responses", "input": [ASKED], **members}
    return count(model, **body, tools=tools) - count(model, **body)


@pytest.mark.parametrize(
    ("model", "around"), [("gpt-4o", -3), ("o3", 0), ("o3-mini", 0), ("gpt-5-mini", 3 - 1)]
)
def test_of_a_tool_in_the_form_of_chats_only_the_name_outside_is_read(
    count: Count, model: str, around: int
) -> None:
    nested = {
        "type": "function",
        "name": "f",
        "function": {"name": "g", "description": "Long", "parameters": X},
    }
    assert count_tools(count, model, [nested]) == 20 + around


@pytest.mark.parametrize(
    ("model", "more"),
    [("gpt-5", 78), ("gpt-5-mini", 78), ("gpt-5.1-codex", 78), ("gpt-5.4", 0), ("gpt-4o", 0), ("o3", 0)],
)
def test_one_call_at_a_time(count: Count, model: str, more: int) -> None:
    either = count_tools(count, model, [F])
    assert count_tools(count, model, [F], parallel_tool_calls=False) == either + more
    assert count_tools(count, model, [F], parallel_tool_calls=True) == either


def test_one_call_at_a_time_without_tools(count: Count) -> None:
    body: dict[str, Any] = {"api": "openai.responses", "input": "Hello world"}
    assert count("gpt-5", **body, parallel_tool_calls=False) == 2 + 4 + 2


def test_a_custom_tool_whose_format_is_text(count: Count) -> None:
    custom = {"type": "custom", "name": "f", "description": "Do it"}
    plain = count_tools(count, "gpt-5.6", [custom])
    assert count_tools(count, "gpt-5.6", [{**custom, "format": {"type": "text"}}]) == plain + 13


@pytest.mark.parametrize(
    ("content", "more"), [pytest.param([], 0, id="no parts: free"), pytest.param("", 4, id="an empty text")]
)
def test_an_answer_without_content(count: Count, content: Any, more: int) -> None:
    asked = count("gpt-4o", api="openai.responses", input=[ASKED])
    answered = [ASKED, {"type": "message", "role": "assistant", "content": content}]
    assert count("gpt-4o", api="openai.responses", input=answered) == asked + more


def test_gpt_4_has_two_a_request(count: Count) -> None:
    assert count("gpt-4", api="openai.responses", input="Hello world") == 2 + 4 + 2
    assert count("gpt-4", messages=[ASKED]) == 3 + 4 + 2
