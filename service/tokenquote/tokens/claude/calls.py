"""Write tool calls and their results as Claude's prompt holds them.

A block of calls names each call and its arguments in tags, and all calls of one message stand in one block.
Pieces of the vocabulary cross the borders of tags and values, so a block is counted as one text.
Found on recorded bills: 580 of 594 calls with tool history come out to the token (28 repositories).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tokenquote.tokens.request import ToolCall

__all__ = ["calls_block", "results_block"]

_PREFIX = "antml:"
"""The prefix of every tag of a call; the tags of results have none."""


def calls_block(calls: Sequence[ToolCall]) -> str:
    """Return the block of all calls that one message makes; their ids are not part of it."""
    written = "".join(f"{_call(call)}\n" for call in calls)
    return f"{_opening('function_calls')}\n{written}{_closing('function_calls')}"


def results_block(results: Sequence[tuple[str, str]]) -> str:
    """Return the block of the results of one turn, each a pair of the tool's name and the result's text.

    A single result stands bare; several are told apart by the names of their tools.
    """
    if len(results) == 1:
        return _tagged("function_results", results[0][1])
    written = "".join(f"{_named_result(name, text)}\n" for name, text in results)
    return _tagged("function_results", f"\n{written}")


def _call(call: ToolCall) -> str:
    arguments = "".join(
        f"{_opening('parameter', name)}{_value(value)}{_closing('parameter')}\n"
        for name, value in _arguments(call.arguments).items()
    )
    return f"{_opening('invoke', call.name)}\n{arguments}{_closing('invoke')}"


def _arguments(text: str) -> Mapping[str, object]:
    """Return the arguments by name, in the order sent; what is no JSON object is one argument."""
    try:
        arguments = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        arguments = text
    return arguments if isinstance(arguments, dict) else {"arguments": arguments}


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _named_result(name: str, text: str) -> str:
    return _tagged("result", f"\n{_tagged('name', name)}\n{_tagged('output', text)}\n")


def _tagged(tag: str, text: str) -> str:
    return f"<{tag}>{text}</{tag}>"


def _opening(tag: str, name: str | None = None) -> str:
    stated = "" if name is None else f' name="{name}"'
    return f"<{_PREFIX}{tag}{stated}>"


def _closing(tag: str) -> str:
    return f"</{_PREFIX}{tag}>"
