"""Read what a message is made of: its role, texts and media, and blocks that mix text, calls and results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tokenquote.tokens.bodies.json_members import read_list, to_json
from tokenquote.tokens.request import (
    BodyError,
    JsonObject,
    Location,
    Media,
    MediaKind,
    Message,
    MessagePart,
    Role,
    ToolCall,
    Unknown,
)

__all__ = [
    "MEDIA_KINDS",
    "Block",
    "SentReasoning",
    "build_messages",
    "build_unknown",
    "read_agent",
    "read_documents",
    "read_media",
    "read_role",
    "read_text_parts",
]

MEDIA_KINDS: Mapping[str, MediaKind] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "document": "document",
}
"""The kinds of media by the word that bodies have for each."""

_ADDRESSES = ("http://", "https://", "gs://", "s3://", "file-", "file://")


@dataclass(frozen=True, slots=True)
class SentReasoning:
    """A block of the model's earlier reasoning, sent back."""

    text: str | None
    """The reasoning as text. None: only the provider can read it."""


Block = MessagePart | ToolCall | Message | SentReasoning
"""A block of a message as it was read; the result of a tool is a message of its own."""


def build_messages(role: Role, blocks: Sequence[Block]) -> Iterator[Message]:
    """Yield each result of a tool as a message, then all other blocks as one message if there are any."""
    yield from (block for block in blocks if isinstance(block, Message))
    reasoning = [block.text for block in blocks if isinstance(block, SentReasoning)]
    spoken = Message(
        role,
        parts=tuple(block for block in blocks if not isinstance(block, (Message, ToolCall, SentReasoning))),
        calls=tuple(block for block in blocks if isinstance(block, ToolCall)),
        reasoning="".join(filter(None, reasoning)),
        hidden_reasoning=reasoning.count(None),
    )
    if spoken.parts or spoken.calls or spoken.reasoning or spoken.hidden_reasoning:
        yield spoken


def read_role(message: JsonObject, roles: Mapping[str, Role], at: Location) -> Role:
    """Return the role of a message, which is stated in one of the format's own words.

    Raises:
        BodyError: the message states no role, or none of `roles`.
    """
    role = message.get("role")
    if not isinstance(role, str) or role not in roles:
        raise BodyError((*at, "role"), f"one of {', '.join(roles)}")
    return roles[role]


def read_text_parts(content: object, at: Location) -> Iterator[MessagePart]:
    """Yield text that is a string, or a list of `{type: text, text}`; other parts are unknown, null has none.

    Raises:
        BodyError: the content is neither a string, a list nor null.
    """
    if isinstance(content, str):
        yield content
        return
    if content is None:
        return
    if not isinstance(content, list):
        raise BodyError(at, "a string or a list of text parts")
    for i, part in enumerate(content):
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]
        else:
            yield build_unknown(part, "parts", (*at, i))


def build_unknown(value: object, plural: str, at: Location) -> Unknown:
    """Return a piece that no rule counts; `plural` says what it is one of, such as "parts" or "tools"."""
    kind = value.get("type") if isinstance(value, dict) else None
    words = f"{plural} of type {str(kind)[:40]!r}" if kind else f"{plural} of an unknown kind"
    return Unknown(words, to_json(value), at)


def read_media(
    kind: MediaKind,
    value: object,
    at: Location,
    *,
    media_type: object = None,
    detail: object = None,
    name: object = None,
    stored: bool = False,
) -> Media:
    """Return a medium by its base64 data, or by an address that is never fetched.

    With `stored`, the value is the id of a file that the provider keeps. A `media_type`, `detail` or `name`
    that is no string counts as not stated.

    Raises:
        BodyError: the value is no string.
    """
    if not isinstance(value, str):
        raise BodyError(at, f"{'an' if kind in ('image', 'audio') else 'a'} {kind} is base64 data")
    remote = stored or value.startswith(_ADDRESSES)
    return Media(
        kind=kind,
        location=at,
        data=None if remote else value,
        address=value if remote else None,
        media_type=media_type if isinstance(media_type, str) else None,
        detail=detail if isinstance(detail, str) else None,
        name=name if isinstance(name, str) else None,
    )


def read_agent(body: JsonObject) -> Iterator[Unknown]:
    """Yield the instructions of Mistral's agent, which the provider keeps: they are billed, and not here."""
    if body.get("agent_id"):
        yield Unknown("what `agent_id` holds", "", ("agent_id",))


def read_documents(body: JsonObject) -> Iterator[Unknown]:
    """Yield Cohere's `documents`: passages that it puts before the conversation.

    Raises:
        BodyError: `documents` is no list.
    """
    for i, document in enumerate(read_list(body, "documents")):
        yield build_unknown(document, "documents", ("documents", i))
