"""The request to a model that counting rules work on, whichever provider's body it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple

from tokenquote.counts import Count
from tokenquote.errors import LocatedError, Location

__all__ = [
    "BodyError",
    "DocumentText",
    "JsonObject",
    "Location",
    "Media",
    "MediaKind",
    "Message",
    "MessagePart",
    "OutputSchema",
    "Request",
    "Role",
    "Shape",
    "Speaker",
    "ToolCall",
    "ToolChoice",
    "ToolDefinition",
    "Unknown",
]


JsonObject = Mapping[str, object]
"""A JSON object of a body. Its members may be any JSON value: whoever reads one checks its type first."""


class BodyError(LocatedError):
    """A provider's request body that cannot be read."""


Role = Literal["system", "user", "assistant", "tool"]

"""Who says a message; a result of a tool is a message of role `tool`."""

Speaker = Literal["user", "assistant"]
"""Who asks and who answers."""

MediaKind = Literal["image", "audio", "video", "document"]
"""The kind of medium that a part of a message holds."""

Shape = Literal["chat", "responses", "messages", "contents", "converse", "prompts"]
"""The way a body is built: OpenAI's chat or responses, Anthropic's messages, Gemini's contents, Bedrock's
converse, or bare prompts (embeddings, legacy completions). One model may bill two shapes differently."""


@dataclass(frozen=True, slots=True)
class Media:
    """An image, audio, video or document in a message, whose data nothing has read yet."""

    kind: MediaKind
    location: Location
    """The place in the body, which errors name."""
    data: str | None = None
    """The data in base64, with or without a `data:` prefix. None: the body has an address instead."""
    address: str | None = None
    """The URL or file id that stands in place of data, and is never fetched. None: the body has the data."""
    media_type: str | None = None
    """The media type in the body's own words: `image/png`, `wav`. None: it states none."""
    detail: str | None = None
    """The resolution that was asked for, in the provider's words. None: the provider's default."""
    name: str | None = None
    """The file name or title. None: it has none."""
    text_only: bool = False
    """Whether the host shows some models only a document's text (Bedrock's Converse without citations)."""


class DocumentText(str):
    """The text of a document that a body sends as text and not as a file; some providers say so around it."""

    heading: str

    def __new__(cls, text: str, title: str = "") -> DocumentText:
        """Make it of the text, and of the title or name that the body gives it; empty: it has none."""
        document = super().__new__(cls, text)
        document.heading = title
        return document


@dataclass(frozen=True, slots=True)
class Unknown:
    """A piece of a body that no rule here knows how to count: it is named, and counted by its JSON."""

    what: str
    """What it is in words, without any of the prompt: `parts of type 'foo'`."""
    text: str
    """The JSON of the piece, by which it is counted. Empty: its content is not in the body at all."""
    location: Location
    """The place in the body, which errors and warnings name."""


MessagePart = str | Media | Unknown | Count
"""A piece of a message; a string is its text, a count what somebody has counted already or states. Providers
encode each part by itself."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model made: the function's name, and its arguments as the text that the body has."""

    name: str
    arguments: str
    id: str | None = None
    """The id by which a result answers the call. None: the body states none."""
    stored: bool = False
    """Whether the call names an item that the provider keeps (the id of an item of OpenAI's Responses)."""


class Message(NamedTuple):
    """Is a message of a conversation; the result of a tool is one of role `tool`.

    A named tuple is made in a quarter of the time of a frozen dataclass, and a body has hundreds of them.
    """

    role: Role
    parts: tuple[MessagePart, ...] = ()
    name: str | None = None
    """The name of who speaks, or of the tool whose result it is. None: the body states none."""
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None
    """The id of the call that a tool message answers. None: it is no result, or the body states no id."""
    reasoning: str = ""
    """The model's earlier reasoning, sent back as readable text."""
    hidden_reasoning: int = 0
    """The number of reasoning blocks that are sent back and that only the provider can read."""
    states_role: bool = True
    """Whether it opens an entry of the body that states a role: a body of Gemini's may leave roles out, and
    an entry with two results makes two messages."""
    failed: bool = False
    """Whether a tool message is marked as an error."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The parts that are text, in order."""
        parts = self.parts
        if len(parts) == 1:  # as of most messages, and it is asked of each several times
            return (parts[0],) if isinstance(parts[0], str) else ()
        return tuple(part for part in parts if isinstance(part, str))

    @property
    def runs(self) -> tuple[str, ...]:
        """The texts in order; those with nothing between them are one, as OpenAI's models read them."""
        if len(self.parts) < 2:
            return self.texts
        grouped = groupby(self.parts, key=lambda part: isinstance(part, str))
        return tuple("".join(map(str, parts)) for is_text, parts in grouped if is_text)

    @property
    def counts(self) -> tuple[Count, ...]:
        """What stands in it counted already, in order."""
        parts = self.parts
        if len(parts) == 1:
            return (parts[0],) if isinstance(parts[0], Count) else ()
        return tuple(part for part in parts if isinstance(part, Count))

    @property
    def media(self) -> tuple[Media, ...]:
        """The parts that are media, in order."""
        parts = self.parts
        if len(parts) == 1 and isinstance(parts[0], str):
            return ()
        return tuple(part for part in parts if isinstance(part, Media))


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A function that the model may call."""

    name: str
    description: str = ""
    parameters: JsonObject = field(default_factory=dict)
    """The JSON schema of its parameters; empty where the body states none."""
    has_schema: bool = True
    """Whether the body states parameters at all, even empty ones."""
    as_sent: JsonObject = field(default_factory=dict, compare=False)
    """The function object of the body with its members in their order, because chat templates print it."""


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether the model may or has to call a tool, and which."""

    mode: Literal["auto", "none", "required", "named"]
    names: tuple[str, ...] = ()
    """The name of the tool to call, or the names of those that are allowed. Empty: any tool."""


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """The JSON schema that the model's answer has to follow; name and description may be empty."""

    name: str
    description: str
    schema: JsonObject
    is_json_schema: bool = False
    """Whether Gemini's body states it as `responseJsonSchema`, which is not billed as `responseSchema` is."""


@dataclass(frozen=True, slots=True)
class Request:
    """Everything in a request body that is billed as input."""

    messages: tuple[Message, ...] = ()
    tools: tuple[ToolDefinition, ...] = ()
    schema: OutputSchema | None = None
    tool_choice: ToolChoice | None = None
    json_mode: bool = False
    """Whether the answer has to be a JSON object of no stated schema."""
    prompts: tuple[str, ...] = ()
    """The texts that are sent bare, without messages."""
    prompt_tokens: int = 0
    """The number of tokens in prompts that are sent as token ids."""
    documents: tuple[str, ...] = ()
    """The passages that Cohere puts before the conversation, each with a line for each of its members."""
    settings: JsonObject = field(default_factory=dict)
    """The other members that change what is billed or rendered: thinking, effort, template arguments."""
    unknown: tuple[Unknown, ...] = ()
    """The pieces outside messages that no rule counts."""
    shape: Shape = "chat"

    def everything_unknown(self) -> Iterator[Unknown]:
        """Yield the pieces that no rule counts, first those outside messages, then those inside."""
        yield from self.unknown
        for message in self.messages:
            for part in message.parts:
                if isinstance(part, Unknown):
                    yield part
