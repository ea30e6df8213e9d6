"""What conversations that begin at random take in a minute, beside the limits that are published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tokenquote.catalog import Model
from tokenquote.catalog.schema.rate_limits import RateTier
from tokenquote.ledger import CacheUse, CacheUses, Row, Rows
from tokenquote.ledger.arrivals import busiest_minute, cut_bursts
from tokenquote_client import plan as wire
from tokenquote_client.quote import Warned
from tokenquote_client.rates_per_minute import (
    LimitedAmount,
    PerMinute,
    PublishedLimit,
    RatesPerMinute,
)

__all__ = ["ASSUMPTION", "build_rates", "list_rate_warnings"]

ASSUMPTION = (
    "rates_per_minute: conversations like this one begin at random times, independently of each other; "
    "requests without a gap of a minute between them count in one minute, and one minute in a thousand is "
    "busier than the busiest"
)
_LIMITED: tuple[LimitedAmount, ...] = ("requests", "input_tokens", "output_tokens", "tokens")


def build_rates(
    plan: wire.Plan, rows: Rows, uses: CacheUses, models: Mapping[str, Model]
) -> RatesPerMinute | None:
    """Work out requests and tokens per minute; None: the plan does not say how many conversations begin.

    Args:
        plan: the plan, with `conversations_per_hour`.
        rows: the requests of one conversation.
        uses: what each reads from the prompt cache.
        models: the models that answer them, by id.
    """
    if plan.conversations_per_hour is None:
        return None
    load = _Load(plan.conversations_per_hour / 60, rows, uses, cut_bursts(rows.gap_seconds))
    limited = models.values() if plan.mode == "standard" else ()
    return RatesPerMinute(
        requests=load.rate([1] * len(rows)),
        input_tokens=load.rate(rows.input),
        uncached_input_tokens=load.rate(
            [sent - read for sent, read in zip(rows.input, uses.read, strict=True)],
        ),
        output_tokens=load.rate(rows.output),
        limits=[limit for model in limited for limit in _compare_limits(load, model)],
    )


def list_rate_warnings(rates: RatesPerMinute | None) -> list[Warned]:
    """Warn of each model that answers less in a minute than is asked of it, on the tiers where that is so."""
    limits = rates.limits if rates is not None else []
    warned = []
    for model in dict.fromkeys(limit.model for limit in limits):
        own = [limit for limit in limits if limit.model == model]
        mean = [limit.tier for limit in own if limit.exceeded_by_mean]
        busiest = [limit.tier for limit in own if limit.exceeded_by_busiest and not limit.exceeded_by_mean]
        told = [
            f"{what} is more than {model} answers on tier {' and '.join(tiers)}"
            for what, tiers in (("the mean minute", mean), ("the busiest minute", busiest))
            if tiers
        ]
        if told:
            detail = f"{'; '.join(told)}: see `rates_per_minute.limits`"
            warned.append(Warned(code="rate_limit", detail=detail))
    return warned


@dataclass(frozen=True, slots=True)
class _Load:
    """Conversations that begin at random, each with the same requests."""

    conversations_per_minute: float
    rows: Rows
    uses: CacheUses
    bursts: Sequence[range]
    """The requests of one conversation that come together in a minute."""

    def rate(self, amounts: Sequence[int]) -> PerMinute:
        """Return what there is in a minute of something that each request has an amount of."""
        together = [sum(amounts[i] for i in burst) for burst in self.bursts]
        return PerMinute(
            # Twelve digits: the thirteenth only shows that floats are binary.
            mean=float(f"{self.conversations_per_minute * sum(amounts):.12g}"),
            busiest=busiest_minute(self.conversations_per_minute, together),
        )

    def rate_of_model(self, model: Model, amount: LimitedAmount, *, with_reads: bool) -> PerMinute:
        """Return what is asked of one model in a minute, as its provider counts it."""
        return self.rate(
            [
                _count(row, use, amount, with_reads=with_reads) if row.model == model.id else 0
                for row, use in zip(self.rows, self.uses, strict=True)
            ]
        )


def _count(row: Row, use: CacheUse, amount: LimitedAmount, *, with_reads: bool) -> int:
    sent = row.input if with_reads else row.input - use.read
    counted = {
        "requests": 1,
        "input_tokens": sent,
        "output_tokens": row.output,
        "tokens": sent + row.output,
    }
    return counted[amount]


def _compare_limits(load: _Load, model: Model) -> Iterator[PublishedLimit]:
    """Yield each tier of the model with those of its limits that the conversations exceed."""
    limits = model.rate_limits
    if limits is None:
        return
    asked = {
        amount: load.rate_of_model(model, amount, with_reads=limits.cache_reads_count) for amount in _LIMITED
    }
    for tier in limits.tiers:
        published = _list_limits(tier)
        yield PublishedLimit(
            model=model.id,
            tier=tier.tier,
            **published,
            cache_reads_count=limits.cache_reads_count,
            exceeded_by_mean=[name for name, most in published.items() if asked[name].mean > most],
            exceeded_by_busiest=[name for name, most in published.items() if asked[name].busiest > most],
            source=limits.source,
            checked=limits.checked,
        )


def _list_limits(tier: RateTier) -> dict[LimitedAmount, int]:
    """Return the limits of a tier that are published."""
    stated = {
        "requests": tier.requests,
        "input_tokens": tier.input_tokens,
        "output_tokens": tier.output_tokens,
        "tokens": tier.tokens,
    }
    return {name: most for name in _LIMITED if (most := stated[name]) is not None}
