"""A request to a model, read from whichever provider's body: what counting rules work on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tokenquote.counts import Count
from tokenquote.errors import LocatedError, Location

__all__ = [
    "BodyError",
    "Location",
    "Media",
    "Message",
    "OutputSchema",
    "Part",
    "Request",
    "Role",
    "Shape",
    "ToolCall",
    "ToolChoice",
    "ToolDefinition",
    "Unknown",
]


class BodyError(LocatedError):
    """A native body that cannot be read."""


Role = Literal["system", "user", "assistant", "tool"]

Shape = Literal["chat", "responses", "messages", "contents", "converse", "prompts"]
"""How a body is built: OpenAI's chat or responses, Anthropic's messages, Gemini's contents, Bedrock's
converse, or bare prompts (embeddings, legacy completions). One model may bill two shapes differently."""


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, clip or document in a message, not looked at yet."""

    kind: Literal["image", "audio", "video", "document"]
    location: Location
    """Where it stands in the body, for errors."""
    data: str | None = None
    """Base64, with or without a `data:` prefix."""
    address: str | None = None
    """A URL or file id in place of data. Never fetched."""
    media_type: str | None = None
    """As the body states it: `image/png`, `wav`."""
    detail: str | None = None
    """The resolution asked for, in the provider's words."""
    name: str | None = None
    """File name or title."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something in a body that no rule here knows how to count: named, and counted by its JSON."""

    what: str
    """In words, without any of the prompt: `parts of type 'foo'`."""
    text: str
    location: Location


Part = str | Media | Unknown | Count
"""A piece of a message; a string is its text, a count what somebody has counted already or states. Providers
encode each part by itself."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model made: the function's name and its arguments as the body has them, as text."""

    name: str
    arguments: str
    id: str | None = None
    stored: bool = False
    """Whether it names an item that the provider has kept (the id of an item of OpenAI's Responses)."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. A tool's result is a message of role `tool`."""

    role: Role
    parts: tuple[Part, ...] = ()
    name: str | None = None
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None
    """The call that a tool message answers."""
    reasoning: str = ""
    """What the model had thought, sent back as readable text."""
    hidden_reasoning: int = 0
    """How many blocks of thoughts are sent back that only the provider can read."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The text parts, in order."""
        return tuple(part for part in self.parts if isinstance(part, str))

    @property
    def counts(self) -> tuple[Count, ...]:
        """What stands in it counted already, in order."""
        return tuple(part for part in self.parts if isinstance(part, Count))

    @property
    def media(self) -> tuple[Media, ...]:
        """The pictures, clips and documents, in order."""
        return tuple(part for part in self.parts if isinstance(part, Media))


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A function that the model may call; `parameters` is its JSON schema."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    has_schema: bool = True
    """Whether the body states parameters at all, if only empty ones."""
    as_sent: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The function object as the body has it, its members in their order: chat templates print it."""


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """What the body says of calling tools."""

    mode: Literal["auto", "none", "required", "named"]
    names: tuple[str, ...] = ()
    """The one tool to call, or those that are allowed."""


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
    tool_choice: ToolChoice | None = None
    json_mode: bool = False
    """Whether any JSON object was asked for, without a schema."""
    prompts: tuple[str, ...] = ()
    """Texts that are sent bare, without messages."""
    prompt_tokens: int = 0
    """Tokens of prompts that are sent as token ids."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Other members that change what is billed or rendered: thinking, effort, template arguments."""
    unknown: tuple[Unknown, ...] = ()
    """Members outside messages that no rule counts."""
    shape: Shape = "chat"

    def everything_unknown(self) -> Iterator[Unknown]:
        """What no rule counts, inside messages and outside."""
        yield from self.unknown
        for message in self.messages:
            yield from (part for part in message.parts if isinstance(part, Unknown))
