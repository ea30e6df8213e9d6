"""Usage objects that tools billed wrongly by people's reports, at published rates of the day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tokenquote.api.usage import answer_usage
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import Catalog
from tokenquote_client.usage import UsageQuestion

NOW = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)


def cost_of(catalog: Catalog, model: str, usage: dict[str, Any], **fields: Any) -> Decimal | None:
    asked = UsageQuestion.model_validate({"model": model, "usage": usage, **fields})
    answer = answer_usage(asked, catalog, NOW, RecentQuotes())
    assert answer.complete
    return answer.cost


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        # 5005 x 2.5 + 257,955 x 0.25 + 1744 x 15: cached tokens are in the count and reach the long tier.
        (
            "gemini-2.5-pro",
            {
                "promptTokenCount": 262_960,
                "cachedContentTokenCount": 257_955,
                "candidatesTokenCount": 1744,
                "totalTokenCount": 264_704,
            },
            "0.10316125",
        ),
        # Thoughts are billed as output beside the candidates: 1000 x 0.3 + 1000 x 2.5.
        (
            "gemini-2.5-flash",
            {
                "promptTokenCount": 1000,
                "candidatesTokenCount": 100,
                "thoughtsTokenCount": 900,
                "totalTokenCount": 2000,
            },
            "0.0028",
        ),
        # What tools put into the prompt is input too: 1500 x 0.3 + 100 x 2.5.
        (
            "gemini-2.5-flash",
            {
                "promptTokenCount": 1000,
                "toolUsePromptTokenCount": 500,
                "candidatesTokenCount": 100,
                "totalTokenCount": 1600,
            },
            "0.0007",
        ),
        # Thoughts of an image model are text: 10 x 2 + 225 x 12 + 1120 x 120.
        (
            "gemini-3-pro-image-preview",
            {
                "promptTokenCount": 10,
                "candidatesTokenCount": 1120,
                "thoughtsTokenCount": 225,
                "totalTokenCount": 1355,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
            },
            "0.13712",
        ),
        # 600,000 written for an hour at 10 and 400,000 for five minutes at 6.25.
        (
            "claude-opus-4-8",
            {
                "input_tokens": 0,
                "output_tokens": 0,
                "cache_creation_input_tokens": 1_000_000,
                "cache_creation": {
                    "ephemeral_1h_input_tokens": 600_000,
                    "ephemeral_5m_input_tokens": 400_000,
                },
            },
            "8.5",
        ),
        # 200 x 3 + 5000 x 0.3 + 1000 x 3.75 + 300 x 15, in Anthropic's form and as routers restate it.
        (
            "claude-sonnet-4-5",
            {
                "input_tokens": 200,
                "cache_read_input_tokens": 5000,
                "cache_creation_input_tokens": 1000,
                "output_tokens": 300,
            },
            "0.01035",
        ),
        (
            "claude-sonnet-4-5",
            {
                "prompt_tokens": 6200,
                "completion_tokens": 300,
                "total_tokens": 6500,
                "cache_read_input_tokens": 5000,
                "cache_creation_input_tokens": 1000,
                "prompt_tokens_details": {"cached_tokens": 5000},
            },
            "0.01035",
        ),
        (
            "claude-opus-4-5",
            {"input_tokens": 1000, "output_tokens": 100, "server_tool_use": {"web_search_requests": 2}},
            "0.0275",
        ),
        ("claude-opus-4-8", {"input_tokens": 1000, "output_tokens": 100, "service_tier": "batch"}, "0.00375"),
        ("claude-opus-4-8", {"input_tokens": 1000, "output_tokens": 100, "inference_geo": "us"}, "0.00825"),
        # 10 x 5.5 + 66,360 x 0.55 + 32,435 x 6.875 + 5120 x 27.5.
        (
            "eu.anthropic.claude-opus-4-5-20251101-v1:0",
            {
                "inputTokens": 10,
                "outputTokens": 5120,
                "totalTokens": 103_925,
                "cacheReadInputTokens": 66_360,
                "cacheWriteInputTokens": 32_435,
            },
            "0.400343625",
        ),
        # 228 x 5 + 1450 x 8 + 13,342 x 30.
        (
            "gpt-image-2",
            {
                "input_tokens": 1678,
                "output_tokens": 13_342,
                "total_tokens": 15_020,
                "input_tokens_details": {"text_tokens": 228, "image_tokens": 1450},
            },
            "0.413",
        ),
        ("cohere/rerank-v3.5", {"billed_units": {"search_units": 3}}, "0.006"),
        ("whisper-1", {"type": "duration", "seconds": 60}, "0.006"),
        ("mistral-ocr-latest", {"pages_processed": 10, "doc_size_bytes": 10_000}, "0.04"),
    ],
)
def test_usages_cost_what_the_provider_bills(
    catalog: Catalog, model: str, usage: dict[str, Any], dollars: str
) -> None:
    assert cost_of(catalog, model, usage) == Decimal(dollars)


@pytest.mark.parametrize(
    ("at", "dollars"),
    [("2025-07-01T12:00:00Z", "0.000252"), ("2025-07-01T18:00:00Z", "0.000126")],
)
def test_deepseeks_hits_and_misses_cost_half_at_night(catalog: Catalog, at: str, dollars: str) -> None:
    """640 x 0.07 + 360 x 0.27 + 100 x 1.1 millionths by day."""
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "total_tokens": 1100,
        "prompt_cache_hit_tokens": 640,
        "prompt_cache_miss_tokens": 360,
    }
    assert cost_of(catalog, "deepseek-chat", usage, at=at) == Decimal(dollars)


@pytest.mark.parametrize(("fresh", "dollars"), [(0, "0.075"), (1, "0.142506")])
def test_tokens_read_from_a_cache_count_for_the_long_tier(catalog: Catalog, fresh: int, dollars: str) -> None:
    """200,000 tokens read are the short tier's, 200,001 in all the long one's."""
    usage = {"input_tokens": fresh, "cache_read_input_tokens": 200_000, "output_tokens": 1000}
    assert cost_of(catalog, "claude-sonnet-4-5", usage, at="2025-12-01T00:00:00Z") == Decimal(dollars)
