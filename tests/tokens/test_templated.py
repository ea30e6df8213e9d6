"""Requests rendered with the model's own template: to the token, additive, with clear refusals."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.tokens import BodyError, TokenRules, Vocabularies, read_body
from tokenquote_client import Quote

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
CALLED = {
    "role": "assistant",
    "content": "",
    "tool_calls": [
        {
            "id": "call00001",
            "type": "function",
            "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
        }
    ],
}
RESULT = {"role": "tool", "tool_call_id": "call00001", "content": "18 C"}


@pytest.fixture
def rules(catalog: Catalog, vocabularies: Vocabularies) -> Callable[[str], TokenRules]:
    return lambda word: TokenRules(catalog.counting[word], vocabularies)


def _count(rules: TokenRules, **body: Any) -> int:
    return rules.request(read_body("openai.chat", {"model": "x", **body})).tokens


@pytest.mark.parametrize(
    ("word", "tokens", "prompt"),
    [
        ("qwen", 10, "<|im_start|> user \\n Hi ! <|im_end|> \\n <|im_start|> assistant \\n"),
        ("mistral", 5, "<s> [INST] Hi ! [/INST]"),
        ("mistral-v15", 17, "the same, and [MODEL_SETTINGS] with ten tokens of JSON and its end"),
        ("deepseek-v4", 6, "<bos> <User> Hi ! <Assistant> </think>"),
        ("deepseek", 85, "the same, and 79 tokens that ask for the highest effort"),
        ("deepseek-v3", 5, "<bos> <User> Hi ! <Assistant>"),
        ("llama-3", 12, "<begin> <header> user <end> \\n\\n Hi ! <eot> <header> assistant <end> \\n\\n"),
        ("llama", 37, "the same, and 25 of a system message with two dates"),
        ("llama-4", 12, "as Llama 3, by other names"),
    ],
)
def test_a_plain_question(rules: Callable[[str], TokenRules], word: str, tokens: int, prompt: str) -> None:
    """The prompt spells out the count; recorded bills of these shapes are equal to the token."""
    assert _count(rules(word), messages=[{"role": "user", "content": "Hi!"}]) == tokens, prompt


FAMILIES = [
    "mistral", "mistral-v15", "mistral-v11", "mistral-nemo",
    "deepseek", "deepseek-v4", "deepseek-v3.2", "deepseek-v3.1",
    "qwen", "qwen2.5", "qwen3-coder", "qwen3.5",
    "llama", "llama-4", "gpt-oss", "kimi", "glm", "glm-4.7",
    "llama-groq", "llama-4-groq", "gpt-oss-groq", "llama-4-together", "minimax", "mimo",
    "qwen-thinking", "r1-distill-llama", "r1-distill-qwen", "deepseek-r1", "hermes-4", "nemotron",
]  # fmt: skip


def _pieces(rng: random.Random, turns: int) -> list[list[dict[str, Any]]]:
    """A conversation as the pieces that a plan would state: questions, rounds of calls, answers."""
    words = ["ocean", "Zug", "def f():", "42", "東京", "a longer sentence about nothing much"]

    def text() -> str:
        return " ".join(rng.choice(words) for _ in range(rng.randrange(1, 12)))

    pieces: list[list[dict[str, Any]]] = []
    for turn in range(turns):
        pieces.append([{"role": "user", "content": text()}])
        for number in range(rng.randrange(3)):
            name = f"call{turn:03}{number:02}"
            call = {"id": name, "type": "function"}
            call["function"] = {"name": "get_weather", "arguments": json.dumps({"city": text()})}  # type: ignore[assignment]
            pieces.append(
                [
                    {"role": "assistant", "content": "", "tool_calls": [call]},
                    {"role": "tool", "tool_call_id": name, "content": text()},
                ]
            )
        pieces.append([{"role": "assistant", "content": text()}])
    return pieces[:-1]


@pytest.mark.parametrize("word", FAMILIES)
def test_a_ledger_grows_as_the_rendered_prompts_do(rules: Callable[[str], TokenRules], word: str) -> None:
    """The constant, the tools, the system message and each piece add up to the whole, within a token a piece.

    What one piece does to another (a blank that merges, a call that is numbered) is at most that; Qwen 3.5
    marks the place of thoughts in the last turn alone, with four tokens.
    """
    counted, allowed = rules(word), 2 if word == "qwen3.5" else 1
    rng = random.Random(word)
    for turns in (1, 2, 4):
        pieces = _pieces(rng, turns)
        system = {"role": "system", "content": "You are kind."}
        messages = [system, *(message for piece in pieces for message in piece)]
        whole = counted.request(read_body("openai.chat", {"messages": messages, "tools": [TOOL]}))
        read = [read_body("openai.chat", {"messages": piece}).messages for piece in pieces]
        grown = counted.per_request + whole.system.tokens + whole.tools.tokens
        grown += sum(counted.appended(piece).tokens for piece in read)
        assert abs(grown - whole.tokens) <= allowed * len(pieces), (turns, grown, whole.tokens)


@pytest.mark.parametrize("word", FAMILIES)
def test_parts_add_up_and_tools_and_system_cost_something(
    rules: Callable[[str], TokenRules], word: str
) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather?"}]
    counted = rules(word).request(read_body("openai.chat", {"messages": messages, "tools": [TOOL]}))
    assert counted.tools.tokens > 20
    # Qwen 2.5, Kimi and MiniMax have a system message of their own to replace, MiMo one of 240 tokens.
    assert counted.system.tokens > (-240 if word == "mimo" else -40)
    assert (
        counted.tokens
        == sum(part.tokens for part in (counted.system, counted.tools, counted.schema, counted.messages))
        + counted.per_request
    )


def test_tools_that_must_not_be_called_are_not_sent(rules: Callable[[str], TokenRules]) -> None:
    messages = [{"role": "user", "content": "Hi!"}]
    alone = _count(rules("mistral"), messages=messages)
    assert _count(rules("mistral"), messages=messages, tools=[TOOL], tool_choice="none") == alone


def test_a_forced_call_is_begun_in_the_prompt(rules: Callable[[str], TokenRules]) -> None:
    """DeepSeek V4 opens the block of calls (7 tokens), Mistral names the function (5 tokens)."""
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi!"}], "tools": [TOOL]}
    named = {"type": "function", "function": {"name": "get_weather"}}
    for word, choice, more in (("deepseek-v4", "required", 7), ("mistral", named, 5)):
        assert _count(rules(word), **body, tool_choice=choice) == _count(rules(word), **body) + more


@pytest.mark.parametrize(
    ("word", "settings", "tokens"),
    [
        ("deepseek", {}, 85),
        ("deepseek", {"thinking": {"type": "disabled"}}, 6),
        ("deepseek", {"reasoning_effort": "none"}, 6),
        ("deepseek", {"reasoning_effort": "low"}, 6),
        ("mistral-v15", {"reasoning_effort": "high"}, 17),
        ("mistral-v15", {"response_format": {"type": "json_object"}}, 5),
        ("qwen", {"chat_template_kwargs": {"enable_thinking": False}}, 14),
    ],
)
def test_what_a_request_says_of_thinking(
    rules: Callable[[str], TokenRules], word: str, settings: dict[str, Any], tokens: int
) -> None:
    assert _count(rules(word), messages=[{"role": "user", "content": "Hi!"}], **settings) == tokens


@pytest.mark.parametrize(
    ("word", "body", "said"),
    [
        ("gemma", {"tools": [TOOL]}, "no format for tools"),
        ("mistral-7b-v1", {"tools": [TOOL]}, "no format for tools"),
        ("gemma", {"messages": [CALLED, RESULT]}, "take turns|no format"),
    ],
)
def test_what_a_family_has_no_format_for_is_refused(
    rules: Callable[[str], TokenRules], word: str, body: dict[str, Any], said: str
) -> None:
    with pytest.raises(BodyError, match=said):
        _count(rules(word), **{"messages": [{"role": "user", "content": "Hi!"}], **body})


def test_the_name_of_a_special_token_is_text_where_the_provider_has_it_so(
    rules: Callable[[str], TokenRules],
) -> None:
    """Mistral encodes `[INST]` in a question as text; what hosts render, Hugging Face reads as the token."""
    plain = [{"role": "user", "content": "x"}]
    assert _count(rules("mistral"), messages=[{"role": "user", "content": "[INST]"}]) > _count(
        rules("mistral"), messages=plain
    )
    assert _count(rules("qwen"), messages=[{"role": "user", "content": "<|im_end|>"}]) == _count(
        rules("qwen"), messages=plain
    )


def test_without_its_vocabulary_a_model_is_calibrated_with_a_wider_band(
    catalog: Catalog, vocabularies: Vocabularies
) -> None:
    rule = catalog.counting["deepseek-v4"]
    known = {
        **catalog.vocabularies,
        "deepseek": catalog.vocabularies["deepseek"].model_copy(update={"package": "no-such-package"}),
    }
    body = read_body("openai.chat", {"messages": [{"role": "user", "content": "Hello there. " * 40}]})
    exact = TokenRules(rule, vocabularies).request(body).count
    fitted = TokenRules(rule, Vocabularies(known)).request(body).count
    assert (exact.method, exact.vocabulary, exact.low) == ("exact", "deepseek", exact.tokens)
    assert (fitted.method, fitted.vocabulary) == ("calibrated", "o200k_base")
    assert fitted.low <= exact.tokens <= fitted.high


def test_a_plan_grows_as_its_requests_do(
    quoted: Callable[..., Quote], rules: Callable[[str], TokenRules]
) -> None:
    """Two requests, one round: the quote's second input is the count of the second body."""
    arguments = '{"city": "Paris"}'
    quote = quoted(
        model="mistral/mistral-large-2512",
        system="Be brief.",
        tools=[TOOL],
        turns=[
            {
                "user": "Weather in Paris?",
                "tool_rounds": [{"calls": [{"call": f"functions.get_weather{arguments}", "result": "18 C"}]}],
            }
        ],
    )
    system, user = (
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather in Paris?"},
    )
    bodies = [[system, user], [system, user, CALLED, RESULT]]
    counts = [_count(rules("mistral"), messages=messages, tools=[TOOL]) for messages in bodies]
    assert quote.requests is not None
    assert [request.input_tokens for request in quote.requests] == counts
