"""Audio to tokens: what providers document, and what open-weight processors were seen to do."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.catalog.audio_rules import AudioRule

PROVIDERS = ["openai-audio", "gemini-2.0", "gemini-2.5", "gemini-3"]
PROCESSORS = [
    "voxtral",
    "gemma-3n",
    "gemma-4",
    "phi-4-multimodal",
    "qwen2-audio",
    "qwen2.5-omni",
    "qwen3-omni",
]


def rule(catalog: Catalog, name: str) -> AudioRule:
    return catalog.media_rules.audio_rules[name]


@pytest.mark.parametrize(
    ("name", "seconds", "expected"),
    [
        ("openai-audio", 1, 10),  # 1 token for 100 ms
        ("openai-audio", 0.1, 1),
        ("openai-audio", 60, 600),
        ("openai-audio", 1.176, 11),  # billed on gpt-audio-mini
        ("openai-audio", 4.32, 43),  # billed on gpt-audio-mini
        ("gemini-2.5", 1, 32),
        ("gemini-2.5", 2.616, 84),  # 83.7, billed on gemini-2.5-flash
        ("gemini-2.5", 5.496, 176),  # 175.9, billed on gemini-2.5-flash
        ("gemini-3", 1, 25),
        ("gemini-3", 90.5, 2263),  # 2,262.5
        ("voxtral", 30, 376),  # one window of 375, and 1
        ("voxtral", 30.1, 751),
        ("gemma-3n", 0.1, 192),  # 188, and 4 around
        ("gemma-3n", 300, 192),
        ("qwen2-audio", 0.1, 2),  # 10 frames, halved to 5, halved to 2
        ("qwen2-audio", 29.9, 747),  # 2,990, 1,495, 747
        ("qwen2-audio", 300, 750),  # cut off at 30 seconds
        ("qwen2.5-omni", 30.1, 752),
        ("qwen3-omni", 0.5, 7),  # 50 frames: 25, 13, 7
        ("qwen3-omni", 10, 130),  # ten hundreds of frames: 50, 25, 13
        ("gemma-4", 0.5, 15),  # (8,000 - 161) // 160 + 1 = 49 frames: 25, 13; and 2 around
        ("gemma-4", 300, 752),
        ("phi-4-multimodal", 0.1, 1),  # (1,600 - 400) // 160 + 1 = 8 frames
        ("phi-4-multimodal", 1, 13),  # 98 frames, every eighth
        ("phi-4-multimodal", 45, 563),
    ],
)
def test_seconds_to_tokens(catalog: Catalog, name: str, seconds: float, expected: int) -> None:
    count = rule(catalog, name).count(seconds)
    assert (count.tokens, count.low, count.high) == (expected, expected, expected)
    assert count.method == "rule"


def test_what_the_model_says_costs_twice_what_it_hears(catalog: Catalog) -> None:
    """1 token for 50 ms spoken: 3 seconds are 60 tokens, and 30 heard."""
    assert rule(catalog, "openai-audio").count(3, spoken=True).tokens == 60
    assert rule(catalog, "openai-audio").count(3).tokens == 30


def test_a_model_that_is_not_known_to_speak_has_no_price_for_it(catalog: Catalog) -> None:
    with pytest.raises(LookupError, match="own speech"):
        rule(catalog, "gemini-3").count(3, spoken=True)


def test_decimal_seconds_are_taken_as_written(catalog: Catalog) -> None:
    """0.1 + 0.2 in binary floats is a hair more than 0.3; 0.3 itself is exactly 3 tokens of 100 ms."""
    assert rule(catalog, "openai-audio").count(0.3).tokens == 3
    assert rule(catalog, "openai-audio").count(Fraction(3, 10)).tokens == 3


@pytest.mark.parametrize("name", PROVIDERS + PROCESSORS)
@given(milliseconds=st.integers(1, 4_000_000), more=st.integers(0, 100_000))
def test_longer_audio_never_costs_less(catalog: Catalog, name: str, milliseconds: int, more: int) -> None:
    shorter = rule(catalog, name).count(Fraction(milliseconds, 1000)).tokens
    assert 0 <= shorter <= rule(catalog, name).count(Fraction(milliseconds + more, 1000)).tokens
