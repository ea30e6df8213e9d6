"""Counters with many labels: how many series they may have, what they add up to, and their text.

A thousand apps that ask for a thousand models would make millions of series, which no Prometheus keeps. So
there is a cap. The first models that an app asks for have series of their own; once there is no room, further
ones count as the model `other` of their app, and once there is no room for apps either, as the app `other`.
Sums over all models, and as long as there is room for the apps those of each app, stay right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tokenquote.http.counter_groups import COUNTER_GROUPS, FAMILIES, Group
from tokenquote.http.exposition_text import write_family, write_labels
from tokenquote.http.increments import OTHER, Increment
from tokenquote.http.provider_names import ModelLabels

__all__ = ["CountedSeries"]

_MODELS_SHARE = 0.75
"""The share of the series that single models may take; the rest is for the model `other` of each app."""


_FOLLOWED = frozenset(group.follows for group in COUNTER_GROUPS.values() if group.follows is not None)
"""The groups that leave room for a series of the one that follows them."""
_MOST_FOUND = 50_000
"""The labels whose place is kept: some 15 MB."""


@dataclass(slots=True)
class _Row:
    """The series of one group with the same labels."""

    amounts: list[float]
    heads: list[tuple[str, str]]
    """For each amount the counter's name, and the text of its line up to the number."""


class CountedSeries:
    """The counters that answers add to, within a number of series."""

    def __init__(self, limit: int) -> None:
        """Begin with none.

        Args:
            limit: the most series with labels of models or apps; some with the app `other` may come on top.
        """
        self.limit = limit
        self.size = 0
        """The series that there are under the limit."""
        self.folded = 0
        """How often something was added to `other` for want of room."""
        self._rows: dict[tuple[str, tuple[str, ...]], _Row] = {}
        self._found: dict[tuple[str, tuple[str, ...]], tuple[_Row, bool]] = {}
        """Where labels were counted that were asked for lately, and whether that was as `other`."""
        self._names: Mapping[str, ModelLabels] = {}
        self._modes: Collection[str] = frozenset()
        self._no_more_models = False

    def know(self, names: Mapping[str, ModelLabels], modes: Collection[str]) -> None:
        """Learn the models and modes that there are now; what was never one of them counts as `other`."""
        self._found.clear()
        self._names = {**self._names, **names}
        self._modes = frozenset(self._modes) | frozenset(modes)

    def add(self, increments: Iterable[Increment]) -> None:
        """Add what answers have counted."""
        for group, labels, amounts in increments:
            found = self._found.get((group, labels))
            if found is None:
                if len(self._found) >= _MOST_FOUND:
                    self._found.clear()
                found = self._found[group, labels] = self._place(group, labels)
            row, is_other = found
            self.folded += is_other
            held = row.amounts
            for i, amount in enumerate(amounts):
                held[i] += amount

    def _place(self, name: str, labels: tuple[str, ...]) -> tuple[_Row, bool]:
        """Return the series for these labels and False, or for want of room those of `other` and True."""
        group = COUNTER_GROUPS[name]
        asked = self._without_unknown(group, labels)
        places = list(_places(group, asked))
        for place in places:
            if (row := self._rows.get((name, place))) is None and (
                place == places[-1] or self._has_room(name, group, place)
            ):
                row = self._make(name, place, counts=place != places[-1])
            if row is not None:
                return row, place != asked
        raise AssertionError("the last place takes everything")

    def _has_room(self, name: str, group: Group, labels: tuple[str, ...]) -> bool:
        free = self.limit - self.size - _cost(name)
        if group.follows is not None:
            if (group.follows, labels[:-1]) in self._rows:
                return free >= 0
            free -= _cost(group.follows)  # so that it is where that one would be
        elif name in _FOLLOWED:
            free -= 1
        if group.labels[0] != "model" or labels[0] == OTHER:
            return free >= 0
        # Once there is no room for one model, none gets series of its own any more, so that what one group
        # tells of a model another does not tell of `other`.
        self._no_more_models |= free < self.limit * (1 - _MODELS_SHARE)
        return not self._no_more_models

    def _without_unknown(self, group: Group, labels: tuple[str, ...]) -> tuple[str, ...]:
        known = dict(zip(group.labels, labels, strict=True))
        if known.get("model", OTHER) not in self._names:
            known.update({"model": OTHER} if "model" in known else {})
        if known.get("mode", OTHER) not in self._modes:
            known.update({"mode": OTHER} if "mode" in known else {})
        return tuple(known.values())

    def _make(self, name: str, labels: tuple[str, ...], *, counts: bool) -> _Row:
        group = COUNTER_GROUPS[name]
        pairs = [pair for each in zip(group.labels, labels, strict=True) for pair in self._pairs(*each)]
        heads = [
            (column.family, f"{column.family}_total{{{write_labels([*pairs, *column.labels])}}} ")
            for column in group.columns
        ]
        row = self._rows[name, labels] = _Row([0.0] * len(heads), heads)
        self.size += len(heads) if counts else 0
        return row

    def _pairs(self, label: str, value: str) -> Iterator[tuple[str, str]]:
        if label == "model":
            named = self._names.get(value, ModelLabels(OTHER, OTHER))
            yield "gen_ai_provider_name", named.provider
            yield "gen_ai_request_model", named.model
        else:
            yield label, value

    def write(self) -> str:
        """Write all series in Prometheus' text format."""
        lines: dict[str, list[str]] = {}
        for row in list(self._rows.values()):
            for (family, head), amount in zip(row.heads, row.amounts, strict=True):
                lines.setdefault(family, []).append(f"{head}{amount!r}\n")
        return "".join(
            write_family(f"{name}_total", "counter", FAMILIES[name].meaning, of_family)
            for name, of_family in lines.items()
        )


def _places(group: Group, labels: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield where something may be counted: by its labels, as another model, and as that of another app."""
    yield labels
    for label in ("model", "app"):
        if label in group.labels:
            at = group.labels.index(label)
            labels = (*labels[:at], OTHER, *labels[at + 1 :])
            yield labels


def _cost(group: str) -> int:
    return len(COUNTER_GROUPS[group].columns)
