"""Mistral's requests beside mistral-common's own encoder, token for token, for each version of tokenizer."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from tests.tokens.conversations import conversations

from tokenquote.catalog import Catalog
from tokenquote.tokens import TokenRules, Vocabularies, read_body

pytest.importorskip("mistral_common")

NORMAL, MANY = 60, 1000


def _data(file: str) -> Path:
    return Path(str(metadata.distribution("mistral-common").locate_file(f"mistral_common/data/{file}")))


def _tekken(version: str) -> Any:
    """A Tekken tokenizer of a later version: its file's ranks with the special tokens that it has."""
    from mistral_common.protocol.instruct.request import ReasoningEffort
    from mistral_common.tokens.tokenizers.base import SpecialTokens, TokenizerVersion
    from mistral_common.tokens.tokenizers.model_settings_builder import (
        ModelSettingsBuilder,
        ReasoningEffortEnumBuilder,
    )
    from mistral_common.tokens.tokenizers.tekken import SpecialTokenInfo, Tekkenizer

    data = json.loads(_data("tekken_240911.json").read_text())
    config = data["config"]
    settings = None
    if version == "v15":
        effort = ReasoningEffortEnumBuilder(
            values=[ReasoningEffort.none, ReasoningEffort.high],
            accepts_none=True,
            default=ReasoningEffort.none,
        )
        settings = ModelSettingsBuilder(reasoning_effort=effort)
    return Tekkenizer(
        data["vocab"],
        [SpecialTokenInfo(rank=i, token_str=token, is_control=True) for i, token in enumerate(SpecialTokens)],
        pattern=config["pattern"],
        vocab_size=config["default_vocab_size"],
        num_special_tokens=config["default_num_special_tokens"],
        version=TokenizerVersion(version),
        model_settings_builder=settings,
    )


def _encoder(version: str, sentencepiece: str | None) -> Any:
    """Mistral's own encoder of chat completions."""
    from mistral_common.protocol.instruct.normalize import get_normalizer
    from mistral_common.protocol.instruct.validator import ValidationMode, get_validator
    from mistral_common.tokens.tokenizers import instruct
    from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
    from mistral_common.tokens.tokenizers.sentencepiece import SentencePieceTokenizer

    if sentencepiece is not None:
        tokenizer = SentencePieceTokenizer(_data(sentencepiece))
    else:
        tokenizer = _tekken(version)
    encoder = getattr(instruct, f"InstructTokenizer{version.upper()}")(tokenizer)
    return MistralTokenizer(
        encoder,
        validator=get_validator(tokenizer.version, mode=ValidationMode.test),
        request_normalizer=get_normalizer(tokenizer.version, tokenizer.model_settings_builder),
    )


CASES = {
    "mistral-7b-v1": ("v1", "tokenizer.model.v1"),
    "mistral-7b": ("v3", "mistral_instruct_tokenizer_240323.model.v3"),
    "mistral-large-2411": ("v7", "mistral_instruct_tokenizer_241114.model.v7"),
    "mistral-nemo": ("v3", None),
    "mistral-v7": ("v7", None),
    "mistral-v11": ("v11", None),
    "mistral": ("v13", None),
    "mistral-v15": ("v15", None),
}


def _compare(catalog: Catalog, vocabularies: Vocabularies, word: str, number: int) -> None:
    from mistral_common.protocol.instruct.request import ChatCompletionRequest

    version, sentencepiece = CASES[word]
    encoder = _encoder(version, sentencepiece)
    rules = TokenRules(catalog.counting[word], vocabularies)
    first = version == "v1"
    for messages, tools in conversations(word, number, tools=not first, system=True):
        sent = [_as_sent(message) for message in messages]
        request: Any = ChatCompletionRequest(messages=sent, tools=tools, model="x")
        expected = len(encoder.encode_chat_completion(request).tokens)
        body = read_body("mistral.chat", {"messages": messages, "tools": tools or []})
        assert rules.request(body).tokens == expected, (messages, tools)


def _as_sent(message: dict[str, Any]) -> dict[str, Any]:
    """Their model of a request refuses empty text beside calls."""
    return {key: value for key, value in message.items() if not (key == "content" and not value)}


@pytest.mark.parametrize("word", CASES)
def test_requests_equal_mistral_commons(catalog: Catalog, vocabularies: Vocabularies, word: str) -> None:
    _compare(catalog, vocabularies, word, NORMAL)


@pytest.mark.references
@pytest.mark.parametrize("word", CASES)
def test_a_thousand_requests_equal_mistral_commons(
    catalog: Catalog, vocabularies: Vocabularies, word: str
) -> None:
    pytest.importorskip("transformers", reason="with the other references")
    _compare(catalog, vocabularies, word, MANY)
