"""Shows what tools and files cost as a table on the terminal."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tokenquote_client import ContextTaxAnswer
from tokenquote_client.context_tax import ContextCosts

__all__ = ["print_answer"]

_HEADS = ("part", "kind", "tokens", "per request", "conversation", "uncached", "1,000 of them", "deferred")


def print_answer(answer: ContextTaxAnswer, console: Console) -> None:
    """Print the parts, those of most tokens first, their sum, and what is assumed."""
    table = Table(title=f"{answer.model}, {answer.totals.requests} requests in a conversation")
    for head in _HEADS:
        table.add_column(head, justify="left" if head in _HEADS[:2] else "right", overflow="fold")
    for part in sorted(answer.parts, key=lambda part: -part.tokens):
        table.add_row(escape(part.name), part.kind, *_amounts(part))
    table.add_section()
    table.add_row("all of it", "", *_amounts(answer.totals))
    console.print(table)
    saved = answer.totals.saved_by_deferring
    if saved is not None and any(part.kind == "tool" for part in answer.parts):
        console.print(f"deferring every tool saves {_money(saved)} a conversation", highlight=False)
    for warned in answer.warnings:
        console.print(f"{warned.code}: {warned.detail}", highlight=False, markup=False)
    for assumption in answer.assumptions:
        console.print(f"assumed: {assumption}", highlight=False, markup=False)


def _amounts(costs: ContextCosts) -> list[str]:
    return [
        f"{costs.tokens:,}",
        _money(costs.cost_per_request),
        _money(costs.cost_per_conversation),
        _money(costs.cost_per_conversation_without_cache),
        _money(costs.cost_per_1000_conversations),
        _money(costs.cost_deferred),
    ]


def _money(cost: Decimal | None) -> str:
    """Write dollars to a millionth; shares of a cost may have eighteen decimals."""
    if cost is None:
        return "unknown"
    sign, shown = "-" if cost < 0 else "", f"{abs(cost):.6f}"
    return f"{sign}${shown.rstrip('0').rstrip('.')}"
