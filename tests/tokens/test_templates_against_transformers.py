"""Requests of the open families beside transformers' apply_chat_template, and DeepSeek's beside its encoder.

transformers renders the template with its own engine and encodes the whole prompt with Hugging Face's
tokenizers; ours is cut at special tokens and encoded piece by piece. Where nobody may pass a vocabulary on
(GLM, Kimi, Gemma), the rendered prompts are compared.
"""

from __future__ import annotations

import importlib.util
import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from tests.tokens.conversations import conversations

from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.tokens import TokenRules, Vocabularies, read_body
from tokenquote.tokens.templates.chat_messages import template_messages, template_tools
from tokenquote.tokens.templates.rendering import render

pytestmark = pytest.mark.references
transformers = pytest.importorskip("transformers")

MANY = 1000
WHOLE = (
    "qwen", "qwen2.5", "qwen3-coder", "qwen3.5", "llama", "llama-3", "llama-4", "gpt-oss",
    "deepseek-v4", "deepseek-v3.2", "deepseek-v3.1",
)  # fmt: skip
RENDERED = ("glm", "glm-4.7", "kimi", "gemma")


def _tokenizer(vocabulary: Vocabulary) -> Any:
    """A tokenizer of transformers from the same file."""
    from transformers.convert_slow_tokenizer import TikTokenConverter

    if vocabulary.package is None:
        import lzma
        import tempfile
        from importlib.resources import files

        packed = (files("tokenquote.tokens.vocabularies") / "ranks" / str(vocabulary.file)).read_bytes()
        path = Path(tempfile.mkdtemp()) / "ranks.tiktoken"
        path.write_bytes(lzma.decompress(packed))
    else:
        path = Path(str(metadata.distribution(vocabulary.package).locate_file(str(vocabulary.file))))
    if vocabulary.format == "tokenizer.json":
        return transformers.PreTrainedTokenizerFast(tokenizer_file=str(path))
    converter = TikTokenConverter(
        vocab_file=str(path), pattern=vocabulary.pattern, extra_special_tokens=list(vocabulary.special_tokens)
    )
    converted = converter.converted()
    if vocabulary.normalization == "NFC":
        from tokenizers import normalizers

        converted.normalizer = normalizers.NFC()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=converted)


def _made(word: str) -> Any:
    several = word not in ("llama", "llama-3")
    return conversations(word, MANY, several_calls=several, tools=word != "gemma")


def _sent(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As people call transformers: arguments are objects, and calls have their text beside them."""
    sent = json.loads(json.dumps(messages))
    for call in (call for message in sent for call in message.get("tool_calls", ())):
        function = call["function"]
        function["arguments_text"] = function["arguments"]
        function["arguments"] = json.loads(function["arguments"])
    return list(sent)


def _values(rule: CountingRule) -> dict[str, Any]:
    assert rule.template is not None
    return {"bos_token": "", "eos_token": "", **rule.template.values}


@pytest.mark.parametrize("word", WHOLE)
def test_a_thousand_requests_equal_transformers(
    catalog: Catalog, vocabularies: Vocabularies, word: str
) -> None:
    rule = catalog.counting[word]
    assert rule.template is not None
    tokenizer = _tokenizer(catalog.vocabularies[rule.vocabulary])
    rules = TokenRules(rule, vocabularies)
    for messages, tools in _made(word):
        expected = tokenizer.apply_chat_template(
            _sent(messages),
            tools=tools,
            chat_template=rule.template.text,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=False,
            **{key: value for key, value in _values(rule).items() if not key.endswith("_token")},
        )
        counted = rules.request(read_body("openai.chat", {"messages": messages, "tools": tools or []}))
        assert counted.tokens == len(expected), (messages, tools)


@pytest.mark.parametrize("word", RENDERED)
def test_a_thousand_prompts_equal_transformers(catalog: Catalog, word: str) -> None:
    from transformers.utils.chat_template_utils import render_jinja_template

    rule = catalog.counting[word]
    assert rule.template is not None
    for messages, tools in _made(word):
        values = {**_values(rule), "add_generation_prompt": True}
        expected, _ = render_jinja_template(
            conversations=[_sent(messages)], tools=tools, chat_template=rule.template.text, **values
        )
        request = read_body("openai.chat", {"messages": messages, "tools": tools or []})
        shown = {
            "messages": template_messages(request.messages),
            "tools": template_tools(request.tools) or None,
        }
        assert render(rule.template.text, {**values, **shown}) == expected[0]


def _published_encoder() -> Any:
    """Its module by itself: the package around it wants a Mac."""
    try:
        path = metadata.distribution("mlx-lm").locate_file("mlx_lm/chat_templates/deepseek_v32.py")
    except metadata.PackageNotFoundError:
        pytest.skip("mlx-lm is not installed")
    spec = importlib.util.spec_from_file_location("deepseek_v32", str(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("thinking", [False, True])
def test_deepseek_v32_equals_its_published_encoder(
    catalog: Catalog, vocabularies: Vocabularies, thinking: bool
) -> None:
    """The vendor publishes code in place of a template; mlx-lm carries it."""
    encoder = _published_encoder()
    rule = catalog.counting["deepseek-v3.2"]
    assert rule.template is not None
    template = rule.template.model_copy(update={"values": {"thinking": thinking}})
    rules = TokenRules(rule.model_copy(update={"template": template}), vocabularies)
    tokenizer = _tokenizer(catalog.vocabularies["deepseek"])
    for messages, tools in conversations("deepseek-v3.2", MANY):
        sent = json.loads(json.dumps(messages))
        if tools and messages[0]["role"] != "system":
            continue  # the encoder hangs tools on a system message
        if tools:
            sent[0]["tools"] = tools
        prompt = encoder.apply_chat_template(sent, enable_thinking=thinking, add_generation_prompt=True)
        expected = len(tokenizer.encode(prompt, add_special_tokens=False))
        counted = rules.request(read_body("openai.chat", {"messages": messages, "tools": tools or []}))
        assert counted.tokens == expected, (messages, tools)
