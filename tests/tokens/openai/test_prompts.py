"""Texts that are sent bare: embeddings and legacy completions have no framing at all.

"Hello world" has 2 tokens in every vocabulary, "42" and each of the two words 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Count = Callable[..., int]


@pytest.mark.parametrize(
    ("given", "tokens"),
    [
        pytest.param("Hello world", 2, id="a text"),
        pytest.param(["Hello world"], 2, id="a list of one"),
        pytest.param(["Hello world", "42"], 2 + 1, id="each text by itself"),
        pytest.param(["Hello", " world"], 1 + 1, id="nothing between them"),
        pytest.param([9906, 1917, 0], 3, id="token ids are counted"),
        pytest.param([[9906, 1917], [0]], 2 + 1, id="lists of token ids"),
        pytest.param("", 1, id="an empty prompt costs a token"),
        pytest.param(["", "Hello world", ""], 1 + 2 + 1, id="each empty one"),
        pytest.param([], 0, id="no prompts"),
    ],
)
@pytest.mark.parametrize(
    ("model", "api", "member"),
    [
        ("text-embedding-3-small", "openai.embeddings", "input"),
        ("text-embedding-ada-002", "azure.embeddings", "input"),
        ("gpt-3.5-turbo-instruct", "openai.completions", "prompt"),
        ("davinci-002", "openai.completions", "prompt"),
        ("text-davinci-003", "openai.completions", "prompt"),
    ],
)
def test_prompts(count: Count, model: str, api: str, member: str, given: Any, tokens: int) -> None:
    assert count(model, api=api, **{member: given}) == tokens


def test_a_suffix_is_sent_as_well(count: Count) -> None:
    body = {"api": "openai.completions", "prompt": "Hello world", "suffix": "42"}
    assert count("gpt-3.5-turbo-instruct", **body) == 2 + 1


def test_what_is_asked_for_costs_nothing(count: Count) -> None:
    body = {"api": "openai.completions", "prompt": "Hello world", "best_of": 3, "echo": True, "max_tokens": 9}
    assert count("text-davinci-003", **body) == 2


def test_gpt_3_has_a_vocabulary_of_its_own(count: Count) -> None:
    """Three characters that are 4 tokens of cl100k_base and 6 of p50k_base."""
    assert count("text-davinci-003", api="openai.completions", prompt="日本語") == 6
    assert count("davinci-002", api="openai.completions", prompt="日本語") == 4
