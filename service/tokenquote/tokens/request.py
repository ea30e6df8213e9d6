"""A request to a model, read from whichever provider's body: what counting rules work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Message", "OutputSchema", "Picture", "Request", "Role", "ToolCall", "ToolDefinition"]

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model made: the function's name and its arguments as JSON text."""

    name: str
    arguments: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a message, not looked at yet."""

    data: str
    """Base64, with or without a `data:` prefix."""
    detail: str | None
    location: tuple[str | int, ...]
    """Where it stands in the body, for errors."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `texts` are its parts in order; providers encode each part by itself."""

    role: Role
    texts: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    name: str | None = None
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None
    """The call that a tool message answers."""


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A function that the model may call; `parameters` is its JSON schema."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """Structured output that was asked for."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """Everything of a request body that is billed as input."""

    messages: tuple[Message, ...] = ()
    tools: tuple[ToolDefinition, ...] = ()
    schema: OutputSchema | None = None
    uncounted: tuple[str, ...] = ()
    """What the body holds besides and may be billed, in words, so that a quote can name it."""
