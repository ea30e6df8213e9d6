"""Made-up conversations with tools, for comparing one rendering with another."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

__all__ = ["conversations"]

_WORDS = (
    "the", "a", "weather", "in Paris", "größer", "東京", "🙂", "def f(x):", "x += 1\n", "\n\n", "  ",
    "12345", "3.14", "it's", '"quoted"', "back\\slash", "<b>", "{}", "Привет", "e\u0301", "\t",
    "?", "!", "...", "https://a.example/b?c=d",
)  # fmt: skip
_TYPES = ("string", "integer", "number", "boolean")


def conversations(
    seed: str, number: int, *, several_calls: bool = True, tools: bool = True, system: bool = True
) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]] | None]]:
    """(messages, tools) in OpenAI's form; each waits for an answer of the model.

    Args:
        seed: the same seed, the same conversations.
        number: how many.
        several_calls: whether a message may make more calls than one.
        tools: whether there are tools, calls and results at all.
        system: whether a system message may stand first.
    """
    rng = random.Random(seed)
    for _ in range(number):
        defined = _tools(rng) if tools and rng.random() < 0.8 else None
        messages: list[dict[str, Any]] = []
        if system and rng.random() < 0.6:
            messages.append({"role": "system", "content": _text(rng)})
        for _ in range(rng.randrange(4)):
            messages.append({"role": "user", "content": _text(rng)})
            messages += _rounds(rng, defined, several_calls)
            messages.append({"role": "assistant", "content": _text(rng)})
        messages.append({"role": "user", "content": _text(rng)})
        if rng.random() < 0.4:
            messages += _rounds(rng, defined, several_calls)
        yield messages, defined


def _text(rng: random.Random) -> str:
    """Begins and ends with a word, for some templates trim and others do not."""
    inner = " ".join(rng.choice(_WORDS) for _ in range(rng.randrange(12)))
    return f"{rng.choice(('So', 'What', 'Yes'))} {inner} {rng.choice(('end', 'ok.', 'now?'))}"


def _tools(rng: random.Random) -> list[dict[str, Any]]:
    return [
        _tool(rng, name)
        for name in rng.sample(["get_weather", "search", "add2", "run-code"], rng.randrange(1, 4))
    ]


def _tool(rng: random.Random, name: str) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for parameter in rng.sample(["city", "days", "unit", "query", "limit"], rng.randrange(4)):
        properties[parameter] = {"type": rng.choice(_TYPES)}
        if rng.random() < 0.7:
            properties[parameter]["description"] = _text(rng)
        if rng.random() < 0.2:
            properties[parameter]["enum"] = ["c", "f"]
    parameters = {"type": "object", "properties": properties, "required": [*properties][:1]}
    return {
        "type": "function",
        "function": {"name": name, "description": _text(rng), "parameters": parameters},
    }


def _rounds(
    rng: random.Random, tools: list[dict[str, Any]] | None, several_calls: bool
) -> Iterator[dict[str, Any]]:
    for _ in range(rng.randrange(3) if tools else 0):
        calls = [_call(rng, tools or []) for _ in range(rng.choice((1, 1, 2, 3)) if several_calls else 1)]
        yield {"role": "assistant", "content": "", "tool_calls": calls}
        for call in calls:
            yield {
                "role": "tool",
                "tool_call_id": call["id"],
                "name": call["function"]["name"],
                "content": _text(rng),
            }


def _call(rng: random.Random, tools: list[dict[str, Any]]) -> dict[str, Any]:
    function = rng.choice(tools)["function"]
    values: dict[str, Any] = {"string": _text(rng), "integer": 7, "number": 2.5, "boolean": True}
    arguments = {
        name: values[schema["type"]] for name, schema in function["parameters"]["properties"].items()
    }
    # Mistral's ids have nine letters and digits.
    identity = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9))
    written = json.dumps(arguments, ensure_ascii=False)
    return {"id": identity, "type": "function", "function": {"name": function["name"], "arguments": written}}
