"""How a conversation opens: a native body that it starts with, or the tools beside its system message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.errors import LocatedError, NotYetOffered, under
from tokenquote.ledger import Content, Opening
from tokenquote.tokens import (
    BodyError,
    Framed,
    Message,
    Request,
    RequestCount,
    TokenRules,
    read_body,
    read_tools,
)
from tokenquote_client import plan as wire

__all__ = ["OpeningReader", "Started", "framed_content"]


@dataclass(frozen=True, slots=True)
class Started:
    """What a native body opens."""

    opening: Opening
    unanswered: Sequence[Message]
    """Calls with their results that the body ends with: the first answer follows them."""


@dataclass(frozen=True)
class OpeningReader:
    """Counts what a conversation opens with, as one model does."""

    rules: TokenRules
    media: MediaCounter
    amounts: AmountCounter

    def start(self, start: wire.Start, first: wire.Turn) -> Started:
        """A native body as the opening of a conversation.

        Raises:
            LocatedError: the body is not of its format, or opens no conversation.
        """
        with under("start"):
            request = read_body(start.format, start.body)
        if request.shape == "prompts":
            detail = "a conversation opens with a body that has messages; bodies of this format have none"
            raise LocatedError(("start", "format"), detail)
        self.amounts.assumptions += [
            f"start: {one.what} at {'/'.join(map(str, one.location))} counted by their text"
            for one in request.everything_unknown()
        ]
        waits = bool(request.messages) and request.messages[-1].role in ("user", "tool")
        if first.user is None and not waits:
            detail = "missing, and the last message of `start` is not one that waits for an answer"
            raise LocatedError(("turns", 0, "user"), detail)
        with under("start", "body"):
            counted = self.rules.request(request)
        self._note_start(counted, request)
        opening = Opening(
            tools=framed_content(counted.tools),
            system=framed_content(counted.system + counted.schema),
            messages=framed_content(counted.messages + counted.unknown) + self._media(request),
        )
        return Started(opening, _unanswered(request.messages))

    def _note_start(self, counted: RequestCount, request: Request) -> None:
        note = self.amounts.note
        note("start/tools", counted.tools.content, there=bool(request.tools))
        note("start/schema", counted.schema.content, there=request.schema is not None)
        note("start/system", counted.system.content, there=bool(counted.system.tokens))
        note("start/unknown", counted.unknown.content, there=bool(counted.unknown.tokens))
        note("start/messages", counted.messages.content, there=bool(counted.messages.tokens))

    def _media(self, request: Request) -> Content:
        """The media of a native body; a picture may cost more in a chat than elsewhere."""
        total = Content()
        for media in (media for message in request.messages for media in message.media):
            counted = self.media.count_in_body(media, ("start", "body"))
            self.amounts.note_media(("start", "body", *media.location), counted)
            total = total + counted.content(in_chat=request.shape == "chat")
        return total

    def tools(self, tools: Any, system: Sequence[Message]) -> Content:
        """Tokens of tools, stated or defined, given the system messages that may hold their block.

        Raises:
            LocatedError: definitions that are malformed, or of a kind that is not offered.
        """
        if tools is None:
            return Content()
        if not isinstance(tools, list):
            return Content(self.amounts.amount(tools, ("tools",), "tools").count.tokens)
        try:
            read = read_tools(tools)
            counted = self.rules.tools(read.functions, system)
        except BodyError as error:
            raise error.at("tools", *(step for step in error.location if step != "tools")) from None
        self.amounts.note("tools", counted.content)
        if read.unknown:
            at = ("tools", *read.unknown[0].location)
            raise NotYetOffered(at, f"{read.unknown[0].what}: not yet offered")
        return framed_content(counted)


def _unanswered(messages: Sequence[Message]) -> Sequence[Message]:
    """The last calls with their results, where nothing follows them and all of it is text."""
    results = [*takewhile(lambda message: message.role == "tool", reversed(messages))]
    exchange = messages[-len(results) - 1 :]
    plain = all(isinstance(part, str) for message in exchange for part in message.parts)
    return exchange if results and plain and exchange[0].calls else ()


def framed_content(counted: Framed) -> Content:
    """Counted tokens as they enter a context, with what stands around them."""
    return Content(counted.tokens, counted.framing, framed=True)
