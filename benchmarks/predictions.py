"""Write predictions as one JSON object a line, for others to score."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures.media_counts import Measured
from benchmarks.recordings.growth import Grown
from benchmarks.recordings.text_counts import ClaudeText
from benchmarks.recordings.token_counts import Counted

__all__ = ["growth_row", "media_row", "text_row", "token_row", "write_rows"]


def write_rows(path: Path, objects: Iterable[Mapping[str, Any]]) -> None:
    """Write each object as a line of JSON."""
    with path.open("w", encoding="utf-8") as out:
        for record in objects:
            out.write(json.dumps(record) + "\n")


def token_row(call: Counted) -> dict[str, Any]:
    """Return the count of one recorded call."""
    if call.predicted is None:
        return {"id": call.id, "predicted": None, "reason": call.reason}
    return {
        "id": call.id,
        "predicted": call.predicted,
        "low": call.low,
        "high": call.high,
        "method": call.method,
    }


def growth_row(conversation: Grown) -> dict[str, Any]:
    """Return the inputs and cache reads of one conversation."""
    if conversation.predicted is None:
        return {**conversation.key, "predicted": None, "reason": conversation.reason}
    return {**conversation.key, "predicted": conversation.predicted, "cache_read": conversation.cache_read}


def media_row(item: Measured) -> dict[str, Any]:
    """Return the count of one image, audio, video or document."""
    if item.predicted is None:
        return {"row": item.row, "predicted": None, "reason": item.reason}
    return {
        "row": item.row,
        "predicted": item.predicted,
        "low": item.low,
        "high": item.high,
        "method": item.method,
    }


def text_row(text: ClaudeText) -> dict[str, Any]:
    """Return the count of one text by one family of vocabularies."""
    row = {"set": text.set, "id": text.id, "family": text.family, "predicted": text.predicted}
    return row if text.reason is None else {**row, "reason": text.reason}
