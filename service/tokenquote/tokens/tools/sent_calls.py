"""Render calls and results that are sent back as OpenAI's, Grok's, Cohere's and Nova's models see them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tokenquote.tokens.request import Message, ToolCall

__all__ = [
    "calls_together",
    "compact_arguments",
    "json_call",
    "listed_calls",
    "listed_results",
    "results_together",
    "tagged_call",
]


def compact_arguments(call: ToolCall) -> str:
    """Return the arguments as compact JSON; text that is not JSON stays as it is."""
    try:
        return _compact(json.loads(call.arguments))
    except (ValueError, RecursionError):
        return call.arguments


def calls_together(calls: Sequence[ToolCall]) -> str:
    """Return several calls as OpenAI's models see them: one call of a tool that makes them all."""
    uses = (
        f'{{"recipient_name":"functions.{call.name}","parameters":{compact_arguments(call) or "{}"}}}'
        for call in calls
    )
    return f'{{"tool_uses":[{",".join(uses)}]}}'


def results_together(results: Sequence[Message], *, escaped: bool) -> str:
    """Return the results of several calls as a JSON list; `escaped` means in ASCII alone.

    A result that is JSON itself stands in the list as its value, any other as a string: of 26 recorded calls
    with objects or lists among the results, of four repositories, 18 come out to the token and 8 within six.
    """
    outputs = (_as_json("".join(result.texts), escaped=escaped) for result in results)
    return f"[{', '.join(outputs)}]"


def _as_json(text: str, *, escaped: bool) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=escaped)
    except (ValueError, RecursionError):
        return json.dumps(text, ensure_ascii=escaped)


def tagged_call(call: ToolCall) -> str:
    """Return a call as Grok sees it, with a tag for the function and a line for each argument.

    Arguments that are no JSON object stand between the tags as they are.
    """
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        arguments = None
    if isinstance(arguments, dict):
        lines = [
            f'<parameter name="{name}">{value if isinstance(value, str) else _compact(value)}</parameter>'
            for name, value in arguments.items()
        ]
    else:
        lines = [call.arguments]
    return "\n".join([f'<xai:function_call name="{call.name}">', *lines, "</xai:function_call>"])


def json_call(call: ToolCall) -> str:
    """Return a call as Nova sees it: an object with the function's name and its input."""
    return f'{{"name": "{call.name}", "input": {_spaced(call.arguments)}}}'


def listed_calls(calls: Sequence[ToolCall]) -> str:
    """Return the calls of a message as Cohere's models see them: a list, each with its number."""
    listed = (
        f'{{"tool_call_id": "{i}", "tool_name": "{call.name}", "parameters": {_spaced(call.arguments)}}}'
        for i, call in enumerate(calls)
    )
    return f"[{', '.join(listed)}]"


def listed_results(results: Sequence[Message]) -> str:
    """Return the results of a message's calls as Cohere's models see them: a list, each with its number."""
    listed = [
        {"tool_call_id": str(i), "results": {"0": "".join(result.texts)}, "is_error": None}
        for i, result in enumerate(results)
    ]
    return json.dumps(listed, ensure_ascii=False)


def _spaced(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments or "{}"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
