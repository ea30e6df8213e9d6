"""Count the same calls by other counters: litellm's token_counter and tokencost, where installed.

Both take OpenAI's messages, so every body is given to them in that form, with its tools where they take
tools. They run in the same pass over the same rows as our own count.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from benchmarks.recordings.calls import read_format

from tokenquote.tokens import BodyError, Message, Request, ToolDefinition, read_body

__all__ = ["PEERS", "PeerCounter", "installed_peers"]

PEERS = ("litellm", "tokencost")
PeerCounter = Callable[[Mapping[str, Any]], int | None]
"""A function from a recorded call to its count; None if the peer fails."""


def installed_peers() -> dict[str, PeerCounter]:
    """Return the counters that can be imported here, by name."""
    makers = {"litellm": _litellm, "tokencost": _tokencost}
    return {name: makers[name]() for name in PEERS if find_spec(name) is not None}


def _litellm() -> PeerCounter:
    # It would look up vocabularies and prices over the network.
    os.environ |= {"HF_HUB_OFFLINE": "1", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # noqa: TID251  (its switches)
    import litellm

    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True

    def count(row: Mapping[str, Any]) -> int | None:
        read = _read(row)
        if read is None:
            return None
        model = str(row.get("model_requested"))
        try:
            if read.shape == "prompts":
                return sum(int(litellm.token_counter(model, text=text)) for text in read.prompts)
            tools = [_tool(tool) for tool in read.tools] or None
            return int(litellm.token_counter(model, messages=_messages(read), tools=tools))
        except Exception:  # whatever it is, the peer gave no figure
            return None

    return count


def _tokencost() -> PeerCounter:
    import tokencost

    def count(row: Mapping[str, Any]) -> int | None:
        read = _read(row)
        if read is None:
            return None
        model = str(row.get("model_requested"))
        try:
            if read.shape == "prompts":
                return sum(int(tokencost.count_string_tokens(text, model)) for text in read.prompts)
            return int(tokencost.count_message_tokens(_messages(read), model))
        except Exception:  # whatever it is, the peer gave no figure
            return None

    return count


def _read(row: Mapping[str, Any]) -> Request | None:
    try:
        return read_body(read_format(row), row["request"])
    except BodyError:
        return None


def _messages(request: Request) -> list[dict[str, Any]]:
    return [_message(message) for message in request.messages]


def _message(message: Message) -> dict[str, Any]:
    said: dict[str, Any] = {"role": message.role, "content": "".join(message.texts)}
    if message.calls:
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.calls
        ]
    if message.role == "tool":
        said["tool_call_id"] = message.call_id or ""
    return said if message.name is None else {**said, "name": message.name}


def _tool(tool: ToolDefinition) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": json.loads(json.dumps(function))}
