"""The differences between our prices and those of a source that are known, each with its reason.

    differences:
      - source: genai-prices
        reason: genai-prices has no weekdays; it bills peak hours at weekends, which DeepSeek does not
        models: [deepseek/deepseek-flash]
        weekdays: [6, 7]
        hours_utc: ["01:00-04:00", "06:00-10:00"]
        bills: {at: 2026-11-12T02:00:00Z}         what the source bills in place of what we do

They stand in models_catalog/upkeep/differences.yaml. `tokenquote catalog compare` and the comparison of 5,000
usages with genai-prices' own calculator (tests/prices) read the same rows.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic import Field

from tokenquote.catalog import shipped_catalog
from tokenquote.catalog.schema.catalog_entry import Entry
from tokenquote.catalog.yaml_files import read_entry

__all__ = ["DifferencesFile", "KnownDifference", "ReadSource", "read_differences"]

SourceName = Literal["genai-prices", "litellm"]


class BilledInstead(Entry):
    """What a source bills for in place of what was asked, each field in place of the request's own."""

    mode: str | None = None
    """The mode whose prices the source takes. None: the mode that was asked for."""
    at: dt.datetime | None = None
    """An instant whose prices the source takes. None: the instant that was asked for."""
    kind: str | None = None
    """The kind of token as which the source bills the first of `kinds`. None: as that kind."""


class KnownDifference(Entry):
    """A difference with its reason, and for which models, figures and instants it holds."""

    source: SourceName
    """The package whose prices differ."""
    reason: str = Field(min_length=10)
    """Why the two differ and ours is kept, as a sentence for a reader who sees both figures."""
    models: tuple[str, ...] = Field(min_length=1)
    """Ids of the catalog; `openai/*` stands for all that begin so."""
    but_not: tuple[str, ...] = ()
    """Ids that `models` covers and that do not differ."""
    modes: tuple[str, ...] | None = None
    """The modes that differ. None: all do."""
    kinds: tuple[str, ...] | None = None
    """The kinds of token or fees that differ. None: all do."""
    days: tuple[dt.date, ...] | None = None
    """The days, in UTC, on which they differ. None: no day is an exception."""
    since: dt.date = dt.date.min
    """The first day, in UTC; by default since ever."""
    until: dt.date = dt.date.max
    """The last day, in UTC; by default for ever."""
    weekdays: tuple[int, ...] | None = None
    """The days of the week as ISO counts them, 6 being Saturday, in UTC. None: on all."""
    hours_utc: tuple[str, ...] = ("00:00-24:00",)
    """The hours of the day."""
    bills: BilledInstead = BilledInstead()
    """What the source bills instead, where one rule says it; by default another price."""

    def covers(self, model: str, mode: str, at: dt.datetime, kinds: Collection[str]) -> bool:
        """Return whether the two differ for a model in a mode at an instant in any of the kinds."""
        return (
            any(fnmatch.fnmatchcase(model, pattern) for pattern in self.models)
            and model not in self.but_not
            and (self.modes is None or mode in self.modes)
            and (self.kinds is None or not set(self.kinds).isdisjoint(kinds))
            and self._covers_instant(at.astimezone(dt.UTC))
        )

    def _covers_instant(self, at: dt.datetime) -> bool:
        clock = at.strftime("%H:%M")
        return (
            (self.days is None or at.date() in self.days)
            and self.since <= at.date() <= self.until
            and (self.weekdays is None or at.isoweekday() in self.weekdays)
            and any(start <= clock < end for start, end in (span.split("-") for span in self.hours_utc))
        )


class ReadSource(Entry):
    """The version of a source that the differences are about."""

    version: str
    """The version of the package."""
    prices_of: dt.date
    """The day of its prices: what the catalog has from a later day on, and the source does not announce, is
    newer than the source and not compared with it."""


class DifferencesFile(Entry):
    """The file models_catalog/upkeep/differences.yaml."""

    read: dict[SourceName, ReadSource]
    """The versions that were read when the differences were last gone through."""
    differences: tuple[KnownDifference, ...]
    """The differences; where several rows cover something, all hold."""


def read_differences(directory: Path | None = None) -> DifferencesFile:
    """Return the differences of the shipped catalog, or of the catalog in a directory.

    Raises:
        CatalogError: the file cannot be used.
    """
    path = (directory or shipped_catalog()) / "upkeep" / "differences.yaml"
    return read_entry(path, "upkeep/differences.yaml", DifferencesFile)
