"""Score models with a private vocabulary by family, generation and kind of request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np
from benchmarks.recordings.scoring import at_most_per_source, markdown_table
from benchmarks.recordings.token_counts import Counted

from tokenquote.catalog import Catalog, ModelNotFound
from tokenquote.catalog.schema.counting import CountingRule

__all__ = ["private_vocabulary_table"]


def private_vocabulary_table(counts: Iterable[Counted], catalog: Catalog) -> str:
    """Write the table of text-only calls that are not suspect, at most three of each source file and API.

    The errors are of calls that the fit has seen; `held out` are errors of source files that the fit had not
    seen, from calibration.yaml. `width` is high − low as a share of the prediction, at the
    median of inexact calls.
    """
    words = {id(rule): word for word, rule in catalog.counting.items()}
    groups: defaultdict[tuple[str, str], list[Counted]] = defaultdict(list)
    for call in at_most_per_source(
        call for call in counts if call.text_only and not call.suspect and call.billed
    ):
        rule = _find_rule(call, catalog)
        if rule is not None and rule.calibration is not None and call.predicted is not None:
            family = rule.calibration.family
            for group in ("", words[id(rule)], f"~{call.feature}"):
                groups[family, group].append(call)
    columns = ("family", "rule or kind", ">n", ">exact", ">median", ">p90", ">in band", ">width")
    rows = [
        [family, group.removeprefix("~") or "all", *_cells(found), *_held_out(catalog.counting.get(group))]
        for (family, group), found in sorted(groups.items())
    ]
    return "\n".join(markdown_table((*columns, ">held out", ">held out p90"), rows))


def _find_rule(call: Counted, catalog: Catalog) -> CountingRule | None:
    try:
        return catalog.find_counting(call.model, call.api).counting
    except ModelNotFound:
        return None


def _cells(found: Sequence[Counted]) -> list[object]:
    billed = np.array([call.billed or 0 for call in found], dtype=np.float64)
    predicted = np.array([call.predicted or 0 for call in found], dtype=np.float64)
    errors = np.abs(predicted - billed) / billed
    inside = np.mean([(call.low or 0) <= (call.billed or 0) <= (call.high or 0) for call in found])
    widths = [
        ((call.high or 0) - (call.low or 0)) / (call.predicted or 1)
        for call in found
        if call.predicted != call.billed
    ]
    width = f"{median(widths):.1%}" if widths else ""
    median_error, p90 = f"{np.median(errors):.2%}", f"{np.quantile(errors, 0.9):.1%}"
    return [len(found), f"{np.mean(errors == 0):.1%}", median_error, p90, f"{inside:.1%}", width]


def _held_out(rule: CountingRule | None) -> list[object]:
    fit = rule.calibration.fit if rule is not None and rule.calibration is not None else None
    return ["", ""] if fit is None else [f"{fit.held_out.median:.2%}", f"{fit.held_out.p90:.1%}"]
