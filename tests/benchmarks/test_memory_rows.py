"""Files of memory figures that are not ours: every row gets a line, whatever it lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks.figures.memory_figures import MemoryFigure, MemoryFigures
from benchmarks.figures.memory_scoring import memory_table

from tokenquote.catalog import Catalog

GPT2 = {"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024}
NESTED = {
    "model_type": "gemma3",
    "text_config": {
        "model_type": "gemma3_text", "hidden_size": 2560, "num_hidden_layers": 34, "num_attention_heads": 8,
        "num_key_value_heads": 4, "head_dim": 256, "intermediate_size": 10240, "vocab_size": 262208,
    },
}  # fmt: skip


def predicted(catalog: Catalog, folder: Path, text: str) -> list[MemoryFigure]:
    vectors = folder / "vectors.json"
    vectors.write_text(text)
    found = list(MemoryFigures(catalog).predict(vectors))
    assert memory_table(found)
    return found


@pytest.mark.parametrize(
    "row",
    [
        {},
        "no row",
        {"quantity": "kv_tokens"},
        {"quantity": "kv_tokens", "inputs": "none", "check": "none"},
        {"quantity": "nobody_knows", "model": "m", "inputs": {}},
        {"quantity": "total_params", "model": 3, "group": ["a"], "suggested_tolerance": "1 %"},
        {"quantity": "total_params", "model": "m", "inputs": {"config": {"model_type": "of tomorrow"}}},
        {"quantity": "kv_bytes_per_token", "inputs": {"config": GPT2, "kv_bytes": 3}},
        {"quantity": "full_finetune_gpu_gb", "inputs": {"params_b": float("nan")}},
        {"quantity": "num_gpu_blocks", "inputs": {"config": GPT2, "kv_pool_gib": "lots", "block_size": 16}},
    ],
)
def test_a_row_of_another_file_says_why_it_is_not_predicted(
    catalog: Catalog, tmp_path: Path, row: object
) -> None:
    (figure,) = predicted(catalog, tmp_path, json.dumps([row]))
    assert figure.row.index == 0
    assert figure.predicted is None
    assert figure.reason


def test_models_that_only_the_row_knows_are_predicted(catalog: Catalog, tmp_path: Path) -> None:
    """GPT-2: 2 x 12 layers x 768 x 2 bytes; Gemma 3 4B: 2 x 34 layers x 4 x 256 x 2 bytes."""
    rows: list[dict[str, Any]] = [
        {"quantity": "kv_bytes_per_token", "model": "nobody/knows", "inputs": {"config": config}}
        for config in (GPT2, NESTED)
    ]
    found = predicted(catalog, tmp_path, "\n".join(map(json.dumps, rows)))
    assert [figure.predicted for figure in found] == [36_864, 139_264]
