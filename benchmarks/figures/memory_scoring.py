"""Tables of memory figures: how many rows lie within their tolerance, and each other row with its cause."""

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
    ("7.5B model, Adam mixed precision, Nd=64", "training_gb_per_gpu_P_os+g+p"): (
        "the paper prints 1.875 GB as 1.9"
    ),
}
_VISION = "the logged run loaded more than the checkpoint holds, in the vision tower"


def memory_table(figures: Iterable[MemoryFigure]) -> str:
    """Return the rows whose check is evidence, by category and quantity, and then each miss among them."""
    found = list(figures)
    evidence = [figure for figure in found if figure.row.basis in EVIDENCE]
    groups: dict[tuple[str, str], list[MemoryFigure]] = defaultdict(list)
    for figure in evidence:
        groups[figure.row.category, figure.row.quantity].append(figure)
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
        *(_miss(figure) for figure in evidence if not figure.within),
    ]
    return "\n".join(lines)


def memory_row(figure: MemoryFigure) -> dict[str, Any]:
    """Return the line of a predictions file."""
    if figure.predicted is None:
        return {"row": figure.row.index, "predicted": None, "reason": figure.reason}
    return {
        "row": figure.row.index,
        "predicted": figure.predicted,
        "low": figure.low,
        "high": figure.high,
        "method": figure.method,
    }


def _cells(rows: Sequence[MemoryFigure]) -> str:
    within = sum(figure.within for figure in rows)
    errors = [abs(figure.error) for figure in rows if figure.error is not None]
    largest = f"{max(errors):.3%}" if errors else ""
    missing = sum(figure.predicted is None for figure in rows)
    return f"{len(rows)} | {within} ({within / max(1, len(rows)):.1%}) | {largest} | {missing or ''}"


def _others(found: Sequence[MemoryFigure]) -> str:
    rest = [figure for figure in found if figure.row.basis not in EVIDENCE]
    predicted = [figure for figure in rest if figure.predicted is not None]
    within = sum(figure.within for figure in predicted)
    return (
        f"Of {len(rest)} rows that prove little (sums within one log, fitted figures, rows without a check) "
        f"{len(predicted)} are predicted, {within} of them within tolerance."
    )


def _miss(figure: MemoryFigure) -> str:
    row = figure.row
    said = f"- {row.entry.get('id', row.index)} {row.model}, {row.quantity}: "
    if figure.predicted is None or figure.error is None:
        return f"{said}not predicted: {figure.reason}"
    unit = row.entry.get("unit", "")
    error = f"{figure.error:+.2%}"
    return f"{said}{row.value:g} {unit}, predicted {figure.predicted:.6g} ({error}): {_cause(figure)}"


def _cause(figure: MemoryFigure) -> str:
    known = _CAUSES.get((figure.row.model, figure.row.quantity))
    if known is not None:
        return known
    if figure.row.quantity == "weights_gib_per_gpu" and "gemma-3" in figure.row.model:
        return _VISION
    return "not explained"
