"""The time in every sample, which all conversations of a plan have in common."""

from __future__ import annotations

import numpy as np

from tokenquote.ledger.ranges.sizes import Mask

__all__ = ["SampledClock"]


class SampledClock:
    """Seconds since the plan began, in each sample."""

    def __init__(self, number: int) -> None:
        """Begin, for so many samples."""
        self.time = np.zeros(number)

    def pass_time(self, seconds: float, mask: Mask) -> None:
        """Let time pass in the samples that the mask names; what was read before stays as it is."""
        self.time = self.time + (seconds if mask is None else seconds * mask)
