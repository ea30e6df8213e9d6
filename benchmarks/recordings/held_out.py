"""Ask of each repository whether what the others say of its kinds of calls holds for it too.

A kind of call is one vocabulary on one API, plain or with tools, calls or an output schema. Labels and bands
were set by what recorded calls show; a repository that is left out stands for one that nobody has seen.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median

from benchmarks.recordings.scoring import markdown_table, scored_calls
from benchmarks.recordings.token_counts import Counted

__all__ = ["held_out_band_table", "held_out_label_table"]

EXACT_SHARE = 0.97
"""The share of counts that has to equal the bill where the label `exact` is used: what the label promises."""
FEWEST_CALLS = 20
"""The fewest calls of other repositories that decide: in fewer, one odd bill weighs more than 5 in 100."""
_IN_BAND = 0.925
"""The share of other repositories' bills that a scaled band has to hold, so nine in ten hold elsewhere."""
_SCALES = (0.25, 0.35, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 2.0)
"""The factors by which bands are scaled to fit other repositories; where none suffices, the widest holds."""


def held_out_label_table(sets: Mapping[str, Iterable[Counted]]) -> str:
    """Write how often counts labelled `exact` equal the bill in a repository that had no say in the label."""
    verdicts: dict[str, list[Counted]] = {"earned": [], "too few calls": [], "not earned": []}
    for call, others in _with_others(_every_scored(sets)):
        if call.method == "exact":
            named = [other for other in others if other.method == "exact"]
            verdicts[_verdict(named)].append(call)
    columns = ("what other repositories say of the label", ">calls", ">of all `exact`", ">equal to the bill")
    labelled = sum(map(len, verdicts.values()))
    rows = [
        [said, len(calls), f"{len(calls) / labelled:.1%}", f"{_share_exact(calls):.1%}"]
        for said, calls in verdicts.items()
        if calls
    ]
    return "\n".join(markdown_table(columns, rows))


def held_out_band_table(sets: Mapping[str, Iterable[Counted]]) -> str:
    """Write what bands hold that are as wide as nine bills in ten of other repositories need."""
    columns = (
        "set",
        "bands of counts that are not `exact`",
        ">calls",
        ">in band",
        ">median width, not exact",
    )
    rows: list[list[object]] = []
    for name, calls in sets.items():
        pairs = [pair for pair in _with_others(_scored(calls)) if pair[0].method != "exact"]
        rows.append([name, "as they stand", *_band_cells([(call, 1.0) for call, _ in pairs])])
        fitted = [(call, _fitted_scale(others)) for call, others in pairs]
        rows.append([name, "scaled to fit other repositories", *_band_cells(fitted)])
    return "\n".join(markdown_table(columns, rows))


def _every_scored(sets: Mapping[str, Iterable[Counted]]) -> list[Counted]:
    return [call for calls in sets.values() for call in _scored(calls)]


def _scored(calls: Iterable[Counted]) -> list[Counted]:
    return [call for call in scored_calls(calls) if call.predicted is not None]


def _with_others(calls: Sequence[Counted]) -> Iterator[tuple[Counted, Sequence[Counted]]]:
    """Yield each call with the calls of its kind that other repositories recorded."""
    kinds: defaultdict[tuple[object, ...], list[Counted]] = defaultdict(list)
    for call in calls:
        kinds[call.vocabulary, call.api, call.feature].append(call)
    for found in kinds.values():
        repositories = {call.repository for call in found}
        others = {each: [call for call in found if call.repository != each] for each in repositories}
        yield from ((call, others[call.repository]) for call in found)


def _verdict(others: Sequence[Counted]) -> str:
    if len(others) < FEWEST_CALLS:
        return "too few calls"
    return "earned" if _share_exact(others) >= EXACT_SHARE else "not earned"


def _fitted_scale(others: Sequence[Counted]) -> float:
    """Return the smallest factor of bands with which they hold enough bills; 1 where too few calls say."""
    unsure = [call for call in others if call.method != "exact"]
    if len(unsure) < FEWEST_CALLS:
        return 1.0
    return next((scale for scale in _SCALES if _share_in_band(unsure, scale) >= _IN_BAND), _SCALES[-1])


def _band(call: Counted, scale: float) -> tuple[int, int]:
    tokens, low, high = call.predicted or 0, call.low or 0, call.high or 0
    return tokens - math.ceil((tokens - low) * scale), tokens + math.ceil((high - tokens) * scale)


def _holds(call: Counted, scale: float) -> bool:
    low, high = _band(call, scale)
    return low <= (call.billed or 0) <= high


def _share_in_band(calls: Sequence[Counted], scale: float) -> float:
    return sum(_holds(call, scale) for call in calls) / len(calls)


def _share_exact(calls: Sequence[Counted]) -> float:
    return sum(call.predicted == call.billed for call in calls) / len(calls)


def _band_cells(scaled: Sequence[tuple[Counted, float]]) -> list[object]:
    if not scaled:
        return [0, "", ""]
    held = sum(_holds(call, scale) for call, scale in scaled) / len(scaled)
    bands = [(call, _band(call, scale)) for call, scale in scaled if call.predicted != call.billed]
    widths = [(high - low) / max(1, call.predicted or 0) for call, (low, high) in bands]
    return [len(scaled), f"{held:.1%}", f"{median(widths):.1%}" if widths else ""]
