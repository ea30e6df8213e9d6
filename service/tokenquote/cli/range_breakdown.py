"""The lines of a breakdown on what is drawn: distributions, what makes them wide, and retries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Context, Decimal

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tokenquote.cli.tables import dollars, plain_table
from tokenquote_client.quote import Quote
from tokenquote_client.spreads import CostSpread, NumberSpread, Sensitivity, Spreads

__all__ = ["range_lines", "spread_of_cost"]

_SIX_DIGITS = Context(prec=6)
_MAX_SHARES_SHOWN = 10


def range_lines(quote: Quote) -> Iterator[RenderableType]:
    """Make the tables of a quote with ranges or retries; without them there are none."""
    if quote.retries is not None:
        yield Text(
            f"with requests that fail, on average {quote.retries.requests:,} requests, "
            f"{_rounded(quote.retries.cost)}"
        )
    if quote.range is None:
        return
    fleet = quote.fleet.range if quote.fleet is not None else None
    yield Text()
    yield Text(f"drawn {quote.range.samples:,} times, seed {quote.range.seed}", style="dim")
    yield _spreads(quote.range, fleet)
    if quote.range.sensitivity:
        yield Text()
        yield _shares(quote.range.sensitivity, quote.range.interactions or 0)
    if quote.budget is not None and quote.budget.probability is not None:
        yield Text(f"the budget suffices in {quote.budget.probability:.1%} of the draws")


def spread_of_cost(spreads: Spreads | None) -> str:
    """Write where eight conversations in ten lie; empty if nothing is drawn, or nothing has a price."""
    if spreads is None or spreads.cost is None:
        return ""
    return f"{_rounded(spreads.cost.p10)} – {_rounded(spreads.cost.p90)}"


def _spreads(spreads: Spreads, fleet: CostSpread | None) -> Table:
    table = plain_table("of the draws", ">mean", ">p10", ">p50", ">p90", ">largest")
    if spreads.cost is not None:
        table.add_row("cost", *_amounts(spreads.cost))
    table.add_row("input tokens", *_numbers(spreads.input_tokens))
    table.add_row("output tokens", *_numbers(spreads.output_tokens))
    table.add_row("requests", *_numbers(spreads.requests))
    if fleet is not None:
        note = "" if fleet.max_is == "sampled" else " (normal; 99.9th percentile)"
        table.add_row(f"all conversations{note}", *_amounts(fleet))
    return table


def _amounts(spread: CostSpread) -> Iterator[str]:
    return map(_rounded, (spread.mean, spread.p10, spread.p50, spread.p90, spread.max))


def _numbers(spread: NumberSpread) -> Iterator[str]:
    numbers = (spread.mean, spread.p10, spread.p50, spread.p90, spread.max)
    return (f"{round(number):,}" for number in numbers)


def _shares(shares: Sequence[Sensitivity], interactions: float) -> Table:
    table = plain_table("what makes the cost vary", ">share")
    for found in shares[:_MAX_SHARES_SHOWN]:
        table.add_row(found.what, f"{found.share:.1%}")
    if len(shares) > _MAX_SHARES_SHOWN:
        rest = sum(found.share for found in shares[_MAX_SHARES_SHOWN:])
        table.add_row(f"{len(shares) - _MAX_SHARES_SHOWN} more", f"{rest:.1%}")
    table.add_row("only together", f"{interactions:.1%}")
    return table


def _rounded(amount: Decimal | None) -> str:
    """Write US dollars to six digits: a mean may have many more."""
    return dollars(None if amount is None else _SIX_DIGITS.plus(amount))
