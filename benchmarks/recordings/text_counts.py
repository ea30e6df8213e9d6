"""Count texts in many languages as one user message to Claude, beside what Anthropic's own counter said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from benchmarks.recordings.calls import rows
from benchmarks.recordings.scoring import markdown_table

from tokenquote.api.tokens import answer_tokens
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client import TokensQuestion

__all__ = ["ClaudeText", "count_claude_texts", "text_table"]

_MODELS: Mapping[str, str] = {
    "v3": "claude-opus-4-5",
    "v4.7": "claude-opus-4-7",
    "v5": "claude-opus-5",
}
"""The model by whose vocabulary each family was recorded."""
_FORMAT = "anthropic.count_tokens"


@dataclass(frozen=True)
class ClaudeText:
    """One text by one family of vocabularies: our count beside the recorded one."""

    set: str
    id: str
    family: str
    language: str
    recorded: int
    predicted: int | None
    reason: str | None


def count_claude_texts(paths: Iterable[Path], catalog: Catalog) -> Iterator[ClaudeText]:
    """Count every text of the files for each family that its row has, as POST /v1/tokens does."""
    vocabularies = Vocabularies(catalog.vocabularies)
    for row in (row for path in paths for row in rows(path)):
        messages = [{"role": "user", "content": row["text"]}]
        for family, recorded in row["input_tokens"].items():
            predicted, reason = None, f"no model is known for family {family}"
            if (model := _MODELS.get(family)) is not None:
                question = TokensQuestion(format=_FORMAT, body={"model": model, "messages": messages})
                try:
                    answer = answer_tokens(question, catalog, vocabularies)
                    predicted, reason = answer.input_tokens, ""
                except LocatedError as error:
                    reason = str(error)[:200]
            language = str(row.get("language", ""))
            yield ClaudeText(
                row["set"], str(row["id"]), family, language, recorded, predicted, reason or None
            )


def text_table(counts: Iterable[ClaudeText]) -> str:
    """Write the table of texts by family and set."""
    groups: defaultdict[tuple[str, str], list[ClaudeText]] = defaultdict(list)
    for text in counts:
        groups[text.family, "all"].append(text)
        groups[text.family, text.set].append(text)
    columns = ("family", "set", ">n", ">exact", ">median error", ">p90 error", ">largest", ">not attempted")
    rows_ = [[family, name, *_cells(found)] for (family, name), found in sorted(groups.items())]
    return "\n".join(markdown_table(columns, rows_))


def _cells(found: list[ClaudeText]) -> list[object]:
    counted = [(text.predicted, text.recorded) for text in found if text.predicted is not None]
    if not counted:
        return [0, "", "", "", "", len(found)]
    errors = [abs(predicted - recorded) / recorded for predicted, recorded in counted]
    exact = sum(predicted == recorded for predicted, recorded in counted) / len(counted)
    p90 = float(np.quantile(errors, 0.9))
    shares = [f"{exact:.1%}", f"{median(errors):.2%}", f"{p90:.1%}", f"{max(errors):.1%}"]
    return [len(counted), *shares, len(found) - len(counted)]
