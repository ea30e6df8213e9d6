"""The usage objects of every provider, with the kinds that they mean."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import NOW
from tests.made_up_prices import made_up_catalog

from tokenquote.api.usage import answer_usage
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.errors import LocatedError
from tokenquote_client.usage import UsageAnswer, UsageQuestion

CATALOG = made_up_catalog()


def ask(usage: dict[str, Any], model: str = "acme/chat", **fields: Any) -> UsageAnswer:
    question = UsageQuestion.model_validate({"model": model, "usage": usage, **fields})
    return answer_usage(question, CATALOG, NOW, RecentQuotes())


FORMS: list[tuple[str, dict[str, Any], str, dict[str, int]]] = [
    (
        "chat",
        {
            "prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 128, "audio_tokens": 0},
        },
        "openai.chat",
        {"input": 86, "cache_read": 1920, "output": 172, "output_reasoning": 128},
    ),
    (
        "chat with audio",
        {
            "prompt_tokens": 30, "completion_tokens": 50, "total_tokens": 80,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 17, "text_tokens": 13},
            "completion_tokens_details": {"audio_tokens": 33, "reasoning_tokens": 0, "text_tokens": 17},
        },
        "openai.chat",
        {"input": 13, "input_audio": 17, "output": 17, "output_audio": 33},
    ),
    (
        "responses with a write",
        {
            "input_tokens": 4020, "input_tokens_details": {"cache_write_tokens": 4012, "cached_tokens": 0},
            "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 4025,
        },
        "openai.responses",
        {"input": 8, "cache_write": 4012, "output": 5},
    ),
    (
        "realtime",
        {
            "total_tokens": 253, "input_tokens": 132, "output_tokens": 121,
            "input_token_details": {
                "text_tokens": 119, "audio_tokens": 13, "image_tokens": 0, "cached_tokens": 64,
                "cached_tokens_details": {"text_tokens": 54, "audio_tokens": 10, "image_tokens": 0},
            },
            "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
        },
        "openai.realtime",
        {"input": 65, "cache_read": 54, "input_audio": 3, "cache_read_audio": 10, "output": 30,
         "output_audio": 91},
    ),
    (
        "images",
        {
            "input_tokens": 208, "input_tokens_details": {"image_tokens": 194, "text_tokens": 14},
            "output_tokens": 1260, "output_tokens_details": {"image_tokens": 1056, "text_tokens": 204},
            "total_tokens": 1468,
        },
        "openai.responses",
        {"input": 14, "input_image": 194, "output": 204, "output_image": 1056},
    ),
    (
        "transcription",
        {"type": "tokens", "input_tokens": 14, "input_token_details": {"text_tokens": 10, "audio_tokens": 4},
         "output_tokens": 101, "total_tokens": 115},
        "openai.realtime",
        {"input": 10, "input_audio": 4, "output": 101},
    ),
    ("embeddings", {"prompt_tokens": 8, "total_tokens": 8}, "openai.chat", {"input": 8}),
    ("voyage", {"total_tokens": 12}, "openai.embeddings", {"input": 12}),
    (
        "anthropic",
        {
            "input_tokens": 21, "cache_creation_input_tokens": 188, "cache_read_input_tokens": 1000,
            "cache_creation": {"ephemeral_5m_input_tokens": 88, "ephemeral_1h_input_tokens": 100},
            "output_tokens": 393, "output_tokens_details": {"thinking_tokens": 93},
            "service_tier": "standard", "inference_geo": "global", "server_tool_use": None,
        },
        "anthropic.messages",
        {"input": 21, "cache_read": 1000, "cache_write": 88, "cache_write_1h": 100, "output": 300,
         "output_reasoning": 93},
    ),
    (
        "anthropic with a compaction, which the bill holds and the sums do not",
        {
            "input_tokens": 23000, "output_tokens": 1000,
            "iterations": [
                {"type": "compaction", "input_tokens": 180000, "output_tokens": 3500},
                {"type": "message", "input_tokens": 23000, "output_tokens": 1000},
            ],
        },
        "anthropic.messages",
        {"input": 203000, "output": 4500},
    ),
    (
        "gemini",
        {
            "promptTokenCount": 1300, "candidatesTokenCount": 20, "thoughtsTokenCount": 200,
            "totalTokenCount": 1530, "cachedContentTokenCount": 1000, "toolUsePromptTokenCount": 10,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 1042}, {"modality": "DOCUMENT", "tokenCount": 258},
            ],
            "cacheTokensDetails": [
                {"modality": "TEXT", "tokenCount": 900}, {"modality": "DOCUMENT", "tokenCount": 100},
            ],
            "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": 10}],
            "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 20}],
            "serviceTier": "standard", "trafficType": "ON_DEMAND",
        },
        "gemini.generateContent",
        {"input": 152, "input_image": 158, "cache_read": 900, "cache_read_image": 100, "output": 20,
         "output_reasoning": 200},
    ),
    (
        "gemini when candidates still held the thoughts",
        {"promptTokenCount": 38, "candidatesTokenCount": 175, "thoughtsTokenCount": 147,
         "totalTokenCount": 213},
        "gemini.generateContent",
        {"input": 38, "output": 28, "output_reasoning": 147},
    ),
    (
        "gemini by Google's client",
        {"prompt_token_count": 264, "candidates_token_count": 9, "total_token_count": 273,
         "prompt_tokens_details": [{"modality": "AUDIO", "token_count": 258},
                                   {"modality": "TEXT", "token_count": 6}]},
        "gemini.generateContent",
        {"input": 6, "input_audio": 258, "output": 9},
    ),
    (
        "vertex by numbers",
        {"promptTokenCount": 74, "candidatesTokenCount": 16, "totalTokenCount": 290, "trafficType": 1,
         "promptTokensDetails": [{"modality": 1, "tokenCount": 74}], "thoughtsTokenCount": 200},
        "gemini.generateContent",
        {"input": 74, "output": 16, "output_reasoning": 200},
    ),
    (
        "gemini interactions",
        {
            "total_tokens": 327, "total_input_tokens": 267, "total_cached_tokens": 0,
            "total_output_tokens": 3,
            "input_tokens_by_modality": [
                {"modality": "text", "tokens": 9}, {"modality": "image", "tokens": 258},
            ],
            "total_tool_use_tokens": 0, "total_thought_tokens": 57,
        },
        "gemini.interactions",
        {"input": 9, "input_image": 258, "output": 3, "output_reasoning": 57},
    ),
    (
        "converse",
        {
            "inputTokens": 433, "outputTokens": 16, "totalTokens": 3224, "serverToolUsage": {},
            "cacheReadInputTokens": 2752, "cacheReadInputTokenCount": 2752, "cacheWriteInputTokens": 23,
            "cacheDetails": [{"inputTokens": 23, "ttl": "1h"}],
        },
        "bedrock.converse",
        {"input": 433, "cache_read": 2752, "cache_write_1h": 23, "output": 16},
    ),
    ("titan", {"inputTextTokenCount": 7}, "bedrock.invoke", {"input": 7}),
    (
        "llama on bedrock",
        {"prompt_token_count": 19, "generation_token_count": 100},
        "bedrock.invoke",
        {"input": 19, "output": 100},
    ),
    (
        "bedrock's metrics",
        {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 392, "outputTokenCount": 97,
                                              "invocationLatency": 3915, "firstByteLatency": 1036}},
        "bedrock.invoke",
        {"input": 392, "output": 97},
    ),
    (
        "mistral with audio beside the prompt",
        {
            "prompt_tokens": 9, "completion_tokens": 201, "total_tokens": 585, "prompt_audio_seconds": 4,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 375}, "service_tier": "standard",
        },
        "openai.chat",
        {"input": 9, "input_audio": 375, "output": 201},
    ),
    (
        "mistral's cached tokens",
        {"prompt_tokens": 64, "completion_tokens": 6, "total_tokens": 70, "num_cached_tokens": 32},
        "openai.chat",
        {"input": 32, "cache_read": 32, "output": 6},
    ),
    (
        "deepseek",
        {"prompt_tokens": 216, "completion_tokens": 3, "total_tokens": 219, "prompt_cache_hit_tokens": 192,
         "prompt_cache_miss_tokens": 24, "prompt_tokens_details": {"cached_tokens": 192}},
        "openai.chat",
        {"input": 24, "cache_read": 192, "output": 3},
    ),
    (
        "xai: reasoning beside the completion",
        {
            "prompt_tokens": 468, "completion_tokens": 82, "total_tokens": 870,
            "prompt_tokens_details": {"text_tokens": 468, "audio_tokens": 0, "image_tokens": 0,
                                      "cached_tokens": 305},
            "completion_tokens_details": {"reasoning_tokens": 320, "audio_tokens": 0},
            "num_sources_used": 0, "cost_in_usd_ticks": 2488500,
        },
        "openai.chat",
        {"input": 163, "cache_read": 305, "output": 82, "output_reasoning": 320},
    ),
    (
        "cohere",
        {"billed_units": {"input_tokens": 41.0, "output_tokens": 25.0}, "cached_tokens": 144,
         "tokens": {"input_tokens": 1441, "output_tokens": 54}},
        "cohere.chat",
        {"input": 41, "output": 25},
    ),
    (
        "groq",
        {"prompt_tokens": 5, "completion_tokens": 10, "total_tokens": 15, "prompt_time": 0.0009,
         "queue_time": 0.2, "completion_time": 0.007, "total_time": 0.008},
        "openai.chat",
        {"input": 5, "output": 10},
    ),
    (
        "moonshot",
        {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "cached_tokens": 64},
        "openai.chat",
        {"input": 36, "cache_read": 64, "output": 20},
    ),
    (
        "alibaba",
        {"prompt_tokens": 3000, "completion_tokens": 20, "total_tokens": 3020,
         "prompt_tokens_details": {"cached_tokens": 0, "cache_creation_input_tokens": 2048,
                                   "cache_creation": {"ephemeral_5m_input_tokens": 2048},
                                   "cache_type": "ephemeral"}},
        "openai.chat",
        {"input": 952, "cache_write": 2048, "output": 20},
    ),
    (
        "ollama",
        {"prompt_eval_count": 38, "eval_count": 23},
        "ollama.native_chat",
        {"input": 38, "output": 23},
    ),
    (
        "perplexity: reasoning and citations beside",
        {"prompt_tokens": 19, "completion_tokens": 498, "total_tokens": 517, "citation_tokens": 10175,
         "reasoning_tokens": 95305},
        "openai.chat",
        {"input": 19, "output": 498, "output_reasoning": 95305, "output_citation": 10175},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("usage", "name", "kinds"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS]
)
def test_kinds(usage: dict[str, Any], name: str, kinds: dict[str, int]) -> None:
    answer = ask(usage, "acme/embed" if name == "openai.embeddings" else "acme/chat")
    assert (answer.format, answer.kinds) == (name, kinds)
    unknown = {one.kind for one in answer.unpriced}
    assert unknown <= kinds.keys(), "every member is known"


def test_a_bill_with_literal_numbers() -> None:
    """2 USD a million of input, 0.2 of reads, 10 of output: 86 x 2 + 1,920 x 0.2 + 300 x 10 millionths."""
    answer = ask(FORMS[0][1])
    assert answer.cost == Decimal("0.003556")
    assert [(line.kind, line.tokens) for line in answer.lines] == [
        ("input", 86), ("cache_read", 1920), ("output", 300),
    ]  # fmt: skip
    assert answer.complete


def test_long_input_moves_to_the_tier_step_by_step_of_a_compaction() -> None:
    usage = {"iterations": [
        {"type": "message", "input_tokens": 200_001, "output_tokens": 0},
        {"type": "message", "input_tokens": 1_000, "output_tokens": 0},
    ]}  # fmt: skip
    assert ask(usage).cost == Decimal("0.802004")


def test_modes_regions_and_tools_of_the_usage_apply() -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 0, "inference_geo": "us", "service_tier": "batch",
             "server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 4}}  # fmt: skip
    answer = ask(usage)
    # 4 USD above 200,000, half in a batch, 1.2 in the US; three searches at 10 USD a thousand.
    assert (answer.mode, answer.region) == ("batch", "us")
    assert answer.cost == Decimal("4") / 2 * Decimal("1.2") + Decimal("0.03")
    stated = ask(usage, mode="standard", region="eu")
    assert (stated.mode, stated.region, stated.cost) == ("standard", "eu", Decimal("4.43"))


def test_a_cost_that_the_usage_states_is_shown() -> None:
    assert ask({"prompt_tokens": 1, "cost": 0.0009, "is_byok": False}).stated_cost == Decimal("0.0009")
    assert ask({"prompt_tokens": 1, "cost_in_usd_ticks": 2488500}).stated_cost == Decimal("0.00024885")


def test_what_is_not_known_is_listed_by_name() -> None:
    answer = ask(
        {"prompt_tokens": 10, "completion_tokens": 0, "dream_tokens": 7, "gizmo": {"uses": 2}, "x": 0}
    )
    assert [(one.kind, one.tokens, one.units) for one in answer.unpriced] == [
        ("dream_tokens", 7, None), ("gizmo/uses", 0, Decimal(2)),
    ]  # fmt: skip
    assert not answer.complete
    assert answer.cost == Decimal("0.00002")


@pytest.mark.parametrize(
    ("usage", "assumed"),
    [
        ({"prompt_tokens": 10}, ["the usage states no output tokens: none are billed"]),
        ({"prompt_tokens": 10, "completion_tokens": 1}, []),
        ({"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}, []),
        ({"inputTokens": 1, "outputTokens": 5, "cacheReadInputTokens": 9, "totalTokens": 15}, []),
        (
            {"inputTokens": 10, "outputTokens": 5, "totalTokens": 99},
            ["the total that the usage states is not the sum of its parts"],
        ),
        (
            {"input_tokens": 9, "output_tokens": 5, "iterations": [
                {"type": "message", "input_tokens": 9, "output_tokens": 5},
                {"type": "compaction", "input_tokens": 90, "output_tokens": 7}]},
            [],
        ),
        (
            {"input_tokens": 9, "output_tokens": 5, "iterations": [{"input_tokens": 8, "output_tokens": 5}]},
            ["the usage says other numbers than its iterations add up to: those are billed"],
        ),
    ],
)  # fmt: skip
def test_what_is_missing_or_does_not_add_up_is_said(usage: dict[str, Any], assumed: list[str]) -> None:
    assert ask(usage).assumptions == assumed


def test_more_cached_tokens_than_sent_are_all_billed_as_xai_does() -> None:
    """The recorded cost of such a call was that of 1,025 cached tokens and 18 of output."""
    usage = {"prompt_tokens": 551, "completion_tokens": 18, "total_tokens": 569,
             "prompt_tokens_details": {"cached_tokens": 1025}}  # fmt: skip
    answer = ask(usage)
    assert answer.kinds == {"cache_read": 1025, "output": 18}
    assert answer.assumptions


def test_seconds_bill_where_the_model_bills_seconds() -> None:
    answer = ask({"type": "duration", "seconds": 90}, "acme/hear")
    assert (answer.format, answer.cost) == ("openai.transcriptions", Decimal("0.009"))
    mistral = {"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 384, "prompt_audio_seconds": 60,
               "prompt_tokens_details": {"audio_tokens": 375}}  # fmt: skip
    assert ask(mistral, "acme/hear").cost == Decimal("0.006")


def test_searches_pages_and_images() -> None:
    assert ask({"billed_units": {"search_units": 3}}, "acme/rank").cost == Decimal("0.006")
    assert ask({"pages_processed": 12, "doc_size_bytes": 88541}, "acme/read").cost == Decimal("0.012")
    drawn = ask({"input_tokens": 10, "output_tokens": 272, "total_tokens": 282}, "acme/draw")
    assert drawn.kinds == {"input": 10, "output_image": 272}


@pytest.mark.parametrize(
    ("question", "location", "detail"),
    [
        ({"usage": {"prompt_tokens": -1}}, ("usage", "prompt_tokens"), "a whole number"),
        ({"usage": {"prompt_tokens": "7"}}, ("usage", "prompt_tokens"), "a whole number"),
        ({"usage": {"hello": 1}}, ("usage",), "no usage object"),
        ({"usage": {"total_tokens": 9}}, ("usage", "total_tokens"), "how much of it"),
        ({"usage": {"prompt_tokens": 1}, "format": "acme"}, ("format",), "by the name of its api"),
        ({"usage": {"promptTokenCount": 1}, "format": "openai.chat"}, ("format",), "gemini.generateContent"),
        (
            {"usage": {"prompt_tokens": 1, "prompt_tokens_details": {"audio_tokens": 5}}},
            ("usage", "prompt_tokens_details"), "more than all input",
        ),
        (
            {"usage": {"input_tokens": 1, "cache_creation_input_tokens": 5,
                       "cache_creation": {"ephemeral_5m_input_tokens": 4}}},
            ("usage", "cache_creation"), "adds up to 4",
        ),
        (
            {"usage": {"prompt_tokens": 9, "cached_tokens": 3,
                       "prompt_tokens_details": {"cached_tokens": 4}}},
            ("usage", "prompt_tokens_details", "cached_tokens"), "says 4",
        ),
        (
            {"usage": {"input_tokens": 1, "service_tier": "priority"}},
            ("usage", "service_tier"), "no price is known for the mode 'priority'; of this model standard",
        ),
        (
            {"usage": {"input_tokens": 1, "inference_geo": "mars"}},
            ("usage", "inference_geo"), "no price is known for the region 'mars'",
        ),
        ({"usage": {"input_tokens": 1}, "mode": "priority"}, ("mode",), "offered in"),
        ({"usage": {"input_tokens": 1}, "quote_id": "q_1"}, ("quote_id",), "the latest 10,000 quotes"),
        ({"usage": {"input_tokens": 1}, "model": "acme/none"}, ("model",), "no model"),
    ],
)  # fmt: skip
def test_refusals_name_field_and_remedy(
    question: dict[str, Any], location: tuple[str, ...], detail: str
) -> None:
    with pytest.raises(LocatedError) as raised:
        ask(question.pop("usage"), **question)
    assert raised.value.location == location
    assert detail in raised.value.detail


def test_the_instant_chooses_the_prices() -> None:
    """acme/old answers as acme/bare from 1 December on."""
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}
    assert ask(usage, "acme/old").cost == 7
    assert ask(usage, "acme/old", at=dt.datetime(2026, 12, 2, tzinfo=dt.UTC)).cost == 2
