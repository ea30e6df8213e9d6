"""Counts requests to Claude as Anthropic's prompt holds them, in Claude's own vocabularies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tokenquote.catalog.schema.claude_frame import ClaudeFrame
from tokenquote.counts import Count
from tokenquote.tokens.claude.conversation import ConversationCounter, Tally
from tokenquote.tokens.claude.requests import as_anthropic, asks_thinking, has_beta
from tokenquote.tokens.claude.system_side import INTERLEAVED_THINKING, UNBILLED_BLOCK, SystemSide
from tokenquote.tokens.claude.texts import ClaudeTexts
from tokenquote.tokens.request import Message, Request, ToolDefinition
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.texts import TextMemo
from tokenquote.tokens.vocabularies import Vocabularies

__all__ = ["ClaudeRequests"]


class ClaudeRequests:
    """Counts requests in the frame of one generation of Claude.

    `day` is the day on which requests are sent. None: the generation's own days.
    """

    def __init__(
        self,
        frame: ClaudeFrame,
        vocabulary: str,
        vocabularies: Vocabularies,
        memo: TextMemo,
        day: dt.date | None = None,
    ) -> None:
        self._frame = frame
        self._texts = ClaudeTexts(
            vocabulary,
            vocabularies,
            memo,
            after_marker=frame.marks_messages,
            free_trailing_space=frame.free_trailing_space,
        )
        self._system_side = SystemSide(frame, self._texts)
        self._conversation = ConversationCounter(frame, self._texts)
        self._day = day

    @property
    def per_request(self) -> int:
        """Tokens that every request has, whatever is in it."""
        return self._frame.request

    def request(self, request: Request) -> RequestCount:
        """Count a whole request, part by part."""
        request = as_anthropic(request)
        system, spoken = split_system(request)
        text = system_text(system)
        thinks = asks_thinking(request)
        present = sum(map(bool, (request.tools, text, thinks, request.schema)))
        joined = self._system_side.joined(present)
        interleaved = thinks and bool(request.tools) and has_beta(request, INTERLEAVED_THINKING)
        thinking = (
            self._system_side.thinking(self._day or self._frame.released, interleaved_with_tools=interleaved)
            if thinks
            else 0
        )
        system_tally = self._system_side.text(text, beside_tools=bool(request.tools)) if text else Tally()
        system_tally += Tally(around=thinking + joined)
        unknown = sum(self._texts.inside(piece.text) for piece in request.everything_unknown())
        return RequestCount(
            system=self._count(system_tally),
            tools=self._count(self._tools(request, spoken)),
            schema=self._count(self._system_side.schema(request.schema) if request.schema else Tally()),
            messages=self._count(self._conversation.count(spoken, sent=True)),
            unknown=Count(unknown, unknown // 2, 2 * unknown, "assumed", framed=True) if unknown else self._count(Tally()),
            per_request=self.per_request,
            by_tool=self._system_side.by_tool(request.tools),
        )

    def _tools(self, request: Request, spoken: Sequence[Message]) -> Tally:
        if not request.tools:
            return Tally()
        prompt = self._system_side.tool_prompt(
            request.tool_choice,
            one_at_a_time=request.settings.get("parallel_tool_calls") is False,
            after_results=bool(spoken) and spoken[-1].role == "tool",
        )
        return Tally(self._system_side.definitions(request.tools), prompt)

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions, given the system messages that may hold their block."""
        if not tools:
            return self._count(Tally())
        prompt = self._system_side.tool_prompt(None, one_at_a_time=False, after_results=False)
        joined = self._system_side.joined(2) - self._system_side.joined(1) if any(m.parts for m in system) else self._system_side.joined(1)
        return self._count(Tally(self._system_side.definitions(tools), prompt + joined))

    def appended(self, messages: Sequence[Message], before: Sequence[Message] = ()) -> Count:
        """Count what messages add to a request that goes before them."""
        if messages and messages[0].role == "system":
            text = system_text(messages)
            tally = self._system_side.text(text, beside_tools=False) if text else Tally()
            return self._count(tally + Tally(around=self._system_side.joined(int(bool(text)))))
        added = self._conversation.count([*before, *messages], sent=False)
        return self._count(added - self._conversation.count(before, sent=True))

    def _count(self, tally: Tally) -> Count:
        tokens = tally.content
        count = Count(tokens, tokens, tokens, "exact", self._texts.vocabulary, framed=True)
        return count.with_framing(tally.around)


def split_system(request: Request) -> tuple[list[Message], list[Message]]:
    """Return the system messages that stand before the conversation, and the conversation."""
    n = 0
    while n < len(request.messages) and request.messages[n].role == "system":
        n += 1
    return list(request.messages[:n]), list(request.messages[n:])


def system_text(system: Sequence[Message]) -> str:
    """Return the system text: its blocks are joined without a gap, and the billing header is not part of it."""
    return "".join(text for message in system for text in message.texts if not text.startswith(UNBILLED_BLOCK))
