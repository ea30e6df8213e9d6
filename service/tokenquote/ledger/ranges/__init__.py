"""Plans whose amounts are ranges: draws, and what every sample comes to, many at once."""

from tokenquote.ledger.ranges.distributions import Distribution, Lognormal, Triangular
from tokenquote.ledger.ranges.draws import Draws
from tokenquote.ledger.ranges.samples import (
    MAX_SAMPLED_REQUESTS,
    Retries,
    Sampled,
    SampledModel,
    SampledPlan,
    sample,
)

__all__ = [
    "MAX_SAMPLED_REQUESTS",
    "Distribution",
    "Draws",
    "Lognormal",
    "Retries",
    "Sampled",
    "SampledModel",
    "SampledPlan",
    "Triangular",
    "sample",
]
