"""Calls that a plan states as text, read as the calls that they are."""

from __future__ import annotations

import json
import re
from itertools import islice

from tokenquote.tokens.request import ToolCall

__all__ = ["stated_call"]

# `functions.get_weather{"city": "Paris"}`, `get_weather({"city": "Paris"})`; what was said may stand before.
# Nothing gives back what it took (`+`), or many blanks would take time in the square of their number.
_CALL = re.compile(r"(?:functions\.)?([A-Za-z_][A-Za-z0-9_.-]{0,127}+)\s*+(?:\(\s*+)?(?=\{)")

_MOST_TRIES = 20


def stated_call(text: str, call_id: str) -> tuple[str, ToolCall]:
    """What was said before the call, and the call.

    Text in which no function's name stands before a JSON object is taken as the arguments of some call.
    """
    for match in islice(_CALL.finditer(text), _MOST_TRIES):
        arguments = text[match.end() :].rstrip().removesuffix(")").rstrip()
        try:
            json.loads(arguments)
        except (ValueError, RecursionError):
            continue
        return text[: match.start()], ToolCall(match.group(1), arguments, call_id)
    return "", ToolCall("call", text, call_id)
