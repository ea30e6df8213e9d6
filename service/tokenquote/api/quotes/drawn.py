"""What a plan with ranges or retries comes to, drawn many times: distributions beside the totals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.sampling import plan_samples
from tokenquote.errors import LocatedError, NotYetOffered
from tokenquote.ledger import PlanTooLong, Replayed
from tokenquote.ledger.ranges import (
    FAILURES,
    LEAST_TOGETHER,
    MAX_DRAWN_NUMBERS,
    MAX_SAMPLED_REQUESTS,
    Draws,
    Sampled,
    SampledPlan,
    sample,
)
from tokenquote.ledger.ranges.draws import BLOCK
from tokenquote.ledger.ranges.fleets import DrawnFleet
from tokenquote.ledger.ranges.sensitivity import UNITS, share_variance
from tokenquote.ledger.ranges.spreads import Spread, find_spread
from tokenquote.ledger.retries import RetryTerms
from tokenquote_client import plan as wire
from tokenquote_client.quote import Quote
from tokenquote_client.spreads import CostSpread, NumberSpread, Sensitivity, Spreads

__all__ = [
    "DEFAULT_SAMPLES",
    "DEFAULT_SEED",
    "DrawnConversation",
    "count_drawn",
    "draw_conversation",
    "read_retries",
]

DEFAULT_SAMPLES = 1_000
DEFAULT_SEED = 0
MAX_SHARE_SAMPLES = BLOCK
"""Shares of the variance are estimated from the first samples, at most this many: then their error is about
0.01."""
_SIX_DECIMALS = 6


def read_retries(planned: wire.PlannedRetries | None) -> RetryTerms | None:
    """Return how often requests fail; None: the plan does not say."""
    if planned is None:
        return None
    return RetryTerms(Decimal(str(planned.rate)), Decimal(str(planned.output_share)))


def draw_conversation(
    plan: wire.Plan,
    company: Company,
    replayed: Replayed,
    models: int,
    *,
    with_shares: bool = True,
) -> DrawnConversation | None:
    """Prepare the draws of a plan for one of several models; None: it has nothing to draw.

    Args:
        plan: the plan.
        company: the conversations of the quote.
        replayed: the requests at the middle of all ranges.
        models: how many models the plan is quoted for.
        with_shares: whether to work out shares of the variance.

    Raises:
        LocatedError: `samples` or `seed` is stated, and nothing is drawn; or an explicit cache is asked for.
        PlanTooLong: all samples for all models make more requests than are drawn.
    """
    ranges = company.ranges
    retries = read_retries(plan.retries)
    if not ranges and retries is None:
        _refuse_settings(plan)
        return None
    if company.own.own.cache.explicit:
        detail = "an explicit cache beside ranges or `retries`: not yet offered; leave one of them out"
        raise NotYetOffered(("caching", "explicit"), detail)
    samples = DEFAULT_SAMPLES if plan.samples is None else plan.samples
    requests = models * samples * len(replayed.rows)
    if requests > MAX_SAMPLED_REQUESTS:
        of_models = f" for {models} models" if models > 1 else ""
        detail = (
            f"{samples} samples of {len(replayed.rows)} requests{of_models} are {requests} requests, and a "
            f"quote draws {MAX_SAMPLED_REQUESTS}: state fewer `samples`"
        )
        raise PlanTooLong(detail).at("samples")
    draws = Draws(ranges, DEFAULT_SEED if plan.seed is None else plan.seed)
    planned = plan_samples(company, replayed, draws, samples, retries, quotes=models)
    later = None
    if plan.caching.shared is not None:
        later = plan_samples(company, replayed, draws, samples, retries, quotes=models, shares_opening=True)
    return DrawnConversation(planned, later, with_shares)


def count_drawn(quote: Quote) -> int:
    """Return how many requests were drawn for a quote: samples times the longest; without draws 0.

    Few samples count as many as take as long.
    """
    drawn = quote.range
    return 0 if drawn is None else max(drawn.samples, LEAST_TOGETHER) * drawn.requests.max


def _refuse_settings(plan: wire.Plan) -> None:
    for name in ("samples", "seed"):
        if getattr(plan, name) is not None:
            detail = "without effect, as the plan has neither a range nor `retries`; leave it out"
            raise LocatedError((name,), detail)


@dataclass(frozen=True)
class DrawnConversation:
    """The samples of one quote."""

    planned: SampledPlan
    later: SampledPlan | None
    """A later conversation of a fleet, which finds the opening in the cache. None: they share nothing."""
    with_shares: bool = True
    """Whether to work out shares of the variance."""

    @property
    def has_ranges(self) -> bool:
        """Whether any amount or repetition is a range; otherwise only failures are drawn."""
        return bool(self.planned.draws.ranges)

    @cached_property
    def sampled(self) -> Sampled:
        """What each sample comes to."""
        return sample(self.planned)

    def spreads(self, *, priced: bool) -> Spreads:
        """Return the distributions; `priced` says whether anything has a price."""
        sampled = self.sampled
        shares = self._sensitivity() if priced and self.with_shares else None
        interactions = None if shares is None else UNITS - sum(units for _, units in shares)
        return Spreads(
            samples=self.planned.samples,
            seed=self.planned.draws.seed,
            cost=_write_costs(find_spread(sampled.costs, sampled.decimals)) if priced else None,
            input_tokens=_write_numbers(find_spread(sampled.input_tokens)),
            output_tokens=_write_numbers(find_spread(sampled.output_tokens)),
            requests=_write_numbers(find_spread(sampled.requests)),
            overflow_probability=float(np.mean(sampled.overflows)),
            sensitivity=None
            if shares is None
            else [Sensitivity(what=what, share=units / UNITS) for what, units in shares],
            interactions=None if interactions is None else interactions / UNITS,
        )

    def fleet(self, conversations: int, cold_share: Decimal) -> CostSpread:
        """Return the distribution of the cost of many conversations, each drawn by itself."""
        cold = self.sampled
        warm = cold if self.later is None else sample(self.later)
        fleet = DrawnFleet(
            conversations,
            cold.costs,
            warm.costs,
            cold_share,
            cold.decimals,
            self.planned.draws.seed,
            MAX_DRAWN_NUMBERS // self.planned.quotes,
        )
        return _write_costs(fleet.spread())

    def probability_within(self, budget: Decimal) -> float:
        """Return the share of samples that cost no more than a budget in USD."""
        sampled = self.sampled
        return float(np.mean(sampled.costs <= int(budget.scaleb(sampled.decimals))))

    @cached_property
    def share_samples(self) -> int:
        """How many samples shares of the variance are estimated from; 0: too many would be needed."""
        replays = self.planned.quotes * (len(self._sources) + 1)
        requests, numbers = int(self.sampled.requests.max()), max(1, self.sampled.drawn)
        most = min(MAX_SAMPLED_REQUESTS // (replays * requests), MAX_DRAWN_NUMBERS // (replays * numbers))
        # Few samples take as long as LEAST_TOGETHER.
        return min(self.planned.samples, MAX_SHARE_SAMPLES, most) if most >= LEAST_TOGETHER else 0

    @property
    def _sources(self) -> list[str]:
        """The places in the plan of all that is drawn."""
        retries = self.planned.retries
        failing = [FAILURES] if retries is not None and retries.rate else []
        return [*self.planned.draws.ranges, *failing]

    def _sensitivity(self) -> list[tuple[str, int]] | None:
        """Return the share of each range in the variance of the cost, the largest first.

        None: the cost does not vary, or too many samples would be needed.
        """
        number, sources = self.share_samples, self._sources
        if not number:
            return None
        costs = self.sampled.costs[:number].astype(float)
        redrawn = self._redraw(frozenset(sources), number)
        mixed = (
            [self._redraw(frozenset({what}), number) for what in sources] if len(sources) > 1 else [redrawn]
        )
        units = share_variance(costs, redrawn, mixed)
        if units is None:
            return None
        return sorted(zip(sources, units, strict=True), key=lambda found: (-found[1], found[0]))

    def _redraw(self, redrawn: frozenset[str], number: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return the costs of the first samples with the draws of some ranges replaced."""
        draws = replace(self.planned.draws, redrawn=redrawn)
        return sample(replace(self.planned, draws=draws, samples=number)).costs.astype(float)


def _write_costs(spread: Spread) -> CostSpread:
    return CostSpread(
        mean=spread.mean,
        p10=spread.p10,
        p50=spread.p50,
        p90=spread.p90,
        max=spread.max,
        max_is="normal_approximation" if spread.is_normal else "sampled",
    )


def _write_numbers(spread: Spread) -> NumberSpread:
    return NumberSpread(
        mean=round(float(spread.mean), _SIX_DECIMALS),
        p10=int(spread.p10),
        p50=int(spread.p50),
        p90=int(spread.p90),
        max=int(spread.max),
    )
