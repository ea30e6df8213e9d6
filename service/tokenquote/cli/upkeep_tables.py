"""What changed between two catalogs, and how old one is: for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from tokenquote.upkeep.age import CatalogAge
from tokenquote.upkeep.diff import CatalogChanges, PriceChange, RuleChange

__all__ = ["age_json", "changes_json", "print_age", "print_changes"]

_OLDEST_SHOWN = 15
_MODELS_SHOWN = 6


def print_changes(changes: CatalogChanges, console: Console) -> None:
    """Print models that came and went, prices model by model, and rules with the models they hold for."""
    for title, models in (
        ("added", changes.added),
        ("removed", changes.removed),
        ("retired", changes.retired),
    ):
        if models:
            _print(console, f"{len(models)} models {title}: {', '.join(models)}")
    if changes.prices:
        _print(console, f"{len(changes.prices)} prices:")
    for change in changes.prices:
        _print(console, f"  {change.model}  {_price_sentence(change)}")
    if changes.rules:
        _print(console, f"{len(changes.rules)} rules:")
    for rule in changes.rules:
        _print(console, f"  {rule.field}: {rule.before} → {rule.after}, for {_few(rule)}")
    if not changes.any:
        _print(console, "nothing differs")


def _print(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True, markup=False)


def _price_sentence(change: PriceChange) -> str:
    per_cent = "" if change.per_cent is None else f" ({change.per_cent:+}%)"
    begins = "" if change.begins is None else f", from {change.begins:%Y-%m-%d %H:%M} UTC"
    return f"{change.figure}: {_money(change.before)} → {_money(change.after)}{per_cent}{begins}"


def _money(price: Decimal | None) -> str:
    return "none" if price is None else f"{price.normalize():f}"


def _few(rule: RuleChange) -> str:
    more = len(rule.models) - _MODELS_SHOWN
    return ", ".join(rule.models[:_MODELS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def changes_json(changes: CatalogChanges) -> dict[str, Any]:
    """Return all changes; money is written as decimal strings."""
    return {
        "added": changes.added,
        "removed": changes.removed,
        "retired": changes.retired,
        "prices": [
            {
                "model": change.model,
                "figure": change.figure,
                "before": None if change.before is None else _money(change.before),
                "after": None if change.after is None else _money(change.after),
                "per_cent": None if change.per_cent is None else str(change.per_cent),
                "from": None if change.begins is None else change.begins.isoformat(),
            }
            for change in changes.prices
        ],
        "rules": [asdict(rule) for rule in changes.rules],
    }


def print_age(age: CatalogAge, days: int, console: Console) -> None:
    """Print a line for each provider, the oldest checks, and what is due."""
    table = Table(title="Days since the prices in force were checked")
    for head in ("provider", "models", "oldest", "median", "newest"):
        table.add_column(head, justify="left" if head == "provider" else "right")
    for row in age.providers:
        table.add_row(row.provider, *map(str, (row.models, row.oldest, row.median, row.newest)))
    console.print(table)
    _print(console, "The oldest checks:")
    for price in age.prices[:_OLDEST_SHOWN]:
        _print(console, f"  {price.days} days  {price.model}  {price.source}")
    _print(console, _due_sentences(age, days))


def _due_sentences(age: CatalogAge, days: int) -> str:
    if not age.due:
        return f"Nothing is due within {days} days."
    words = {"price_changes": "its price changes", "retires": "it retires"}
    lines = [f"  {item.at:%Y-%m-%d %H:%M} UTC  {item.model}: {words[item.what]}" for item in age.due]
    return "\n".join([f"Due within {days} days:", *lines])


def age_json(age: CatalogAge) -> dict[str, Sequence[Any]]:
    """Return everything; days and instants are written as ISO 8601 says."""
    return {
        "providers": [asdict(row) for row in age.providers],
        "prices": [asdict(price) | {"checked": price.checked.isoformat()} for price in age.prices],
        "due": [asdict(item) | {"at": item.at.isoformat()} for item in age.due],
    }
