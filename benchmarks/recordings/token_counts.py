"""Recorded calls counted one by one: what we say a body costs beside what was billed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.recordings.calls import format_of, is_text_only, names_of, rows
from benchmarks.recordings.peer_counts import PeerCounter

from tokenquote.api.tokens import answer_tokens
from tokenquote.catalog import Catalog, ModelNotFound
from tokenquote.counts import Count
from tokenquote.errors import LocatedError
from tokenquote.tokens import TokenRules, Vocabularies, read_body
from tokenquote_client import TokensQuestion

__all__ = ["Counted", "TokenCounter"]

# For a name that no family has: whatever it is, it has not been seen before.
_NOBODY = "open-weights"


@dataclass(frozen=True)
class Counted:
    """One recorded call."""

    id: str
    source: str
    api: str
    model: str
    feature: str
    text_only: bool
    suspect: bool
    billed: int | None
    predicted: int | None
    low: int | None
    high: int | None
    method: str | None
    reason: str | None
    peers: Mapping[str, int | None] = field(default_factory=dict)
    """What other counters say of it, by their names."""


class TokenCounter:
    """Counts recorded bodies by the way of POST /v1/tokens."""

    def __init__(
        self,
        catalog: Catalog,
        vocabularies: Vocabularies | None = None,
        peers: Mapping[str, PeerCounter] | None = None,
    ) -> None:
        self._catalog = catalog
        self._peers = peers or {}
        self._vocabularies = vocabularies or Vocabularies(catalog.vocabularies)

    def count(self, recordings: Path) -> Iterator[Counted]:
        """Every row of the file, attempted or not."""
        for row in rows(recordings):
            total, reason = self.predict(row)
            yield Counted(
                row["id"],
                row["source"].split("#")[0],
                row["api"],
                str(row.get("model_requested")),
                _feature(set(row["features"])),
                is_text_only(row),
                bool(row.get("suspect")),
                row.get("input_tokens"),
                total.tokens if total else None,
                total.low if total else None,
                total.high if total else None,
                total.method if total else None,
                reason,
                {name: count(row) for name, count in self._peers.items()},
            )

    def predict(self, row: Mapping[str, Any]) -> tuple[Count | None, str | None]:
        """The count of one row, or why there is none."""
        for name in names_of(row):
            question = TokensQuestion(format=format_of(row), body=row["request"], model=name)
            try:
                answer = answer_tokens(question, self._catalog, self._vocabularies)
            except ModelNotFound:
                continue
            except LocatedError as error:
                return None, _reason(error)[:200]
            return Count(answer.input_tokens, answer.low, answer.high, answer.method), None
        try:
            return self._of_nobody(row)
        except LocatedError as error:
            return None, _reason(error)

    def _of_nobody(self, row: Mapping[str, Any]) -> tuple[Count | None, str | None]:
        request = read_body(format_of(row), row["request"])
        if any(message.media for message in request.messages):
            return None, "nobody knows how the model counts pictures, sounds, clips or documents"
        rules = TokenRules(self._catalog.counting[_NOBODY], self._vocabularies)
        return rules.request(request).count, None


def _feature(features: set[str]) -> str:
    if {"tools", "schema"} <= features:
        return "tools and schema"
    for feature in ("tool_history", "tools", "schema"):
        if feature in features:
            return feature.replace("_", " ")
    return "plain"


def _reason(error: LocatedError) -> str:
    return f"{'/'.join(map(str, error.location))}: {error}"
