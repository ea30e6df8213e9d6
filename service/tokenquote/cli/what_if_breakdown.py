"""Shows comparisons, solutions and bills as tables on the terminal."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console
from rich.table import Table

from tokenquote.cli.range_breakdown import spread_of_cost
from tokenquote_client import (
    ComparisonAnswer,
    FailedVariant,
    QuotedVariant,
    SolutionAnswer,
    UsageAnswer,
)
from tokenquote_client.solutions import NextValue

__all__ = ["print_bill", "print_value", "print_variants"]


def print_variants(answer: ComparisonAnswer, console: Console) -> None:
    """Print the plan and its variants as a table, and below it why a variant has no quote."""
    table = Table(title=answer.base.model)
    drawn = answer.base.range is not None or any(
        isinstance(variant, QuotedVariant) and variant.range is not None for variant in answer.variants
    )
    more = ["p10 – p90"] if drawn else []
    for head in ("variant", "model", "input", "output", "cost", *more, "times the plan"):
        table.add_column(head, justify="left" if head in ("variant", "model") else "right")
    base = answer.base.totals
    table.add_row(
        "the plan",
        answer.base.model,
        f"{base.input_tokens:,}",
        f"{base.output_tokens:,}",
        _money(base.cost),
        *([spread_of_cost(answer.base.range)] if drawn else []),
        "1",
    )
    for variant in answer.variants:
        if isinstance(variant, FailedVariant):
            table.add_row(variant.name, "", "", "", "no quote", *[""] * len(more), "")
            continue
        totals, ratio = variant.totals, variant.cost_ratio
        table.add_row(
            variant.name,
            variant.model,
            f"{totals.input_tokens:,}",
            f"{totals.output_tokens:,}",
            _money(totals.cost),
            *([spread_of_cost(variant.range)] if drawn else []),
            "" if ratio is None else f"{ratio:.3f}",
        )
    console.print(table)
    for variant in answer.variants:
        if isinstance(variant, FailedVariant):
            console.print(f"{variant.name}: {variant.problem.detail}", highlight=False, markup=False)


def print_value(answer: SolutionAnswer, console: Console) -> None:
    """Print the number with its cost, and what the next one costs."""
    console.print(f"{answer.value}: {_solved(answer)}", highlight=False, markup=False)
    if answer.next is None:
        console.print("it is the largest that can be", highlight=False)
    else:
        after = f"{answer.next.value}: {_solved(answer.next)}"
        console.print(f"{after}, which does not keep the limit", highlight=False, markup=False)
    if not answer.monotone:
        console.print(
            "a larger number may be cheaper: numbers all over the range were tried", highlight=False
        )


def print_bill(answer: UsageAnswer, console: Console) -> None:
    """Print the lines of the bill, what has no price, and what is assumed."""
    mode = "" if answer.mode == "standard" else f", {answer.mode}"
    table = Table(title=f"{answer.model}, {answer.format}{mode}")
    for head in ("kind", "amount", "price", "cost"):
        table.add_column(head, justify="left" if head == "kind" else "right")
    for line in answer.lines:
        amount = f"{line.tokens:,}" if line.unit is None else f"{line.units} {line.unit}"
        per = "1M" if line.per == 1_000_000 else f"{line.per}"
        table.add_row(line.kind, amount, f"{line.rate:f} / {per}", _money(line.cost))
    table.add_row("total", "", "", _money(answer.cost))
    console.print(table)
    for missing in answer.unpriced:
        units = "" if missing.units is None else f"{missing.units:f}"
        amount = f"{missing.tokens:,}" if missing.tokens else units
        console.print(f"no price known: {missing.kind} {amount}".rstrip(), highlight=False, markup=False)
    for assumption in answer.assumptions:
        console.print(f"assumed: {assumption}", highlight=False, markup=False)


def _solved(solved: SolutionAnswer | NextValue) -> str:
    """Write what a number costs: the 90th percentile where that is limited."""
    if solved.range is None or solved.range.cost is None:
        return _money(solved.totals.cost)
    return f"{_money(solved.range.cost.p90)} in nine conversations of ten at most"


def _money(cost: Decimal | None) -> str:
    return "unknown" if cost is None else f"${cost:f}"
