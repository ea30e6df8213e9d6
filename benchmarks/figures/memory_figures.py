"""Measured and published memory figures beside what the service's own functions predict."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures.memory_cache_rows import CacheRows, NotAttempted
from benchmarks.figures.memory_engine_rows import EngineRows
from benchmarks.figures.memory_rows import Configs, Row, read_rows
from benchmarks.figures.memory_weight_rows import WeightRows
from benchmarks.figures.vector_rows import why_not_attempted

from tokenquote.catalog import Catalog
from tokenquote.memory import ArchitectureError, CacheError, UnknownFormat, number_formats

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference"
EVIDENCE = ("independent", "conditional")
"""The kinds of check that say something of an estimator."""


# What an engine reserves was fitted on logs; the band holds nearly all of them (memory/gpus/overhead.py).
_BANDS = {
    "torch_peak_activation_gib": 0.35,
    "non_torch_gib": 0.25,
    "cuda_graph_pool_gib": 0.5,
    "kv_pool_gib_per_gpu": 0.5,
}


@dataclass(frozen=True)
class MemoryFigure:
    """A row and its prediction, or the reason why there is none."""

    row: Row
    predicted: float | None
    reason: str | None
    method: str = "rule"

    @property
    def error(self) -> float | None:
        """The error relative to the figure; None: there is no prediction."""
        value = self.row.value
        if self.predicted is None or value is None:
            return None
        return (self.predicted - value) / value if value else float(self.predicted != 0)

    @property
    def low(self) -> float | None:
        return None if self.predicted is None else self.predicted - _BANDS.get(self.row.quantity, 0)

    @property
    def high(self) -> float | None:
        """The upper end, with the buffers that engines load: rotary tables, what an allocator rounds up."""
        if self.predicted is None:
            return None
        buffers = 1.01 if self.row.quantity == "weights_gib_per_gpu" else 1
        return self.predicted * buffers + _BANDS.get(self.row.quantity, 0)

    @property
    def within(self) -> bool:
        """Whether the prediction lies within the row's tolerance, or prints as the figure does."""
        if self.error is None or self.predicted is None:
            return False
        return abs(self.error) <= self.row.tolerance + 1e-9


class MemoryFigures:
    """The predictions of all rows of a file."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._formats = number_formats(catalog.quantization)

    def predict(self, vectors: Path) -> Iterator[MemoryFigure]:
        """Yield every row, attempted or not; architectures.json beside the rows is read as well."""
        configs = Configs(
            self._catalog, [folder / "architectures.json" for folder in (vectors.parent, REFERENCE)]
        )
        weights = WeightRows(configs, self._formats).predictors()
        engine = EngineRows(configs, self._formats, weights["weights_gib_per_gpu"]).predictors()
        cache = CacheRows(configs, self._formats).predictors()
        predictors: Mapping[str, Callable[[Row], float]] = {**cache, **weights, **engine}
        for row in read_rows(vectors):
            yield _figure(row, predictors.get(row.quantity))


def _figure(row: Row, predict: Callable[[Row], float] | None) -> MemoryFigure:
    if predict is None:
        return MemoryFigure(row, None, f"not predicted: {row.quantity}")
    try:
        predicted = predict(row)
        if not math.isfinite(predicted):
            raise NotAttempted(f"the row's numbers come to {predicted}")
    except (ArchitectureError, CacheError) as error:
        return MemoryFigure(row, None, error.detail)
    except UnknownFormat as error:
        return MemoryFigure(row, None, f"no format {error.name[:60]!r}")
    except Exception as error:  # rows may lack or misspell anything, and each gets its line
        return MemoryFigure(row, None, why_not_attempted(error))
    method = "calibrated" if row.quantity in _BANDS else "rule"
    return MemoryFigure(row, predicted, None, method)
