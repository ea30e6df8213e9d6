"""How breakdowns look on the terminal: tables without lines, and money without rounding."""

from __future__ import annotations

from decimal import Decimal

from rich.table import Table

__all__ = ["dollars", "plain_table"]


def plain_table(*columns: str) -> Table:
    """Make a table without lines; `>` before a heading puts its column to the right."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for heading in columns:
        table.add_column(
            heading.removeprefix(">"), justify="right" if heading.startswith(">") else "left", overflow="fold"
        )
    return table


def dollars(value: Decimal | None) -> str:
    """Write an amount exactly, without trailing zeros; None, no price, is `not found`, never 0."""
    if value is None:
        return "not found"
    text = format(value, "f")
    return "$" + (text.rstrip("0").rstrip(".") if "." in text else text)
