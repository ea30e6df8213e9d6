"""Memory figures as tables: how many rows lie within their tolerance; the rest one by one with its cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.figures.memory_figures import EVIDENCE, MemoryFigure

__all__ = ["memory_row", "memory_table"]

# Why a prediction that is right by the formula is not what the row says.
_CAUSES = {
    ("meta-llama/Llama-2-7b", "bits_per_weight"): "the table is older than llama.cpp's present mix for Q2_K",
    ("meta-llama/Llama-2-70b", "bits_per_weight"): "the table is older than llama.cpp's present mix",
    ("Ibtasam-98/medgemma-27b-it", "checkpoint_bytes"): (
        "the index's own `total_parameters` counts something else than what its files hold"
    ),
    ("7.5B model, Adam mixed precision, Nd=64", "training_gb_per_gpu_P_os+g+p"): (
        "the paper prints 1.875 GB as 1.9"
    ),
}
_VISION = "the logged run loaded more than the checkpoint holds, in the vision tower"


def memory_table(figures: Iterable[MemoryFigure]) -> str:
    """Rows whose check is independent or conditional, by category and quantity; then every other of them."""
    found = list(figures)
    evidence = [one for one in found if one.row.basis in EVIDENCE]
    groups: dict[tuple[str, str], list[MemoryFigure]] = defaultdict(list)
    for one in evidence:
        groups[one.row.category, one.row.quantity].append(one)
    lines = [
        "| source | quantity | n | within tolerance | largest error | not predicted |",
        "|---|---|---:|---:|---:|---:|",
        *(
            f"| {category} | {quantity} | {_cells(rows)} |"
            for (category, quantity), rows in sorted(groups.items())
        ),
        f"| all | | {_cells(evidence)} |",
        "",
        _others(found),
        "",
        "The rest, one by one:",
        "",
        *(_miss(one) for one in evidence if not one.within),
    ]
    return "\n".join(lines)


def memory_row(one: MemoryFigure) -> dict[str, Any]:
    """The line of a predictions file."""
    if one.predicted is None:
        return {"row": one.row.index, "predicted": None, "reason": one.reason}
    return {
        "row": one.row.index,
        "predicted": one.predicted,
        "low": one.low,
        "high": one.high,
        "method": one.method,
    }


def _cells(rows: Sequence[MemoryFigure]) -> str:
    within = sum(one.within for one in rows)
    errors = [abs(one.error) for one in rows if one.error is not None]
    largest = f"{max(errors):.3%}" if errors else ""
    missing = sum(one.predicted is None for one in rows)
    return f"{len(rows)} | {within} ({within / max(1, len(rows)):.1%}) | {largest} | {missing or ''}"


def _others(found: Sequence[MemoryFigure]) -> str:
    rest = [one for one in found if one.row.basis not in EVIDENCE]
    predicted = [one for one in rest if one.predicted is not None]
    within = sum(one.within for one in predicted)
    return (
        f"Of {len(rest)} rows that prove little (sums within one log, fitted figures, rows without a check) "
        f"{len(predicted)} are predicted, {within} of them within tolerance."
    )


def _miss(one: MemoryFigure) -> str:
    row = one.row
    said = f"- {row.entry.get('id', row.index)} {row.model}, {row.quantity}: "
    if one.predicted is None or one.error is None:
        return f"{said}not predicted: {one.reason}"
    unit = row.entry.get("unit", "")
    return f"{said}{row.value:g} {unit}, predicted {one.predicted:.6g} ({one.error:+.2%}): {_cause(one)}"


def _cause(one: MemoryFigure) -> str:
    known = _CAUSES.get((one.row.model, one.row.quantity))
    if known is not None:
        return known
    if one.row.quantity == "weights_gib_per_gpu" and "gemma-3" in one.row.model:
        return _VISION
    return "not explained"
