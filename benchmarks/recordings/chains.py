"""Read the recordings of whole conversations: chains of single calls, and long agent runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.recordings.calls import rows

__all__ = ["read_conversations", "read_runs"]


def read_conversations(
    recordings: Sequence[Path], conversations: Path
) -> Iterator[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]:
    """Yield each chain of the file with its recorded calls; with none if one of them is not there."""
    by_id = {row["id"]: row for path in recordings for row in rows(path)}
    for chain in json.loads(conversations.read_text(encoding="utf-8")):
        calls = [by_id[call_id] for call_id in chain["ids"] if call_id in by_id]
        yield chain, calls if len(calls) == len(chain["ids"]) else ()


def read_runs(
    paths: Sequence[Path],
) -> Iterator[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]:
    """Yield each long run of the files with its steps as recorded calls."""
    for path in paths:
        for run in rows(path):
            yield run, [*_read_steps(run)]


def _read_steps(run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the calls of a long run; runs that name no API are DeepSeek's own."""
    for step in run["steps"]:
        usage = step["usage"]
        request = {"model": run["model"], "messages": run["messages"][: step["n_messages"]]}
        yield {
            "source": run["run"],
            "api": run.get("api") or "deepseek.chat",
            "model_requested": run["model"],
            "features": [],
            "request": {**request, "tools": run["tools"]} if run["tools"] else request,
            "input_tokens": usage["prompt_tokens"],
            "output_tokens": usage.get("completion_tokens"),
            "cached_tokens": (usage.get("prompt_tokens_details") or {}).get("cached_tokens"),
            "usage": usage,
        }
