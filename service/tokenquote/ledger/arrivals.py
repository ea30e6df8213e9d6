"""Conversations that begin at random, independently of each other: how much comes together.

A plan says what a conversation sends and how long its user waits (`gap_seconds`), not how long its answers
take. So requests that follow each other without a gap of a minute are taken as one burst, all in the same
minute, which is the most of them that can come together. Bursts that a minute or more lies between fall into
different minutes, and the number of bursts in a minute has a Poisson distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

__all__ = ["BUSIEST_SHARE", "busiest_minute", "count_lifetimes", "cut_bursts", "poisson_quantile"]

BUSIEST_SHARE = 0.999
"""The share of minutes that are no busier than the busiest minute: about one minute in 17 hours is busier."""

_GAP_SECONDS = 60.0
_SUMMED_UP_TO = 500.0
"""The largest mean whose probabilities are added up one by one: e^-500 is far above the smallest float."""

_LIFETIMES_ADDED_UP = 200
_NEGLIGIBLE = 1e-15


def cut_bursts(gaps: Sequence[float]) -> list[range]:
    """Cut the requests of a conversation into bursts; `gaps` are the seconds before each request."""
    starts = [i for i, gap in enumerate(gaps) if i == 0 or gap >= _GAP_SECONDS]
    return [range(start, end) for start, end in zip(starts, [*starts[1:], len(gaps)], strict=True)]


def busiest_minute(conversations_per_minute: float, bursts: Sequence[int]) -> int:
    """Return what the busiest minute holds: more comes in one minute of a thousand only.

    Bursts of different sizes are replaced by bursts of one size, whose number is Poisson, with the same mean
    and variance in a minute. That is exact where all have the same size, as a single burst has. The answer is
    never less than the largest burst, since the minute comes in which it falls.

    Args:
        conversations_per_minute: the mean number of conversations that begin in a minute.
        bursts: what each burst of one conversation holds, such as its requests or tokens.
    """
    total, squares = sum(bursts), sum(burst * burst for burst in bursts)
    if not total:
        return 0
    number = poisson_quantile(conversations_per_minute * (total * total / squares), BUSIEST_SHARE)
    return max(*bursts, 0, -(-squares * number // total))


def count_lifetimes(conversations: int, per_lifetime: float) -> float:
    """Return how often something is expected to begin that lasts a fixed time, whether it is used or not.

    The first conversation begins it; the first one after its end begins it again, and so on. So m lifetimes
    take in the m conversations that begin them and a Poisson number of others, with mean m x `per_lifetime`;
    one more is needed with the probability that this leaves some of the conversations out. Above an expected
    number of 200 it is the limit that renewal theory gives (Feller, volume 1, chapter XIII).

    Args:
        conversations: the number of conversations, at least 1.
        per_lifetime: the mean number of conversations that begin within one lifetime.
    """
    mean = 1 + per_lifetime  # conversations that one lifetime takes in
    if conversations > _LIFETIMES_ADDED_UP * mean:
        return conversations / mean + per_lifetime * (1 + mean) / (2 * mean * mean)
    begun = 1.0
    for lifetimes in range(1, conversations):
        more = _poisson_share(lifetimes * per_lifetime, conversations - 1 - lifetimes)
        if more < _NEGLIGIBLE:
            break
        begun += more
    return begun


def _poisson_share(mean: float, most: int) -> float:
    """Return the probability that a Poisson variable is at most this number.

    Above a mean of 500 it is that of a normal distribution with its skewness, by the expansion of Edgeworth
    (1905), which is right to three decimals.
    """
    far = 10 * math.sqrt(mean) + 40
    if abs(most - mean) > far:
        return float(most > mean)
    if mean > _SUMMED_UP_TO:
        z = (most + 0.5 - mean) / math.sqrt(mean)
        normal = NormalDist()
        return min(1.0, max(0.0, normal.cdf(z) - normal.pdf(z) * (z * z - 1) / (6 * math.sqrt(mean))))
    probability = math.exp(-mean)
    summed = probability
    for number in range(1, most + 1):
        probability *= mean / number
        summed += probability
    return min(1.0, summed)


def poisson_quantile(mean: float, share: float) -> int:
    """Return the smallest number that a Poisson variable exceeds with at most the probability 1 - `share`.

    Above a mean of 500 it is that of a normal distribution with its skewness, by the expansion of Cornish and
    Fisher (1938), which is within one of it.
    """
    if mean > _SUMMED_UP_TO:
        z = NormalDist().inv_cdf(share)
        return math.ceil(mean + z * math.sqrt(mean) + (z * z - 1) / 6 - 0.5)
    number, probability = 0, math.exp(-mean)
    summed = probability
    while summed < share:
        number += 1
        probability *= mean / number
        summed += probability
    return number
