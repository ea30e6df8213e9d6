"""Requests as chat templates see them: OpenAI's messages and tools, settings under their usual names; and
calls that a plan states as text, read as the calls that they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from tokenquote.tokens.request import Message, Request, ToolCall, ToolDefinition

__all__ = ["messages_of", "settings_of", "stated_call", "tools_of"]

# `functions.get_weather{"city": "Paris"}`, `get_weather({"city": "Paris"})`; what was said may stand before.
# Nothing gives back what it took (`+`), or many blanks would take time in the square of their number.
_CALL = re.compile(r"(?:functions\.)?([A-Za-z_][A-Za-z0-9_.-]{0,127}+)\s*+(?:\(\s*+)?(?=\{)")

_MOST_TRIES = 20


def messages_of(messages: Sequence[Message], joined_by: str = "") -> list[dict[str, Any]]:
    """Messages as dictionaries; several text parts become one, for templates of texts know no parts."""
    names = {call.id: call.name for message in messages for call in message.calls if call.id}
    return [_message(message, joined_by, names) for message in messages]


def tools_of(tools: Sequence[ToolDefinition]) -> list[dict[str, Any]]:
    """Definitions as OpenAI wraps them, each function's members in the order in which they were sent."""
    return [{"type": "function", "function": _function(tool)} for tool in tools]


def settings_of(request: Request) -> dict[str, Any]:
    """What a request says of thinking, of calls and of its output, under the names that templates read."""
    values: dict[str, Any] = {}
    settings = request.settings
    effort = _effort(settings)
    if effort is not None:
        values["reasoning_effort"] = effort
        values["thinking"] = effort != "none"
    for stated in _thinking(settings):
        values["thinking"] = stated
    if "thinking" in values:
        values["enable_thinking"] = values["thinking"]
    arguments = settings.get("chat_template_kwargs")
    if isinstance(arguments, dict):
        values |= {key: value for key, value in arguments.items() if key not in ("messages", "tools")}
    if request.tool_choice is not None and request.tools:
        values["tool_choice"] = {"mode": request.tool_choice.mode, "names": list(request.tool_choice.names)}
    if request.json_mode or request.schema is not None:
        values["wants_json"] = True
    if request.schema is not None:
        values["schema"] = dict(request.schema.schema)
    return values


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


def _message(message: Message, joined_by: str, names: Mapping[str, str]) -> dict[str, Any]:
    as_dict: dict[str, Any] = {"role": message.role, "content": joined_by.join(message.texts)}
    if message.reasoning:
        as_dict["reasoning_content"] = message.reasoning
    if message.calls:
        as_dict["tool_calls"] = [_call(call) for call in message.calls]
    if message.role == "tool":
        as_dict["tool_call_id"] = message.call_id or ""
        as_dict["name"] = message.name or names.get(message.call_id or "", "")
    elif message.name is not None:
        as_dict["name"] = message.name
    return as_dict


def _call(call: ToolCall) -> dict[str, Any]:
    function = {
        "name": call.name,
        "arguments": _arguments(call.arguments),
        "arguments_text": call.arguments,  # for hosts that leave the text as the model wrote it
    }
    return {"id": call.id or "", "type": "function", "function": function}


def _arguments(text: str) -> Any:
    """Arguments are an object for templates; what is no JSON stays the text it is."""
    try:
        return json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return text


def _function(tool: ToolDefinition) -> dict[str, Any]:
    if "parameters" in tool.as_sent or (tool.as_sent and not tool.parameters):
        return dict(tool.as_sent)
    made: dict[str, Any] = {"name": tool.name}
    if tool.description:
        made["description"] = tool.description
    return {**made, "parameters": dict(tool.parameters)}


def _effort(settings: Mapping[str, Any]) -> str | None:
    """`reasoning_effort`, or OpenRouter's `reasoning: {effort}`; Ollama's `think` may be a level too."""
    reasoning = settings.get("reasoning")
    nested = reasoning.get("effort") if isinstance(reasoning, dict) else None
    for value in (settings.get("reasoning_effort"), nested, settings.get("think")):
        if isinstance(value, str):
            return value
    return None


def _thinking(settings: Mapping[str, Any]) -> Iterator[bool]:
    """`thinking: {type: enabled}`, `enable_thinking`, `think`, `reasoning: {enabled}`."""
    thinking, reasoning = settings.get("thinking"), settings.get("reasoning")
    stated = [settings.get("enable_thinking"), settings.get("think"), thinking]
    if isinstance(thinking, dict):
        stated.append({"enabled": True, "disabled": False}.get(str(thinking.get("type"))))
    if isinstance(reasoning, dict):
        stated.append(reasoning.get("enabled"))
    yield from (one for one in stated if isinstance(one, bool))
