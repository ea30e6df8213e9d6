"""Our counts beside those of other counters, on the same calls in the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

import numpy as np
from benchmarks.recordings.scoring import at_most_per_source
from benchmarks.recordings.token_counts import Counted

__all__ = ["peer_table"]

_GROUPS: tuple[tuple[str, Callable[[Counted], bool]], ...] = (
    ("OpenAI, Chat Completions", lambda one: one.api == "openai.chat"),
    ("OpenAI, Responses", lambda one: one.api == "openai.responses"),
    ("OpenAI on Azure", lambda one: one.api.startswith("azure.") and _is_openai(one)),
    ("OpenAI, embeddings and completions", lambda one: one.api.startswith(("openai.emb", "openai.comp"))),
    ("Claude, every api", lambda one: "claude" in one.model),
    ("Gemini, AI Studio and Vertex", lambda one: one.api in ("gemini.generateContent", _VERTEX)),
    ("Mistral", lambda one: one.api.startswith("mistral.")),
    ("DeepSeek", lambda one: one.api.startswith("deepseek.")),
    ("Every call", lambda one: True),
)
_VERTEX = "vertex.generateContent"


def _is_openai(one: Counted) -> bool:
    return one.model.startswith(("gpt-", "o1", "o3", "o4", "azure-gpt", "text-embedding"))


def peer_table(counts: Iterable[Counted], peers: Sequence[str]) -> str:
    """Text-only calls that are not suspect, at most three of each source file: ours beside the peers'."""
    kept = at_most_per_source(one for one in counts if one.text_only and not one.suspect and one.billed)
    head = "".join(f" {name} exact | median error | p90 | no figure |" for name in ("Tokenquote", *peers))
    lines = [f"| calls | n |{head}", "|---|---:|" + "---:|---:|---:|---:|" * (1 + len(peers))]
    for words, belongs in _GROUPS:
        group = [one for one in kept if belongs(one)]
        if group:
            columns = [_cells([(one.predicted, one.billed) for one in group])]
            columns += [_cells([(one.peers.get(name), one.billed) for one in group]) for name in peers]
            lines.append(f"| {words} | {len(group)} | {' | '.join(columns)} |")
    return "\n".join(lines)


def _cells(pairs: Sequence[tuple[int | None, int | None]]) -> str:
    """Exact over all calls; errors over those with a figure."""
    errors = [abs(count - billed) / billed for count, billed in pairs if count is not None and billed]
    exact = sum(count == billed for count, billed in pairs) / len(pairs)
    missing = sum(count is None for count, _ in pairs)
    if not errors:
        return f"{exact:.1%} | – | – | {missing}"
    return f"{exact:.1%} | {median(errors):.2%} | {float(np.quantile(errors, 0.9)):.1%} | {missing}"
