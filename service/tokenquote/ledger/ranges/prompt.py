"""What one model is sent of a conversation, in every sample.

    opening | what the history holds | the turn so far

Only sizes are kept, and no pieces: the history is one sum, whatever it was made of. What a strategy leaves
out is subtracted, and where it changes the prompt is a place in tokens, before which everything is shared.
"""

from __future__ import annotations

import numpy as np

from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.latest import Latest, LeftOut
from tokenquote.ledger.ranges.results import ClearableResults
from tokenquote.ledger.ranges.sizes import FAR, TOKENS, Mask, Sizes, chosen
from tokenquote.ledger.ranges.stacks import Stacks

__all__ = ["Prompt"]


class Prompt:
    """The prompt of one model."""

    def __init__(self, opening: Sizes, nothing: Sizes, *, keeps_turns: bool, clears: bool) -> None:
        """Make the prompt of a conversation that has not begun.

        Args:
            opening: what stands at the head of every request.
            nothing: the size of nothing, in the shape of all sizes.
            keeps_turns: whether a strategy may ask what the latest turns come to.
            clears: whether a strategy may clear tool results.
        """
        rows, number = nothing.shape
        self._nothing = nothing
        self.opening = nothing + opening
        self._history = nothing
        """What requests of the coming turn send between the opening and the turn."""
        self._before_turn = self.opening
        """The opening and the history."""
        self._turn = _Run(nothing)
        self._new = _Run(nothing)
        """What of the turn no request has sent yet."""
        self.turns = Stacks(rows, number) if keeps_turns else None
        """What each finished turn and all before it come to."""
        self.results = ClearableResults(rows, number) if clears else None
        self.latest = Latest(nothing)
        self._results_before_passing: WholeNumbers = np.zeros(number, np.int64)

    def size(self, left: LeftOut) -> Sizes:
        """Return what a request sends that leaves this out."""
        size = self._before_turn + self._turn.size
        if left.turn_sizes is not None:
            size = size - left.turn_sizes
        return size if left.result_sizes is None else size - left.result_sizes

    def size_before_new(self) -> Sizes:
        """Return what has been sent of the prompt, and is still held."""
        return self._before_turn + self._turn.size - self._new.size

    def add(self, size: Sizes, *, for_one_turn: bool = False) -> None:
        """Put a piece at the end; one for one turn is not sent in later turns."""
        first = self._turn.add(size, for_one_turn=for_one_turn)
        self._new.add(size, for_one_turn=for_one_turn)
        if first is not None and self.results is not None:
            self._results_before_passing = chosen(first, self.results.number, self._results_before_passing)

    def add_result(self, sent: Sizes, cleared: Sizes, mask: Mask) -> None:
        """Put a tool result at the end, which may be cleared later."""
        if self.results is not None:
            place = self._before_turn + self._turn.size
            self.results.add(sent, cleared, place, self._turn.passing, mask)
        self.add(sent)

    def begin_new(self, mask: Mask) -> None:
        """Begin what no request has sent yet, in the samples that the mask names."""
        nothing = _Run(self._nothing)
        self._new = nothing if mask is None else nothing.where(mask, self._new)

    def finish_turn(self, mask: Mask) -> None:
        """Make the turn part of the history, without what was for one turn only."""
        if self._turn.passes:
            self._drop_passing()
        lasting = self._turn.size - self._turn.passing
        self._history = self._history + lasting
        self._before_turn = self._before_turn + lasting
        if self.turns is not None:
            self.turns.push(self.turns.top() + lasting, mask)
        if self.results is not None:
            self.results.finish_turn()
        self._turn, self._new = _Run(self._nothing), _Run(self._nothing)

    def condense(self, summary: Sizes, keep: int, mask: Mask) -> None:
        """Put a summary in the place of all but the last finished turns, `keep` of them, and what is new."""
        kept = self._nothing
        if keep and self.turns is not None:
            kept = self.turns.top() - self.turns.at(np.maximum(self.turns.heights - keep, 0))
        place = self._place_of_summary(summary, kept)
        self.latest.change_at(place, mask)
        self._history = chosen(mask, summary + kept, self._history)
        self._before_turn = self.opening + self._history
        self._turn = self._new.where(mask, self._turn)

    def start_anew(self, mask: Mask) -> None:
        """Forget all but the opening, in the samples that the mask names."""
        self.latest.change_at(self.opening, mask)
        self.latest.forget_left_out(mask)
        self._history = chosen(mask, self._nothing, self._history)
        self._before_turn = self.opening + self._history
        if self.turns is not None:
            self.turns.clear(mask)
        if self.results is not None:
            self.results.clear(mask)

    def compare(self, left: LeftOut, mask: Mask) -> None:
        """Find out where a request that leaves this out differs from the latest one."""
        if left.turn_sizes is not None:
            moved = left.turn_sizes[TOKENS] > self.latest.left_out[TOKENS]
            self.latest.change_at(self.opening, moved if mask is None else moved & mask)
        if left.results is not None and self.results is not None:
            place, differs = self.results.first_change(self.latest.replaced, left.results)
            self.latest.change_at(place, differs if mask is None else differs & mask)

    def _drop_passing(self) -> None:
        """Note that what was for one turn only goes."""
        place = self._before_turn + self._turn.before_passing - self.latest.left_out
        if self.results is not None:
            place = place - self.results.saved(np.minimum(self.latest.replaced, self._results_before_passing))
        self.latest.change_at(place, None)

    def _place_of_summary(self, summary: Sizes, kept: Sizes) -> Sizes:
        """Return where the prompt changes as it is condensed; pieces of no tokens change nothing."""
        dropped = self._history - kept + summary
        condensed = self._turn.size - self._new.size
        later = np.where(condensed[TOKENS] > 0, self.opening + kept, FAR)
        return np.where(dropped[TOKENS] > 0, self.opening, later)


class _Run:
    """Pieces that follow each other, with those among them that are for one turn only."""

    def __init__(self, nothing: Sizes) -> None:
        self.size = nothing
        self.passing = nothing
        """What of it is for one turn only."""
        self.before_passing = nothing + FAR
        """What stands before the first piece for one turn only that has tokens."""
        self.passes = False
        """Whether any sample may hold such a piece."""

    def add(self, size: Sizes, *, for_one_turn: bool) -> Mask:
        """Put a piece at the end; return where it is the first for one turn only. None: it is nowhere."""
        first: Mask = None
        if for_one_turn:
            has_tokens = size[TOKENS] > 0
            first = has_tokens & (self.before_passing[TOKENS] >= FAR)
            self.before_passing = np.where(first, self.size, self.before_passing)
            self.passing = self.passing + size * has_tokens
            self.passes = True
        self.size = self.size + size
        return first

    def where(self, mask: Mask, other: _Run) -> _Run:
        """Return this run where the mask says so, and the other one elsewhere."""
        run = _Run(self.size)
        run.size = chosen(mask, self.size, other.size)
        run.passing = chosen(mask, self.passing, other.passing)
        run.before_passing = chosen(mask, self.before_passing, other.before_passing)
        run.passes = self.passes or other.passes
        return run
