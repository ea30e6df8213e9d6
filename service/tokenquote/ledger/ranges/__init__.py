"""Plans whose amounts are ranges: draws, and what every sample comes to, many at once."""

from tokenquote.ledger.ranges.distributions import Distribution, Lognormal, Triangle
from tokenquote.ledger.ranges.draws import FAILURES, Draws
from tokenquote.ledger.ranges.sampled_plan import SampledModel, SampledPlan
from tokenquote.ledger.ranges.samples import (
    LEAST_TOGETHER,
    MAX_DRAWN_NUMBERS,
    MAX_SAMPLED_REQUESTS,
    Sampled,
    sample,
)

__all__ = [
    "FAILURES",
    "LEAST_TOGETHER",
    "MAX_DRAWN_NUMBERS",
    "MAX_SAMPLED_REQUESTS",
    "Distribution",
    "Draws",
    "Lognormal",
    "Sampled",
    "SampledModel",
    "SampledPlan",
    "Triangle",
    "sample",
]
