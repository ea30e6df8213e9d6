"""One request in every sample that makes it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.latest import SharedPrefix
from tokenquote.ledger.ranges.sizes import Mask, Sizes, share_down
from tokenquote.ledger.rows import Purpose, ReadBy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["SampledOutput", "SampledRow"]


@dataclass(frozen=True, slots=True)
class SampledOutput:
    """Tokens that the model writes in one request."""

    visible: WholeNumbers
    """Tokens without reasoning."""
    reasoning: WholeNumbers
    """Tokens of reasoning."""
    spoken: int = 0
    """Tokens of the visible ones that are audio."""
    drawn: int = 0
    """Tokens of the visible ones that are images."""

    @property
    def total(self) -> WholeNumbers:
        """Visible output and reasoning together."""
        return self.visible + self.reasoning

    def cut(self, share: Decimal) -> SampledOutput:
        """Return what a failed attempt has written: a share of each kind, rounded down."""
        spoken, drawn = int(self.spoken * share), int(self.drawn * share)
        written = share_down(self.visible - self.spoken - self.drawn, share)
        return SampledOutput(written + spoken + drawn, share_down(self.reasoning, share), spoken, drawn)


@dataclass(frozen=True, slots=True)
class SampledRow:
    """One request; only the samples in its mask make it, and its other numbers mean nothing."""

    agent: str | None
    """The agent whose conversation it belongs to. None: the plan's own."""
    model: str
    """The id of the model that answers it."""
    number: tuple[object, ...]
    """What tells it from all other requests of the plan."""
    purpose: Purpose | None
    """What a strategy's own request is for. None: it is a request of the conversation."""
    mask: Mask
    """The samples that make it."""
    input: WholeNumbers
    """Tokens that it sends, media and framing included."""
    sent: Sizes
    """What it sends, the constant of each request left out."""
    output: SampledOutput
    shared: SharedPrefix | None
    """What it shares with the latest request to its model. None: it sends nothing of the conversation."""
    first_stretch: WholeNumbers
    """Tokens up to where a strategy has left something out; all of them if it has not."""
    clock: NDArray[np.float64]
    """Seconds since the plan began."""
    answers: int | None = None
    """The turn, as its conversation numbers it from 0, of which it ends a repetition. None: it ends none."""

    @property
    def reader(self) -> ReadBy:
        """The model that answers, and the conversation that it reads."""
        return self.agent, self.model
