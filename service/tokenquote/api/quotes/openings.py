"""Counts how a conversation opens: the native body that it starts with, or tools beside a system message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.cache_choice import MAX_MARKS, CountedMark
from tokenquote.api.quotes.cleared_results import ClearedAs
from tokenquote.api.quotes.earlier_turns import count_earlier
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, NotYetOffered, under
from tokenquote.ledger import NOTHING, EarlierPiece, Opening
from tokenquote.tokens import (
    BodyError,
    Message,
    Request,
    RequestCount,
    TokenRules,
    read_body,
    read_tools,
)
from tokenquote.tokens.bodies.cache_marks import cut_body, cut_request, find_cache_marks
from tokenquote.tokens.request import ToolChoice
from tokenquote_client import plan as wire
from tokenquote_client.amounts import PlannedTools

__all__ = ["OpeningReader", "Started", "count_marks"]


@dataclass(frozen=True, slots=True)
class Started:
    """Holds the opening that a native body makes."""

    opening: Opening
    """The tokens that every request sends first."""
    unanswered: Sequence[Message]
    """Calls with their results that the body ends with: the first answer follows them."""
    in_chat: bool
    """Whether it is a Chat Completions body, in which media may cost a little more."""
    spoken: Sequence[Message]
    """All messages of the body but those of the system."""
    choice: ToolChoice | None
    """The choice of tools that the body states, and every later request with it."""
    rules: TokenRules
    """The rules for what follows the body."""
    earlier: tuple[EarlierPiece, ...] = ()
    """The messages of the body piece by piece; empty unless a strategy condenses them."""


@dataclass(frozen=True)
class OpeningReader:
    """Counts what a conversation opens with, as one model does."""

    rules: TokenRules
    media: MediaCounter
    amounts: AmountCounter

    def start(self, start: wire.Start, first: wire.Turn, cleared: ClearedAs | None) -> Started:
        """Count a native body as the opening of a conversation; `first` is the turn that follows it.

        `cleared` says what becomes of its messages; None: they stay whole, and count as one.

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
        seen = [self._media(message, request) for message in request.messages]
        opening = Opening(
            tools=counted.tools,
            system=counted.system + counted.schema,
            messages=counted.messages + counted.unknown + total(seen, NOTHING),
        )
        self.amounts.assumptions += counted.notes
        after = self.rules.after(request)
        spoken = [pair for pair in zip(request.messages, seen, strict=True) if pair[0].role != "system"]
        earlier = () if cleared is None else count_earlier(spoken, counted.unknown, after, request, cleared)
        return Started(
            opening,
            _unanswered(request.messages),
            request.shape == "chat",
            [message for message, _ in spoken],
            request.tool_choice,
            after,
            earlier,
        )

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

    def _media(self, message: Message, request: Request) -> Count:
        """Count the media of a message of a native body; an image may cost more in a chat than elsewhere."""
        counts: list[Count] = []
        for media in message.media:
            count = self.media.count_in_body(media, ("start", "body"), in_chat=request.shape == "chat")
            counts.append(self.amounts.note_at(("start", "body", *media.location), count))
        return total(counts, NOTHING)

    def tools(self, tools: PlannedTools | None, system: Sequence[Message]) -> Count:
        """Count tools, stated or defined, given the system messages that may hold their block.

        Raises:
            LocatedError: definitions that are malformed, or of a kind that is not offered.
        """
        if tools is None:
            return NOTHING
        if not isinstance(tools, list):
            # Whatever says how many tokens the tools have, no framing is added to it.
            count = self.amounts.count(tools, ("tools",), "tools")
            return replace(count, framed=False) if count.framed else count
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


def count_marks(start: wire.Start, rules: TokenRules, media: MediaCounter) -> tuple[CountedMark, ...]:
    """Count what stands before each mark for prompt caching of a native body, in the order of the prompt."""
    found = find_cache_marks(start.body)
    marks = []
    for mark in found[: MAX_MARKS + 1]:
        with under("start"):
            cut = cut_request(read_body(start.format, cut_body(start.body, mark.place)), mark.place)
        counted = rules.request(cut)
        in_chat = cut.shape == "chat"
        items = (item for message in cut.messages for item in message.media)
        seen = (media.count_in_body(item, ("start", "body"), in_chat=in_chat) for item in items)
        tokens = counted.tokens - counted.per_request + sum(count.tokens for count in seen)
        marks.append(CountedMark(("start", "body", *mark.location), tokens, mark.ttl, mark.closes))
    return tuple(marks)


def _unanswered(messages: Sequence[Message]) -> Sequence[Message]:
    """Return the last calls with their results, where nothing follows them and all of it is text."""
    results = [*takewhile(lambda message: message.role == "tool", reversed(messages))]
    exchange = messages[-len(results) - 1 :]
    plain = all(isinstance(part, str) for message in exchange for part in message.parts)
    return exchange if results and plain and exchange[0].calls else ()
