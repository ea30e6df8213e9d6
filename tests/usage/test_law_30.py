"""Law 30: a usage as billed and the same amounts as a plan cost the same to the last digit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import NOW
from tests.made_up_prices import made_up_catalog

from tokenquote.api.quotes import answer_plan
from tokenquote.api.usage import answer_usage
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote
from tokenquote_client.quote import QuotedRequest
from tokenquote_client.usage import UsageQuestion

CATALOG = made_up_catalog()
AMOUNTS = st.integers(0, 400_000)


def quote(plan: dict[str, Any], catalog: Catalog = CATALOG) -> Quote:
    made = answer_plan(Plan.model_validate(plan), catalog, Vocabularies(catalog.vocabularies), NOW)
    assert isinstance(made, Quote)
    return made


def bill(usage: dict[str, Any], catalog: Catalog = CATALOG, **fields: Any) -> Decimal | None:
    asked = UsageQuestion.model_validate({"usage": usage, **fields})
    return answer_usage(asked, catalog, NOW, RecentQuotes()).cost


def as_openai(row: QuotedRequest) -> dict[str, Any]:
    return {
        "prompt_tokens": row.input_tokens,
        "completion_tokens": row.output_tokens,
        "total_tokens": row.input_tokens + row.output_tokens,
        "prompt_tokens_details": {"cached_tokens": row.cache_read_tokens},
        "completion_tokens_details": {"reasoning_tokens": row.reasoning_tokens},
    }


def as_anthropic(row: QuotedRequest, written: str) -> dict[str, Any]:
    fresh = row.input_tokens - row.cache_read_tokens - row.cache_write_tokens
    return {
        "input_tokens": fresh,
        "cache_read_input_tokens": row.cache_read_tokens,
        "cache_creation_input_tokens": row.cache_write_tokens,
        "cache_creation": {f"ephemeral_{written}_input_tokens": row.cache_write_tokens},
        "output_tokens": row.output_tokens,
        "output_tokens_details": {"thinking_tokens": row.reasoning_tokens},
    }


@settings(max_examples=40)
@given(
    system=AMOUNTS, user=AMOUNTS, assistant=AMOUNTS, reasoning=AMOUNTS, repeat=st.integers(1, 3),
    mode=st.sampled_from(["standard", "batch"]), region=st.sampled_from([None, "eu", "us"]),
)  # fmt: skip
def test_requests_with_tiers_modes_regions_and_cache_reads(
    system: int, user: int, assistant: int, reasoning: int, repeat: int, mode: str, region: str | None
) -> None:
    turn = {"user": user, "assistant": assistant, "reasoning": reasoning, "repeat": repeat}
    where: dict[str, Any] = {"model": "acme/chat", "mode": mode, "region": region}
    made = quote({**where, "system": system, "turns": [turn]})
    for row in made.requests or ():
        assert bill(as_openai(row), **where) == row.cost


@settings(max_examples=40)
@given(
    system=AMOUNTS, user=AMOUNTS, assistant=AMOUNTS, repeat=st.integers(1, 4),
    ttl=st.sampled_from(["5m", "1h"]),
)  # fmt: skip
def test_cache_writes_of_each_time_to_live(
    system: int, user: int, assistant: int, repeat: int, ttl: str
) -> None:
    model = "anthropic/claude-sonnet-4-6"
    turn = {"user": user, "assistant": assistant, "reasoning": 0, "repeat": repeat}
    caching = {"enabled": True, "ttl": ttl}
    made = quote({"model": model, "system": system, "turns": [turn], "caching": caching})
    for row in made.requests or ():
        assert bill(as_anthropic(row, ttl), model=model) == row.cost


@settings(max_examples=40)
@given(user=AMOUNTS, searches=st.integers(0, 50), mode=st.sampled_from(["standard", "night"]))
def test_fees_of_server_tools(user: int, searches: int, mode: str) -> None:
    turn = {"user": user, "assistant": 0, "reasoning": 0, "server_tools": {"web_search": searches}}
    made = quote({"model": "acme/chat", "mode": mode, "turns": [turn]})
    usage = {"input_tokens": user, "output_tokens": 0, "server_tool_use": {"web_search_requests": searches}}
    assert bill(usage, model="acme/chat", mode=mode) == made.totals.cost


@pytest.mark.parametrize(
    ("model", "turn", "usage"),
    [
        ("acme/asks", {"user": 100}, {"prompt_tokens": 100}),
        (
            "acme/rank", {"user": [{"type": "tokens", "tokens": 1}] * 201},
            {"billed_units": {"search_units": 2}},
        ),
        ("acme/hear", {"user": [{"type": "audio", "seconds": 61}]}, {"type": "duration", "seconds": 61}),
        ("acme/embed", {"user": 8_000}, {"prompt_tokens": 8_000, "total_tokens": 8_000}),
    ],
)  # fmt: skip
def test_what_is_not_billed_by_the_token(model: str, turn: dict[str, Any], usage: dict[str, Any]) -> None:
    made = quote({"model": model, "turns": [turn]})
    assert made.totals.cost
    assert bill(usage, model=model) == made.totals.cost


def test_the_request_of_a_bug_report() -> None:
    """1 fresh, 1,190 written, 32,634 read, 672 out at 3, 3.75, 0.30 and 15 USD a million; in the US 1.1 x."""
    usage = {"input_tokens": 1, "cache_creation_input_tokens": 1190, "cache_read_input_tokens": 32634,
             "output_tokens": 672}  # fmt: skip
    model = "anthropic/claude-sonnet-4-6"
    assert bill(usage, model=model) == Decimal("0.02433570")
    assert bill({**usage, "inference_geo": "us"}, model=model) == Decimal("0.02676927")


def test_the_search_of_another() -> None:
    """9,548 tokens of prompt at 3 USD a million and two searches at 10 USD a thousand."""
    usage = {"input_tokens": 9548, "output_tokens": 0, "server_tool_use": {"web_search_requests": 2}}
    assert bill(usage, model="anthropic/claude-sonnet-4-6") == Decimal("0.028644") + Decimal("0.02")
