"""A message's blocks, in which words, calls, thoughts and results stand side by side, taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenquote.tokens.request import Message, Part, Role, ToolCall

__all__ = ["Block", "Thought", "messages_of"]


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
