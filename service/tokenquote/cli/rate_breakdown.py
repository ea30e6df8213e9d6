"""Shows what conversations take in a minute, and the limits that providers publish, as lines of a quote."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from tokenquote_client.rates_per_minute import PerMinute, PublishedLimit, RatesPerMinute

__all__ = ["rate_lines"]


def rate_lines(rates: RatesPerMinute) -> Iterator[Text]:
    """Write the mean and the busiest minute, and a line for each tier whose limits are known."""
    yield Text.assemble(
        ("a minute  ", "bold"),
        f"{_write(rates.requests)} requests, {_write(rates.input_tokens)} input, "
        f"{_write(rates.uncached_input_tokens)} of it not read from cache, "
        f"{_write(rates.output_tokens)} output (mean to busiest)",
    )
    for limit in rates.limits:
        yield Text(f"{limit.model} on tier {limit.tier}: {_write_limits(limit)}; {_judge(limit)}")


def _write(rate: PerMinute) -> str:
    return f"{rate.mean:,.6g}–{rate.busiest:,}" if rate.mean < 1 else f"{rate.mean:,.0f}–{rate.busiest:,}"


def _write_limits(limit: PublishedLimit) -> str:
    stated = (
        (limit.requests, "requests"),
        (limit.input_tokens, "input"),
        (limit.output_tokens, "output"),
        (limit.tokens, "input and output"),
    )
    return ", ".join(f"{most:,} {what}" for most, what in stated if most is not None)


def _judge(limit: PublishedLimit) -> str:
    """Say whether the mean or the busiest minute exceeds the limits."""
    if limit.exceeded_by_mean:
        return "even the mean is above it"
    return "the busiest minute is above it" if limit.exceeded_by_busiest else "enough"
