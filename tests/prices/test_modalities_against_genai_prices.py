"""Quotes with audio, priced by genai-prices from the quote's own tokens: equal to the last digit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import genai_prices
import pytest
from tests.conftest import shipped
from tests.prices.genai_prices_map import compared_models

from tokenquote_client import Quote

Ask = Callable[..., Quote]
AT = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
CATALOG = shipped()
MAPPED = compared_models(CATALOG)


def priced_apart(kind: str) -> list[str]:
    """Models that converse, take audio and whose price of it genai-prices knows."""
    return [
        model_id
        for model_id in sorted(MAPPED)
        if (model := CATALOG.models[model_id]).audio is not None
        and model.converses
        and (block := model.prices_on(AT)) is not None
        and "genai-prices" in block.source
        and kind in block.rates.stated()
    ]


def by_genai(quote: Quote) -> Decimal:
    """Their input holds everything: what is read from the cache, what is audio, and what is both."""
    tokens = {line.kind: line.tokens for line in quote.lines}
    usage = genai_prices.Usage(
        input_tokens=quote.totals.input_tokens,
        output_tokens=quote.totals.output_tokens,
        cache_read_tokens=quote.totals.cache_read_tokens,
        cache_audio_read_tokens=tokens.get("cache_read_audio", 0),
        input_audio_tokens=quote.totals.audio_tokens,
        output_audio_tokens=tokens.get("output_audio", 0),
    )
    return MAPPED[quote.model].price(usage, AT)


@pytest.mark.parametrize("model", priced_apart("input_audio"))
@pytest.mark.parametrize("caching", [{"enabled": False}, {"hit_rate": 0.75}], ids=["uncached", "cached"])
def test_a_conversation_about_a_sound(quoted: Ask, model: str, caching: dict[str, Any]) -> None:
    if CATALOG.models[model].caching is None:
        caching = {}
    parts = [{"type": "audio", "seconds": 300}, {"type": "tokens", "tokens": 3000}]
    turns = [{"user": parts, "assistant": 500, "reasoning": 0}, {"user": 40, "assistant": 80, "reasoning": 0}]
    quote = quoted(model=model, system=1200, turns=turns, caching=caching)
    assert quote.totals.audio_tokens > 2000
    assert quote.totals.cost == by_genai(quote)


def heard() -> list[str]:
    """Those of them whose own speech is counted by a rule."""
    return [
        model_id
        for model_id in priced_apart("output_audio")
        if (rule := CATALOG.models[model_id].audio) is not None and rule.speaks
    ]


@pytest.mark.parametrize("model", heard())
def test_a_spoken_answer(quoted: Ask, model: str) -> None:
    turns = [{"user": 100, "assistant": [{"type": "audio", "seconds": 20}], "reasoning": 0}]
    quote = quoted(model=model, turns=turns)
    assert quote.totals.cost == by_genai(quote)
    assert {line.kind for line in quote.lines} == {"input", "output_audio"}


def test_there_are_such_models() -> None:
    assert "google/gemini-2.5-flash" in priced_apart("cache_read_audio")
    assert "openai/gpt-audio" in heard()
