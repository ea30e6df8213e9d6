"""Counts requests as one model does: texts by its vocabulary, and what its provider adds around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Protocol

from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.counts import Count
from tokenquote.tokens.calibrated import CalibratedRequests, CalibratedTexts
from tokenquote.tokens.claude import ClaudeRequests
from tokenquote.tokens.framing import FramedRequests
from tokenquote.tokens.gemini import GeminiRequests
from tokenquote.tokens.request import Message, Request, Shape, Speaker, ToolChoice, ToolDefinition
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.templates import TemplatedRequests
from tokenquote.tokens.templates.rendered_prompts import RenderedPrompts
from tokenquote.tokens.texts import MessageCounter, TextCounter, TextMemo
from tokenquote.tokens.vocabularies import Vocabularies

__all__ = ["RequestStyle", "TokenRules"]


class RequestStyle(Protocol):
    """Is a way of counting requests; there is one for each kind of knowledge about a family of models."""

    @property
    def per_request(self) -> int:
        """Tokens that every request has, whatever is in it."""

    @property
    def reaches_back(self) -> bool:
        """Whether what any message adds depends on what goes before it, and not that of answers alone."""

    def request(self, request: Request) -> RequestCount:
        """Count a whole request, part by part."""

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions, given the system messages that may hold their block."""

    def appended(
        self,
        messages: Sequence[Message],
        before: Sequence[Message] = (),
        choice: ToolChoice | None = None,
    ) -> Count:
        """Count what messages (a question, an answer, calls with results) add to a request.

        The request ends with `before`, and all requests have the same choice of tools.
        """


class TokenRules:
    """The counting rules of one model.

    `memo` may be shared among the models of one quote. `shape` is the one that a host passes bodies on in,
    if it is another. `day` is the one of which requests are counted; None means today, but for what
    was billed otherwise on Claude's own days.
    """

    def __init__(
        self,
        counting: CountingRule,
        vocabularies: Vocabularies,
        memo: TextMemo | None = None,
        shape: Shape | None = None,
        day: dt.date | None = None,
    ) -> None:
        memo = memo or TextMemo()
        today, counting = counting, counting.on(day)
        self._earlier_day = day if counting is not today else None
        self._counting = counting
        self._shape = shape
        self._used = _usable(counting, vocabularies)
        self._texts = TextCounter(self._used, vocabularies, memo)
        self._vocabularies = vocabularies
        self._calibrated = _calibrated(counting, vocabularies, memo)
        self._memo = memo
        self._day = day
        self._style = self._choose_style(shape)

    @property
    def per_request(self) -> int:
        """Tokens that every request has, whatever is in it."""
        return self._style.per_request

    @property
    def basis(self) -> str | None:
        """What the counts rest on, in a sentence; None: they are exact, or by a rule that is published."""
        if self._calibrated is not None:
            return self._calibrated.basis
        if isinstance(self._style, ClaudeRequests):
            return self._style.basis
        used = self._used
        as_of = None if self._earlier_day is None else f"framed as of {self._earlier_day}"
        if used.method in ("exact", "rule"):
            return as_of
        stands_in = "" if used is self._counting else f" in place of {self._counting.vocabulary}"
        return (
            f"texts: {used.method}, {used.factor} x {used.vocabulary} tokens{stands_in}, "
            f"band {used.low} to {used.high} times the count"
            f"{f', {used.slack} tokens wider' if used.slack else ''} ({used.source})"
            f"{f'; {as_of}' if as_of else ''}"
        )

    def after(self, opening: Request) -> TokenRules:
        """Return the rules for what is appended to a request, some of which may depend on it."""
        rules = copy(self)
        rules._style = self._choose_style(self._shape or opening.shape, opening)
        return rules

    def planned_call_id(self, index: int, name: str) -> str:
        """Return an id for a planned call of a function, by its place in its round: some models read ids."""
        return self._counting.call_ids.call_id(index, name)

    @property
    def doubt_of_ids(self) -> Count:
        """A count of 0 in a band as wide as the id of a planned call may differ from the real one."""
        slack = self._counting.call_ids.slack
        return Count(0, -slack, slack, "calibrated") if slack else Count.stated(0)

    def text(self, text: str) -> Count:
        """Count a text by itself."""
        if isinstance(self._style, (CalibratedRequests, ClaudeRequests)):
            return self._style.text(text)
        return self._texts.texts([text])

    def request(self, request: Request) -> RequestCount:
        """Count a whole request, part by part."""
        if self._shape is not None:
            return self._style.request(replace(request, shape=self._shape))
        same = self._counting.template is not None
        return (self._style if same else self._choose_style(request.shape)).request(request)

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions, given the system messages that may hold their block."""
        return self._style.tools(tools, system)

    @property
    def reaches_back(self) -> bool:
        """Whether what any message adds depends on what goes before it, and not that of answers alone."""
        return self._style.reaches_back

    def appended(
        self,
        messages: Sequence[Message],
        before: Sequence[Message] = (),
        choice: ToolChoice | None = None,
    ) -> Count:
        """Count what messages add to a request that ends with `before`, under a choice of tools."""
        return self._style.appended(messages, before, choice)

    def said_by(self, speaker: Speaker, choice: ToolChoice | None = None) -> MessageCounter:
        """Return what counts messages of a speaker that are a text and nothing else.

        It counts what each adds by itself, as `appended` does under a choice of tools.
        """
        style = self._style
        if isinstance(style, FramedRequests | ClaudeRequests):
            return style.said_by(speaker)
        return lambda text: (style.appended([Message(speaker, (text,))], (), choice), self.text(text))

    def _choose_style(self, shape: Shape | None, opening: Request | None = None) -> RequestStyle:
        """Choose the way of counting; OpenAI's Responses may frame the same conversation otherwise.

        `opening` is the request that messages are appended to; None: it is not known.
        """
        if self._calibrated is not None:
            return self._calibrated
        if self._counting.gemini:
            requests = GeminiRequests(self._counting.gemini, self._texts)
            return requests if opening is None else requests.after(opening)
        if self._counting.claude is not None:
            frame, vocabulary = self._counting.claude, self._counting.vocabulary
            return ClaudeRequests(frame, vocabulary, self._vocabularies, self._memo, self._day)
        framing, template = self._counting.framing, self._counting.template
        if template is not None:
            prompts = RenderedPrompts(self._counting.vocabulary, self._vocabularies, self._texts)
            return TemplatedRequests(template, framing, self._texts, prompts, opening)
        if shape == "responses" and framing.responses is not None:
            framing = framing.responses
        return FramedRequests(framing, self._texts, None if opening is None else opening.schema)


def _usable(counting: CountingRule, vocabularies: Vocabularies) -> CountingRule:
    """Return the rule as it is, or with another vocabulary and a wider band where its own is not there."""
    approximation = counting.without_vocabulary
    if approximation is None or vocabularies.trouble(counting.vocabulary) is None:
        return counting
    return counting.model_copy(update=approximation.model_dump())


def _calibrated(
    counting: CountingRule, vocabularies: Vocabularies, memo: TextMemo
) -> CalibratedRequests | None:
    use = counting.calibration
    if use is None or use.fit is None or use.texts is None:
        return None
    return CalibratedRequests(use, use.fit, CalibratedTexts(use.texts, use, vocabularies, memo))
