"""How far a conversation has come in every sample: what is sent next, to which model, and when.

It is the story of one conversation (`ledger/story.py`), told of many samples at once. A repetition that some
samples do not make adds pieces of no tokens to theirs, and the mask leaves them out of its requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tokenquote.counts import Count
from tokenquote.ledger.conversation import (
    MAX_CONTEXT_TOKENS,
    NOTHING,
    Conversation,
    CountedResult,
    PlanTooLong,
)
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.latest import NOTHING_LEFT, LeftOut
from tokenquote.ledger.ranges.position import Position, SampledClock
from tokenquote.ledger.ranges.prompt import Prompt
from tokenquote.ledger.ranges.rows import SampledOutput, SampledRow
from tokenquote.ledger.ranges.sizes import FAR, NOTHING_SAID, TOKENS, DrawnCounts, Mask, Sizes, chosen, masked
from tokenquote.ledger.ranges.told import tell
from tokenquote.ledger.rows import Purpose

__all__ = ["SampledStory"]


class SampledStory:
    """One conversation in every sample while it is replayed, as each of its models counts it."""

    def __init__(
        self,
        agent: str | None,
        conversations: Mapping[str, Conversation],
        counts: DrawnCounts,
        clock: SampledClock,
        *,
        keeps_turns: bool,
        clears: bool,
    ) -> None:
        """Begin the conversation.

        Args:
            agent: the agent whose conversation it is. None: it is the plan's own.
            conversations: the conversation as each model counts it, by id; the first is its own.
            counts: the counts of this chunk of samples.
            clock: the time, which all conversations of a plan have in common.
            keeps_turns: whether the history strategy asks what the latest turns come to.
            clears: whether it clears tool results.
        """
        self.agent = agent
        self.counts = counts
        self._told = {
            model: tell(conversation, counts, keeps_turns=keeps_turns, clears=clears)
            for model, conversation in conversations.items()
        }
        self._all = list(self._told.values())
        self.model = next(iter(self._told))
        """The model of the coming request."""
        self.at = Position()
        """Which request of the conversation it is, and the samples that make it."""
        self.finished = counts.zeros()
        """How many turns are finished that a history may still hold."""
        self.condensed = counts.zeros()
        """How many turns were finished when the history was last condensed."""
        self.said: dict[str, WholeNumbers] = {}
        """By the place of its range, what the latest answer came to."""
        self._skips = np.zeros(counts.number, np.bool_)
        """Whether something has come to lie between the opening and what requests send."""
        self._begun = np.zeros(counts.number, np.bool_)
        self._clock = clock
        self._waiting: tuple[int, int] = (0, 0)
        self._begin_with_earlier_turns()

    def prompt(self, model: str) -> Prompt:
        """Return the prompt of a model."""
        return self._told[model].prompt

    def start(self, scope: tuple[int, ...], mask: Mask, *, anew: bool) -> None:
        """Begin the conversation where it is called from, or go on with it.

        Args:
            scope: what tells the call from all others; `()` for the plan's own conversation.
            mask: the samples that make the call.
            anew: whether all but the opening is forgotten.
        """
        if anew and self._begun.any():
            again = self._begun if mask is None else self._begun & mask
            for told in self._all:
                told.prompt.start_anew(again)
            self.finished = chosen(again, self.counts.zeros(), self.finished)
            self.condensed = chosen(again, self.counts.zeros(), self.condensed)
            self._skips = self._skips | again
        self._begun = self._begun | (True if mask is None else mask)
        self.at.start(scope)

    def begin_turn(self, turn: int, repetition: int, model: str, mask: Mask) -> None:
        """Begin a repetition of a turn, which this model answers after its pause."""
        # Nothing goes before the plan's first request, so there is no pause.
        if self.at.number or self.agent is not None:
            self._clock.pass_time(self._told[model].conversation.turns[turn].gap_seconds, mask)
        self.model = model
        self.counts.forget_repetition()
        self.at.begin_turn(turn, repetition, mask)
        self._begin_new()

    def ask(self, turn: int) -> None:
        """Put the user message of a turn at the end, after what the turn that waits for its answer holds."""
        first, last = self._waiting
        self._waiting = (0, 0)
        for i in range(first, last):
            self._begin_new()
            self._add_earlier(i)
        if first == last:
            self._begin_new()
        blocks = self._all[0].conversation.turns[turn].blocks
        self.say(lambda told: told.turns[turn].user, blocks)

    def call(
        self, turn: int, place: int, reasoning: WholeNumbers, said: Mapping[str, Sequence[WholeNumbers]]
    ) -> None:
        """Put the reasoning, calls and results of the tool round at the end; agents `said` some of it."""
        self._begin_new()
        self._think(reasoning)
        for told in self._all:
            made = told.rounds[turn][place][self.at.repetition[-1] > 0]
            answers = {what: iter(values) for what, values in said.items()}
            told.prompt.add(self._size(made.exchange, made.blocks, answers))
            self._add_results(told.prompt, made.results, answers)
            if made.results:
                beside = self.counts.tokens(made.beside, self.at.repetition)
                told.prompt.add(self._size(made.beside, (beside != 0).astype(np.int64)))

    def answer(self, turn: int, reasoning: WholeNumbers) -> None:
        """Put the reasoning and the answer of a turn at the end, and finish the turn."""
        self._think(reasoning)
        self.say(lambda told: told.turns[turn].answer)
        for what in self._all[0].conversation.turns[turn].answer.ranges:
            drawn = self.counts.take(what, self.at.repetition)
            self.said[what] = chosen(self.at.mask, drawn, self.said.get(what, drawn))
        self._finish_turn()

    def say(
        self, count: Callable[[Conversation], Count], blocks: int = 1, *, for_one_turn: bool = False
    ) -> None:
        """Put a piece at the end, as each model counts it; one for one turn is not sent in later turns."""
        for told in self._all:
            told.prompt.add(self._size(count(told.conversation), blocks), for_one_turn=for_one_turn)

    def condense(self, purpose: Purpose, tokens: int, keep: int, model: str | None, mask: Mask) -> SampledRow:
        """Make the request that condenses all but what is new, and put its answer in place of that.

        The last finished turns, `keep` of them, stay as they are. The mask names the samples that do it.
        """
        model = model or self.model
        told = self._told[model]
        held = told.prompt.size_before_new()
        instruction = self.counts.size(told.conversation.instruction, 1, ())
        output = SampledOutput(np.array([tokens]), np.array([0]))
        before_new = held if purpose == "compaction" else None
        row = self._row(model, held + instruction, NOTHING_LEFT, output, mask, purpose, before_new)
        told.prompt.latest.change_at(held, mask)
        summary = self.counts.size(Count.stated(tokens), 1, ())
        for each in self._all:
            each.prompt.condense(summary, keep, mask)
        self.condensed = chosen(mask, self.finished, self.condensed)
        self._skips = self._skips | (True if mask is None else mask)
        return row

    def request(self, left: LeftOut, output: SampledOutput, answers: int | None = None) -> SampledRow:
        """Make the request of the turn's model that leaves this out; which turn it `answers`, if it does.

        Raises:
            PlanTooLong: in some sample it passes MAX_CONTEXT_TOKENS.
        """
        prompt = self._told[self.model].prompt
        prompt.compare(left, self.at.mask)
        row = self._row(self.model, prompt.size(left), left, output, self.at.mask, None, None)
        return replace(row, answers=answers)

    def outside(self, model: str, purpose: Purpose, sent: Count) -> SampledRow:
        """Make a request that sends nothing of the conversation, and has no output."""
        size = self.counts.nothing() + self.counts.size(sent, 1, self.at.repetition)
        return SampledRow(
            agent=self.agent,
            model=model,
            number=(*self.at.number, purpose),
            purpose=purpose,
            mask=self.at.mask,
            input=size[TOKENS],
            sent=size,
            output=SampledOutput(np.array([0]), np.array([0])),
            shared=None,
            first_stretch=size[TOKENS],
            clock=self._clock.time,
        )

    def input(self, left: LeftOut) -> WholeNumbers:
        """Return the tokens that a request of the turn's model would send."""
        told = self._told[self.model]
        return told.input(told.prompt.size(left))

    def _row(
        self,
        model: str,
        size: Sizes,
        left: LeftOut,
        output: SampledOutput,
        mask: Mask,
        purpose: Purpose | None,
        held: Sizes | None,
    ) -> SampledRow:
        """Make a row; `held` is what stands before something that it leaves out. None: there is none."""
        told = self._told[model]
        if int(masked(mask, size[TOKENS]).max()) > MAX_CONTEXT_TOKENS:
            raise PlanTooLong(f"in some sample a request sends more than {MAX_CONTEXT_TOKENS} tokens")
        opening = told.prompt.opening[TOKENS]
        stretch = held[TOKENS] if held is not None else np.full_like(opening, FAR)
        cut = self._skips if left.turns is None else self._skips | (left.turns > 0)
        row = SampledRow(
            agent=self.agent,
            model=model,
            number=(*self.at.number, purpose),
            purpose=purpose,
            mask=mask,
            input=told.input(size),
            sent=size,
            output=output,
            shared=told.prompt.latest.share(),
            first_stretch=np.where(cut, opening, stretch),
            clock=self._clock.time,
        )
        told.prompt.latest.replace(size, left, mask)
        return row

    def _begin_with_earlier_turns(self) -> None:
        """Put the finished turns of the opening's messages at the end, but not one that waits."""
        conversation = self._all[0].conversation
        begins = [i for i, piece in enumerate(conversation.earlier) if piece.opens_turn]
        ends = [*begins[1:], *([len(conversation.earlier)] if begins else [])]
        if conversation.waits and begins:
            self._waiting = (begins.pop(), ends.pop())
        for first, last in zip(begins, ends, strict=True):
            for i in range(first, last):
                self._add_earlier(i)
            self._finish_turn()

    def _finish_turn(self) -> None:
        for told in self._all:
            told.prompt.finish_turn(self.at.mask)
        self.finished = self.finished + (1 if self.at.mask is None else self.at.mask)

    def _begin_new(self) -> None:
        for told in self._all:
            told.prompt.begin_new(self.at.mask)

    def _add_earlier(self, i: int) -> None:
        for told in self._all:
            piece = told.conversation.earlier[i]
            told.prompt.add(self._size(piece.sent, piece.blocks))
            self._add_results(told.prompt, piece.results)

    def _add_results(
        self,
        prompt: Prompt,
        results: tuple[CountedResult, ...],
        said: Mapping[str, Iterator[WholeNumbers]] = NOTHING_SAID,
    ) -> None:
        for result in results:
            cleared = self.counts.size(result.cleared, 1, ())
            prompt.add_result(self._size(result.sent, 1, said), cleared, self.at.mask)

    def _think(self, reasoning: WholeNumbers) -> None:
        """Put reasoning at the end where it is sent back: to the model whose it is, while it is kept."""
        told = self._told[self.model]
        kept = told.conversation.reasoning_kept
        if kept == "never" or not reasoning.any():
            return
        size = self.counts.size(NOTHING, (reasoning > 0).astype(np.int64), ())
        size = size + np.zeros((1, len(reasoning)), np.int64)
        size[TOKENS] = reasoning
        told.prompt.add(masked(self.at.mask, size), for_one_turn=kept == "same_turn")

    def _size(
        self,
        count: Count,
        blocks: int | WholeNumbers,
        said: Mapping[str, Iterator[WholeNumbers]] = NOTHING_SAID,
    ) -> Sizes:
        """Return the size of a piece, which only some samples may hold."""
        return masked(self.at.mask, self.counts.size(count, blocks, self.at.repetition, said))
