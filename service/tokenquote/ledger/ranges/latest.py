"""What the latest request to a model sent, and the first place at which its prompt has changed since."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.sizes import FAR, TOKENS, Mask, Sizes, chosen

__all__ = ["NOTHING_LEFT", "Latest", "LeftOut", "SharedPrefix"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a strategy leaves out of one request. None: nothing of the kind."""

    turns: WholeNumbers | None = None
    """The number of finished turns that are not sent, the oldest ones."""
    turn_sizes: Sizes | None = None
    """What these turns come to."""
    results: WholeNumbers | None = None
    """The number of tool results that are replaced by placeholders, the oldest ones."""
    result_sizes: Sizes | None = None
    """What that saves."""


NOTHING_LEFT = LeftOut()


@dataclass(frozen=True, slots=True)
class SharedPrefix:
    """What a request shares with the latest one to its model."""

    seen: WholeNumbers
    """Whether there is an earlier request, as 0 or 1."""
    prefix: Sizes
    """What both begin with."""
    before: Sizes
    """What the earlier one sent, the constant of each request left out."""


class Latest:
    """The latest request to one model, in each sample."""

    def __init__(self, nothing: Sizes) -> None:
        self._seen: WholeNumbers = np.zeros(nothing.shape[1], np.int64)
        self._sent = nothing
        self._unchanged = nothing + FAR
        self._changed = self._unchanged
        """The first place at which the prompt has changed, in what the request sent."""
        self.left_out: Sizes = nothing
        """What the finished turns come to that it did not send."""
        self.left_turns: WholeNumbers = np.zeros(nothing.shape[1], np.int64)
        """The number of these turns."""
        self.replaced: WholeNumbers = np.zeros(nothing.shape[1], np.int64)
        """The number of tool results that it sent as placeholders."""

    def change_at(self, place: Sizes, mask: Mask) -> None:
        """Note that the prompt changes at a place of what the request sent, where the mask says so."""
        earlier = place[TOKENS] < self._changed[TOKENS]
        if mask is not None:
            earlier &= mask
        self._changed = np.where(earlier, place, self._changed)

    def forget_left_out(self, mask: Mask) -> None:
        """Count nothing as left out, where the mask says so: the history begins anew."""
        self.left_out = chosen(mask, np.zeros_like(self.left_out), self.left_out)
        self.left_turns = chosen(mask, np.zeros_like(self.left_turns), self.left_turns)
        self.replaced = chosen(mask, np.zeros_like(self.replaced), self.replaced)

    def share(self) -> SharedPrefix:
        """Compare what was sent with the prompt as it is now."""
        cut = self._changed[TOKENS] < self._sent[TOKENS]
        prefix = np.where(cut, self._changed, self._sent) if cut.any() else self._sent
        return SharedPrefix(self._seen, prefix, self._sent)

    def replace(self, sent: Sizes, left: LeftOut, mask: Mask) -> None:
        """Make another request the latest one, where the mask says so."""
        self._seen = chosen(mask, np.ones_like(self._seen), self._seen)
        self._sent = chosen(mask, sent, self._sent)
        self._changed = chosen(mask, self._unchanged, self._changed)
        if left.turns is not None and left.turn_sizes is not None:
            self.left_turns = chosen(mask, left.turns, self.left_turns)
            self.left_out = chosen(mask, left.turn_sizes, self.left_out)
        if left.results is not None:
            self.replaced = chosen(mask, left.results, self.replaced)
