"""Cut a conversation into the turns of Claude's prompt: consecutive messages of one side are one turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from tokenquote.counts import Count
from tokenquote.tokens.request import Media, Message, Role, ToolCall

__all__ = ["Turn", "count_images", "cut_turns"]

Side = Literal["system", "user", "assistant"]
_SIDES: Mapping[Role, Side] = {"system": "system", "user": "user", "tool": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says before the other goes on."""

    side: Side
    texts: tuple[str, ...]
    """The text of each message that says anything; the parts of one message are joined without a gap."""
    images: int = 0
    """The number of images among what is said."""
    calls: tuple[ToolCall, ...] = ()
    """The calls that the turn makes."""
    results: tuple[Message, ...] = ()
    """The results of tools that the turn opens with."""
    reasoning: str = ""
    """The reasoning that is sent back and billed."""

    @property
    def text(self) -> str:
        """All that is said; the messages of one turn stand in paragraphs."""
        return "\n\n".join(self.texts)


def cut_turns(messages: Sequence[Message]) -> list[Turn]:
    """Return the turns of a conversation; a system message in the middle is a turn of its own."""
    latest_question = max((i for i, message in enumerate(messages) if message.role == "user"), default=-1)
    turns: list[Turn] = []
    place = 0
    for side, group in groupby(messages, key=lambda message: _SIDES[message.role]):
        spoken = list(group)
        in_loop = place > latest_question
        place += len(spoken)
        if side == "system":
            turns += [_turn(side, [message], in_loop=False) for message in spoken]
        else:
            turns.append(_turn(side, spoken, in_loop=in_loop))
    return turns


def _turn(side: Side, messages: Sequence[Message], *, in_loop: bool) -> Turn:
    said = [message for message in messages if message.role != "tool"]
    return Turn(
        side,
        texts=tuple(text for message in said if (text := "".join(message.texts))),
        images=sum(count_images(message) for message in said),
        calls=tuple(call for message in said for call in message.calls),
        results=tuple(message for message in messages if message.role == "tool"),
        reasoning="".join(message.reasoning for message in said) if in_loop else "",
    )


def count_images(message: Message) -> int:
    """Return the number of images of a message, whether they are counted already or not."""
    return sum(
        part.media.images if isinstance(part, Count) else isinstance(part, Media) and part.kind == "image"
        for part in message.parts
    )
