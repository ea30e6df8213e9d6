"""Score our counts beside those of other counters, on the same calls in the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

import numpy as np
from benchmarks.recordings.scoring import markdown_table, scored_calls
from benchmarks.recordings.token_counts import Counted

__all__ = ["peer_table"]

_GROUPS: tuple[tuple[str, Callable[[Counted], bool]], ...] = (
    ("OpenAI, Chat Completions", lambda call: call.api == "openai.chat"),
    ("OpenAI, Responses", lambda call: call.api == "openai.responses"),
    ("OpenAI on Azure", lambda call: call.api.startswith("azure.") and _is_openai(call)),
    ("OpenAI, embeddings and completions", lambda call: call.api.startswith(("openai.emb", "openai.comp"))),
    ("Claude, every api", lambda call: "claude" in call.model),
    ("Gemini, AI Studio and Vertex", lambda call: call.api in ("gemini.generateContent", _VERTEX)),
    ("Mistral", lambda call: call.api.startswith("mistral.")),
    ("DeepSeek", lambda call: call.api.startswith("deepseek.")),
    ("Every call", lambda call: True),
)
_VERTEX = "vertex.generateContent"


def _is_openai(call: Counted) -> bool:
    return call.model.startswith(("gpt-", "o1", "o3", "o4", "azure-gpt", "text-embedding"))


def peer_table(counts: Iterable[Counted], peers: Sequence[str]) -> str:
    """Write the table of text-only calls that are not suspect, at most three of each source file and API."""
    kept = scored_calls(counts)
    columns = ["calls", ">n"]
    for counter in ("Tokenquote", *peers):
        columns += [f">{counter} exact", ">median error", ">p90", ">no figure"]
    rows: list[list[object]] = []
    for words, belongs in _GROUPS:
        group = [call for call in kept if belongs(call)]
        if group:
            cells = _cells([(call.predicted, call.billed) for call in group])
            for name in peers:
                cells += _cells([(call.peers.get(name), call.billed) for call in group])
            rows.append([words, len(group), *cells])
    return "\n".join(markdown_table(columns, rows))


def _cells(pairs: Sequence[tuple[int | None, int | None]]) -> list[object]:
    """Compute the share of exact counts over all calls, and the errors over the calls with a figure."""
    errors = [abs(count - billed) / billed for count, billed in pairs if count is not None and billed]
    exact = sum(count == billed for count, billed in pairs) / len(pairs)
    missing = sum(count is None for count, _ in pairs)
    if not errors:
        return [f"{exact:.1%}", "–", "–", missing]
    return [f"{exact:.1%}", f"{median(errors):.2%}", f"{float(np.quantile(errors, 0.9)):.1%}", missing]
