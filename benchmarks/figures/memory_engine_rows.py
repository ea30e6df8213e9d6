"""Rows on what an engine holds on one GPU beside the cache, and on what it leaves to the cache."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from benchmarks.figures.memory_cache_rows import NotAttempted, vllm_rules
from benchmarks.figures.memory_rows import Configs, Row
from benchmarks.figures.memory_weight_rows import format_name

from tokenquote.memory import Formats, read_architecture, weigh_architecture
from tokenquote.memory.engines.vllm import VLLM_LINES, VllmRules
from tokenquote.memory.gpus import Layout, LayoutError
from tokenquote.memory.gpus.fit import engine_budget
from tokenquote.memory.gpus.overhead import EngineSettings, LinkKind, Overhead, engine_overhead
from tokenquote.memory.gpus.sharding import WeightSharding

__all__ = ["EngineRows"]

_GIB = 2**30
_H100_GIB = 79.19  # as all logs of H100s with 80 GB say
_FITTED = next(line for line in VLLM_LINES if line.newest == "0.19.1")


@dataclass(frozen=True)
class _Rank:
    """The memory of the first rank, which logs are of."""

    weights: int
    overhead: Overhead


class EngineRows:
    """The predictors of rows on weights over several GPUs, activations, runtime, graphs and pools."""

    def __init__(self, configs: Configs, formats: Formats, alone: Callable[[Row], float]) -> None:
        """Hold configs and formats; `alone` predicts the weights of a model that is on one GPU."""
        self._configs = configs
        self._formats = formats
        self._alone = alone

    def predictors(self) -> Mapping[str, Callable[[Row], float]]:
        """Return a predictor for each quantity, which answers in the row's own unit."""
        return {
            "weights_gib_per_gpu": self._weights,
            "torch_peak_activation_gib": self._peak,
            "non_torch_gib": lambda row: self._rank(row).overhead.non_torch / row.unit,
            "cuda_graph_pool_gib": lambda row: self._rank(row).overhead.cuda_graphs / row.unit,
            "kv_pool_gib_per_gpu": self._pool,
        }

    def _weights(self, row: Row) -> float:
        """Return the weights of the first rank, with the padding of packed experts."""
        padded = format_name(row) == "mxfp4" and _is_h100(row)  # other kernels leave experts as they are
        if _layout(row).gpus == 1 and not padded:
            return self._alone(row)
        rank = self._rank(row)
        return (rank.weights + rank.overhead.padding) / row.unit

    def _peak(self, row: Row) -> float:
        _usable(row)  # the size of a step depends on it
        return self._rank(row).overhead.activations / row.unit

    def _pool(self, row: Row) -> float:
        """Return the budget less the rest, as the log states it or as it is predicted."""
        share = row.first("gpu_memory_utilization")
        if share is None:
            raise NotAttempted("the row does not say which part of the GPU the engine takes")
        budget = engine_budget(_usable(row), Fraction(str(share))) / _GIB
        if (rest := row.first("total_non_kv_gib")) is not None:
            return budget - float(rest)
        logged = [row.first(name) for name in ("weights_gib", "torch_peak_gib", "non_torch_gib")]
        if all(part is not None for part in logged):
            return budget - sum(float(part) for part in logged)
        rank = self._rank(row)
        used = rank.weights + rank.overhead.padding + rank.overhead.non_torch
        return budget - used / _GIB - self._peak(row)

    def _rank(self, row: Row) -> _Rank:
        name = format_name(row)
        if name is None:
            raise NotAttempted(f"no format of quantization.yaml for {row.text()[:60]!r}")
        architecture = read_architecture(self._configs.config(row))
        weights = weigh_architecture(architecture, self._formats.weight(name), self._formats)
        layout = _layout(row)
        sharding = WeightSharding(architecture, weights.components)
        try:
            sharding.check(layout)
        except LayoutError as error:
            raise NotAttempted(error.detail) from None
        stage = sharding.stages(layout)[0]
        overhead = engine_overhead(
            architecture,
            stage,
            layout,
            _engine(row),
            replace(_rules(row), graphs_inside=True),  # pools are told apart from graphs here
            packed_experts=name == "mxfp4",
            link=_link(row),
        )
        return _Rank(stage.bytes, overhead)


def _layout(row: Row) -> Layout:
    return Layout(row.number("tensor_parallel") or 1, row.number("pipeline_parallel") or 1)


def _engine(row: Row) -> EngineSettings:
    total = _total_gib(row) or 0
    sequences, tokens = _rules(row).default_batch(round(total * _GIB), str(row.first("gpu") or ""))
    return EngineSettings(
        utilization=Fraction(1),
        max_num_seqs=row.number("max_num_seqs") or sequences,
        max_num_batched_tokens=row.number("max_num_batched_tokens") or tokens,
    )


def _usable(row: Row) -> int:
    total = _total_gib(row)
    if total is None:
        raise NotAttempted("the row does not say how much memory the GPU has")
    return round(total * _GIB)


def _total_gib(row: Row) -> float | None:
    stated = row.first("gpu_total_gib")
    return float(stated) if stated else _H100_GIB if _is_h100(row) else None


def _is_h100(row: Row) -> bool:
    return "h100" in str(row.first("gpu") or "").lower()


def _rules(row: Row) -> VllmRules:
    """Return what the row's version does; the logs that the terms were fitted on are of 0.19."""
    return vllm_rules(row) or _FITTED


def _link(row: Row) -> LinkKind:
    """Return the link of the row's GPUs: cards without NVLink, and cards with a bridge at most, have PCIe."""
    return (
        "pcie"
        if re.search(r"\b[345]090|a6000|l40|\bl4\b|\bt4\b", str(row.first("gpu") or ""), re.IGNORECASE)
        else "nvlink"
    )
