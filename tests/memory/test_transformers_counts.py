"""Against the table of what transformers itself counts (`make counts` writes it): every one must be the same.

The table holds the catalog's entries that transformers has a class for, on the meta device with their
towers, and small models of random sizes that were really built and ran: weights, caches and recurrent states
byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.memory import (
    ArchitectureError,
    CachePlan,
    kv_cache,
    parameters,
    read_architecture,
    read_cache_layout,
)
from tokenquote.memory.cache_plan import CacheElement

GOLDEN = Path(__file__).parent / "golden" / "transformers.json"
FP32 = CacheElement("fp32", 1, Fraction(4))

# Why the count of an entry is another than that of the class, by what transformers has more.
_HASHES = "tables of whole numbers that transformers keeps as buffers: experts of the hash-routed layers"
CATALOG_REASONS: Mapping[str, str] = {
    "moonshotai/Kimi-Linear-48B-A3B-Instruct": "its own config names the recurrent layers' sizes otherwise",
    "deepseek-ai/DeepSeek-V4-Flash": _HASHES,
    "deepseek-ai/DeepSeek-V4-Pro": _HASHES,
}
# Entries that transformers has no class for, or whose class refuses a width that it does not use. Their
# published totals, or their own code, hold them (test_parameter_counts.py, test_vision_towers.py).
NOT_BUILT = {
    "XiaomiMiMo/MiMo-7B-Base", "google/gemma-3n-E4B", "internlm/internlm2-chat-1_8b",
    "internlm/internlm2-chat-20b", "internlm/internlm2_5-7b", "internlm/internlm2_5-7b-chat",
    "microsoft/phi-1_5", "microsoft/phi-2", "moonshotai/Kimi-K2-Instruct",
    "moonshotai/Kimi-K2-Instruct-0905", "moonshotai/Kimi-VL-A3B-Instruct",
    "nvidia/Llama-3_3-Nemotron-Super-49B-v1", "openbmb/MiniCPM4-8B", "tiiuae/Falcon-H1-0.5B-Base",
}  # fmt: skip
# Small models that are not the same, and why; the first words say what differs.
TINY_REASONS: Mapping[str, str] = {
    "axk2": "not read: gated norms and queries of a rank",
    "ctrl": "not read: names of its own",
    "deepseek_v32": "cache: transformers keeps keys of heads; engines keep MLA's rows and the indexer's keys",
    "deepseek_v4": "cache: transformers keeps no compressed rows apart; weights: hash tables",
    "doge": "not read: masks that are learned",
    "dots3_note_text": "cache: as deepseek_v32; weights: sizes of layers that a small config does not scale",
    "git": "not read: a tower that the config leaves to its class",
    "glm_moe_dsa": "cache: as deepseek_v32",
    "gpt_neox_japanese": "not read: names of its own",
    "hrm_text": "not read: two stacks that take turns",
    "hunyuan_v1_moe": "weights: shared experts that a small config leaves out",
    "hy_v4": "not read: gates and streams of its own",
    "inkling2_text": "refused: layers of several kinds in one",
    "inkling_text": "refused: layers of several kinds in one",
    "jetmoe": "not read: experts of attention",
    "mimo_v2_flash": "cache and weights: heads of windows that its class does not write into the config",
    "minimax": "cache and weights: decays that transformers keeps as buffers",
    "moshi": "not read: names of its own",
    "trocr": "not read: names of its own",
}


@cache
def _table(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))[name]
    return found


def test_every_entry_of_the_catalog_counts_what_transformers_builds(catalog: Catalog) -> None:
    wrong = {}
    for name, built in _table("catalog").items():
        weights = catalog.models[name].weights
        assert weights is not None
        if parameters(read_architecture(weights.architecture)) != built:
            wrong[name] = built
    assert sorted(wrong) == sorted(set(CATALOG_REASONS) & set(_table("catalog")))


def test_every_other_entry_is_known_not_to_be_built(catalog: Catalog) -> None:
    """An entry that is in neither is one that `make counts` has not seen yet: its total must be a test."""
    owned = {model.id for model in catalog.models.values() if model.weights is model.entry}
    assert set(_table("catalog")) <= owned
    assert owned - set(_table("catalog")) >= NOT_BUILT


def _same(row: Mapping[str, Any]) -> bool:
    try:
        layers = read_cache_layout(row["config"]).layers
        held = kv_cache(layers, CachePlan(row["tokens"], FP32, conv_bytes=4))
        weights = 4 * parameters(read_architecture(row["config"]))
    except ArchitectureError:
        return False
    cached = held.bytes - held.state_bytes
    return (weights, cached, held.state_bytes) == (
        row["weight_bytes"],
        row["cache_bytes"],
        row["state_bytes"],
    )


@pytest.mark.parametrize("kind", sorted(_table("tiny")))
def test_a_small_model_that_ran_is_the_same_byte_for_byte(kind: str) -> None:
    assert _same(_table("tiny")[kind]) == (kind not in TINY_REASONS)


def test_at_least_sixty_small_models_are_the_same() -> None:
    assert len(set(_table("tiny")) - set(TINY_REASONS)) >= 60
