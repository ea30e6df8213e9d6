"""Count recorded calls singly, and put each count beside the bill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.recordings.calls import body_with_betas, is_text_only, read_format, recorded_names, rows
from benchmarks.recordings.peer_counts import PeerCounter
from benchmarks.recordings.snapshots import recorded_day

from tokenquote.api.tokens import answer_tokens
from tokenquote.catalog import Catalog, ModelNotFound
from tokenquote.counts import Count
from tokenquote.errors import LocatedError
from tokenquote.tokens import TokenRules, Vocabularies, read_body
from tokenquote_client import TokensQuestion

__all__ = ["Counted", "TokenCounter"]

# The rule for a name that no family has.
_NOBODY = "open-weights"


@dataclass(frozen=True)
class Counted:
    """The count and the bill of one recorded call."""

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
    vocabulary: str | None = None
    """The vocabulary that its texts are counted in."""
    peers: Mapping[str, int | None] = field(default_factory=dict)
    """The counts of other counters, by their names; None where a counter fails."""

    @property
    def repository(self) -> str:
        """The repository that recorded the call."""
        return self.source.split(":")[0]


class TokenCounter:
    """A counter of recorded bodies that counts as POST /v1/tokens does."""

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
        """Count every row of the file; a row that cannot be counted says why."""
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
                total.vocabulary if total else None,
                {name: count(row) for name, count in self._peers.items()},
            )

    def predict(self, row: Mapping[str, Any]) -> tuple[Count | None, str | None]:
        """Return the count of a row and None, or None and the reason why there is no count."""
        for name in recorded_names(row):
            question = TokensQuestion(format=read_format(row), body=body_with_betas(row), model=name)
            try:
                day = recorded_day(row) or self._catalog.last_own_day(question.format, name)
                answer = answer_tokens(question, self._catalog, self._vocabularies, day)
            except ModelNotFound:
                continue
            except LocatedError as error:
                return None, _reason(error)[:200]
            return Count(answer.input_tokens, answer.low, answer.high, answer.method, answer.vocabulary), None
        try:
            return self._predict_unknown_model(row)
        except LocatedError as error:
            return None, _reason(error)

    def _predict_unknown_model(self, row: Mapping[str, Any]) -> tuple[Count | None, str | None]:
        request = read_body(read_format(row), row["request"])
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
