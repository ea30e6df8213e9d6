"""How far a conversation has come: what its history holds, what is new, and the request that comes next.

    the prompt    opening | what the history holds | everything since

Every model that takes part counts the pieces by its own rules, in a transcript of its own; which pieces a request
sends is the same for all. A strategy (`history/`) changes what the history holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from tokenquote.counts import Count, MediaUse
from tokenquote.ledger.conversation import (
    MAX_CONTEXT_TOKENS,
    NOTHING,
    Conversation,
    CountedResult,
    PlanTooLong,
)
from tokenquote.ledger.transcript import Sent, Stretch, Transcript, joined

__all__ = ["Purpose", "Row", "Story"]

Purpose = Literal["summary", "compaction", "embedding", "rerank"]
"""What a request of a history strategy is for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One request. `input` includes framing and media."""

    model: str
    """The id of the model that answers it."""
    turn: int
    """The turn, counted from 1 over all repetitions."""
    round: int
    """The request within its turn, counted from 0; of a strategy's own request, the one that it precedes."""
    purpose: Purpose | None
    """What a strategy's own request is for. None: it is a request of the conversation."""
    sent: Sent | None
    """The pieces of the transcript that it sends. None: it sends something else, such as a text to embed."""
    input: int
    """Tokens that the request sends."""
    framing: int
    """Tokens of the input that the provider adds around the content."""
    media: MediaUse
    """What the media among the input cost."""
    blocks: int
    """Content blocks of the input."""
    visible: int
    """Tokens of output without reasoning."""
    spoken: int
    """Tokens of the visible output that are audio."""
    reasoning: int
    """Reasoning tokens of the output."""
    gap_seconds: float
    """Time since the previous request."""

    @property
    def output(self) -> int:
        """Visible output and reasoning together."""
        return self.visible + self.reasoning

    @property
    def context(self) -> int:
        """Tokens of the context window in use when the request ends."""
        return self.input + self.output


class _Told:
    """A conversation as one model counts it."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.transcript = Transcript()
        opening = conversation.opening
        self.transcript.add(opening.tools)
        self.transcript.add(opening.system)
        if not conversation.earlier:
            self.transcript.add(opening.messages)


class Story:
    """One conversation while it is replayed, as each of its models counts it."""

    def __init__(self, conversations: Mapping[str, Conversation]) -> None:
        self._told = {model: _Told(conversation) for model, conversation in conversations.items()}
        self._all = list(self._told.values())
        self.model = next(iter(self._told))
        """The model of the coming request."""
        self.number = 0
        """The turn, counted from 1."""
        self.place = 0
        """The request within its turn, counted from 0."""
        self.gap_seconds = 0.0
        """The pause before the next request."""
        self.finished: list[tuple[Stretch, ...]] = []
        """The pieces of each finished turn that a history may still hold."""
        self.held: tuple[Stretch, ...] = joined((0, self.end))
        """The opening and what the history holds, up to `since`."""
        self.opening: Stretch = (0, self.end)
        self.since = self.end
        """The first of the pieces that are sent whatever they are: everything since the history was condensed."""
        self.turn_begin = self.end
        """The first piece of the turn."""
        self.new = self.end
        """The first of the pieces that no request has sent yet."""
        self._turn_parts: tuple[Stretch, ...] = ()
        self._waiting: tuple[int, int] = (0, 0)
        self._begin_with_earlier_turns()

    @property
    def end(self) -> int:
        """The number of the next piece."""
        return self._all[0].transcript.end

    def transcript(self, model: str) -> Transcript:
        """Return the transcript as a model counts it."""
        return self._told[model].transcript

    def conversation(self, model: str) -> Conversation:
        """Return the conversation as a model counts it."""
        return self._told[model].conversation

    def sends_all(self) -> Sent:
        """Return a request that sends what the history holds and everything since."""
        return Sent(_extended(self.held, (self.since, self.end)), self.turn_begin)

    def begin_turn(self, model: str, gap_seconds: float) -> None:
        """Begin the next turn, which this model answers after a pause."""
        self.model = model
        self.number += 1
        self.place = 0
        self.gap_seconds = gap_seconds if self.number > 1 else 0
        self.turn_begin = self.new = self.end
        self._turn_parts = ()

    def ask(self, turn: int) -> None:
        """Put the user message of a turn of the plan at the end; a turn that waits for its answer comes with it."""
        first, last = self._waiting
        self._waiting = (0, 0)
        for i in range(first, last):
            self.new = self.end
            self._add_earlier(i)
        self.new = self.end if first == last else self.new
        self._add(lambda told: told.turns[turn].user, self._all[0].conversation.turns[turn].blocks)

    def call(self, turn: int, place: int, reasoning: int) -> None:
        """Put the reasoning, calls and results of a tool round of a turn at the end."""
        self.new = self.end
        self._think(reasoning)
        for told in self._all:
            made = told.conversation.turns[turn].unrolled_rounds[place]
            told.transcript.add(made.exchange, made.blocks)
            _add_results(told.transcript, made.results)
            if made.results:
                told.transcript.add(made.beside, 1 if made.beside.tokens else 0)
        self.place += 1

    def answer(self, turn: int, reasoning: int) -> None:
        """Put the reasoning and the answer of a turn at the end, and finish the turn."""
        self._think(reasoning)
        self._add(lambda told: told.turns[turn].answer)
        begin = self.since if self._turn_parts else self.turn_begin
        self.finished.append(joined(*self._turn_parts, (begin, self.end)))

    def say(self, count: Callable[[Conversation], Count], *, for_one_turn: bool = False) -> Stretch:
        """Put something that a strategy adds at the end; return where it stands."""
        begin = self.end
        self._add(count, for_one_turn=for_one_turn)
        return begin, self.end

    def condense(self, purpose: Purpose, tokens: int, keep: int, model: str | None) -> Row:
        """Make the request that condenses all but what is new, and put its answer in place of that.

        The last finished turns, `keep` of them, stay as they are.
        """
        new = (self.new, self.end)
        held = _extended(self.held, (self.since, self.new))
        instruction = self.say(lambda conversation: conversation.instruction)
        row = self.request(
            Sent(joined(*held, instruction), self.turn_begin), tokens, model=model, purpose=purpose
        )
        summary = self.say(lambda _: Count.stated(tokens))
        kept = self.finished[max(0, len(self.finished) - keep) :] if keep else []
        self.held = joined(self.opening, summary, *(stretch for turn in kept for stretch in turn), new)
        self.since = self.end
        if new[0] == new[1]:  # the turn has not begun yet
            self.turn_begin = self.new = self.end
        else:
            self._turn_parts = (new,)
        return row

    def request(
        self, sent: Sent, visible: int, reasoning: int = 0, spoken: int = 0, *,
        model: str | None = None, purpose: Purpose | None = None,
    ) -> Row:  # fmt: skip
        """Make the row of a request that sends these pieces.

        Raises:
            PlanTooLong: they pass MAX_CONTEXT_TOKENS.
        """
        model = model or self.model
        told = self._told[model]
        size = told.transcript.size(sent)
        if size.tokens > MAX_CONTEXT_TOKENS:
            raise PlanTooLong(f"a request of the plan sends more than {MAX_CONTEXT_TOKENS} tokens")
        extra = told.conversation.per_request if size.framed else 0
        gap, self.gap_seconds = self.gap_seconds, 0
        return Row(
            model, self.number, self.place, purpose, sent, size.tokens + extra, size.framing + extra, size.media,
            size.blocks, visible, spoken, reasoning, gap,
        )  # fmt: skip

    def outside(self, model: str, purpose: Purpose, sent: Count) -> Row:
        """Make the row of a request that sends nothing of the conversation, and has no output."""
        gap, self.gap_seconds = self.gap_seconds, 0
        return Row(
            model, self.number, self.place, purpose, None, sent.tokens, sent.framing, sent.media, 1, 0, 0, 0, gap
        )

    def input(self, sent: Sent) -> int:
        """Return the tokens that a request of the turn's model would send."""
        told = self._told[self.model]
        size = told.transcript.size(sent)
        return size.tokens + (told.conversation.per_request if size.framed else 0)

    def _begin_with_earlier_turns(self) -> None:
        """Put the finished turns of the opening's messages at the end; a turn that waits comes with the first one."""
        conversation = self._all[0].conversation
        begins = [i for i, piece in enumerate(conversation.earlier) if piece.opens_turn]
        ends = [*begins[1:], *([len(conversation.earlier)] if begins else [])]
        if conversation.waits and begins:
            self._waiting = (begins.pop(), ends.pop())
        for first, last in zip(begins, ends, strict=True):
            begin = self.end
            for i in range(first, last):
                self._add_earlier(i)
            self.finished.append(((begin, self.end),))

    def _add_earlier(self, i: int) -> None:
        for told in self._all:
            piece = told.conversation.earlier[i]
            told.transcript.add(piece.sent, piece.blocks)
            _add_results(told.transcript, piece.results)

    def _add(
        self, count: Callable[[Conversation], Count], blocks: int = 1, *, for_one_turn: bool = False
    ) -> None:
        for told in self._all:
            told.transcript.add(count(told.conversation), blocks, for_one_turn=for_one_turn)

    def _think(self, reasoning: int) -> None:
        """Put reasoning at the end where it is sent back: to the model whose it is, and for as long as it is kept."""
        if not reasoning or all(told.conversation.reasoning_kept == "never" for told in self._all):
            return
        for model, told in self._told.items():
            kept = told.conversation.reasoning_kept
            comes_back = model == self.model and kept != "never"
            thought = Count.stated(reasoning) if comes_back else NOTHING
            told.transcript.add(thought, int(comes_back), for_one_turn=kept == "same_turn")


def _add_results(transcript: Transcript, results: tuple[CountedResult, ...]) -> None:
    for result in results:
        transcript.add_result(result)


def _extended(stretches: tuple[Stretch, ...], last: Stretch) -> tuple[Stretch, ...]:
    """Return the stretches and one more, joined to them where it follows."""
    if last[0] == last[1]:
        return stretches
    begin, end = stretches[-1]
    return (*stretches[:-1], (begin, last[1])) if end == last[0] else (*stretches, last)
