"""What was found out about a deployment, as far as remarks and formulas go by it."""

from __future__ import annotations

from dataclasses import dataclass

from tokenquote.api.deployments.gpu_choice import Choice
from tokenquote.api.deployments.hosted_model import Hosted
from tokenquote.api.deployments.speed import Machine
from tokenquote_client.deployments import BreakEvenAnswer

__all__ = ["Findings"]


@dataclass(frozen=True, slots=True)
class Findings:
    """One model on the chosen GPUs."""

    hosted: Hosted
    choice: Choice
    machine: Machine | None
    fits: bool
    largest_batch: int
    running: int
    found_options: int
    break_even: BreakEvenAnswer | None
    peak_tokens: int | None
    """The longest context of the plan."""
