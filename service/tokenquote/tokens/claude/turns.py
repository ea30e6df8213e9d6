"""Cut a conversation into the turns of Claude's prompt: consecutive messages of one side are one turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from tokenquote.counts import Count
from tokenquote.tokens.request import DocumentText, Media, Message, MessagePart, Role, ToolCall

__all__ = ["PromptTurn", "count_images", "cut_turns", "join_texts", "list_documents"]

Side = Literal["system", "user", "assistant"]
_SIDES: Mapping[Role, Side] = {"system": "system", "user": "user", "tool": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class PromptTurn:
    """What one side says before the other goes on."""

    side: Side
    texts: tuple[str, ...]
    """The text of each message that says anything; the parts of one message are joined without a gap."""
    images: int = 0
    """The number of images among what is said."""
    opens_with_image: bool = False
    """Whether an image stands before all text."""
    documents: tuple[DocumentText, ...] = ()
    """The documents that are sent as text, which is in none of `texts`."""
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


def cut_turns(messages: Sequence[Message]) -> list[PromptTurn]:
    """Return the turns of a conversation; a system message in the middle is a turn of its own."""
    latest_question = max((i for i, message in enumerate(messages) if message.role == "user"), default=-1)
    turns: list[PromptTurn] = []
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


def _turn(side: Side, messages: Sequence[Message], *, in_loop: bool) -> PromptTurn:
    said = [message for message in messages if message.role != "tool"]
    return PromptTurn(
        side,
        texts=tuple(text for message in said if (text := join_texts(message))),
        images=sum(count_images(message) for message in said),
        opens_with_image=bool(said) and _opens_with_image(said[0]),
        documents=tuple(part for message in said for part in list_documents(message)),
        calls=tuple(call for message in said for call in message.calls),
        results=tuple(message for message in messages if message.role == "tool"),
        reasoning="".join(message.reasoning for message in said) if in_loop else "",
    )


def join_texts(message: Message) -> str:
    """Return the text of a message, whose parts are joined without a gap; documents are not part of it."""
    return "".join(text for text in message.texts if not isinstance(text, DocumentText))


def list_documents(message: Message) -> list[DocumentText]:
    """Return the documents of a message that are sent as text."""
    return [text for text in message.texts if isinstance(text, DocumentText)]


def count_images(message: Message) -> int:
    """Return the number of images of a message, whether they are counted already or not."""
    return sum(map(_images_in, message.parts))


def _images_in(part: MessagePart) -> int:
    if isinstance(part, Count):
        return part.media.images
    return int(isinstance(part, Media) and part.kind == "image")


def _opens_with_image(message: Message) -> bool:
    return bool(message.parts) and _images_in(message.parts[0]) > 0
