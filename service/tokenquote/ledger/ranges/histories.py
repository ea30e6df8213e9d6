"""History strategies over many samples: each as its class in `ledger/history/` says for one conversation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tokenquote.counts import Count
from tokenquote.ledger.history import (
    ClearedResults,
    CompactedContext,
    LatestTokens,
    LatestTurns,
    RetrievedPassages,
    SummarizedTurns,
    WholeHistory,
)
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.latest import NOTHING_LEFT, LeftOut
from tokenquote.ledger.ranges.prompt import Prompt
from tokenquote.ledger.ranges.rows import SampledRow
from tokenquote.ledger.ranges.sizes import TOKENS
from tokenquote.ledger.ranges.story import SampledStory

__all__ = ["SampledHistory", "sample_history"]


class SampledHistory:
    """Sends everything again."""

    keeps_turns = False
    """Whether it asks what the latest turns come to."""
    clears = False
    """Whether it clears tool results."""

    def before_turn(self, story: SampledStory, turn: int) -> Iterator[SampledRow]:
        """Make the strategy's own requests before a turn, and add what it puts before the question."""
        yield from ()

    def before_request(self, story: SampledStory) -> Iterator[SampledRow]:
        """Make the strategy's own requests before a request whose new pieces are in the prompt."""
        yield from ()

    def leaves_out(self, story: SampledStory) -> LeftOut:
        """Say what the coming request does not send."""
        return NOTHING_LEFT


def sample_history(history: WholeHistory) -> SampledHistory:
    """Return the strategy over many samples."""
    match history:
        case LatestTurns():
            return _SampledTurns(history.turns)
        case LatestTokens():
            return _SampledTokens(history)
        case RetrievedPassages():
            return _SampledPassages(history)
        case SummarizedTurns():
            return _SampledSummaries(history)
        case CompactedContext():
            return _SampledCompaction(history)
        case ClearedResults():
            return _SampledClearing(history)
    return SampledHistory()


class _SampledTurns(SampledHistory):
    """Sends the latest turns, up to a number of them."""

    keeps_turns = True

    def __init__(self, turns: int) -> None:
        self._turns = turns

    def leaves_out(self, story: SampledStory) -> LeftOut:
        return _leave_out(story.prompt(story.model), np.maximum(story.finished - self._turns, 0))


class _SampledTokens(SampledHistory):
    """Sends the longest run of latest turns whose sizes add up to a number of tokens at most."""

    keeps_turns = True

    def __init__(self, history: LatestTokens) -> None:
        self._most = history.tokens

    def leaves_out(self, story: SampledStory) -> LeftOut:
        prompt = story.prompt(story.model)
        # A later request to the model leaves out no fewer turns than the latest one.
        left = prompt.latest.left_turns
        if prompt.turns is not None:
            whole = prompt.turns.top()[TOKENS]
            while (over := whole - prompt.turns.at(left)[TOKENS] > self._most).any():
                left = left + over
        return _leave_out(prompt, left)


class _SampledPassages(_SampledTurns):
    """Sends passages before the question, and the latest turns before them."""

    def __init__(self, history: RetrievedPassages) -> None:
        super().__init__(history.turns)
        self._history = history

    def before_turn(self, story: SampledStory, turn: int) -> Iterator[SampledRow]:
        for search in self._history.searches:
            yield story.outside(search.model, search.purpose, search.sent[turn])
        story.say(lambda _: Count.stated(self._history.tokens), for_one_turn=True)


class _SampledSummaries(SampledHistory):
    """Condenses the history once a number of turns have followed the last summary, before the next one."""

    def __init__(self, history: SummarizedTurns) -> None:
        self._history = history
        self.keeps_turns = history.keep > 0

    def before_turn(self, story: SampledStory, turn: int) -> Iterator[SampledRow]:
        history = self._history
        due = story.finished - story.condensed >= history.every
        if story.at.mask is not None:
            due &= story.at.mask
        if due.any():
            yield story.condense("summary", history.tokens, history.keep, history.model, due)


class _SampledCompaction(SampledHistory):
    """Condenses all but what is new before a request whose input would exceed a number of tokens."""

    def __init__(self, history: CompactedContext) -> None:
        self._history = history
        self.keeps_turns = history.keep > 0

    def before_request(self, story: SampledStory) -> Iterator[SampledRow]:
        history = self._history
        over = story.input(NOTHING_LEFT) > history.most[story.model]
        if story.at.mask is not None:
            over &= story.at.mask
        if over.any():
            yield story.condense("compaction", history.tokens, history.keep, history.model, over)


class _SampledClearing(SampledHistory):
    """Sends everything again, but older results as placeholders once the input is long enough."""

    clears = True

    def __init__(self, history: ClearedResults) -> None:
        self._history = history

    def leaves_out(self, story: SampledStory) -> LeftOut:
        results = story.prompt(story.model).results
        if results is None:
            return NOTHING_LEFT
        long = story.input(NOTHING_LEFT) > self._history.above
        cleared = np.maximum(results.number - self._history.keep, 0) * long
        return LeftOut(results=cleared, result_sizes=results.saved(cleared))


def _leave_out(prompt: Prompt, turns: WholeNumbers) -> LeftOut:
    """Leave out the oldest turns, so many of them."""
    return NOTHING_LEFT if prompt.turns is None else LeftOut(turns, prompt.turns.at(turns))
