"""Open weights on hosts: what each host adds around texts, as the catalog has it.

"Hello world" has two tokens in every vocabulary here. Plain figures are those of the published templates:
a message of Llama, Qwen and MiniMax has 5 tokens around it, what asks for the answer 3 to 5.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.tokens import RequestCount, TokenRules, Vocabularies, read_body

ASKED = {"role": "user", "content": "Hello world"}
ANSWERED = {"role": "assistant", "content": "Hello world"}
SYSTEM = {"role": "system", "content": "Hello world"}
IN_PARTS = {"role": "user", "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "Hello"}]}
FUNCTION = {"name": "f", "description": "Do it", "parameters": {"type": "object", "properties": {}}}
OTHER = {"name": "g", "parameters": {"type": "object", "properties": {}}}
TOOLS = [{"type": "function", "function": FUNCTION}]
TWO_TOOLS = [*TOOLS, {"type": "function", "function": OTHER}]
NAMED = {"type": "function", "function": {"name": "f"}}
AS_OBJECT = {"type": "json_object"}
SCHEMA = {"type": "object", "properties": {"degrees": {"type": "number"}}, "$id": "weather"}
AS_SCHEMA = {"type": "json_schema", "json_schema": {"name": "weather", "schema": SCHEMA}}

Count = Callable[..., RequestCount]


@pytest.fixture(scope="module")
def count(catalog: Catalog, vocabularies: Vocabularies) -> Count:
    def count_body(api: str, model: str, *messages: Any, **body: Any) -> RequestCount:
        rules = TokenRules(catalog.find_counting(model, api).counting, vocabularies)
        return rules.request(read_body(api, {"messages": list(messages), **body}))

    return count_body


LLAMA = "llama-3.3-70b-versatile"
OSS = "openai/gpt-oss-120b"
DISTILLED = "deepseek-r1-distill-llama-70b"
HERMES = "nousresearch/hermes-4-70b"
THINKING = "qwen/qwen3-235b-a22b-thinking-2507"


TWO_PAIRS = [ASKED, ANSWERED, ASKED]
WITH_SYSTEM = [SYSTEM, ASKED]

PLAIN: dict[str, tuple[str, str, list[Any], int, str]] = {
    "Llama with its dates": ("groq", LLAMA, [ASKED], 10 + 25 + 2, "exact"),
    "dates beside a system text": ("groq", LLAMA, WITH_SYSTEM, 10 + 25 + 4, "exact"),
    "no dates": ("openrouter", "meta-llama/llama-3.1-8b-instruct", [ASKED], 10 + 2, "calibrated"),
    "R1 distilled": ("groq", DISTILLED, [ASKED], 3 + 2, "calibrated"),
    "R1 distilled, two pairs": ("groq", DISTILLED, TWO_PAIRS, 6 + 6, "calibrated"),
    "R1 distilled, elsewhere": ("openrouter", "deepseek/" + DISTILLED, [ASKED], 6 + 2, "calibrated"),
    "QwQ opens its thoughts": ("groq", "qwen-qwq-32b", [ASKED], 10 + 2, "calibrated"),
    "QwQ, two pairs": ("groq", "qwen-qwq-32b", TWO_PAIRS, 20 + 6, "calibrated"),
    "Qwen that always thinks": ("together", THINKING, [ASKED], 8 + 2 + 2, "calibrated"),
    "Qwen 2": ("together", "qwen/qwen2-72b-instruct", [ASKED], 8 + 11 + 2, "calibrated"),
    "MiniMax names itself": ("minimax", "minimax-m2.5", [ASKED], 16 + 22 + 2, "calibrated"),
    "MiniMax, at length": ("minimax", "minimax-m2.1", [ASKED], 16 + 27 + 2, "calibrated"),
    "MiniMax, unopened": ("minimax", "minimax-m2.5-highspeed", [ASKED], 14 + 27 + 2, "calibrated"),
    "MiniMax with a system text": ("minimax", "minimax-m2.5", WITH_SYSTEM, 16 + 4, "calibrated"),
    "MiMo": ("xiaomi", "mimo-v2.5", [ASKED], 247 + 2, "calibrated"),
    "MiMo pro": ("xiaomi", "mimo-v2.5-pro", [ASKED], 251 + 2, "calibrated"),
    "a hidden prompt": ("dashscope", "qwen3.8-max", [ASKED], 10 + 38 + 2, "assumed"),
    "Hermes 4": ("openrouter", HERMES, [ASKED], 82 + 2, "calibrated"),
    "Hermes 4 with a system text": ("openrouter", HERMES, WITH_SYSTEM, 87 + 4, "calibrated"),
    "Nemotron Nano 2": ("openrouter", "nvidia/nemotron-nano-9b-v2", [ASKED], 12 + 2, "calibrated"),
    "Nemotron 3": ("openrouter", "nvidia/nemotron-3-nano-30b-a3b:free", [ASKED], 16 + 2, "calibrated"),
}


@pytest.mark.parametrize("case", PLAIN)
def test_plain(count: Count, case: str) -> None:
    host, model, messages, expected, method = PLAIN[case]
    counted = count(f"{host}.chat", model, *messages)
    assert counted.tokens == expected
    assert counted.count.method == method


@pytest.mark.parametrize(
    ("api", "model", "between"),
    [
        ("together.chat", "qwen/qwen3-235b-a22b-instruct-2507-tput", 1),
        ("dashscope.chat", "qwen3-30b-a3b", 1),
        ("dashscope.chat", "qwen3-vl-flash", 0),
        ("groq.chat", "qwen/qwen3-32b", 0),
    ],
)
def test_text_parts(count: Count, api: str, model: str, between: int) -> None:
    """Some hosts put each part on a line of its own."""
    whole = count(api, model, {"role": "user", "content": "HelloHello"})
    assert count(api, model, IN_PARTS).tokens == whole.tokens + between


@pytest.mark.parametrize(
    ("api", "model", "hidden"),
    [
        ("groq.chat", LLAMA, 16),
        ("groq.chat", OSS, 24),
        ("dashscope.chat", "qwen3-30b-a3b", 2),
        ("deepseek.chat", "deepseek-v4-flash", 20),
        ("together.chat", "qwen/qwen3-235b-a22b-instruct-2507-tput", 0),
    ],
)
def test_json_objects(count: Count, api: str, model: str, hidden: int) -> None:
    """A hidden text asks for JSON; no count with it is exact, for its length is not the same everywhere."""
    plain = count(api, model, ASKED)
    wanted = count(api, model, ASKED, response_format=AS_OBJECT)
    assert wanted.tokens == plain.tokens + hidden
    assert not hidden or wanted.count.method == "calibrated"


def test_schemas_on_cerebras(count: Count, vocabularies: Vocabularies) -> None:
    """The schema is a line of JSON with blanks, in the order that was sent, `$id` included."""
    line = json.dumps(SCHEMA) + "\n"
    for model, vocabulary, around in (("llama-3.3-70b", "llama3", 79), ("qwen-3-32b", "qwen2", 85)):
        plain = count("cerebras.chat", model, ASKED)
        wanted = count("cerebras.chat", model, ASKED, response_format=AS_SCHEMA)
        assert wanted.tokens == plain.tokens + vocabularies.count(vocabulary, line) + around
        assert wanted.count.method == "calibrated"


def test_tools_of_llama_on_groq(count: Count, vocabularies: Vocabularies) -> None:
    """Each function stands under a line of its own as JSON with sorted keys; 126 tokens are around all."""
    written = json.dumps(FUNCTION, separators=(",", ":"), sort_keys=True)
    block = vocabularies.count("llama3", f"Use the function 'f' to 'Do it':\n{written}\n\n")
    plain = count("groq.chat", LLAMA, ASKED).tokens
    with_tools = count("groq.chat", LLAMA, ASKED, tools=TOOLS)
    assert abs(with_tools.tokens - (plain + block + 126)) <= 1  # the dates' blank line may join the block
    assert with_tools.count.method == "calibrated"
    required = count("groq.chat", LLAMA, ASKED, tools=TOOLS, tool_choice="required")
    assert required.tokens == with_tools.tokens + 16
    named = count("groq.chat", LLAMA, ASKED, tools=TOOLS, tool_choice=NAMED)
    assert named.tokens == with_tools.tokens + 17 + 1
    forbidden = count("groq.chat", LLAMA, ASKED, tools=TOOLS, tool_choice="none")
    assert forbidden.tokens == plain + 27


def test_tools_of_llama_4(count: Count, vocabularies: Vocabularies) -> None:
    model = "meta-llama/llama-4-scout-17b-16e-instruct"
    compact = vocabularies.count("llama4", json.dumps(FUNCTION, separators=(",", ":")) + "\n")
    plain = count("groq.chat", model, ASKED).tokens
    assert count("groq.chat", model, ASKED, tools=TOOLS).tokens == plain + compact + 660
    with_system = count("groq.chat", model, {"role": "system", "content": "Hi"}, ASKED)
    both = count("groq.chat", model, {"role": "system", "content": "Hi"}, ASKED, tools=TOOLS)
    assert abs(both.tokens - (with_system.tokens + compact + 655)) <= 1
    assert count("groq.chat", model, ASKED, tools=TOOLS, tool_choice="none").tokens == plain


@pytest.mark.parametrize("api", ["groq.chat", "deepseek.chat"])
def test_a_named_tool_is_sent_alone(count: Count, api: str) -> None:
    model = OSS if api == "groq.chat" else "deepseek-v4-flash"
    alone = count(api, model, ASKED, tools=TOOLS, tool_choice=NAMED)
    assert count(api, model, ASKED, tools=TWO_TOOLS, tool_choice=NAMED).tokens == alone.tokens


@pytest.mark.parametrize(
    ("api", "model", "billed"),
    [
        ("groq.chat", OSS, True),
        ("groq.chat", "qwen/qwen3-32b", True),
        ("together.chat", "qwen/qwen3-coder-480b-a35b-instruct-fp8", True),
        ("together.chat", "meta-llama/llama-3.3-70b-instruct-turbo", False),
        ("cerebras.chat", "qwen-3-32b", False),
        ("dashscope.chat", "qwen3-30b-a3b", False),
    ],
)
def test_tools_that_may_not_be_called(count: Count, api: str, model: str, billed: bool) -> None:
    plain = count(api, model, ASKED)
    forbidden = count(api, model, ASKED, tools=TOOLS, tool_choice="none")
    assert (forbidden.tokens > plain.tokens) is billed


def test_gpt_oss_on_groq(count: Count, vocabularies: Vocabularies) -> None:
    """An empty developer message is four tokens; a function without a description has no line for it."""
    elsewhere = count("cerebras.chat", OSS, ASKED)
    here = count("groq.chat", OSS, ASKED)
    assert here.tokens == elsewhere.tokens + 4
    assert here.count.method == "exact"
    declared = "type g = (_: {\n}) => any;\n\n"
    written = f"# Tools\n\n## functions\n\nnamespace functions {{\n\n{declared}}} // namespace functions"
    calls = "\nCalls to these tools must go to the commentary channel: 'functions'."
    with_tools = count("groq.chat", OSS, ASKED, tools=TWO_TOOLS[1:])
    added = vocabularies.count("o200k_base", written) + vocabularies.count("o200k_base", calls)
    assert abs(with_tools.tokens - here.tokens - added) <= 1
    assert with_tools.count.method == "calibrated"


def test_an_effort_text_that_may_be_billed_is_in_the_band(count: Count) -> None:
    """Requests that may think are billed 79 tokens about the effort, or are not."""
    undated = count("deepseek.chat", "deepseek-v4-flash", ASKED, thinking={"type": "enabled"}).count
    assert undated.method == "calibrated"
    assert undated.tokens - undated.low >= 79 or undated.high - undated.tokens >= 79
    off = count("deepseek.chat", "deepseek-v4-flash", ASKED, thinking={"type": "disabled"}).count
    assert (off.method, off.low, off.high) == ("exact", off.tokens, off.tokens)


def test_calls_in_a_form_of_the_hosts_own_are_not_exact(count: Count) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    called = [ASKED, {"role": "assistant", "tool_calls": [call]}]
    called.append({"role": "tool", "tool_call_id": "c", "content": "Hello world"})
    counted = count("groq.chat", LLAMA, *called).count
    assert counted.method == "calibrated"
    assert counted.low < counted.tokens < counted.high


def test_plans_add_what_bodies_have(catalog: Catalog, vocabularies: Vocabularies) -> None:
    """A host's own system message goes away where a request states one, in bodies and in plans alike."""
    for api, model in (("xiaomi.chat", "mimo-v2.5"), ("minimax.chat", "minimax-m2.5"), ("groq.chat", LLAMA)):
        rules = TokenRules(catalog.find_counting(model, api).counting, vocabularies)
        body = read_body(api, {"messages": [SYSTEM, ASKED, ANSWERED, ASKED]})
        pieces = [body.messages[:1], body.messages[1:2], body.messages[2:3], body.messages[3:]]
        planned = rules.per_request + sum(rules.appended(piece).tokens for piece in pieces)
        assert planned == rules.request(body).tokens, model
