"""What a message is made of: texts and media that several formats write alike, and the blocks in which words,
calls, thoughts and results stand side by side, taken apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tokenquote.tokens.bodies.json_members import as_json
from tokenquote.tokens.request import BodyError, Location, Media, Message, Part, Role, ToolCall, Unknown

__all__ = ["Block", "Thought", "data_or_address", "messages_of", "text_parts", "unknown"]

_ADDRESSES = ("http://", "https://", "gs://", "s3://", "file-", "file://")


@dataclass(frozen=True, slots=True)
class Thought:
    """What the model had thought; no text where only the provider can read it."""

    text: str | None


Block = Part | ToolCall | Message | Thought
"""One block as it was read; a tool's result is a message of its own."""


def messages_of(role: Role, blocks: Sequence[Block]) -> Iterator[Message]:
    """The results of tools one by one, then everything else as one message, if there is anything else."""
    yield from (one for one in blocks if isinstance(one, Message))
    thoughts = [one.text for one in blocks if isinstance(one, Thought)]
    spoken = Message(
        role,
        parts=tuple(one for one in blocks if not isinstance(one, (Message, ToolCall, Thought))),
        calls=tuple(one for one in blocks if isinstance(one, ToolCall)),
        reasoning="".join(filter(None, thoughts)),
        hidden_reasoning=thoughts.count(None),
    )
    if spoken.parts or spoken.calls or spoken.reasoning or spoken.hidden_reasoning:
        yield spoken


def text_parts(content: Any, at: Location) -> Iterator[Part]:
    """Text as a string, or as a list of `{type: text, text}`; any other part is unknown."""
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
            yield unknown(part, "parts", (*at, i))


def unknown(value: Any, what: str, at: Location) -> Unknown:
    """A piece that no rule counts, named by its type and kept as JSON."""
    kind = value.get("type") if isinstance(value, dict) else None
    words = f"{what} of type {str(kind)[:40]!r}" if kind else f"{what} of an unknown kind"
    return Unknown(words, as_json(value), at)


def data_or_address(
    kind: Literal["image", "audio", "video", "document"],
    value: Any,
    at: Location,
    *,
    media_type: Any = None,
    detail: Any = None,
    name: Any = None,
    stored: bool = False,
) -> Media:
    """A picture, clip or document by its base64 data, or by an address that is never fetched; `stored`: by
    the id of a file that the provider keeps.
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
