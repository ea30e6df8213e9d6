"""What the modelling code of a model type does and its `config.json` does not say.

Read from the modelling files of transformers 5.23.0; the parameter counts of
tests/memory/test_parameter_counts.py hold each of them to the published total of a model of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["FAMILIES", "UNKNOWN", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """One model type. The defaults are Llama's."""

    defaults: Mapping[str, int] = field(default_factory=dict)
    """Class defaults of fields that published configs leave out."""
    tied: bool = False
    """Where the config does not say `tie_word_embeddings`."""
    qkv_bias: bool | None = None
    """None: as `attention_bias` says; likewise below."""
    out_bias: bool | None = None
    norm: Literal["none", "head", "width"] = "none"
    norms_per_layer: int = 2
    norm_bias: bool = False
    """LayerNorm with a bias instead of RMSNorm."""
    gated: bool = True
    mlp_bias: bool | None = None
    head_bias: bool = False
    sinks: bool = False
    gate: bool = False
    router_bias: bool = False
    """A weight per expert besides the router's matrix."""
    expert_bias: bool = False
    shared_gate: bool = False
    shared_is_expert: bool = False
    """One shared expert of an expert's width that the config does not name (Llama 4)."""
    local: Literal["all", "pattern", "opt_in"] | None = None
    """Where the config has a window but no `layer_types`: all layers slide; all but every n-th;
    or those from `max_window_layers` on, if `use_sliding_window`."""
    full_every: int | None = None
    """n of that pattern, unless the config says it."""


_QWEN3 = Family(defaults={"head_dim": 128}, out_bias=None, norm="head", local="opt_in")
_QWEN3_MOE = Family(norm="head", local="opt_in")
_QWEN_HYBRID = Family(norm="head", gate=True, shared_gate=True, full_every=4)
_DEEPSEEK = Family(router_bias=True)
_GLM4 = Family(out_bias=False, router_bias=True)
_MISTRAL = Family(qkv_bias=False, out_bias=False, local="all")
_OLMO = Family(norm="width", local="pattern", full_every=4)
_GEMMA3 = Family(
    # Gemma3TextConfig; the published multimodal configs state only what differs from it.
    defaults={
        "vocab_size": 262208, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
        "sliding_window": 4096,
    },
    tied=True, norm="head", norms_per_layer=4, local="pattern", full_every=6,
)  # fmt: skip

FAMILIES: Mapping[str, Family] = {
    "llama": Family(),
    "mistral": _MISTRAL,
    "ministral3": Family(qkv_bias=False, out_bias=False, tied=False, local="all"),
    "mixtral": _MISTRAL,
    "qwen2": Family(qkv_bias=True, out_bias=False, local="opt_in"),
    "qwen2_moe": Family(qkv_bias=True, out_bias=False, shared_gate=True, local="opt_in"),
    "qwen3": _QWEN3,
    "qwen3_vl_text": _QWEN3,
    "qwen3_moe": _QWEN3_MOE,
    "qwen3_vl_moe_text": _QWEN3_MOE,
    "qwen3_next": _QWEN_HYBRID,
    "qwen3_5_text": _QWEN_HYBRID,
    "qwen3_5_moe_text": _QWEN_HYBRID,
    "gemma": Family(defaults={"head_dim": 256}, tied=True),
    "gemma2": Family(
        defaults={"head_dim": 256, "sliding_window": 4096, "vocab_size": 256000},
        tied=True, norms_per_layer=4, local="pattern", full_every=2,
    ),
    "gemma3_text": _GEMMA3,
    "phi3": Family(local="all"),
    "phi": Family(
        qkv_bias=True, out_bias=True, norms_per_layer=1, norm_bias=True, gated=False, mlp_bias=True,
        head_bias=True,
    ),
    "gpt_neox": Family(qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True),
    "smollm3": Family(tied=True, local="opt_in"),
    "olmo2": _OLMO,
    "olmo3": _OLMO,
    "gpt_oss": Family(
        defaults={"head_dim": 64}, qkv_bias=True, out_bias=True, sinks=True, router_bias=True,
        expert_bias=True, local="pattern", full_every=2,
    ),
    "minimax_m2": Family(norm="width"),
    "glm4_moe": _GLM4,
    "llama4_text": Family(shared_is_expert=True, full_every=4),
    "deepseek_v2": Family(),
    "deepseek_v3": _DEEPSEEK,
    "deepseek_v32": _DEEPSEEK,
    "kimi_k2": _DEEPSEEK,
    "glm_moe_dsa": _DEEPSEEK,
}  # fmt: skip

UNKNOWN = Family()
"""A model type that is not in the table is counted like Llama, and the answer says so."""
