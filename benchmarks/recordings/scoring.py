"""Write the errors of predictions as Markdown tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np
from benchmarks.figures.media_counts import Measured
from benchmarks.recordings.media import RecordedMedia
from benchmarks.recordings.token_counts import Counted

__all__ = [
    "AT_MOST_PER_SOURCE",
    "at_most_per_source",
    "markdown_table",
    "media_table",
    "recorded_media_table",
    "scored_calls",
    "token_table",
]

AT_MOST_PER_SOURCE = 3
"""The number of calls of one source file and one api that tables take."""


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Write the lines of a Markdown table; `>` before a heading puts its column to the right.

    Cells are not padded to equal widths, so that one long cell changes no other line of a page.
    """
    headings = [column.removeprefix(">") for column in columns]
    marks = ["---:" if column.startswith(">") else "---" for column in columns]
    return [_line(headings), f"|{'|'.join(marks)}|", *(_line(row) for row in rows)]


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def token_table(counts: Iterable[Counted]) -> str:
    """Write the table of text-only calls that are not suspect, by API and feature."""
    groups: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    unattempted: Counter[str] = Counter()
    for call in scored_calls(counts):
        if call.predicted is None:
            unattempted[call.api] += 1
            continue
        groups[call.api, "all"].append(call)
        groups[call.api, call.feature].append(call)
    columns = ("api", "feature", ">n", ">exact", ">median error", ">p90 error", ">bias", ">in band")
    rows: list[list[object]] = []
    for (api, feature), found in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] != "all")):
        left = unattempted[api] if feature == "all" else ""
        rows.append([api, feature, *_token_cells(found), left])
    rest = sum(n for api, n in unattempted.items() if (api, "all") not in groups)
    rows.append(["other formats", "", 0, *[""] * 5, rest])
    return "\n".join(markdown_table((*columns, ">not attempted"), rows))


def scored_calls(counts: Iterable[Counted]) -> list[Counted]:
    """Keep the text-only calls with a bill that holds nothing hidden, at most three of each source file."""
    return at_most_per_source(call for call in counts if call.text_only and not call.suspect and call.billed)


def at_most_per_source(counts: Iterable[Counted]) -> list[Counted]:
    """Keep at most three calls of each source file and API, as many files repeat one prompt."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for call in counts:
        seen[call.source, call.api] += 1
        if seen[call.source, call.api] <= AT_MOST_PER_SOURCE:
            kept.append(call)
    return kept


def media_table(counts: Iterable[Measured]) -> str:
    """Write a table by family, with ports of formulas apart from other evidence; then one of what differs."""
    found = list(counts)
    independent = [item for item in found if item.independent]
    ports = [item for item in found if not item.independent]
    families: dict[str, list[Measured]] = defaultdict(list)
    for item in found:
        families[item.family].append(item)
    columns = (
        "family",
        ">executed, printed, measured",
        ">exact",
        ">ports",
        ">exact",
        ">in band",
        ">not attempted",
    )
    by_family = [[family, *_media_cells(rows)] for family, rows in sorted(families.items())]
    differing = [
        [item.family, item.tokens, item.predicted or "none", item.known or "NOT KNOWN"]
        for item in found
        if not item.exact
    ]
    lines = [
        f"Executed, printed or measured: {sum(item.exact for item in independent)} of {len(independent)} "
        f"exact; ports of formulas: {sum(item.exact for item in ports)} of {len(ports)}.",
        "",
        *markdown_table(columns, by_family),
        "",
        "What differs, or is not attempted, and why:",
        "",
        *markdown_table(("family", ">row", ">ours", "why"), differing),
    ]
    return "\n".join(lines)


def recorded_media_table(counts: Iterable[RecordedMedia]) -> str:
    """Write the table of whole bodies with media against their bills, by kind of media and API."""
    found = list(counts)
    columns = ("calls with", ">n", ">exact", ">within 1 %", ">median error", ">p90 error", ">in band")
    groups: list[tuple[str, list[RecordedMedia]]] = []
    known = [call for call in found if not call.remote]
    for kind in sorted({call.kind for call in known}):
        same_kind = [call for call in known if call.kind == kind]
        groups.append((kind, same_kind))
        groups.append((f"{kind}, no tools", [call for call in same_kind if not call.tools]))
        for api in sorted({call.api for call in same_kind}):
            groups.append((f"{kind}, {api}", [call for call in same_kind if call.api == api]))
    groups.append(("behind addresses", [call for call in found if call.remote]))
    rows = [[name, *_recorded_cells(calls)] for name, calls in groups]
    return "\n".join(markdown_table((*columns, ">not attempted"), rows))


def _recorded_cells(rows: Sequence[RecordedMedia]) -> list[object]:
    counted = [call for call in rows if call.predicted is not None]
    left = len(rows) - len(counted)
    if not counted:
        return [0, *[""] * 5, left]
    errors = [abs((call.predicted or 0) - call.billed) / call.billed for call in counted]
    inside = sum((call.low or 0) <= call.billed <= (call.high or 0) for call in counted) / len(counted)
    exact = sum(error == 0 for error in errors) / len(errors)
    close = sum(error <= 0.01 for error in errors) / len(errors)
    p90 = float(np.quantile(errors, 0.9))
    shares = [f"{exact:.1%}", f"{close:.1%}", f"{median(errors):.2%}", f"{p90:.1%}", f"{inside:.1%}"]
    return [len(counted), *shares, left]


def _media_cells(rows: Sequence[Measured]) -> list[object]:
    cells: list[object] = []
    for independent in (True, False):
        part = [item for item in rows if item.independent is independent]
        cells += [len(part), f"{sum(item.exact for item in part) / len(part):.1%}" if part else ""]
    counted = [item for item in rows if item.predicted is not None and item.tokens is not None]
    inside = sum((item.low or 0) <= (item.tokens or 0) <= (item.high or 0) for item in counted)
    cells.append(f"{inside / len(counted):.1%}" if counted else "")
    cells.append(sum(item.predicted is None and not item.exact for item in rows))
    return cells


def _token_cells(found: Sequence[Counted]) -> list[object]:
    pairs = [(call.predicted or 0, call.billed or 0) for call in found]
    errors = [abs(predicted - billed) / billed for predicted, billed in pairs]
    exact = sum(predicted == billed for predicted, billed in pairs) / len(pairs)
    bias = median((predicted - billed) / billed for predicted, billed in pairs)
    inside = sum((call.low or 0) <= (call.billed or 0) <= (call.high or 0) for call in found) / len(found)
    p90 = float(np.quantile(errors, 0.9))
    shares = [f"{exact:.1%}", f"{median(errors):.2%}", f"{p90:.1%}", f"{bias:+.2%}", f"{inside:.1%}"]
    return [len(found), *shares]
