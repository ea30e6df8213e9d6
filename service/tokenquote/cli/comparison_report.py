"""The comparison with other sources: tables for people, JSON for machines, and the page of the docs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from tokenquote.upkeep.compare import ComparedFigure, ProviderAgreement, SourceComparison
from tokenquote.upkeep.missing import MissingModel

__all__ = ["as_json", "as_page", "print_comparison"]

_HEADS = ("provider", "sold", "listed there", "in both", "figures equal", "differ, for a known reason",
          "differ", "not with us", "newer with us")  # fmt: skip
_MISSING_SHOWN = 20


def print_comparison(
    comparisons: Sequence[SourceComparison], missing: Sequence[MissingModel], console: Console
) -> None:
    """Print a table for each source, its differences, and the missing models that most hosts sell."""
    for comparison in comparisons:
        table = Table(title=f"{comparison.source} {comparison.version}")
        for head in _HEADS:
            table.add_column(head, justify="left" if head == "provider" else "right")
        for row in _rows(comparison.providers):
            table.add_row(*row)
        console.print(table)
        _print_figures("differs without a reason", comparison.unexplained, console)
        known = [figure for figure in comparison.figures if figure.outcome == "known"]
        _print_figures("differs for a known reason", known, console)
        _print_not_with_us(comparison, console)
    if missing:
        console.print(f"{len(missing)} models that the catalog does not sell; those of the most hosts:")
    for model in missing[:_MISSING_SHOWN]:
        console.print(f"  {model.name}: {len(model.hosts)} hosts, such as {model.ids[0]}", highlight=False)


def _print_figures(title: str, figures: Sequence[ComparedFigure], console: Console) -> None:
    if figures:
        console.print(f"{title}:")
    for figure in figures:
        day = f" from {figure.begins}" if figure.begins else ""
        reason = f"  ({figure.reason})" if figure.reason else ""
        prices = f"ours {_money(figure.ours)}, theirs {_money(figure.theirs)}"
        text = f"  {figure.model} {figure.figure}{day}: {prices}{reason}"
        console.print(text, highlight=False, soft_wrap=True)


def _print_not_with_us(comparison: SourceComparison, console: Console) -> None:
    by_model: dict[str, list[str]] = {}
    for figure in comparison.figures:
        if figure.outcome == "not_with_us":
            by_model.setdefault(figure.model, []).append(f"{figure.figure} {_money(figure.theirs)}")
    if by_model:
        console.print("no price with us:")
    for model, figures in by_model.items():
        console.print(f"  {model}: {', '.join(figures)}", highlight=False, soft_wrap=True)


def _money(price: Decimal | None) -> str:
    return "none" if price is None else f"{price.normalize():f}"


def _rows(providers: Iterable[ProviderAgreement]) -> list[list[str]]:
    """Return a row for each provider that has anything to compare, and the sum of all."""
    table = [
        (row.provider, [row.sold, row.listed, row.matched, *_counts(row)]) for row in providers if row.listed
    ]
    total = [sum(numbers) for numbers in zip(*(numbers for _, numbers in table), strict=True)]
    return [[name, *(f"{number:,}" for number in numbers)] for name, numbers in (*table, ("all", total))]


def _counts(row: ProviderAgreement) -> list[int]:
    return [row.figures.get(name, 0) for name in ("equal", "known", "differs", "not_with_us", "newer")]


def as_json(
    comparisons: Sequence[SourceComparison], missing: Sequence[MissingModel], at: dt.datetime
) -> dict[str, Any]:
    """Return everything that was compared; equal figures are only counted."""
    return {
        "at": at.isoformat(),
        "sources": [
            {
                "source": comparison.source,
                "version": comparison.version,
                "providers": [
                    {
                        "provider": row.provider,
                        "sold": row.sold,
                        "listed": row.listed,
                        "matched": row.matched,
                        "figures": row.figures,
                    }
                    for row in comparison.providers
                ],
                "differences": [
                    _figure_json(figure) for figure in comparison.figures if figure.outcome != "equal"
                ],
            }
            for comparison in comparisons
        ],
        "missing": [{"name": model.name, "hosts": model.hosts, "ids": model.ids} for model in missing],
    }


def _figure_json(figure: ComparedFigure) -> dict[str, Any]:
    return {
        "model": figure.model,
        "figure": figure.figure,
        "outcome": figure.outcome,
        "ours": None if figure.ours is None else _money(figure.ours),
        "theirs": _money(figure.theirs),
        "from": None if figure.begins is None else figure.begins.isoformat(),
        "reason": figure.reason,
    }


def as_page(comparisons: Sequence[SourceComparison], at: dt.datetime) -> str:
    """Return the part of docs/upkeep.md that says how far the catalog agrees with the sources."""
    parts = [f"Prices of {at.date()}. A figure is one rate or one fee, in one mode and tier, of one model.\n"]
    for comparison in comparisons:
        parts.append(f"### {comparison.source} {comparison.version}\n")
        parts.append(f"| {' | '.join(_HEADS)} |\n|---|{'---:|' * (len(_HEADS) - 1)}")
        parts += [f"| {' | '.join(row)} |" for row in _rows(comparison.providers)]
        reasons = dict.fromkeys(figure.reason for figure in comparison.figures if figure.reason)
        if reasons:
            parts.append("\nWhy figures differ:\n")
        parts += [f"- {_models_with(reason, comparison)}: {reason}" for reason in reasons]
        parts.append("")
    return "\n".join(parts)


def _models_with(reason: str | None, comparison: SourceComparison) -> str:
    models = dict.fromkeys(figure.model for figure in comparison.figures if figure.reason == reason)
    return ", ".join(f"`{model}`" for model in models)
