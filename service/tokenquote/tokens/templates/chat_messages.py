"""Turn requests into what chat templates read: OpenAI's messages and tools, settings under their usual names.

A call that a plan states as text is read as a call first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from tokenquote.tokens.request import JsonObject, Message, Request, ToolCall, ToolDefinition

__all__ = [
    "read_stated_call",
    "template_messages",
    "template_settings",
    "template_tools",
    "with_named_calls",
]

# `functions.get_weather{"city": "Paris"}`, `get_weather({"city": "Paris"})`; what was said may stand before.
# No quantifier gives back what it took (`+`): else the time would grow with the square of many blanks.
_CALL = re.compile(r"(?:functions\.)?([A-Za-z_][A-Za-z0-9_.-]{0,127}+)\s*+(?:\(\s*+)?(?=\{)")

_MOST_TRIES = 20


def template_messages(messages: Sequence[Message], joined_by: str = "") -> list[dict[str, object]]:
    """Return messages as dictionaries; text parts become one text with `joined_by` between them."""
    names = {call.id: call.name for message in messages for call in message.calls if call.id}
    return [_template_message(message, joined_by, names) for message in messages]


def template_tools(tools: Sequence[ToolDefinition]) -> list[dict[str, object]]:
    """Return definitions as OpenAI wraps them, with each function's members in the order that was sent."""
    return [{"type": "function", "function": _template_function(tool)} for tool in tools]


def template_settings(request: Request) -> dict[str, object]:
    """Return what a request says of reasoning, calls and output, under the names that templates read.

    A value that the request does not state is left out.
    """
    values: dict[str, object] = {}
    settings = request.settings
    effort = _find_effort(settings)
    if effort is not None:
        values["reasoning_effort"] = effort
        values["thinking"] = effort != "none"
    for stated in _stated_thinking(settings):
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


def read_stated_call(text: str, call_id: str) -> tuple[str, ToolCall]:
    """Return what was said before the call, and the call.

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


def with_named_calls(message: Message) -> Message:
    """Return the message with the names of calls that a plan states as text, which have none yet."""
    if all(call.name for call in message.calls):
        return message
    read = [
        ("", call) if call.name else read_stated_call(call.arguments, call.id or "") for call in message.calls
    ]
    said = tuple(text for text, _ in read if text)
    return message._replace(parts=(*message.parts, *said), calls=tuple(call for _, call in read))


def _template_message(message: Message, joined_by: str, names: Mapping[str, str]) -> dict[str, object]:
    as_dict: dict[str, object] = {"role": message.role, "content": joined_by.join(message.texts)}
    if message.reasoning:
        as_dict["reasoning_content"] = message.reasoning
    if message.calls:
        as_dict["tool_calls"] = [_template_call(call) for call in message.calls]
    if message.role == "tool":
        as_dict["tool_call_id"] = message.call_id or ""
        as_dict["name"] = message.name or names.get(message.call_id or "", "")
    elif message.name is not None:
        as_dict["name"] = message.name
    return as_dict


def _template_call(call: ToolCall) -> dict[str, object]:
    function = {
        "name": call.name,
        "arguments": _parse_arguments(call.arguments),
        "arguments_text": call.arguments,  # for hosts that leave the text as the model wrote it
    }
    return {"id": call.id or "", "type": "function", "function": function}


def _parse_arguments(text: str) -> object:
    """Return the object that templates expect; what is no JSON stays text."""
    try:
        return json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return text


def _template_function(tool: ToolDefinition) -> dict[str, object]:
    if "parameters" in tool.as_sent or (tool.as_sent and not tool.parameters):
        return dict(tool.as_sent)
    function: dict[str, object] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    return {**function, "parameters": dict(tool.parameters)}


def _find_effort(settings: JsonObject) -> str | None:
    """Find `reasoning_effort`, OpenRouter's `reasoning: {effort}`, or a level that is Ollama's `think`."""
    reasoning = settings.get("reasoning")
    nested = reasoning.get("effort") if isinstance(reasoning, dict) else None
    for value in (settings.get("reasoning_effort"), nested, settings.get("think")):
        if isinstance(value, str):
            return value
    return None


def _stated_thinking(settings: JsonObject) -> Iterator[bool]:
    """Yield what `enable_thinking`, `think`, `thinking` and `reasoning: {enabled}` state; the last holds."""
    thinking, reasoning = settings.get("thinking"), settings.get("reasoning")
    stated: list[object] = [settings.get("enable_thinking"), settings.get("think"), thinking]
    if isinstance(thinking, dict):
        stated.append({"enabled": True, "disabled": False}.get(str(thinking.get("type"))))
    if isinstance(reasoning, dict):
        stated.append(reasoning.get("enabled"))
    yield from (value for value in stated if isinstance(value, bool))
