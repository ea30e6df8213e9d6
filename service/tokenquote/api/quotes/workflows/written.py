"""What a workflow writes: the turns of a plan, and what it takes for granted about them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tokenquote_client import plan as wire

__all__ = ["Recipe", "Written"]


@dataclass(frozen=True, slots=True)
class Written:
    """The part of a plan that a workflow writes."""

    turns: Sequence[wire.Turn]
    """The turns of the plan, in order."""
    history: wire.History | None = None
    """What of it is sent again. None: what the plan says, by default all."""
    agents: Sequence[wire.Agent] = ()
    """The conversations that calls of the turns start."""
    notes: Sequence[str] = field(default=())
    """What is taken for granted, a sentence each."""


class Recipe(ABC):
    """One kind of workflow whose every parameter has a value; its fields are those of the wire."""

    keeps_history: ClassVar[bool] = False
    """Whether its requests are one conversation, which a history strategy of the plan may shorten."""

    @abstractmethod
    def write(self) -> Written:
        """Write the plan.

        Raises:
            LocatedError: parameters that do not go together, or that make too much; the place is within the
                workflow.
        """
