"""Counts requests to Claude as Anthropic's prompt holds them, in Claude's own vocabularies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import takewhile

from tokenquote.catalog.schema.claude_frame import ClaudeFrame
from tokenquote.counts import Count
from tokenquote.tokens.claude.conversation import ConversationCounter
from tokenquote.tokens.claude.requests import as_anthropic, asks_thinking, interleaves_thinking
from tokenquote.tokens.claude.system_side import SystemSide, join_system_texts
from tokenquote.tokens.claude.tally import Tally
from tokenquote.tokens.claude.texts import ClaudeTexts
from tokenquote.tokens.request import Message, Request, Speaker, ToolChoice, ToolDefinition
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.templates.chat_messages import with_named_calls
from tokenquote.tokens.texts import MessageCounter, TextMemo, frame_text
from tokenquote.tokens.vocabularies import Vocabularies

__all__ = ["ClaudeRequests"]

_NEWER = 0.05
"""The share by which requests to models newer than the recorded calls may be off."""


class ClaudeRequests:
    """Counts requests in the frame of one generation of Claude.

    `day` is the day on which requests are sent. None: nobody knows it, and the generation's own is taken.
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
        self._day = day
        self._texts = ClaudeTexts(
            vocabulary,
            vocabularies,
            memo,
            after_marker=frame.marks_messages,
            free_trailing_space=frame.free_trailing_space,
        )
        self._system_side = SystemSide(frame, self._texts)
        self._conversation = ConversationCounter(frame, self._texts)

    @property
    def per_request(self) -> int:
        """Tokens that every request has, whatever is in it."""
        return self._frame.request

    @property
    def reaches_back(self) -> bool:
        """Whether what any message adds depends on what goes before it: results keep Claude's turn open."""
        return True

    @property
    def basis(self) -> str | None:
        """What the counts rest on, in a sentence. None: recorded calls of the model itself."""
        if not self._frame.newer:
            return None
        return (
            "newer than the recorded calls: counted as the newest Claude of which there are any, "
            f"band {1 - _NEWER:.2f} to {1 + _NEWER:.2f} times the count"
        )

    def text(self, text: str) -> Count:
        """Count a text by itself."""
        return self._count(Tally(self._texts.inside(text)))

    def request(self, request: Request) -> RequestCount:
        """Count a whole request, part by part."""
        request = as_anthropic(request)
        system = [*takewhile(lambda message: message.role == "system", request.messages)]
        spoken = [with_named_calls(message) for message in request.messages[len(system) :]]
        side, text, thinks = self._system_side, join_system_texts(system), asks_thinking(request)
        present = sum(map(bool, (request.tools, text, thinks, request.schema)))
        before = side.text(text, beside_tools=bool(request.tools)) + side.joined(present)
        if thinks:
            before += side.thinking(self._day, interleaved_with_tools=interleaves_thinking(request))
        tools = side.tools(
            request.tools,
            request.tool_choice,
            one_at_a_time=request.settings.get("parallel_tool_calls") is False,
        )
        tools += side.forced(request.tool_choice if request.tools else None, spoken)
        return RequestCount(
            system=self._count(before),
            tools=self._count(tools),
            schema=self._count(side.schema(request.schema, beside_tools=bool(request.tools))),
            messages=self._count(self._conversation.request(spoken)),
            unknown=self._unknown(request),
            per_request=self.per_request,
            by_tool=side.by_tool(request.tools),
            notes=tuple(self._notes(thinks=thinks)),
        )

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions, given the system messages that stand beside them."""
        if not tools:
            return self._count(Tally())
        side, has_system = self._system_side, any(message.parts for message in system)
        joined = side.joined(2) - side.joined(1) if has_system else side.joined(1)
        return self._count(side.tools(tools) + joined)

    def appended(
        self,
        messages: Sequence[Message],
        before: Sequence[Message] = (),
        choice: ToolChoice | None = None,
    ) -> Count:
        """Count what messages add to a request that holds `before` last; system messages open one."""
        if messages and messages[0].role == "system":
            text = join_system_texts(messages)
            return self._count(
                self._system_side.text(text, beside_tools=False) + self._system_side.joined(bool(text))
            )
        known = [with_named_calls(message) for message in before]
        together = [*known, *map(with_named_calls, messages)]
        added = self._conversation.count(together) - self._conversation.count(known)
        added += self._conversation.closes(known)
        forced = self._system_side.forced(choice, together) - self._system_side.forced(choice, known)
        return self._count(added + forced)

    def said_by(self, speaker: Speaker) -> MessageCounter:
        """Return what counts messages of a speaker that are a text and nothing else."""
        around = self._frame.assistant if speaker == "assistant" else self._frame.user
        vocabulary, certain = self._texts.vocabulary, not self._frame.newer

        def count(text: str) -> tuple[Count, Count]:
            inside, spoken = self._texts.both(text)
            if certain and inside == spoken:
                return frame_text(inside, "exact", vocabulary, around)
            return self._count(Tally(spoken, around)), self._count(Tally(inside))

        return count

    def _count(self, tally: Tally) -> Count:
        tokens = tally.content + tally.around
        doubt = tally.doubt + (round(_NEWER * abs(tokens)) if self._frame.newer else 0)
        certain = not (doubt or tally.fewer or self._frame.newer)
        return Count(
            tally.content,
            tally.content - doubt - tally.fewer,
            tally.content + doubt,
            "exact" if certain else "calibrated",
            self._texts.vocabulary,
            framed=True,
        ).with_framing(tally.around)

    def _unknown(self, request: Request) -> Count:
        """Count what has no rule: from half of its text's tokens to twice as many."""
        texts = [piece.text for piece in request.everything_unknown()]
        if not texts:
            return self._count(Tally())
        tokens = sum(map(self._texts.inside, texts))
        return Count(tokens, tokens // 2, 2 * tokens, "assumed", self._texts.vocabulary, framed=True)

    def _notes(self, *, thinks: bool) -> Iterator[str]:
        changed = self._frame.system.thinking.changed
        if thinks and changed is not None:
            day = self._day or self._frame.own_day
            yield f"thinking: as of {day}; its prompt has been another since {changed}"
