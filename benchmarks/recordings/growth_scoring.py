"""Write tables of conversations: quoted against billed input, and what was read from caches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

import numpy as np
from benchmarks.recordings.growth import GEMINI, Grown
from benchmarks.recordings.scoring import markdown_table

__all__ = ["growth_table"]

_COLUMNS = (
    "api", ">conversations", ">requests", ">total exact", ">total median", ">total p90", ">request median",
    ">request p90", ">reads quoted ÷ billed", ">reads within 5 %", ">not attempted",
)  # fmt: skip


def growth_table(grown: Iterable[Grown]) -> str:
    """Write the table of whole conversations by API, then the reads of those that mark what to cache."""
    groups: dict[str, list[Grown]] = defaultdict(list)
    unattempted: Counter[str] = Counter()
    for conversation in grown:
        if conversation.clean and conversation.predicted is not None and all(conversation.billed):
            groups[conversation.family].append(conversation)
        else:
            unattempted[conversation.family] += 1
    rows: list[list[object]] = [
        [family, *_cells(found), unattempted[family]] for family, found in sorted(groups.items())
    ]
    gemini = [family for family in groups if family.endswith(GEMINI)]
    if len(gemini) > 1:
        everything = [conversation for family in gemini for conversation in groups[family]]
        rows.append(["Gemini, every api", *_cells(everything), sum(unattempted[family] for family in gemini)])
    rest = sum(n for family, n in unattempted.items() if family not in groups)
    rows.append(["other formats", 0, *[""] * 8, rest])
    return "\n".join([*markdown_table(_COLUMNS, rows), *_marked(groups)])


def _marked(groups: dict[str, list[Grown]]) -> Iterator[str]:
    """Yield the table of conversations whose first request marks what to cache, or nothing.

    What the first request reads, another run has written: it cannot be known, so each figure stands twice.
    """
    first_in = ("marked to be cached", ">conversations", ">reads quoted ÷ billed", ">within 5 %")
    columns = (*first_in, ">without the first request", ">within 5 %")
    marked = {family: [one for one in found if one.marked] for family, found in sorted(groups.items())}
    rows = [
        [family, len(found), *_reads(found), *_reads(found, first=1)]
        for family, found in marked.items()
        if found
    ]
    if rows:
        yield from ("", *markdown_table(columns, rows))


def _cells(found: Sequence[Grown]) -> list[object]:
    totals = [(sum(conversation.predicted or ()), sum(conversation.billed)) for conversation in found]
    total_errors = [abs(predicted - billed) / billed for predicted, billed in totals]
    request_errors = [
        abs(predicted - billed) / billed
        for conversation in found
        for predicted, billed in zip(conversation.predicted or (), conversation.billed, strict=True)
    ]
    exact = sum(predicted == billed for predicted, billed in totals) / len(totals)
    return [
        len(found),
        len(request_errors),
        f"{exact:.1%}",
        f"{median(total_errors):.2%}",
        f"{float(np.quantile(total_errors, 0.9)):.1%}",
        f"{median(request_errors):.2%}",
        f"{float(np.quantile(request_errors, 0.9)):.1%}",
        *_reads(found),
    ]


def _reads(found: Sequence[Grown], first: int = 0) -> list[object]:
    """Compare cache reads from one request of each conversation on: the ratio of sums, the share close."""
    reads = [(sum((one.cache_read or ())[first:]), sum(one.billed_cache_read[first:])) for one in found]
    quoted_reads, billed_reads = (sum(column) for column in zip(*reads, strict=True))
    close = sum(abs(quoted - billed) <= 0.05 * billed for quoted, billed in reads) / len(reads)
    ratio = f"{quoted_reads / billed_reads:.2f}" if billed_reads else "none billed"
    return [ratio, f"{close:.0%}"]
