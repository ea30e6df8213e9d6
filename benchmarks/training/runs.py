"""Training runs that others measured, as questions: the peak that PyTorch's allocator had on each GPU.

Each source states its settings once (`SOURCES`); a row of `measured_runs.csv` states the rest. Peaks are
`torch.cuda.max_memory_allocated`, so neither the CUDA context nor what the allocator holds free is in them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SOURCES", "MeasuredRun", "Source", "measured_runs"]

_FILE = Path(__file__).parent / "measured_runs.csv"
_FMS = "https://github.com/foundation-model-stack/fms-acceleration"
_QKVO = ["q_proj", "k_proj", "v_proj", "o_proj"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows are from, and the settings that all of them share."""

    name: str
    url: str
    shared: dict[str, Any]
    lora: dict[str, Any]


_FMS_SHARED: dict[str, Any] = {"precision": "bf16", "checkpointing": "full", "attention": "flash"}
_FMS_LORA: dict[str, Any] = {"rank": 16, "targets": _QKVO}


def _fms(name: str, table: str) -> Source:
    return Source(f"fms-acceleration, {name}", f"{_FMS}/blob/{table}", _FMS_SHARED, _FMS_LORA)


SOURCES: dict[str, Source] = {
    "fms-first": _fms("June 2024", "04702cc5/scripts/benchmarks/refs/a100_80gb.csv"),
    "fms-second": _fms("September 2024", "0aab2c6f/scripts/benchmarks/refs/a100_80gb.csv"),
    "fms-third": _fms(
        "December 2024", "bfdef09c/scripts/benchmarks/refs/a100_80gb_update_cross_entropy_and_deps.csv"
    ),
    "fms-liger": _fms("Liger", "12ebdb90/scripts/benchmarks/refs/a100_80gb_liger.csv"),
    "fms-granite": _fms("PowerLM", "426a4a50/scripts/benchmarks/refs/a100_80gb_granite.csv"),
    "litgpt": Source(
        "LitGPT, October 2023",
        "https://github.com/Lightning-AI/litgpt/blob/4839345a/tutorials/resource-tables.md",
        {"precision": "bf16", "checkpointing": "none", "attention": "flash"},
        {"rank": 8, "targets": ["q_proj", "v_proj"], "dropout": 0.05},
    ),
    "torchtune-offers": Source(
        "torchtune 0.6.1",
        "https://github.com/meta-pytorch/torchtune/blob/v0.6.1/README.md",
        {"precision": "bf16", "checkpointing": "full", "attention": "flash", "packing": True},
        {
            "rank": 8,
            "targets": [*_QKVO[:1], "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
            "dtype": "bf16",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """One run: the question that it answers, and the peak that was measured."""

    source: str
    model: str
    label: str
    question: dict[str, Any]
    measured: int


# The configs of models that the catalog does not have, as their repositories publish them.
_CONFIGS: dict[str, dict[str, Any]] = {
    "ibm/PowerLM-3b": {
        "model_type": "granite", "hidden_size": 2304, "num_hidden_layers": 40, "num_attention_heads": 36,
        "num_key_value_heads": 36, "intermediate_size": 9216, "vocab_size": 49152,
        "tie_word_embeddings": True,
    },
    "stabilityai/stablelm-base-alpha-3b": {
        "model_type": "gpt_neox", "hidden_size": 4096, "num_hidden_layers": 16, "num_attention_heads": 32,
        "intermediate_size": 16384, "vocab_size": 50688, "tie_word_embeddings": False,
    },
}  # fmt: skip


def measured_runs() -> Iterator[MeasuredRun]:
    """Yield every row as a question with its measured peak."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield MeasuredRun(
                row["source"], row["model"], _label(row), _question(row), int(row["peak_bytes"])
            )


def _question(row: dict[str, str]) -> dict[str, Any]:
    source, gpus = SOURCES[row["source"]], int(row["gpus"])
    config = _CONFIGS.get(row["model"])
    asked: dict[str, Any] = {
        **({"model": row["model"]} if config is None else {"architecture": config}),
        **source.shared,
        "batch_size": int(row["batch"]),
        "sequence_tokens": int(row["tokens"]),
        "fused_loss": row["kernels"] in ("liger", "chunked"),
        "loss_in_place": row["kernels"] == "foak",
    }
    if gpus > 1:
        asked |= {"zero_stage": 3, "data_parallel": gpus}
    if row["method"] == "lora":
        asked["lora"] = {**source.lora, "targets": _targets(row, source)}
    if row["quantization"]:
        asked |= {"quantization": row["quantization"], "upcast_frozen": row["upcast"] == "yes"}
    return asked | _full_settings(row, gpus)


def _targets(row: dict[str, str], source: Source) -> list[str]:
    """Return the adapted matrices; GPT-NeoX has queries, keys and values in one."""
    if row["model"] == "stabilityai/stablelm-base-alpha-3b":
        return ["qkv_proj"]
    targets: list[str] = source.lora["targets"]
    return targets


def _full_settings(row: dict[str, str], gpus: int) -> dict[str, Any]:
    """Return what full training adds: fp32 shards where accelerate casts them, torchtune's optimizer."""
    if row["method"] != "full":
        return {}
    if row["source"] == "torchtune-offers":
        return {"optimizer": "paged-adamw-8bit", "optimizer_in_backward": True}
    if gpus > 1 and row["source"] in ("fms-liger", "fms-granite"):
        return {"precision": "mixed"}
    return {}


def _label(row: dict[str, str]) -> str:
    gpus = "" if row["gpus"] == "1" else f", {row['gpus']} GPUs"
    method = {"full": "full", "lora": "LoRA"}[row["method"]]
    if row["quantization"]:
        method = f"{method} on {row['quantization']}{', upcast' if row['upcast'] else ''}"
    kernels = f", {row['kernels']}" if row["kernels"] else ""
    return f"{method}, {row['batch']} × {row['tokens']}{gpus}{kernels}"
