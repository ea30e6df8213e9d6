"""Messages, tools, calls and schemas that the rows of these tests are made of; tokens are o200k_base's."""

from __future__ import annotations

from typing import Any

SYSTEM = {"role": "system", "content": "You are helpful"}  # 3 tokens
STOPPED = {"role": "system", "content": "You are helpful."}  # 4 tokens
USER = {"role": "user", "content": "Hello world"}  # 2 tokens
ANSWER = {"role": "assistant", "content": "Hello world"}  # 2 tokens


def tool(name: str = "f", **members: Any) -> dict[str, Any]:
    """A function in the shape of chats."""
    return {"type": "function", "function": {"name": name, **members}}


def flat(name: str = "f", **members: Any) -> dict[str, Any]:
    """A function in the shape of Responses."""
    return {"type": "function", "name": name, **members}


DESCRIBED: dict[str, Any] = {"description": "Do it", "parameters": {}}
X: dict[str, Any] = {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}


def call(name: str = "f", arguments: str = '{"x": 1}', call_id: str = "c1") -> dict[str, Any]:
    """A call of the history; compact, the arguments are `{"x":1}`: 5 tokens."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calling(*calls: dict[str, Any], content: Any = None) -> dict[str, Any]:
    """An answer that makes calls."""
    return {"role": "assistant", "content": content, "tool_calls": list(calls)}


def result(content: Any = "42", call_id: str = "c1") -> dict[str, Any]:
    """What a tool answered: 1 token."""
    return {"role": "tool", "tool_call_id": call_id, "content": content}


DEGREES: dict[str, Any] = {"type": "object", "properties": {"degrees": {"type": "number"}}}


def wanted(schema: Any = DEGREES, **members: Any) -> dict[str, Any]:
    """An output schema in the shape of chats."""
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, **members}}
