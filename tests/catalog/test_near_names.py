"""What a misspelt name may mean: nearly always what a comparison with every name finds."""

from __future__ import annotations

import difflib
import random
import string

import pytest
from tests.conftest import shipped

from tokenquote.catalog.near_names import NearNames


@pytest.fixture(scope="module")
def near() -> NearNames:
    return NearNames({model_id.lower(): model_id for model_id in shipped().models})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("openai/gpt-5.4-minni", "openai/gpt-5.4-mini"),
        ("OPENAI/GPT-5.4-MINI ", "openai/gpt-5.4-mini"),
        ("anthropic/claude-sonet-4-5", "anthropic/claude-sonnet-4-5"),
        ("google/gemini-2.5-falsh", "google/gemini-2.5-flash"),
    ],
)
def test_what_is_meant_comes_first(near: NearNames, written: str, meant: str) -> None:
    assert near.find(written)[0] == meant


@pytest.mark.parametrize("written", ["", "x", "x" * 100_000, "\x00\ud800", "完全不同的名字"])
def test_what_is_like_nothing_has_no_names(near: NearNames, written: str) -> None:
    assert near.find(written) == []


def test_names_with_a_mistake_find_what_a_comparison_with_all_of_them_finds(near: NearNames) -> None:
    rng, names = random.Random(20261130), sorted(near.known)
    differing = []
    for name in rng.sample(names, 60):
        written = mistaken(name, rng)
        [slowly] = difflib.get_close_matches(written, names, n=1, cutoff=0.6)
        if near.find(written)[0] != near.known[slowly]:
            differing.append((written, slowly))
    assert len(differing) <= 1, differing  # of two that are equally like, another may come first


def mistaken(name: str, rng: random.Random) -> str:
    """The name with a letter too many, too few, wrong, or two in the wrong order."""
    i, letter = rng.randrange(len(name) - 1), rng.choice(string.ascii_lowercase)
    written = [name[:i] + letter + name[i:], name[:i] + name[i + 1 :], name[:i] + letter + name[i + 1 :],
               name[:i] + name[i + 1] + name[i] + name[i + 2 :]]  # fmt: skip
    return rng.choice(written)
