"""What providers added in earlier days, and names that have moved from model to model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.tokens import TokenRules, Vocabularies, read_body

ASKED = {"role": "user", "content": "Hello world"}  # 2 tokens
PARALLEL = [
    ASKED,
    {
        "role": "assistant",
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        ],
    },
    {"role": "tool", "tool_call_id": "a", "content": "20\u00b0"},
    {"role": "tool", "tool_call_id": "b", "content": "42"},
]
Count = Callable[..., int]


@pytest.fixture(scope="module")
def count(catalog: Catalog, vocabularies: Vocabularies) -> Count:
    def count_body(model: str, api: str, day: str | None, **body: Any) -> int:
        on = None if day is None else dt.date.fromisoformat(day)
        counted_as = catalog.find_counting(model, api, on)
        rules = TokenRules(counted_as.counting, vocabularies, shape=counted_as.shape, day=on)
        return rules.request(read_body(api, body)).tokens

    return count_body


@pytest.mark.parametrize(
    ("day", "tokens"), [("2025-03-20", 3 + 18 + 4 + 2), ("2025-04-01", 3 + 4 + 2), (None, 3 + 4 + 2)]
)
def test_responses_of_march_2025_had_18_more(count: Count, day: str | None, tokens: int) -> None:
    assert count("gpt-4o", "openai.responses", day, input="Hello world") == tokens


def test_outputs_of_parallel_calls_were_escaped(count: Count) -> None:
    """The escaped sign has three tokens more."""
    today = count("gpt-4o", "openai.chat", None, messages=PARALLEL)
    assert count("gpt-4o", "openai.chat", "2026-02-18", messages=PARALLEL) == today + 3
    assert count("gpt-4o", "openai.chat", "2026-02-19", messages=PARALLEL) == today


@pytest.mark.parametrize(
    ("model", "api", "day", "tokens"),
    [
        ("grok-4.3", "xai.chat", "2026-07-15", 130 + 2),
        ("grok-4.3", "xai.chat", "2026-07-16", 192 + 2),
        ("grok-4.3", "xai.chat", None, 192 + 2),
        ("grok-4-fast", "xai.chat", "2025-10-07", 117 + 2),
        ("grok-4-fast", "xai.chat", "2025-10-08", 156 + 2),
        pytest.param("grok-4-fast", "xai.chat", "2026-05-15", 130 + 2, id="the name has moved to 4.3"),
        pytest.param("grok-4-fast", "xai.chat", None, 192 + 2, id="today it means 4.3"),
        pytest.param("grok-3-mini", "xai.chat", "2026-05-14", 3 + 4 + 2, id="grok-3-mini itself"),
        pytest.param("grok-4-fast-reasoning", "azure.openai.chat", None, 2, id="nothing hidden on Azure"),
        ("o1-preview", "openai.chat", "2024-09-24", 16 + 16 + 2),
        ("o1-preview", "openai.chat", "2025-05-14", 3 + 4 + 2),
    ],
)
def test_hidden_prompts(count: Count, model: str, api: str, day: str | None, tokens: int) -> None:
    assert count(model, api, day, messages=[ASKED]) == tokens


def test_names_say_when_they_moved(catalog: Catalog) -> None:
    assert catalog.last_own_day("xai.chat", "grok-3") == dt.date(2026, 5, 14)
    assert catalog.last_own_day("xai.chat", "grok-4.3") is None
    assert catalog.last_own_day("openai.chat", "gpt-4o") is None


def test_an_answer_says_which_day_it_took(catalog: Catalog, vocabularies: Vocabularies) -> None:
    rule = catalog.counting["openai-gpt-4o"]
    assert TokenRules(rule, vocabularies).basis is None
    assert TokenRules(rule, vocabularies, day=dt.date(2025, 3, 20)).basis == "framed as of 2025-03-20"
    grok = TokenRules(catalog.counting["xai-4-3"], vocabularies, day=dt.date(2026, 6, 1)).basis
    assert grok is not None
    assert grok.endswith("; framed as of 2026-06-01")


def test_days_stand_in_order() -> None:
    rule: dict[str, Any] = {"vocabulary": "o200k_base", "method": "exact", "source": "made up"}
    rule["earlier"] = [{"until": "2026-02-01"}, {"until": "2026-01-01"}]
    with pytest.raises(ValueError, match="oldest first"):
        CountingRule.model_validate(rule)


def test_tools_under_none_were_billed_by_mistral_through_2025(count: Count) -> None:
    tools = [{"type": "function", "function": {"name": "f", "description": "Do it", "parameters": {}}}]
    body: dict[str, Any] = {"messages": [ASKED], "tools": tools}
    with_tools = count("mistral-large-2512", "mistral.chat", "2025-12-31", **body)
    without = count("mistral-large-2512", "mistral.chat", None, messages=[ASKED])
    for day, tokens in (("2025-12-31", with_tools), ("2026-01-01", without), (None, without)):
        assert count("mistral-large-2512", "mistral.chat", day, **body, tool_choice="none") == tokens
    assert with_tools > without
