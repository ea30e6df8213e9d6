"""What OpenAI adds around messages, family by family: our own bodies, each with its sum.

Tokens of the texts: "Hello world" 2, "You are helpful" 3, "bob" 1, in both vocabularies. Calls, tools,
schemas, Responses and gateways are in tests/tokens/openai.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.tokens.openai.pieces import ANSWER, SYSTEM, USER

from tokenquote.catalog import Catalog
from tokenquote.tokens import TokenRules, Vocabularies, read_body


@pytest.fixture
def count(catalog: Catalog, vocabularies: Vocabularies) -> Any:
    def count_messages(model: str, messages: Any, **body: Any) -> int:
        rules = TokenRules(catalog.find_counting(model, "openai.chat").counting, vocabularies)
        return rules.request(read_body("openai.chat", {"messages": messages, **body})).tokens

    return count_messages


def user(content: Any, **members: Any) -> dict[str, Any]:
    return {"role": "user", "content": content, **members}


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        pytest.param("gpt-4o", 3 + 3 * 4 + 3 + 2 + 2, id="gpt-4o: 3 a request, 4 a message"),
        pytest.param("gpt-4.1-mini", 3 + 3 * 4 + 3 + 2 + 2, id="gpt-4.1: as gpt-4o"),
        pytest.param("gpt-4.5-preview", 3 + 3 * 4 + 3 + 2 + 2, id="gpt-4.5: as gpt-4o"),
        pytest.param("gpt-4-turbo", 3 + 3 * 4 + 3 + 2 + 2, id="gpt-4-turbo: as gpt-4o"),
        pytest.param("gpt-4-0613", 3 + 3 * 4 + 3 + 2 + 2, id="gpt-4-0613: as gpt-4o"),
        pytest.param("gpt-3.5-turbo", 3 + 3 * 4 + 3 + 2 + 2, id="gpt-3.5-turbo: as gpt-4o"),
        pytest.param("gpt-35-turbo-16k", 3 + 3 * 4 + 3 + 2 + 2, id="gpt-35: Azure's spelling"),
        pytest.param("gpt-5-mini", 2 + 3 * 4 + 3 + 2 + 2 + 2, id="gpt-5: 2 a request, 2 more an answer"),
        pytest.param("gpt-5.4-mini", 2 + 3 * 4 + 3 + 2 + 2 + 2, id="gpt-5.4: as gpt-5"),
        pytest.param("gpt-6-sol", 2 + 3 * 4 + 3 + 2 + 2 + 2, id="gpt-6: taken to be as gpt-5"),
        pytest.param("o3", 2 + 3 * 4 + 3 + 2 + 2 + 2, id="o3: as gpt-5"),
        pytest.param("o4-mini", 2 + 3 * 4 + 3 + 2 + 2 + 2, id="o4-mini: as gpt-5"),
        pytest.param("o1-2024-12-17", 2 + 3 * 4 + 3 + 2 + 2 + 2, id="o1: as gpt-5"),
        pytest.param("o3-mini", 2 + 3 * 4 + 3 + 2 + 2, id="o3-mini: 2 a request, an answer as any message"),
        pytest.param("o1-preview", 3 + 3 * 4 + 3 + 2 + 2, id="o1-preview: nothing hidden since 2025"),
        pytest.param("o1-mini", 3 + 3 * 4 + 3 + 2 + 2, id="o1-mini: as o1-preview"),
        pytest.param("gpt-3.5-turbo-0301", 3 + 3 * 5 + 3 + 2 + 2, id="gpt-3.5-turbo-0301: 5 a message"),
        pytest.param("gpt-5-chat-latest", 3 + 3 * 4 + 3 + 2 + 2, id="gpt-5-chat: as gpt-4o"),
        pytest.param("codex-mini-latest", 2 + 3 * 4 + 3 + 2 + 2 + 2, id="codex-mini: as o3"),
    ],
)
def test_families(count: Any, model: str, tokens: int) -> None:
    """A system message of 3 tokens, a question of 2, an answer of 2."""
    assert count(model, [SYSTEM, USER, ANSWER]) == tokens


@pytest.mark.parametrize(
    ("messages", "tokens"),
    [
        pytest.param([USER], 3 + 4 + 2, id="one message"),
        pytest.param([SYSTEM, SYSTEM, USER], 3 + 2 * (4 + 3) + 4 + 2, id="two system messages"),
        pytest.param([USER, ANSWER, USER], 3 + 3 * (4 + 2), id="an answer costs as any"),
        pytest.param([ANSWER], 3 + 4 + 2, id="an answer alone"),
        pytest.param([{"role": "developer", "content": "Hello world"}], 3 + 4 + 2, id="developer"),
        pytest.param([user(None)], 3 + 4, id="null content"),
        pytest.param([user("")], 3 + 4, id="empty content"),
        pytest.param([user([])], 3 + 4, id="no parts"),
        pytest.param([{"role": "user"}], 3 + 4, id="no content at all"),
        pytest.param([user("Hello world", name="bob")], 3 + 4 + 2 + 1 + 1, id="a name, and 1 more"),
        pytest.param([user("Hello world", name="user")], 3 + 4 + 2 + 1, id="a name that is the role"),
        pytest.param([{**ANSWER, "name": "bob"}], 3 + 4 + 2 + 1 + 1, id="an answer's name"),
        pytest.param(
            [user([{"type": "text", "text": "Hello"}, {"type": "text", "text": " world"}])],
            3 + 4 + 2,
            id="parts of a text are one text",
        ),
        pytest.param(
            [user([{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo world"}])],
            3 + 4 + 2,
            id="a word cut in two is one word",
        ),
        pytest.param(
            [{**ANSWER, "content": [{"type": "refusal", "refusal": "Hello world"}]}], 9, id="refusal"
        ),
    ],
)
def test_messages(count: Any, messages: list[Any], tokens: int) -> None:
    assert count("gpt-4o", messages) == tokens


@pytest.mark.parametrize(
    "settings",
    [
        {
            "temperature": 0.1,
            "max_tokens": 5,
            "stop": ["x"],
            "n": 3,
            "seed": 1,
            "logit_bias": {"50256": -100},
        },
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "text"}},
        {"tools": [], "tool_choice": "required"},
        {"tool_choice": {"type": "function", "function": {"name": "f"}}},
    ],
    ids=["sampling", "json mode", "text", "no tools", "a choice of no tools"],
)
def test_what_costs_nothing(count: Any, settings: Any) -> None:
    assert count("gpt-4o", [USER], **settings) == 3 + 4 + 2
