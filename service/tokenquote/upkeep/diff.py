"""What changed between two catalogs, and for whom: models, prices by kind with per cent, and rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.windows import WEEKDAYS, Window
from tokenquote.upkeep.figures import Figure, list_figures

__all__ = ["CatalogChanges", "PriceChange", "RuleChange", "find_changes"]


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One figure of one model that costs another amount, is new, or is gone."""

    model: str
    figure: str
    before: Decimal | None
    """USD per million tokens, or per unit of the fee. None: there was no such figure."""
    after: Decimal | None
    begins: dt.datetime | None
    """The instant from which the new figure holds, where it is not in force at the instant that was asked
    for."""

    @property
    def per_cent(self) -> Decimal | None:
        """The change in per cent of the figure before, to one decimal. None: there is nothing to compare."""
        if not self.before or self.after is None:
            return None
        return ((self.after - self.before) / self.before * 100).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Something besides prices that is said otherwise of one or several models."""

    field: str
    before: str
    after: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogChanges:
    """Everything that differs between two catalogs."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    retired: tuple[str, ...]
    """The models that have stopped answering by the later catalog, and not by the earlier one."""
    prices: tuple[PriceChange, ...]
    rules: tuple[RuleChange, ...]

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        return bool(self.added or self.removed or self.retired or self.prices or self.rules)


def find_changes(before: Catalog, after: Catalog, at: dt.datetime) -> CatalogChanges:
    """Return what differs at an instant, and in the prices of all other times that either catalog knows."""
    both = [(model, after.models[name]) for name, model in before.models.items() if name in after.models]
    return CatalogChanges(
        added=tuple(name for name in after.models if name not in before.models),
        removed=tuple(name for name in before.models if name not in after.models),
        retired=tuple(new.id for old, new in both if new.has_retired(at) and not old.has_retired(at)),
        prices=tuple(change for old, new in both for change in _price_changes(old, new, at)),
        rules=tuple(_rule_changes(both)),
    )


def _price_changes(old: Model, new: Model, at: dt.datetime) -> Iterator[PriceChange]:
    """Yield what differs at the instant, then at any other begin of a price, each change once."""
    begins = {block.begins for model in (old, new) for block in model.entry.prices}
    ever = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    seen: set[tuple[str, Decimal | None, Decimal | None]] = set()
    for instant in (at, *sorted(begin or ever for begin in begins)):
        figures = _figures(old.prices_on(instant), instant), _figures(new.prices_on(instant), instant)
        for figure in dict.fromkeys((*figures[0], *figures[1])):
            prices = tuple(side.get(figure) for side in figures)
            if prices[0] == prices[1] or (figure, *prices) in seen:
                continue
            seen.add((figure, prices[0], prices[1]))
            yield PriceChange(new.id, figure, prices[0], prices[1], None if instant == at else instant)


def _figures(block: PriceBlock | None, at: dt.datetime) -> dict[str, Decimal]:
    """Return the figures by name; those of hours with other prices stand under the hours' own name."""
    if block is None:
        return {}
    always = block.model_copy(update={"windows": ()})
    figures: list[tuple[str, Figure]] = [("", figure) for figure in list_figures(always, at)]
    for window in block.windows:
        hours = {"rates": window.rates, "tiers": window.tiers, "modes": {}, "fees": ()}
        within = list_figures(always.model_copy(update=hours), at)
        figures += [(f"{_describe_hours(window)} ", figure) for figure in within]
    return {prefix + figure.name: figure.price for prefix, figure in figures}


def _describe_hours(window: Window) -> str:
    """Return everything that decides when a window holds: two that hold at other times are two."""
    days = "every day" if window.days == WEEKDAYS else " ".join(window.days)
    holidays = f", not on holidays of {window.except_holidays}" if window.except_holidays else ""
    made_up = ", on working weekends too" if window.on_make_up_days else ""
    return f"{window.name} ({days} {' and '.join(window.hours)} {window.timezone}{holidays}{made_up})"


_WORDS = (
    "counting",
    "caching",
    "images",
    "audio",
    "video",
    "documents",
    "media_limits",
    "rate_limits",
    "weights",
)
"""Fields that name a rule: the name may be another, and the rule of that name may say something else."""
_SAID = ("kind", "context", "aliases", "reasoning_kept", "retires", "successor", "rerouted_to", "released")


def _rule_changes(both: list[tuple[Model, Model]]) -> Iterator[RuleChange]:
    """Yield each change once with all models that it is about."""
    models: dict[tuple[str, str, str], list[str]] = {}
    for old, new in both:
        for change in (*_changed_words(old, new), *_changed_fields(old, new)):
            models.setdefault(change, []).append(new.id)
    for (field, before, after), names in sorted(models.items()):
        yield RuleChange(field, before, after, tuple(names))


def _changed_words(old: Model, new: Model) -> Iterator[tuple[str, str, str]]:
    for field in _WORDS:
        words = tuple(getattr(model.entry, field, None) for model in (old, new))
        if words[0] != words[1]:
            yield field, str(words[0] or "none"), str(words[1] or "none")
        elif words[0] is not None and getattr(old, field) != getattr(new, field):
            yield field, f"{words[0]} as it was", f"{words[0]} says something else"


def _changed_fields(old: Model, new: Model) -> Iterator[tuple[str, str, str]]:
    for field in _SAID:
        said = tuple(getattr(model.entry, field, None) for model in (old, new))
        if said[0] != said[1]:
            yield field, _shown(said[0]), _shown(said[1])


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
