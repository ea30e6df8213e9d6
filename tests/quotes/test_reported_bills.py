"""Bills that people reported as wrong elsewhere, asked anew: published rates of the day, literal numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tokenquote.ledger.tariffs import UnknownRegion
from tokenquote_client import Quote

Quoted = Callable[..., Quote]

LATE = "2026-11-15T12:00:00Z"
SPRING = "2026-03-01T00:00:00Z"


def plain(user: int, assistant: int, **fields: Any) -> dict[str, Any]:
    return {"user": user, "assistant": assistant, "reasoning": 0, **fields}


@pytest.mark.parametrize(
    ("model", "at", "user", "assistant", "rate_in", "rate_out"),
    [
        # DeepSeek's nights of 2025: half price from 16:30 to 00:30 UTC, until 2025-09-05T16:00Z.
        ("deepseek-chat", "2025-01-20T12:00:00Z", 1_000_000, 10_000, "0.14", "0.28"),
        ("deepseek-chat", "2025-07-01T16:29:59Z", 1_000_000, 10_000, "0.27", "1.1"),
        ("deepseek-chat", "2025-07-01T16:30:00Z", 1_000_000, 10_000, "0.135", "0.55"),
        ("deepseek-chat", "2025-07-02T00:29:59Z", 1_000_000, 10_000, "0.135", "0.55"),
        ("deepseek-chat", "2025-07-02T00:30:00Z", 1_000_000, 10_000, "0.27", "1.1"),
        ("deepseek-reasoner", "2025-07-01T18:00:00Z", 1_000_000, 10_000, "0.135", "0.55"),
        ("deepseek-chat", "2025-09-10T18:00:00Z", 1_000_000, 10_000, "0.56", "1.68"),
        ("deepseek-chat", "2025-11-01T18:00:00Z", 1_000_000, 10_000, "0.28", "0.42"),
        # DeepSeek's peak hours of 2026 (01:00 to 04:00 and 06:00 to 10:00 UTC) double.
        ("deepseek-flash", "2026-09-14T03:59:59Z", 100_000, 10_000, "0.3", "1.2"),
        ("deepseek-flash", "2026-09-14T04:00:00Z", 100_000, 10_000, "0.15", "0.6"),
        ("deepseek-v4-pro", "2026-08-10T02:00:00Z", 100_000, 10_000, "0.435", "0.87"),
        # Grok 4 doubles above 128,000 tokens, for the whole request.
        ("grok-4", "2025-10-08T00:00:00Z", 128_000, 45, "3", "15"),
        ("grok-4", "2025-10-08T00:00:00Z", 128_001, 45, "6", "30"),
        ("grok-4", "2025-09-24T00:00:00Z", 162_732, 1308, "6", "30"),
        ("grok-4-fast", "2025-10-08T00:00:00Z", 200_000, 1000, "0.4", "1"),
        # Claude's long contexts: above 200,000 for Sonnet 4.5, and for Opus 4.6 until it was lifted.
        ("claude-sonnet-4-5", "2025-12-01T00:00:00Z", 200_000, 1000, "3", "15"),
        ("claude-sonnet-4-5", "2025-12-01T00:00:00Z", 200_001, 1000, "6", "22.5"),
        ("claude-opus-4-6", "2026-02-10T00:00:00Z", 250_000, 1000, "10", "37.5"),
        ("claude-opus-4-6", "2026-04-10T00:00:00Z", 250_000, 1000, "5", "25"),
        # OpenAI's: 272,000 is still the short one.
        ("gpt-5.5", LATE, 272_000, 1000, "5", "30"),
        ("gpt-5.5", LATE, 272_001, 1000, "10", "45"),
        ("qwen3-coder-flash", LATE, 200_000, 1000, "0.8", "4"),
        ("MiniMax-M3", LATE, 600_000, 1000, "0.6", "2.4"),
        # Prices that changed under the same name.
        ("o3", "2025-05-20T00:00:00Z", 1000, 1000, "10", "40"),
        ("o3", "2025-06-20T00:00:00Z", 1000, 1000, "2", "8"),
        ("azure/gpt-5.6-luna", "2026-08-06T00:00:00Z", 1000, 1000, "1", "6"),
        ("azure/gpt-5.6-sol", "2026-08-20T00:00:00Z", 1000, 1000, "5", "30"),
        # Names as hosts, clients and dashboards write them, and models since retired.
        ("claude-sonnet-4.5", LATE, 1000, 1000, "3", "15"),
        ("anthropic/claude-3.7-sonnet:thinking", "2025-10-01T00:00:00Z", 1000, 1000, "3", "15"),
        ("openrouter/anthropic/claude-sonnet-4.5", LATE, 1000, 1000, "3", "15"),
        ("claude-opus-4.6", LATE, 1000, 1000, "5", "25"),
        ("azure_ai/claude-opus-4-5", LATE, 1000, 1000, "5", "25"),
        ("vertex_ai/claude-opus-4-5@20251101", LATE, 1000, 1000, "5", "25"),
        ("codex-mini-latest", "2025-10-01T00:00:00Z", 1000, 1000, "1.5", "6"),
        ("gpt-4o-2024-05-13", LATE, 1000, 1000, "5", "15"),
        ("ft:gpt-4.1-2025-04-14:acme:suffix:x1", LATE, 1000, 1000, "3", "12"),
        ("ft:gpt-3.5-turbo-0125:acme::x1", LATE, 1000, 1000, "3", "6"),
        # Bedrock's ids: without a profile the region's own endpoint, ten per cent above the global one.
        ("anthropic.claude-sonnet-4-6", LATE, 1_000_000, 0, "3.3", "16.5"),
        ("us.anthropic.claude-sonnet-4-6", LATE, 1_000_000, 0, "3.3", "16.5"),
        ("global.anthropic.claude-sonnet-4-6", LATE, 1_000_000, 0, "3", "15"),
        ("au.anthropic.claude-haiku-4-5-20251001-v1:0", LATE, 1_000_000, 0, "1.1", "5.5"),
    ],
)  # fmt: skip
def test_requests_cost_their_tokens_at_the_rates_of_the_day(
    quoted: Quoted, model: str, at: str, user: int, assistant: int, rate_in: str, rate_out: str
) -> None:
    quote = quoted(model=model, turns=[plain(user, assistant)], at=at)
    assert quote.totals.cost == (user * Decimal(rate_in) + assistant * Decimal(rate_out)) / 1_000_000


@pytest.mark.parametrize(
    ("fields", "at", "dollars"),
    [
        ({"model": "claude-opus-4-6", "mode": "fast"}, "2026-03-01T00:00:00Z", "0.18"),
        ({"model": "claude-opus-4-7", "mode": "fast"}, "2026-06-01T00:00:00Z", "0.18"),
        ({"model": "claude-opus-4-8", "mode": "fast"}, LATE, "0.06"),
        ({"model": "gpt-5.4", "mode": "priority"}, LATE, "0.035"),
        ({"model": "gpt-5.5", "mode": "priority"}, LATE, "0.0875"),
        ({"model": "o4-mini-2025-04-16", "mode": "flex"}, LATE, "0.00275"),
        ({"model": "gpt-4.1", "mode": "batch"}, LATE, "0.005"),
        ({"model": "vertex_ai/claude-sonnet-4-5", "region": "eu"}, LATE, "0.0198"),
        ({"model": "vertex_ai/claude-sonnet-4-5", "region": "us-east5"}, LATE, "0.0198"),
        ({"model": "vertex_ai/claude-sonnet-4-5", "region": "global"}, LATE, "0.018"),
        ({"model": "anthropic.claude-sonnet-4-6", "region": "eu-central-1"}, LATE, "0.0198"),
        ({"model": "gpt-5.4", "region": "eu"}, LATE, "0.01925"),
    ],
)  # fmt: skip
def test_modes_and_regions_of_a_thousand_tokens_in_and_out(
    quoted: Quoted, fields: dict[str, str], at: str, dollars: str
) -> None:
    """Fast modes are six times the standard rates for Opus 4.6 and 4.7, and twice for 4.8."""
    assert quoted(turns=[plain(1000, 1000)], at=at, **fields).totals.cost == Decimal(dollars)


def test_a_region_without_a_known_factor_is_refused_with_those_known(quoted: Quoted) -> None:
    with pytest.raises(UnknownRegion, match="eu, global, regional, us"):
        quoted(model="vertex_ai/claude-sonnet-4-5", region="mars", turns=[plain(1000, 1000)], at=LATE)


@pytest.mark.parametrize(
    ("model", "at", "turn", "dollars"),
    [
        ("gemini-2.5-flash-image", LATE, {"user": 0, "assistant": [{"type": "image"}]}, "0.0387"),
        ("imagen-4.0-generate-001", SPRING, {"user": "a dog", "assistant": [{"type": "image"}]}, "0.04"),
        ("whisper-1", LATE, {"user": [{"type": "audio", "seconds": 60}]}, "0.006"),
        ("mistral-ocr-latest", LATE, {"user": [{"type": "document", "pages": 1000}]}, "4"),
        ("cohere/rerank-v3.5", LATE, {"user": 500}, "0.002"),
        ("tts-1", LATE, {"user": "a" * 1000}, "0.015"),
        ("text-embedding-ada-002", LATE, {"user": 1_000_000}, "0.1"),
        ("gpt-image-2", LATE, {"user": 22, "assistant": [{"type": "image", "tokens": 1372}]}, "0.04127"),
    ],
)  # fmt: skip
def test_media_and_models_that_do_not_converse(
    quoted: Quoted, model: str, at: str, turn: dict[str, Any], dollars: str
) -> None:
    turns = [{"assistant": 0, "reasoning": 0, **turn}]
    assert quoted(model=model, turns=turns, at=at).totals.cost == Decimal(dollars)


@pytest.mark.parametrize(("size", "quality", "dollars"), [
    ((1024, 1024), "standard", "0.04"), ((1024, 1024), "hd", "0.08"), ((1792, 1024), "hd", "0.12"),
])  # fmt: skip
def test_dall_e_3_is_priced_by_size_and_quality(
    quoted: Quoted, size: tuple[int, int], quality: str, dollars: str
) -> None:
    image = {"type": "image", "width": size[0], "height": size[1], "quality": quality}
    turns = [{"user": 0, "assistant": [image], "reasoning": 0}]
    assert quoted(model="dall-e-3", turns=turns, at="2025-10-01T00:00:00Z").totals.cost == Decimal(dollars)


@pytest.mark.parametrize(("model", "low", "high"), [
    ("gpt-4o-transcribe", "0.0058", "0.0062"), ("gpt-4o-mini-transcribe", "0.0029", "0.0031"),
])  # fmt: skip
def test_a_minute_heard_costs_about_what_openai_says(quoted: Quoted, model: str, low: str, high: str) -> None:
    """0.6 and 0.3 cents a minute by OpenAI's estimate, with 240 tokens written."""
    turns = [{"user": [{"type": "audio", "seconds": 60}], "assistant": 240, "reasoning": 0}]
    cost = quoted(model=model, turns=turns, at=LATE).totals.cost
    assert cost is not None
    assert Decimal(low) <= cost <= Decimal(high)


@pytest.mark.parametrize(("gap", "read", "written"), [(200, 21_000, 550), (600, 0, 21_550)])
def test_an_idle_cache_of_five_minutes_is_written_anew(
    quoted: Quoted, gap: int, read: int, written: int
) -> None:
    turns = [plain(1000, 500), plain(50, 100, gap_seconds=gap)]
    quote = quoted(
        model="claude-3-5-sonnet-20241022", system=20_000, turns=turns, caching={"enabled": True},
        at="2025-06-01T00:00:00Z",
    )  # fmt: skip
    assert quote.requests is not None
    assert (quote.requests[1].cache_read_tokens, quote.requests[1].cache_write_tokens) == (read, written)


def test_compaction_leaves_the_opening_cached_and_writes_its_summary(quoted: Quoted) -> None:
    """440,417 tokens shrink to 22,224 + 95,000 + 722, of which the opening is read."""
    quote = quoted(
        model="claude-opus-5", system=22_224, turns=[plain(418_193, 0), plain(722, 10)], at=LATE,
        caching={"enabled": True}, history={"strategy": "compaction", "at_tokens": 440_500, "tokens": 95_000},
    )  # fmt: skip
    assert quote.requests is not None
    after = quote.requests[-1]
    assert (after.input_tokens, after.cache_read_tokens, after.cache_write_tokens) == (
        117_946,
        22_224,
        95_722,
    )


@pytest.mark.parametrize(
    ("model", "system", "turn", "caching", "dollars"),
    [
        ("gemini-2.5-pro", 257_955, plain(5005, 1744), {"warm": "opening"}, "0.10316125"),
        ("gemini-3.1-pro-preview", 69_905, plain(933, 0), {"warm": "opening"}, "0.015847"),
        ("claude-fable-5", 37_175, plain(0, 0), {"enabled": True, "ttl": "1h"}, "0.7435"),
        ("claude-opus-4-8", 1_000_000, plain(0, 0), {"enabled": True}, "6.25"),
        ("eu.anthropic.claude-opus-4-5-20251101-v1:0", 66_360, plain(32_445, 5120),
         {"enabled": True, "warm": "opening"}, "0.400357375"),
    ],
)  # fmt: skip
def test_openings_that_are_written_or_already_warm(
    quoted: Quoted, model: str, system: int, turn: dict[str, Any], caching: dict[str, Any], dollars: str
) -> None:
    """Read, written and plain tokens at their own rates; the long tier counts cached tokens too.

    gemini-2.5-pro: 5005 x 2.5 + 257,955 x 0.25 + 1744 x 15 millionths.
    """
    quote = quoted(model=model, system=system, turns=[turn], caching=caching, at=LATE)
    assert quote.totals.cost == Decimal(dollars)


@pytest.mark.parametrize(
    ("model", "tools", "dollars"),
    [
        ("gemini-3-flash-preview", {"web_search": 2}, "0.028"),
        ("gemini-2.5-flash", {"web_search": 1}, "0.035"),
        ("claude-opus-4-5", {"web_search": 2}, "0.02"),
        ("gpt-4.1", {"web_search_preview": 2}, "0.05"),
        ("gpt-4.1", {"file_search": 2}, "0.005"),
        ("claude-sonnet-4-5", {"web_fetch": 3}, "0"),
    ],
)  # fmt: skip
def test_searches_cost_beside_tokens(quoted: Quoted, model: str, tools: dict[str, int], dollars: str) -> None:
    assert quoted(model=model, turns=[plain(0, 0, server_tools=tools)], at=LATE).totals.cost == Decimal(
        dollars
    )


def test_every_kind_of_token_of_one_deep_research(quoted: Quoted) -> None:
    """108 x 2 + 3256 x 8 + 73,248 reasoning x 3 millionths, and 74 searches at half a cent."""
    turn = {"user": 108, "assistant": 3256, "reasoning": 73_248, "server_tools": {"web_search": 74}}
    assert quoted(model="sonar-deep-research", turns=[turn], at=LATE).totals.cost == Decimal("0.616008")
