"""Messages that are a text and nothing else count as any message does, whatever is saved on the way."""

from __future__ import annotations

import pytest

from tokenquote.catalog import Catalog
from tokenquote.counts import total
from tokenquote.tokens import Message, TokenRules, Vocabularies
from tokenquote.tokens.request import Speaker
from tokenquote.tokens.vocabularies.claude import ClaudeEncoder

MODELS = (
    "openai/gpt-5.4-mini",
    "openai/gpt-4",
    "anthropic/claude-opus-5",
    "anthropic/claude-opus-4-8",
    "anthropic/claude-sonnet-4-5",
    "google/gemini-2.5-flash",
    "deepseek/deepseek-v4-flash",
    "xai/grok-4",
)
EDGES = (
    "",
    " ",
    "\n",
    "Hello",
    " Hello",
    "  Hello",
    "\tHello",
    "Hello ",
    "Hello\n",
    "Hello\n\n",
    "Hello\n\x01",
    "\x01Hello",
    "\x01 Hello",
    "é",
    "e\u0301",
    "e\u0301 is a letter",
    "4 of 5",
    "'tis the reason",
    "(a sign)",
    "\u201cquoted\u201d",
    "日本語",
    "\ufe0fHello",
    "😀 is no letter",
    "HELLO",
    "I",
    "\u200dHello",
    "A\u3000",
    "Hello\x0c",
    "Hello\u2028",
    "Hello\x00",
    "\ud800",
)


@pytest.fixture(scope="module")
def texts(adversarial_texts: list[str]) -> list[str]:
    return [*EDGES, *(text for text in adversarial_texts if len(text) < 400)]


@pytest.mark.parametrize("speaker", ["user", "assistant"])
@pytest.mark.parametrize("model", MODELS)
def test_as_any_message(
    catalog: Catalog, vocabularies: Vocabularies, texts: list[str], model: str, speaker: Speaker
) -> None:
    counting = catalog.models[model].counting
    quick, slow = TokenRules(counting, vocabularies), TokenRules(counting, vocabularies)
    count = quick.said_by(speaker)
    for text in texts[:300]:
        assert count(text) == (slow.appended([Message(speaker, (text,))]), slow.text(text)), repr(text)


@pytest.mark.parametrize("model", ["anthropic/claude-opus-4-8", "anthropic/claude-sonnet-4-5"])
@pytest.mark.parametrize("after_marker", [True, False])
@pytest.mark.parametrize("free_trailing_space", [True, False])
def test_both_counts_of_claude(
    catalog: Catalog,
    vocabularies: Vocabularies,
    texts: list[str],
    model: str,
    after_marker: bool,
    free_trailing_space: bool,
) -> None:
    encoder = vocabularies.encoder(catalog.models[model].counting.vocabulary)
    assert isinstance(encoder, ClaudeEncoder)
    for text in texts:
        apart = encoder.count_message(
            text, after_marker=after_marker, free_trailing_space=free_trailing_space
        )
        both = encoder.count_both(text, after_marker=after_marker, free_trailing_space=free_trailing_space)
        assert both == (encoder.count(text), apart), repr(text)


@pytest.mark.parametrize("model", ["openai/gpt-5.4-mini", "openai/gpt-4"])
def test_messages_together_are_the_sum(catalog: Catalog, vocabularies: Vocabularies, model: str) -> None:
    rules = TokenRules(catalog.models[model].counting, vocabularies)
    said = [
        Message("system", ("Be brief.",)),
        Message("user", ("Hello, ", "you."), name="Ann"),
        Message("assistant", ("Hi",)),
        Message("assistant"),
        Message("user", ("And?",), name="user"),
    ]
    assert rules.appended(said) == total((rules.appended([each]) for each in said), rules.appended([]))
