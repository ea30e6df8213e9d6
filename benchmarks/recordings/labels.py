"""Show what each label of a count is worth: how often such counts equal the bill, and how wide bands are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from benchmarks.recordings.scoring import markdown_table, scored_calls
from benchmarks.recordings.token_counts import Counted

__all__ = ["label_table", "repository_table"]

_LABELS = ("exact", "rule", "calibrated", "assumed")
_WORST = 15
_FEWEST_CALLS = 5
"""A repository with fewer calls than that says little."""


def label_table(sets: Mapping[str, Iterable[Counted]]) -> str:
    """Write the table of text-only calls that are not suspect, by set and label.

    `width` is high − low as a share of the figure, at the median of calls that are not exact.
    """
    columns = ("set", "label", ">n", ">of all", ">exact", ">in band", ">median width of the others")
    rows: list[list[object]] = []
    for name, counts in sets.items():
        kept = scored_calls(counts)
        for label in _LABELS:
            found = [call for call in kept if call.method == label]
            rows.append([name, f"`{label}`", *_cells(found, kept)])
        rows.append([name, "all", *_cells([call for call in kept if call.predicted is not None], kept)])
    return "\n".join(markdown_table(columns, rows))


def repository_table(sets: Mapping[str, Iterable[Counted]], label: str | None = None) -> str:
    """Write the table of the repositories that are exact least often, of one label or of all."""
    columns = ("set", "repository", ">n", ">exact", ">median error", ">in band")
    rows: list[list[object]] = []
    for name, counts in sets.items():
        groups: defaultdict[str, list[Counted]] = defaultdict(list)
        for call in scored_calls(counts):
            if call.predicted is not None and label in (None, call.method):
                groups[call.repository].append(call)
        known = [(repository, found) for repository, found in groups.items() if len(found) >= _FEWEST_CALLS]
        known.sort(key=lambda item: (_share_exact(item[1]), -len(item[1]), item[0]))
        for repository, found in known[:_WORST]:
            errors = [abs((call.predicted or 0) - (call.billed or 0)) / (call.billed or 1) for call in found]
            inside = f"{_share_in_band(found):.1%}"
            cells = [len(found), f"{_share_exact(found):.1%}", f"{median(errors):.2%}", inside]
            rows.append([name, repository, *cells])
    return "\n".join(markdown_table(columns, rows))


def _share_exact(found: Sequence[Counted]) -> float:
    return sum(call.predicted == call.billed for call in found) / len(found)


def _share_in_band(found: Sequence[Counted]) -> float:
    return sum((call.low or 0) <= (call.billed or 0) <= (call.high or 0) for call in found) / len(found)


def _cells(found: Sequence[Counted], everything: Sequence[Counted]) -> list[object]:
    if not found:
        return [0, "0.0%", "", "", ""]
    widths = [
        ((call.high or 0) - (call.low or 0)) / (call.predicted or 1)
        for call in found
        if call.predicted != call.billed
    ]
    return [
        len(found),
        f"{len(found) / len(everything):.1%}",
        f"{_share_exact(found):.1%}",
        f"{_share_in_band(found):.1%}",
        f"{median(widths):.1%}" if widths else "",
    ]
