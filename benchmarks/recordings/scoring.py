"""Errors of predictions as tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np
from benchmarks.figures.media_counts import Measured
from benchmarks.recordings.growth import Grown
from benchmarks.recordings.media import RecordedMedia
from benchmarks.recordings.token_counts import Counted

AT_MOST_PER_SOURCE = 3


def token_table(counts: Iterable[Counted]) -> str:
    """Text-only calls that are not suspect, by api and feature, at most three of each source file."""
    groups: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    unattempted: Counter[str] = Counter()
    for one in at_most_per_source(one for one in counts if one.text_only and not one.suspect and one.billed):
        if one.predicted is None:
            unattempted[one.api] += 1
            continue
        groups[one.api, "all"].append(one)
        groups[one.api, one.feature].append(one)
    lines = [
        "| api | feature | n | exact | median error | p90 error | bias | in band | not attempted |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for (api, feature), found in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] != "all")):
        left = str(unattempted[api]) if feature == "all" else ""
        lines.append(f"| {api} | {feature} | {_token_cells(found)} | {left} |")
    rest = sum(n for api, n in unattempted.items() if (api, "all") not in groups)
    lines.append(f"| other formats | | 0 | | | | | | {rest} |")
    return "\n".join(lines)


def at_most_per_source(counts: Iterable[Counted]) -> list[Counted]:
    """Many files record one prompt again and again."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for one in counts:
        seen[one.source, one.api] += 1
        if seen[one.source, one.api] <= AT_MOST_PER_SOURCE:
            kept.append(one)
    return kept


def growth_table(grown: Iterable[Grown]) -> str:
    """Whole conversations by api: quoted against billed input and cache reads."""
    groups: dict[str, list[Grown]] = defaultdict(list)
    unattempted: Counter[str] = Counter()
    for one in grown:
        if one.clean and one.predicted is not None and all(one.billed):
            groups[one.family].append(one)
        else:
            unattempted[one.family] += 1
    lines = [
        "| api | conversations | requests | total exact | total median | total p90 | request median | "
        "request p90 | reads quoted ÷ billed | reads within 5 % | not attempted |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for family, found in sorted(groups.items()):
        lines.append(f"| {family} | {_growth_cells(found)} | {unattempted[family]} |")
    rest = sum(n for family, n in unattempted.items() if family not in groups)
    lines.append(f"| other formats | 0 | | | | | | | | | {rest} |")
    return "\n".join(lines)


def media_table(counts: Iterable[Measured]) -> str:
    """Rows by family, those that stand for themselves apart from ports of formulas; then what differs."""
    found = list(counts)
    independent = [one for one in found if one.independent]
    ports = [one for one in found if not one.independent]
    lines = [
        f"Executed, printed or measured: {sum(one.exact for one in independent)} of {len(independent)} "
        f"exact; ports of formulas: {sum(one.exact for one in ports)} of {len(ports)}.",
        "",
        "| family | executed, printed, measured | exact | ports | exact | in band | not attempted |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    families: dict[str, list[Measured]] = defaultdict(list)
    for one in found:
        families[one.family].append(one)
    lines += [f"| {family} | {_media_cells(rows)} |" for family, rows in sorted(families.items())]
    lines += [
        "",
        "What differs, or is not attempted, and why:",
        "",
        "| family | row | ours | why |",
        "|---|---:|---:|---|",
    ]
    lines += [
        f"| {one.family} | {one.tokens} | {one.predicted or 'none'} | {one.known or 'NOT KNOWN'} |"
        for one in found
        if not one.exact
    ]
    return "\n".join(lines)


def recorded_media_table(counts: Iterable[RecordedMedia]) -> str:
    """Whole bodies with media against their bills, by what they hold and who was asked."""
    found = list(counts)
    lines = [
        "| calls with | n | exact | within 1 % | median error | p90 error | in band | not attempted |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    known = [one for one in found if not one.remote]
    for kind in sorted({one.kind for one in known}):
        of_kind = [one for one in known if one.kind == kind]
        lines.append(f"| {kind} | {_recorded_cells(of_kind)} |")
        lines.append(f"| {kind}, no tools | {_recorded_cells([one for one in of_kind if not one.tools])} |")
        for api in sorted({one.api for one in of_kind}):
            lines.append(f"| {kind}, {api} | {_recorded_cells([one for one in of_kind if one.api == api])} |")
    lines.append(f"| behind addresses | {_recorded_cells([one for one in found if one.remote])} |")
    return "\n".join(lines)


def _recorded_cells(rows: Sequence[RecordedMedia]) -> str:
    counted = [one for one in rows if one.predicted is not None]
    left = len(rows) - len(counted)
    if not counted:
        return f"0 | | | | | | {left}"
    errors = [abs((one.predicted or 0) - one.billed) / one.billed for one in counted]
    inside = sum((one.low or 0) <= one.billed <= (one.high or 0) for one in counted) / len(counted)
    exact = sum(error == 0 for error in errors) / len(errors)
    close = sum(error <= 0.01 for error in errors) / len(errors)
    p90 = float(np.quantile(errors, 0.9))
    shares = f"{exact:.1%} | {close:.1%} | {median(errors):.2%} | {p90:.1%} | {inside:.1%}"
    return f"{len(counted)} | {shares} | {left}"


def _media_cells(rows: Sequence[Measured]) -> str:
    cells = []
    for independent in (True, False):
        part = [one for one in rows if one.independent is independent]
        cells += [str(len(part)), f"{sum(one.exact for one in part) / len(part):.1%}" if part else ""]
    counted = [one for one in rows if one.predicted is not None and one.tokens is not None]
    inside = sum((one.low or 0) <= (one.tokens or 0) <= (one.high or 0) for one in counted)
    cells.append(f"{inside / len(counted):.1%}" if counted else "")
    cells.append(str(sum(one.predicted is None and not one.exact for one in rows)))
    return " | ".join(cells)


def _token_cells(found: Sequence[Counted]) -> str:
    pairs = [(one.predicted or 0, one.billed or 0) for one in found]
    errors = [abs(predicted - billed) / billed for predicted, billed in pairs]
    exact = sum(predicted == billed for predicted, billed in pairs) / len(pairs)
    bias = median((predicted - billed) / billed for predicted, billed in pairs)
    inside = sum((one.low or 0) <= (one.billed or 0) <= (one.high or 0) for one in found) / len(found)
    p90 = float(np.quantile(errors, 0.9))
    return f"{len(found)} | {exact:.1%} | {median(errors):.2%} | {p90:.1%} | {bias:+.2%} | {inside:.1%}"


def _growth_cells(found: Sequence[Grown]) -> str:
    totals = [(sum(one.predicted or ()), sum(one.billed)) for one in found]
    total_errors = [abs(predicted - billed) / billed for predicted, billed in totals]
    request_errors = [
        abs(predicted - billed) / billed
        for one in found
        for predicted, billed in zip(one.predicted or (), one.billed, strict=True)
    ]
    exact = sum(predicted == billed for predicted, billed in totals) / len(totals)
    reads = [(sum(one.cache_read or ()), sum(one.billed_cache_read)) for one in found]
    quoted_reads, billed_reads = (sum(column) for column in zip(*reads, strict=True))
    close = sum(abs(quoted - billed) <= 0.05 * billed for quoted, billed in reads) / len(reads)
    ratio = f"{quoted_reads / billed_reads:.2f}" if billed_reads else "none billed"
    return " | ".join(
        [
            str(len(found)),
            str(len(request_errors)),
            f"{exact:.1%}",
            f"{median(total_errors):.2%}",
            f"{float(np.quantile(total_errors, 0.9)):.1%}",
            f"{median(request_errors):.2%}",
            f"{float(np.quantile(request_errors, 0.9)):.1%}",
            ratio,
            f"{close:.0%}",
        ]
    )
