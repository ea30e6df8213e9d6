"""Recorded calls counted one by one: what we say a body costs beside what was billed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.recorded import counting_of, format_of, is_text_only, rows

from tokenquote.catalog import Catalog
from tokenquote.tokens import BodyError, Count, TokenRules, Vocabularies, read_body


@dataclass(frozen=True)
class Counted:
    """One recorded call."""

    id: str
    source: str
    api: str
    feature: str
    text_only: bool
    suspect: bool
    billed: int | None
    predicted: int | None
    low: int | None
    high: int | None
    method: str | None
    reason: str | None


class TokenCounter:
    """Counts recorded bodies."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._vocabularies = Vocabularies(catalog.vocabularies)

    def count(self, recordings: Path) -> Iterator[Counted]:
        """Every row of the file, attempted or not."""
        for row in rows(recordings):
            total, reason = self._predict(row)
            yield Counted(
                row["id"],
                row["source"].split("#")[0],
                row["api"],
                _feature(set(row["features"])),
                is_text_only(row),
                bool(row.get("suspect")),
                row.get("input_tokens"),
                total.tokens if total else None,
                total.low if total else None,
                total.high if total else None,
                total.method if total else None,
                reason,
            )

    def _predict(self, row: dict[str, Any]) -> tuple[Count | None, str | None]:
        body_format = format_of(row)
        counted_as = counting_of(row, self._catalog)
        if counted_as is None:
            return None, f"the catalog has no model {row.get('model_requested')!r}"
        rules = TokenRules(counted_as.counting, self._vocabularies, shape=counted_as.shape)
        try:
            counted = rules.request(read_body(body_format, row["request"]))
        except BodyError as error:
            return None, f"{'/'.join(map(str, error.location))}: {error.detail}"
        return counted.count, None


def _feature(features: set[str]) -> str:
    if {"tools", "schema"} <= features:
        return "tools and schema"
    for feature in ("tool_history", "tools", "schema"):
        if feature in features:
            return feature.replace("_", " ")
    return "plain"
