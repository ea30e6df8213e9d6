"""Counts how a conversation opens: the native body that it starts with, or tools beside a system message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, NotYetOffered, under
from tokenquote.ledger import NOTHING, Opening
from tokenquote.tokens import (
    BodyError,
    Message,
    Request,
    RequestCount,
    TokenRules,
    read_body,
    read_tools,
)
from tokenquote.tokens.request import ToolChoice
from tokenquote_client import plan as wire

__all__ = ["OpeningReader", "Started"]


@dataclass(frozen=True, slots=True)
class Started:
    """Holds the opening that a native body makes."""

    opening: Opening
    """The tokens that every request sends first."""
    unanswered: Sequence[Message]
    """Calls with their results that the body ends with: the first answer follows them."""
    spoken: Sequence[Message]
    """All messages of the body but those of the system."""
    choice: ToolChoice | None
    """The choice of tools that the body states, and every later request with it."""
    rules: TokenRules
    """The rules for what follows the body."""


@dataclass(frozen=True)
class OpeningReader:
    """Counts what a conversation opens with, as one model does."""

    rules: TokenRules
    media: MediaCounter
    amounts: AmountCounter

    def start(self, start: wire.Start, first: wire.Turn) -> Started:
        """Count a native body as the opening of a conversation; `first` is the turn that follows it.

        Raises:
            LocatedError: the body is not of its format, or opens no conversation.
        """
        with under("start"):
            request = read_body(start.format, start.body)
        if request.shape == "prompts":
            detail = "a conversation opens with a body that has messages; bodies of this format have none"
            raise LocatedError(("start", "format"), detail)
        self.amounts.assumptions += [
            f"start: {piece.what} at {'/'.join(map(str, piece.location))} counted by their text"
            for piece in request.everything_unknown()
        ]
        waits = bool(request.messages) and request.messages[-1].role in ("user", "tool")
        if first.user is None and not waits:
            detail = "missing, and the last message of `start` is not one that waits for an answer"
            raise LocatedError(("turns", 0, "user"), detail)
        with under("start", "body"):
            counted = self.rules.request(request)
        self._note_start(counted, request)
        opening = Opening(
            tools=counted.tools,
            system=counted.system + counted.schema,
            messages=counted.messages + counted.unknown + self._media(request),
        )
        self.amounts.assumptions += counted.notes
        spoken = [message for message in request.messages if message.role != "system"]
        rules = self.rules.after(request)
        return Started(opening, _unanswered(request.messages), spoken, request.tool_choice, rules)

    def _note_start(self, counted: RequestCount, request: Request) -> None:
        if request.tools:
            self.amounts.note("start/tools", counted.tools)
        if request.schema is not None:
            self.amounts.note("start/schema", counted.schema)
        for name, part in (
            ("system", counted.system),
            ("unknown", counted.unknown),
            ("messages", counted.messages),
        ):
            if part.tokens:
                self.amounts.note(f"start/{name}", part)

    def _media(self, request: Request) -> Count:
        """Count the media of a native body; an image may cost more in a chat than elsewhere."""
        counts: list[Count] = []
        for media in (media for message in request.messages for media in message.media):
            count = self.media.count_in_body(media, ("start", "body"), in_chat=request.shape == "chat")
            counts.append(self.amounts.note_at(("start", "body", *media.location), count))
        return total(counts, NOTHING)

    def tools(self, tools: wire.Tools | None, system: Sequence[Message]) -> Count:
        """Count tools, stated or defined, given the system messages that may hold their block.

        Raises:
            LocatedError: definitions that are malformed, or of a kind that is not offered.
        """
        if tools is None:
            return NOTHING
        if not isinstance(tools, list):
            # Whatever says how many tokens the tools have, no framing is added to it.
            return replace(self.amounts.count(tools, ("tools",), "tools"), framed=False)
        try:
            read = read_tools(tools)
            counted = self.rules.tools(read.functions, system)
        except BodyError as error:
            raise error.at("tools", *(step for step in error.location if step != "tools")) from None
        self.amounts.note("tools", counted)
        if read.unknown:
            at = ("tools", *read.unknown[0].location)
            raise NotYetOffered(at, f"{read.unknown[0].what}: not yet offered")
        return counted


def _unanswered(messages: Sequence[Message]) -> Sequence[Message]:
    """Return the last calls with their results, where nothing follows them and all of it is text."""
    results = [*takewhile(lambda message: message.role == "tool", reversed(messages))]
    exchange = messages[-len(results) - 1 :]
    plain = all(isinstance(part, str) for message in exchange for part in message.parts)
    return exchange if results and plain and exchange[0].calls else ()
