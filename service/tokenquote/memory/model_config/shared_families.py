"""Families that several model types share, read as `family_table.py` says."""

from __future__ import annotations

from tokenquote.memory.model_config.families import Family

__all__ = [
    "BAMBA",
    "COHERE",
    "DEEPSEEK",
    "DEEPSEEK_V4",
    "GEMMA3",
    "GEMMA4",
    "GLM4_MOE",
    "GPT2",
    "GPT2_NAMES",
    "GPTJ",
    "GPT_NEOX",
    "GRANITE",
    "GRANITE_HYBRID",
    "HUNYUAN",
    "MAMBA",
    "MISTRAL",
    "NEMOTRON_H",
    "OLMO2",
    "PHI3",
    "QWEN3",
    "QWEN3_MOE",
    "QWEN_HYBRID",
    "STEP",
]

GPT2_NAMES = {
    "num_hidden_layers": "n_layer", "hidden_size": "n_embd", "num_attention_heads": "n_head",
    "intermediate_size": "n_inner",
}  # fmt: skip
QWEN3 = Family(defaults={"head_dim": 128}, norm="head", norm_field=None, local="opt_in")
QWEN3_MOE = Family(sparse=True, norm="head", norm_field=None, local="opt_in")
QWEN_HYBRID = Family(
    norm="head", norm_field=None, gate="width", shared_gate=True, full_every=4, mixer="gated_delta"
)
DEEPSEEK = Family(router_bias=True, sparse=True)
GLM4_MOE = Family(sparse=True, out_bias=False, router_bias=True, norm="head", norm_default=False)
MISTRAL = Family(qkv_bias=False, out_bias=False, local="all")
COHERE = Family(
    tied=True, norms_per_layer=1, norm="head", norm_default=False, qk_norm_per_head=True,
    local="pattern", full_every=4, router_bias=False,
)  # fmt: skip
OLMO2 = Family(norm="width", norm_field=None, local="pattern", full_every=4)
GEMMA3 = Family(
    # Gemma3TextConfig; the published multimodal configs state only what differs from it.
    defaults={
        "vocab_size": 262208, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
        "sliding_window": 4096,
    },
    tied=True, norm="head", norm_field=None, norms_per_layer=4, local="pattern", full_every=6,
)  # fmt: skip
GEMMA4 = Family(
    defaults={"head_dim": 256}, tied=True, norm="head", norm_field=None, norms_per_layer=4,
    local="pattern", full_every=6, shape="gemma4", scalars=1,
)  # fmt: skip
GPT_NEOX = Family(
    qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True, fused_qkv=True, mlp_times=4
)
GPT2 = Family(
    names=GPT2_NAMES, tied=True, qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True,
    mlp_times=4, positions="n_positions", fused_qkv=True, defaults={"n_positions": 1024},
)  # fmt: skip
GPTJ = Family(
    names=GPT2_NAMES, qkv_bias=False, out_bias=False, norm_bias=True, norms_per_layer=1, gated=False,
    mlp_bias=True, mlp_times=4, head_bias=True,
)  # fmt: skip
GRANITE = Family(tied=True)
GRANITE_HYBRID = Family(tied=True, mixer="mamba2", defaults={"mamba_expand": 2})
HUNYUAN = Family(norm="head", norm_default=True)
MAMBA = Family(mixer="mamba", tied=True, norms_per_layer=1)
NEMOTRON_H = Family(
    mixer="mamba2", gated=False, experts_gated=False, norms_per_layer=1, router_bias=True, shape="nemotron_h"
)
STEP = Family(sparse=True, norm="head", norm_field=None, gate="head", router_bias=True)
PHI3 = Family(local="all", fused_qkv=True, fused_gate_up=True)
BAMBA = Family(mixer="mamba2", defaults={"mamba_expand": 2})
DEEPSEEK_V4 = Family(sparse=True, router_bias=True, shape="deepseek_v4", defaults={"head_dim": 512})
