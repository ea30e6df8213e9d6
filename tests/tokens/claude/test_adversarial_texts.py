"""Adversarial texts: as the reference counts them, with and without it installed."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tokens.claude.adversarial_texts import FRAGMENTS, adversarial_texts
from tests.tokens.claude.golden_counts import GOLDEN, ctok_counters, summary
from tests.tokens.claude.slow_claude import SlowClaude

from tokenquote.tokens.vocabularies.claude import ClaudeEncoder
from tokenquote.tokens.vocabularies.claude.characters import CHANGED_LETTERS

WAYS = ("v3 message", "v4.7 message", "v4.8 message", "v3 inside", "v4.7 inside")
TEXTS = adversarial_texts()
MIXED = st.lists(st.sampled_from(FRAGMENTS) | st.characters(), max_size=14).map("".join)
LONG = st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.integers(1, 1300)), max_size=2).map(
    lambda runs: "".join(fragment * times for fragment, times in runs)
)


@pytest.fixture(scope="module")
def ways(encoders: dict[str, ClaudeEncoder]) -> Mapping[str, Callable[[str], int]]:
    v3, v4_7 = encoders["v3"], encoders["v4.7"]
    return {
        "v3 message": v3.count_message,
        "v4.7 message": v4_7.count_message,
        "v4.8 message": lambda text: v4_7.count_message(text, after_marker=False),
        "v3 inside": v3.count,
        "v4.7 inside": v4_7.count,
    }


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("group", TEXTS)
def test_adversarial_texts_count_as_the_reference_counted_them(
    ways: Mapping[str, Callable[[str], int]], group: str, way: str
) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert summary(map(ways[way], TEXTS[group])) == golden[group][way]


@pytest.mark.parametrize("way", WAYS)
@given(text=MIXED)
@settings(max_examples=200)
def test_texts_by_chance_count_as_the_reference_counts_them(
    ways: Mapping[str, Callable[[str], int]], way: str, text: str
) -> None:
    """Package ctok comes with `make test`; its own metadata asks for Python 3.12, and it runs on 3.11."""
    pytest.importorskip("ctok", reason="ctok is not installed")
    text = "".join(filter(_is_known_to_all, text))
    assert ways[way](text) == ctok_counters()[way](text)


@pytest.mark.parametrize("name", ["v3", "v4.7"])
@given(text=MIXED)
@settings(max_examples=200)
def test_texts_by_chance_count_as_the_slow_way_counts_them(
    encoders: dict[str, ClaudeEncoder], slow_encoders: dict[str, SlowClaude], name: str, text: str
) -> None:
    fast, slow = encoders[name], slow_encoders[name]
    assert fast.count(text) == slow.count(text)
    assert fast.count_message(text) == slow.count_message(text)
    assert fast.count_message(text, after_marker=False) == slow.count_message(text, after_marker=False)
    assert len(fast.encode(text)) == fast.count(text)


@pytest.mark.parametrize("name", ["v3", "v4.7"])
@given(text=LONG)
@settings(max_examples=25)
def test_long_runs_count_as_the_slow_way_counts_them(
    encoders: dict[str, ClaudeEncoder], slow_encoders: dict[str, SlowClaude], name: str, text: str
) -> None:
    """Runs above 1,024 characters are shortened before they are tiled."""
    fast, slow = encoders[name], slow_encoders[name]
    assert fast.count(text) == slow.count(text)
    assert len(fast.encode(text)) == fast.count(text)


def _is_known_to_all(character: str) -> bool:
    """Whether this Python and the package `regex`, both of which ctok asks, know the character or neither."""
    if character in CHANGED_LETTERS or character in CHANGED_LETTERS.values():
        return False
    return (unicodedata.category(character) == "Cn") == bool(regex.match(r"\p{Cn}", character))
