"""OpenAI's models where others serve them.

o200k_base: the block of `f` described 23, `functions.f` 2, `f` 1, `{"x":1}` 5, `42` 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import DESCRIBED, STOPPED, USER, call, calling, flat, result, tool, wanted

from tokenquote.catalog import Catalog

Count = Callable[..., int]
TOOLS = [tool(**DESCRIBED)]
HISTORY = [USER, calling(call()), result()]


@pytest.mark.parametrize(
    ("api", "model", "tools", "history"),
    [
        pytest.param(
            "openrouter.chat",
            "openai/gpt-5-mini",
            3,
            (7, 2, 8),
            id="OpenRouter sends gpt-5's chats as Responses",
        ),
        pytest.param("vercel_gateway.chat", "openai/gpt-5", 3, (7, 2, 8), id="so does Vercel"),
        pytest.param(
            "openrouter.chat", "openai/gpt-5.4-mini", 3, (10, 2, 8), id="gpt-5.4's as its Responses"
        ),
        pytest.param("openrouter.chat", "openai/o3", 0, (7, 2, 8), id="and those of the o-series"),
        pytest.param("azure.openai.chat", "gpt-5-mini", 84 + 1, (9, 1, 9), id="Azure has chats"),
        pytest.param("someone.chat", "openai/gpt-5-mini", 84 + 1, (9, 1, 9), id="others are not known to"),
        pytest.param("bedrock.openai_chat", "openai.gpt-5.4", 84 + 1, (9, 1, 9), id="Bedrock has chats"),
    ],
)
def test_reasoning_models(
    count: Count, api: str, model: str, tools: int, history: tuple[int, int, int]
) -> None:
    """`history`: around the call, tokens of the tool's name in the result, around the result."""
    made, name, answered = history
    assert count(model, api=api, messages=[USER], tools=TOOLS) == 2 + 6 + 23 + tools
    assert count(model, api=api, messages=HISTORY) == 2 + 6 + (2 + 5 + made) + (name + 1 + answered)


@pytest.mark.parametrize(
    "api", ["openrouter.chat", "vercel_gateway.chat", "azure.openai.chat", "github.chat"]
)
@pytest.mark.parametrize("model", ["openai/gpt-4o", "gpt-4o-mini"])
def test_other_models_stay_in_chats(count: Count, api: str, model: str) -> None:
    """Joined to the system message's full stop: 23 - 1."""
    assert count(model, api=api, messages=[STOPPED, USER], tools=TOOLS) == 3 + 8 + 6 + 23 - 1


def test_gpt_4_1_is_passed_on_as_responses_by_openrouter(count: Count) -> None:
    body: dict[str, Any] = {"messages": [STOPPED, USER], "tools": TOOLS}
    assert count("openai/gpt-4.1-mini", api="openrouter.chat", **body) == 3 + 8 + 6 + 23 - 3
    assert count("openai/gpt-4.1-mini", api="azure.openai.chat", **body) == 3 + 8 + 6 + 23 - 1


def test_what_is_passed_on_as_responses_is_not_joined(count: Count) -> None:
    body: dict[str, Any] = {"messages": [STOPPED, USER], "response_format": wanted()}
    assert count("openai/gpt-5-mini", api="openrouter.chat", **body) == 2 + 8 + 6 + 21
    assert count("gpt-5-mini", **body) == 2 + 8 + 6 + 21 + 3


def test_tools_on_bedrock_cost_six_more(count: Count) -> None:
    body: dict[str, Any] = {"input": "Hello world", "tools": [flat(**DESCRIBED)]}
    assert count("openai.gpt-5.4", api="bedrock.responses", **body) == 2 + 6 + 23 + 3 + 6
    assert count("gpt-5.4", api="openai.responses", **body) == 2 + 6 + 23 + 3


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("gpt-4o-2024-08-06", "openai-gpt-4o"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc", "openai-gpt-4o"),
        ("chatgpt-4o-latest", "openai-gpt-4o"),
        ("gpt-4.1-nano-2025-04-14", "openai-gpt-4o"),
        ("gpt-4", "openai-gpt-4-0613"),
        ("gpt-4-0314", "openai-gpt-4-0613"),
        ("gpt-4-turbo-2024-04-09", "openai-cl100k"),
        ("gpt-4-0125-preview", "openai-cl100k"),
        ("gpt-4-1106-vision-preview", "openai-cl100k"),
        ("gpt-3.5-turbo-0125", "openai-cl100k"),
        ("gpt-35-turbo", "openai-cl100k"),
        ("text-embedding-3-large", "openai-cl100k"),
        ("text-embedding-ada-002", "openai-cl100k"),
        ("davinci-002", "openai-cl100k"),
        ("text-davinci-003", "openai-gpt-3"),
        ("gpt-5-2025-08-07", "openai-gpt-5"),
        ("gpt-5.1-codex", "openai-gpt-5"),
        ("gpt-5.4-nano", "openai-gpt-5-4"),
        ("gpt-5.6-sol", "openai-gpt-5-4"),
        ("gpt-6-astra", "openai-gpt-6"),
        ("o1", "openai-o-series"),
        ("o1-2024-12-17", "openai-o-series"),
        ("o3-pro", "openai-o-series"),
        ("azure/o4-mini", "openai-o-series"),
        ("o3-mini-2025-01-31", "openai-o3-mini"),
        ("o1-preview-2024-09-12", "openai-o1-preview"),
        ("o1-mini", "openai-o1-preview"),
        ("openai/gpt-oss-120b", "gpt-oss"),
    ],
)
def test_names(catalog: Catalog, name: str, word: str) -> None:
    """What the catalog sells has its own word; these are by families.yaml, or agree with it."""
    assert catalog.find_counting(name, "openai.chat").counting == catalog.counting[word]
