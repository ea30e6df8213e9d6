"""Errors of models with a private vocabulary, by family, generation and kind of request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np
from benchmarks.recordings.scoring import at_most_per_source
from benchmarks.recordings.token_counts import Counted

from tokenquote.catalog import Catalog, ModelNotFound
from tokenquote.catalog.schema.counting import CountingRule

__all__ = ["private_vocabulary_table"]


def private_vocabulary_table(counts: Iterable[Counted], catalog: Catalog) -> str:
    """Text-only calls that are not suspect, at most three of each source file; every api together.

    The errors are of calls that the fit has seen; `held out` are those of source files that it had not, from
    calibration.yaml. `width` is high − low as a share of the prediction, at the median of inexact calls.
    """
    words = {id(rule): word for word, rule in catalog.counting.items()}
    groups: defaultdict[tuple[str, str], list[Counted]] = defaultdict(list)
    for one in at_most_per_source(one for one in counts if one.text_only and not one.suspect and one.billed):
        rule = _rule_of(one, catalog)
        if rule is not None and rule.calibration is not None and one.predicted is not None:
            family = rule.calibration.family
            for group in ("", words[id(rule)], f"~{one.feature}"):
                groups[family, group].append(one)
    lines = [
        "| family | rule or kind | n | exact | median | p90 | in band | width | held out | held out p90 |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for (family, group), found in sorted(groups.items()):
        name = group.removeprefix("~") or "all"
        lines.append(f"| {family} | {name} | {_cells(found)} | {_held_out(catalog.counting.get(group))} |")
    return "\n".join(lines)


def _rule_of(one: Counted, catalog: Catalog) -> CountingRule | None:
    try:
        return catalog.find_counting(one.model, one.api).counting
    except ModelNotFound:
        return None


def _cells(found: Sequence[Counted]) -> str:
    billed = np.array([one.billed or 0 for one in found], dtype=np.float64)
    predicted = np.array([one.predicted or 0 for one in found], dtype=np.float64)
    errors = np.abs(predicted - billed) / billed
    inside = np.mean([(one.low or 0) <= (one.billed or 0) <= (one.high or 0) for one in found])
    widths = [
        ((one.high or 0) - (one.low or 0)) / (one.predicted or 1)
        for one in found
        if one.predicted != one.billed
    ]
    width = f"{median(widths):.1%}" if widths else ""
    return (
        f"{len(found)} | {np.mean(errors == 0):.1%} | {np.median(errors):.2%} | "
        f"{np.quantile(errors, 0.9):.1%} | {inside:.1%} | {width}"
    )


def _held_out(rule: CountingRule | None) -> str:
    fit = rule.calibration.fit if rule is not None and rule.calibration is not None else None
    return f"{fit.held_out.median:.2%} | {fit.held_out.p90:.1%}" if fit is not None else " | "
