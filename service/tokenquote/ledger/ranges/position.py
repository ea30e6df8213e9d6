"""Which request of a conversation comes next and when: its samples, and what tells it from all others."""

from __future__ import annotations

import numpy as np

from tokenquote.ledger.ranges.sizes import Mask

__all__ = ["Position", "SampledClock"]


class Position:
    """Where a conversation stands in every sample."""

    def __init__(self) -> None:
        self.mask: Mask = None
        """The samples that make the coming request."""
        self.repetition: tuple[int, ...] = ()
        """What ranges are drawn for: the call that started the conversation, the repetition of the turn, and
        in a round that of the round."""
        self.number: tuple[int, ...] = ()
        """What tells the request from all others of the plan; before the first turn it is empty."""
        self._scope: tuple[int, ...] = ()

    def start(self, scope: tuple[int, ...]) -> None:
        """Come to a conversation; `scope` tells the call that starts it from all others."""
        self._scope = scope

    def begin_turn(self, turn: int, repetition: int, mask: Mask) -> None:
        """Come to a repetition of a turn, which these samples make."""
        self.mask = mask
        self.repetition = (*self._scope, repetition)
        self.number = (*self._scope, turn, repetition)

    def begin_round(self, place: int, repetition: int, mask: Mask) -> None:
        """Come to a repetition of one of the turn's tool rounds, which these samples make."""
        self.end_rounds(mask)
        self.repetition = (*self.repetition, repetition)
        self.number = (*self.number, place, repetition)

    def end_rounds(self, mask: Mask) -> None:
        """Come to the answer of the turn, which these samples make."""
        turn = len(self._scope) + 1
        self.mask = mask
        self.repetition = self.repetition[:turn]
        self.number = self.number[: turn + 1]


class SampledClock:
    """Seconds since the plan began, in each sample; all its conversations have them in common."""

    def __init__(self, number: int) -> None:
        """Begin, for so many samples."""
        self.time = np.zeros(number)

    def pass_time(self, seconds: float, mask: Mask) -> None:
        """Let time pass in the samples that the mask names; what was read before stays as it is."""
        self.time = self.time + (seconds if mask is None else seconds * mask)
