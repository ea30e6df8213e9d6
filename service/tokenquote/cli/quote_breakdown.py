"""Print a quote for a person: requests, price lines and totals.

A star marks a number that rests on an assumption or a fit; the notes below the table say which.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tokenquote.cli.range_breakdown import range_lines, spread_of_cost
from tokenquote.cli.rate_breakdown import rate_lines
from tokenquote.cli.tables import dollars, plain_table
from tokenquote_client.bill import AgentTotals, ModelTotals, PriceLine
from tokenquote_client.quote import Comparison, CountedAmount, Failure, Quote, QuotedRequest

__all__ = ["print_answer", "to_svg"]

MAX_REQUESTS_SHOWN = 12
MAX_AMOUNTS_SHOWN = 20
SVG_COLUMNS = 126
OWN = "the plan itself"
"""Stands for the plan's own conversation among its agents."""
_CERTAIN = ("stated", "exact", "rule")


def print_answer(answered: Quote | Comparison, console: Console) -> None:
    """Print the breakdown of a quote, or the models of a comparison side by side."""
    if isinstance(answered, Comparison):
        _print_comparison(answered, console)
    else:
        console.print(Group(*_sections(answered)))


def to_svg(answered: Quote | Comparison, title: str) -> str:
    """Draw the breakdown as SVG, without the web fonts that rich would load from a server."""
    console = Console(record=True, file=io.StringIO(), width=SVG_COLUMNS, force_terminal=True)
    print_answer(answered, console)
    return re.sub(r"@font-face\s*\{[^}]*\}", "", console.export_svg(title=title, unique_id="tokenquote"))


def _print_comparison(comparison: Comparison, console: Console) -> None:
    drawn = any(isinstance(quote, Quote) and quote.range is not None for quote in comparison.quotes)
    more = [">p10 – p90"] if drawn else []
    table = plain_table("model", ">input", ">cache reads", ">output", ">cost", *more, ">without cache", "")
    for quote in comparison.quotes:
        if isinstance(quote, Failure):
            blank = [""] * len(more)
            table.add_row(quote.model, "", "", "", "[red]no quote[/]", *blank, "", quote.problem.detail)
            continue
        totals = quote.totals
        note = "" if totals.complete else "incomplete"
        table.add_row(
            quote.model + _star(quote.counts),
            _number(totals.input_tokens),
            _number(totals.cache_read_tokens),
            _number(totals.output_tokens),
            dollars(totals.cost),
            *([spread_of_cost(quote.range)] if drawn else []),
            dollars(totals.cost_without_cache),
            note,
        )
    console.print(table)
    if comparison.considered is not None:
        shown = len(comparison.quotes)
        console.print(
            f"{_number(shown)} of {_number(comparison.considered)} models, the cheapest first", style="dim"
        )
    if any(isinstance(quote, Quote) and _star(quote.counts) for quote in comparison.quotes):
        console.print("* counted by a fit or an assumption; quote the model alone to see which", style="dim")


def _sections(quote: Quote) -> Iterator[RenderableType]:
    yield Text.assemble(
        (quote.model, "bold"),
        f"   prices of {quote.prices_at:%Y-%m-%d %H:%M} UTC, catalog {quote.catalog_revision}",
    )
    if quote.workflow is not None and quote.compiled is not None:
        turns = len(quote.compiled["turns"])
        yield Text(f"workflow {quote.workflow}, written as a plan of {turns} turn{'' if turns == 1 else 's'}")
    yield Text()
    yield _amounts(quote.counts)
    yield Text()
    if quote.requests:
        yield _requests(quote.requests, names_models=quote.by_model is not None)
        yield Text()
    if quote.by_model is not None:
        yield _subtotals("model", [(totals.model, totals) for totals in quote.by_model])
        yield Text()
    if quote.by_agent is not None:
        yield _subtotals("agent", [(totals.agent or OWN, totals) for totals in quote.by_agent])
        yield Text()
    yield _lines(quote)
    yield from _sources(quote.lines)
    yield Text()
    yield from _totals(quote)
    yield from _indexing(quote)
    yield from range_lines(quote)
    yield from _notes(quote)


def _amounts(counts: Sequence[CountedAmount]) -> Table:
    table = plain_table("amount", ">tokens", "how it was counted", ">band")
    for count in counts[:MAX_AMOUNTS_SHOWN]:
        band = "" if count.low == count.high else f"{_number(count.low)} – {_number(count.high)}"
        how = count.method if count.vocabulary is None else f"{count.method}, {count.vocabulary}"
        table.add_row(count.what + _star([count]), _number(count.tokens), how, band)
    if len(counts) > MAX_AMOUNTS_SHOWN:
        table.add_row(f"… {len(counts) - MAX_AMOUNTS_SHOWN} more", "", "", "")
    return table


def _requests(requests: Sequence[QuotedRequest], *, names_models: bool) -> Table:
    """Make the table of requests, with the purpose of those of a strategy, and several models named."""
    more = ["for"] if any(request.purpose for request in requests) else []
    more += ["agent"] if any(request.agent for request in requests) else []
    more += ["model"] if names_models else []
    table = plain_table(
        "turn", "round", ">input", ">cache read", ">cache write", ">output", ">cost", ">so far", *more
    )
    for request in _ends(requests):
        if request is None:
            table.add_row("…", *[""] * (7 + len(more)))
            continue
        told = {"for": request.purpose or "", "agent": request.agent or "", "model": request.model or ""}
        table.add_row(
            str(request.turn),
            str(request.round),
            _number(request.input_tokens),
            _number(request.cache_read_tokens),
            _number(request.cache_write_tokens),
            _number(request.output_tokens),
            dollars(request.cost),
            dollars(request.cumulative_cost),
            *(told[name] for name in more),
        )
    return table


def _subtotals(heading: str, parts: Sequence[tuple[str, ModelTotals | AgentTotals]]) -> Table:
    """Make the table of what parts of the requests come to, each by its name."""
    table = plain_table(heading, ">requests", ">input", ">output", ">cost")
    for name, totals in parts:
        table.add_row(
            name,
            _number(totals.requests),
            _number(totals.input_tokens),
            _number(totals.output_tokens),
            dollars(totals.cost),
        )
    return table


def _ends(requests: Sequence[QuotedRequest]) -> Iterator[QuotedRequest | None]:
    """Pick the first and the last requests; None stands for the requests between them."""
    if len(requests) <= MAX_REQUESTS_SHOWN:
        yield from requests
        return
    half = MAX_REQUESTS_SHOWN // 2
    yield from requests[:half]
    yield None
    yield from requests[-half:]


def _lines(quote: Quote) -> Table:
    table = plain_table("price", ">amount", ">rate", "tier", ">cost", "checked")
    for line in quote.lines:
        words = (line.tier, line.window, line.mode, line.region, *line.when.values())
        where = " ".join(word for word in words if word and word != "standard")
        table.add_row(
            line.kind,
            _amount(line),
            _rate(line),
            where,
            dollars(line.cost),
            "stated" if line.tier == "stated" else str(line.checked),
        )
    for missing in quote.unpriced:
        much = _number(missing.tokens) if missing.tokens else _units(missing.units, missing.unit)
        table.add_row(missing.kind, much, "[red]not found[/]", "", "[red]not found[/]", "")
    return table


def _sources(lines: Sequence[PriceLine]) -> Iterator[Text]:
    """Say once where the prices are published, and what a contract takes off them."""
    for source in dict.fromkeys(line.source for line in lines if line.tier != "stated"):
        yield Text(f"price from {source}", style="dim", overflow="fold")


def _amount(line: PriceLine) -> str:
    return _number(line.tokens) if line.unit is None else _units(line.units, line.unit)


def _units(units: Decimal | None, unit: str | None) -> str:
    """Write an amount of what a fee bills; None: nobody knows it."""
    if units is None:
        return "not stated"
    return f"{round(units, 6).normalize():f} {unit}{'' if units == 1 else 's'}"


def _rate(line: PriceLine) -> str:
    """Write what a million tokens cost, or as many units as the fee is for."""
    if line.unit is None:
        return f"{dollars(line.rate)} a million"
    return f"{dollars(line.rate)} per {line.unit if line.per == 1 else f'{line.per:,}'}"


def _totals(quote: Quote) -> Iterator[RenderableType]:
    totals = quote.totals
    star = _star(quote.counts)
    yield Text.assemble(
        ("one conversation  ", "bold"),
        f"{_number(totals.requests)} requests, {_number(totals.input_tokens)} input "
        f"({_number(totals.cache_read_tokens)} read from cache), {_number(totals.output_tokens)} output   ",
        (dollars(totals.cost) + star, "bold green"),
        f"   without cache {dollars(totals.cost_without_cache)}{star}",
    )
    if quote.cost_without_strategy is not None:
        lost = totals.cache_lost_tokens or 0
        yield Text(
            f"with the whole history {dollars(quote.cost_without_strategy)}{star}; "
            f"the strategy loses {_number(lost)} tokens that the cache held"
        )
    if quote.cache_break_even_reads is not None:
        yield Text(f"what is written to the cache pays for itself after {quote.cache_break_even_reads} reads")
    if quote.fleet is not None:
        many = f"{_number(quote.fleet.conversations)} conversations  "
        yield Text.assemble((many, "bold"), (dollars(quote.fleet.cost) + star, "bold green"))
    if quote.rates_per_minute is not None:
        yield from rate_lines(quote.rates_per_minute)
    if quote.budget is not None:
        verdict = "fits" if quote.budget.fits else "does not fit"
        yield Text(f"budget {verdict}: pays for {quote.budget.turns} turns, {quote.budget.requests} requests")
    window = quote.context.window
    if window:
        share = quote.context.peak_tokens / window
        yield Text(
            f"context peaks at {_number(quote.context.peak_tokens)} tokens, {share:.1%} of {_number(window)}"
        )
    if quote.memory is not None:
        gib = quote.memory.kv_cache_bytes_peak / 2**30
        weights = quote.memory.weights_bytes / 2**30
        held = f"KV cache {gib:,.2f} GiB at the peak, weights {weights:,.1f} GiB"
        yield Text(f"self-hosted: {held} ({quote.memory.weights_dtype})")


def _indexing(quote: Quote) -> Iterator[RenderableType]:
    if (indexing := quote.indexing) is not None:
        passages = f"{_number(indexing.passages)} passages, {_number(indexing.tokens)} tokens"
        yield Text.assemble(
            ("indexing, once  ", "bold"),
            f"{passages} to {indexing.model}   ",
            (dollars(indexing.cost), "bold green"),
        )


def _notes(quote: Quote) -> Iterator[RenderableType]:
    yield Text()
    if _star(quote.counts):
        yield Text("* rests on a fit or an assumption", style="dim")
    for note in quote.assumptions:
        yield Text(f"· {note}", style="dim")
    for warning in quote.warnings:
        yield Text(f"! {warning.detail}", style="yellow")
    yield Text("Quoted dollars are an estimate, not spend.", style="dim")


def _star(counts: Sequence[CountedAmount]) -> str:
    return "" if all(count.method in _CERTAIN for count in counts) else "*"


def _number(value: int) -> str:
    return f"{value:,}"
