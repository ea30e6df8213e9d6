"""Against transformers: the golden table of parameters, towers, and caches that tiny models fill.

`make references` installs torch and transformers and runs these; elsewhere they skip.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from benchmarks.references.filled_caches import PROMPT_TOKENS, count_state_bytes, fill_cache

from tokenquote.catalog import Catalog
from tokenquote.memory import CachePlan, kv_cache, parameters, read_architecture, read_cache_layout
from tokenquote.memory.cache_plan import CacheElement

pytestmark = [
    pytest.mark.references,
    # transformers warns of kernels that are not installed, and of what it will change.
    pytest.mark.filterwarnings("ignore"),
]

_GOLDEN = Path(__file__).parent / "golden" / "transformers.json"
_COUNTED: Mapping[str, int] = json.loads(_GOLDEN.read_text(encoding="utf-8"))["catalog"]


def _elements(model: Any) -> int:
    """Of everything that is saved: shared tensors once, tables of rotary angles left out."""
    saved = {
        id(tensor): tensor.numel()
        for name, tensor in model.state_dict(keep_vars=True).items()
        if not name.endswith("inv_freq")
    }
    return sum(saved.values())


@pytest.mark.parametrize("name", _COUNTED)
def test_the_golden_table_says_what_transformers_counts(catalog: Catalog, name: str) -> None:
    """`test_transformers_counts.py` compares our counts with the same table, without transformers."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    counts = importlib.import_module("benchmarks.references.transformers_counts")
    weights = catalog.models[name].weights
    assert weights is not None
    assert counts.count_parameters(weights.architecture) == _COUNTED[name]


@pytest.mark.parametrize(
    "kind",
    ["gemma3", "glm4v", "llama4", "llava", "qwen2_5_vl", "qwen2_vl", "qwen3_5", "qwen3_vl"],
)
def test_parameters_with_the_tower_are_those_of_a_model_on_the_meta_device(kind: str) -> None:
    torch: Any = pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    made = transformers.CONFIG_MAPPING[kind]()
    with torch.device("meta"):
        model = transformers.AutoModelForImageTextToText.from_config(made)
    counted = read_architecture(made.to_dict())
    assert not any("vision_config: not counted" in line for line in counted.assumptions)
    assert parameters(counted) == _elements(model)


_SMALL = {"hidden_size": 64, "intermediate_size": 96, "vocab_size": 50, "num_attention_heads": 4}
_EXPERTS = {"moe_intermediate_size": 16, "num_experts_per_tok": 2}
_MAMBA = {"mamba_n_heads": 8, "mamba_d_head": 16, "mamba_n_groups": 1, "mamba_d_state": 16, "mamba_d_conv": 4}

TINY = {
    "MHA": ("llama", {"num_hidden_layers": 3, "num_key_value_heads": 4}),
    "GQA with a head size of its own": (
        "qwen3", {"num_hidden_layers": 3, "num_key_value_heads": 2, "head_dim": 24},
    ),
    "MQA": ("gemma", {"num_hidden_layers": 2, "num_key_value_heads": 1, "head_dim": 32}),
    "MLA": (
        "deepseek_v3",
        {
            "num_hidden_layers": 2, "num_key_value_heads": 4, "n_routed_experts": 8, "n_group": 1,
            "topk_group": 1, "first_k_dense_replace": 1, "kv_lora_rank": 32, "q_lora_rank": 24,
            "qk_rope_head_dim": 8, "qk_nope_head_dim": 16, "v_head_dim": 16, **_EXPERTS,
        },
    ),
    "sliding": ("mistral", {"num_hidden_layers": 2, "num_key_value_heads": 2, "sliding_window": 16}),
    "sliding and full": (
        "gemma3_text",
        {"num_hidden_layers": 6, "num_key_value_heads": 2, "head_dim": 16, "sliding_window": 16},
    ),
    "shared between layers": (
        "gemma4_text",
        {
            "num_hidden_layers": 6, "num_key_value_heads": 2, "head_dim": 16, "global_head_dim": 32,
            "sliding_window": 16, "num_kv_shared_layers": 2, "hidden_size_per_layer_input": 8,
            "vocab_size_per_layer_input": 50, "layer_types": ["sliding_attention", "full_attention"] * 3,
        },
    ),
    "Gated DeltaNet hybrid": (
        "qwen3_next",
        {
            "num_hidden_layers": 4, "num_key_value_heads": 2, "head_dim": 16, "num_experts": 4,
            "shared_expert_intermediate_size": 16, "linear_num_key_heads": 2, "linear_num_value_heads": 4,
            "linear_key_head_dim": 8, "linear_value_head_dim": 8, "linear_conv_kernel_dim": 4, **_EXPERTS,
        },
    ),
    "Mamba 2 hybrid": (
        "bamba",
        {
            "num_hidden_layers": 3, "num_key_value_heads": 2, "attn_layer_indices": [1], "mamba_expand": 2,
            **_MAMBA,
        },
    ),
    "Mamba 2 beside attention": (
        "falcon_h1",
        {"num_hidden_layers": 2, "num_key_value_heads": 2, "head_dim": 16, "mamba_d_ssm": 128, **_MAMBA},
    ),
    "Mamba hybrid": (
        "jamba",
        {
            "num_hidden_layers": 4, "num_key_value_heads": 2, "attn_layer_period": 2, "attn_layer_offset": 1,
            "expert_layer_period": 2, "expert_layer_offset": 1, "num_experts": 2, "mamba_d_state": 8,
            "mamba_d_conv": 4, "mamba_expand": 2, "mamba_dt_rank": 4, "use_mamba_kernels": False,
        },
    ),
    "convolution hybrid": (
        "lfm2",
        {"num_hidden_layers": 4, "num_key_value_heads": 2, "full_attn_idxs": [1, 3], "conv_L_cache": 3},
    ),
}  # fmt: skip
_FP32 = CacheElement("fp32", 1, Fraction(4))


@pytest.mark.parametrize(("model_type", "fields"), TINY.values(), ids=TINY)
def test_a_cache_that_a_model_fills_has_as_many_bytes(model_type: str, fields: dict[str, Any]) -> None:
    """What attention sees while the token after the prompt is made, and the states that are kept then.

    transformers keeps the column of the present token in the convolution's state, engines do not: of `kernel`
    columns one is taken off.
    """
    torch: Any = pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.CONFIG_MAPPING[model_type](**_SMALL, **fields)
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    cache, seen = fill_cache(torch, model)
    layout = read_cache_layout(config.to_dict())
    held = kv_cache(layout.layers, CachePlan(PROMPT_TOKENS + 1, _FP32, conv_bytes=4))
    assert seen == held.bytes - held.state_bytes
    assert count_state_bytes(cache) == held.state_bytes
    assert parameters(read_architecture(config.to_dict())) == _elements(model)
