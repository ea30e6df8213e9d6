"""Measured and published memory figures beside what the service's own functions say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.memory_cache_rows import CacheRows, NotAttempted
from benchmarks.memory_rows import Configs, NoConfig, Row, read_rows
from benchmarks.memory_weight_rows import WeightRows

from tokenquote.catalog import Catalog
from tokenquote.memory import ArchitectureError, CacheError, UnknownFormat, formats_of

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
EVIDENCE = ("independent", "conditional")
"""What a row's check may rest on to say something of an estimator."""


@dataclass(frozen=True)
class MemoryFigure:
    """One row, predicted or not."""

    row: Row
    predicted: float | None
    reason: str | None
    method: str = "rule"

    @property
    def error(self) -> float | None:
        """Relative to the figure."""
        value = self.row.value
        if self.predicted is None or value is None:
            return None
        return (self.predicted - value) / value if value else float(self.predicted != 0)

    @property
    def low(self) -> float | None:
        return self.predicted

    @property
    def high(self) -> float | None:
        """Engines load buffers besides: rotary tables, what an allocator rounds up."""
        if self.predicted is None or self.row.quantity != "weights_gib_per_gpu":
            return self.predicted
        return self.predicted * 1.01

    @property
    def within(self) -> bool:
        """Whether the prediction lies within the row's tolerance, or prints as the figure does."""
        if self.error is None or self.predicted is None:
            return False
        return abs(self.error) <= self.row.tolerance + 1e-9


class MemoryFigures:
    """Predicts every row of a file."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._formats = formats_of(catalog.quantization)

    def predict(self, vectors: Path) -> Iterator[MemoryFigure]:
        """Every row, attempted or not; architectures.json beside the rows is read as well."""
        beside = vectors.parent / "architectures.json"
        configs = Configs(self._catalog, beside if beside.is_file() else REFERENCE / "architectures.json")
        predictors: Mapping[str, Callable[[Row], float]] = {
            **CacheRows(configs, self._formats).predictors(),
            **WeightRows(configs, self._formats).predictors(),
        }
        for row in read_rows(vectors):
            yield _figure(row, predictors.get(row.quantity))


def _figure(row: Row, predict: Callable[[Row], float] | None) -> MemoryFigure:
    if predict is None:
        return MemoryFigure(row, None, f"not predicted: {row.quantity}")
    try:
        return MemoryFigure(row, predict(row), None)
    except (NotAttempted, NoConfig) as error:
        return MemoryFigure(row, None, str(error.args[0]))
    except (ArchitectureError, CacheError) as error:
        return MemoryFigure(row, None, error.detail)
    except UnknownFormat as error:
        return MemoryFigure(row, None, f"no format {error.name[:60]!r}")
