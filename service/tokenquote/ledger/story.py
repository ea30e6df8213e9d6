"""How far a conversation has come: what its history holds, what is new, and the request that comes next.

    the prompt    opening | what the history holds | everything since

Every model that takes part counts the pieces by its own rules, in a transcript of its own; which pieces a
request sends is the same for all. A strategy (`history/`) changes what the history holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tokenquote.counts import Count
from tokenquote.ledger.conversation import (
    MAX_CONTEXT_TOKENS,
    NOTHING,
    Conversation,
    CountedResult,
    CountedRound,
    PlanTooLong,
)
from tokenquote.ledger.rows import Output, Purpose, Row
from tokenquote.ledger.transcribed import Transcribed
from tokenquote.ledger.transcript import SentPieces, Stretch, Transcript, joined

__all__ = ["Story"]


class Story:
    """One conversation while it is replayed, as each of its models counts it."""

    def __init__(self, conversations: Mapping[str, Conversation], agent: str | None = None) -> None:
        """Begin a conversation.

        Args:
            conversations: the conversation as each model counts it, by id.
            agent: the agent whose conversation it is. None: it is the plan's own.
        """
        self.agent = agent
        self._told = {model: Transcribed(conversation) for model, conversation in conversations.items()}
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
        self.condensed = 0
        """The number of turns that were finished when the history was last condensed."""
        self.held: tuple[Stretch, ...] = joined((0, self.end))
        """The opening and what the history holds, up to `since`."""
        self.opening: Stretch = (0, self.end)
        self.since = self.end
        """The first of the pieces that are sent whatever they are: everything since the history was
        condensed."""
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

    def unroll_rounds(self, model: str, turn: int) -> tuple[CountedRound, ...]:
        """Return the rounds of one repetition of a turn, one by one, as a model counts them."""
        return self._told[model].unroll_rounds(turn)

    def sends_all(self) -> SentPieces:
        """Return a request that sends what the history holds and everything since."""
        return SentPieces(_extended(self.held, (self.since, self.end)), self.turn_begin)

    def start_anew(self) -> None:
        """Forget all but the opening, and count turns from 1: an agent is called for another task.

        The pieces so far stay in the transcript. So a request of the new task is compared with the latest one
        of the task before, and the two share the opening.
        """
        self.number = self.condensed = 0
        self.finished = []
        self.held = joined(self.opening)
        self.since = self.end

    def begin_turn(self, model: str, gap_seconds: float) -> None:
        """Begin the next turn, which this model answers after a pause.

        Nothing goes before the plan's first request, so there is no pause.
        """
        self.model = model
        self.number += 1
        self.place = 0
        self.gap_seconds = gap_seconds if self.number > 1 or self.agent is not None else 0
        self.turn_begin = self.new = self.end
        self._turn_parts = ()

    def ask(self, turn: int) -> None:
        """Put the user message of a turn at the end, after what the turn that waits for its answer holds."""
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
            made = told.unroll_rounds(turn)[place]
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
        self.condensed = len(self.finished)
        row = self.request(
            SentPieces(joined(*held, instruction), self.turn_begin),
            Output(tokens),
            model=model,
            purpose=purpose,
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
        self,
        sent: SentPieces,
        output: Output,
        *,
        model: str | None = None,
        purpose: Purpose | None = None,
        answers: int | None = None,
    ) -> Row:
        """Make the row of a request that sends these pieces, and of which turn it `answers` a repetition.

        Raises:
            PlanTooLong: they pass MAX_CONTEXT_TOKENS.
        """
        model = model or self.model
        told = self._told[model]
        size = told.transcript.size(sent)
        if size.tokens > MAX_CONTEXT_TOKENS:
            raise PlanTooLong(f"a request of the plan sends more than {MAX_CONTEXT_TOKENS} tokens")
        extra = told.conversation.per_request if size.framed else 0
        return Row(
            model=model,
            turn=self.number,
            round=self.place,
            purpose=purpose,
            sent=sent,
            input=size.tokens + extra,
            framing=size.framing + extra,
            media=size.media,
            blocks=size.blocks,
            visible=output.visible,
            spoken=output.spoken,
            reasoning=output.reasoning,
            gap_seconds=self._take_gap(),
            drawn=output.drawn,
            agent=self.agent,
            answers=answers,
        )

    def outside(self, model: str, purpose: Purpose, sent: Count) -> Row:
        """Make the row of a request that sends nothing of the conversation, and has no output."""
        return Row(
            model=model,
            turn=self.number,
            round=self.place,
            purpose=purpose,
            sent=None,
            input=sent.tokens,
            framing=sent.framing,
            media=sent.media,
            blocks=1,
            visible=0,
            spoken=0,
            reasoning=0,
            gap_seconds=self._take_gap(),
            agent=self.agent,
        )

    def input(self, sent: SentPieces) -> int:
        """Return the tokens that a request of the turn's model would send."""
        told = self._told[self.model]
        size = told.transcript.size(sent)
        return size.tokens + (told.conversation.per_request if size.framed else 0)

    def _take_gap(self) -> float:
        """Return the pause before the next request; the one after it follows at once."""
        gap, self.gap_seconds = self.gap_seconds, 0
        return gap

    def _begin_with_earlier_turns(self) -> None:
        """Put the finished turns of the opening's messages at the end, but not one that waits."""
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
        """Put reasoning at the end where it is sent back: to the model whose it is, while it is kept."""
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
