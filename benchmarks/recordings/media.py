"""Count recorded calls with images, audio, video or documents, and put each count beside the bill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.recordings.calls import rows
from benchmarks.recordings.token_counts import TokenCounter

from tokenquote.catalog import Catalog

KINDS = ("video", "audio", "document", "images")
"""The kinds of media; a call with several kinds belongs to the first of these."""


@dataclass(frozen=True)
class RecordedMedia:
    """The count and the bill of one recorded call."""

    kind: str
    source: str
    api: str
    remote: bool
    """True if a part of it is behind a URL, so that its size cannot be known."""
    tools: bool
    billed: int
    predicted: int | None
    low: int | None
    high: int | None
    reason: str | None


def recorded_media(catalog: Catalog, recordings: Path) -> Iterator[RecordedMedia]:
    """Count every recorded call with media that was billed, in the order of the file."""
    counter = TokenCounter(catalog)
    for row in rows(recordings):
        kind = next((kind for kind in KINDS if kind in row["features"]), None)
        if kind is not None and row.get("input_tokens"):
            yield _counted(row, kind, counter)


def at_most_per_source(counts: Iterable[RecordedMedia], most: int) -> list[RecordedMedia]:
    """Keep at most `most` calls of each source file and kind, as many files repeat one prompt."""
    seen: dict[tuple[str, str], int] = {}
    kept = []
    for call in counts:
        key = (call.source, call.kind)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= most:
            kept.append(call)
    return kept


def _counted(row: Mapping[str, Any], kind: str, counter: TokenCounter) -> RecordedMedia:
    total, reason = counter.predict(row)
    return RecordedMedia(
        kind,
        row["source"].split("#")[0],
        row["api"],
        bool(row.get("remote_media")),
        "tools" in row["features"],
        row["input_tokens"],
        total.tokens if total else None,
        total.low if total else None,
        total.high if total else None,
        reason,
    )
