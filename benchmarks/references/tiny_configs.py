"""Small sizes, drawn at random, for a model class of transformers: what it can be built and run with."""

from __future__ import annotations

import importlib
import random
from typing import Any

__all__ = ["tiny_config"]

transformers: Any = importlib.import_module("transformers")

_RECURRENT = {
    "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 8,
    "linear_value_head_dim": 8, "linear_conv_kernel_dim": 4, "mamba_n_heads": 8, "mamba_d_head": 16,
    "mamba_n_groups": 1, "mamba_d_state": 16, "mamba_d_conv": 4, "mamba_num_heads": 8, "mamba_head_dim": 16,
    "n_groups": 1, "ssm_state_size": 16, "mamba_d_ssm": 128, "mamba_expand": 2, "mamba_dt_rank": 4,
    "state_size": 8, "conv_L_cache": 3, "linear_num_heads": 4, "linear_head_dim": 16,
}  # fmt: skip
_LATENT = {
    "kv_lora_rank": 32, "q_lora_rank": 24, "qk_rope_head_dim": 8, "qk_nope_head_dim": 16, "v_head_dim": 16,
}  # fmt: skip
_EXPERTS = {
    "moe_intermediate_size": 32, "num_experts_per_tok": 2, "shared_expert_intermediate_size": 16,
    "expert_ffn_hidden_size": 16, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1,
    "n_shared_experts": 1, "num_dense_layers": 1, "moe_topk": 2, "top_k_experts": 2,
}  # fmt: skip
_PER_LAYER = {
    "vocab_size_per_layer_input": 50, "hidden_size_per_layer_input": 8, "num_kv_shared_layers": 0,
    "sliding_window": 16, "laurel_rank": 8, "max_window_layers": 2,
}  # fmt: skip


def tiny_config(kind: str, drawn: random.Random) -> dict[str, Any] | None:
    """Return small sizes under the names that the class has; None: its fields are named otherwise."""
    try:
        usual = transformers.CONFIG_MAPPING[kind]()
    except Exception:
        return None
    if "text_config" in usual.sub_configs or usual.is_encoder_decoder:
        return None
    head, heads = 2 * drawn.randint(6, 12), 4
    layers = 4 * drawn.randint(1, 2)
    wanted: dict[str, Any] = {
        "hidden_size": head * heads, "intermediate_size": 16 * drawn.randint(4, 9), "vocab_size": 50,
        "num_hidden_layers": layers, "num_attention_heads": heads,
        "num_key_value_heads": drawn.choice((1, 2)),
        "head_dim": head, "pad_token_id": None, "num_experts": 4, "num_local_experts": 4,
        "n_routed_experts": 4, **_RECURRENT, **_LATENT, **_EXPERTS, **_PER_LAYER,
    }  # fmt: skip
    own = usual.attribute_map
    stated = {own.get(name, name): value for name, value in wanted.items()}
    has = usual.to_dict()
    keep = {name: value for name, value in stated.items() if name in has or name == "pad_token_id"}
    if has.get("num_key_value_heads") == has.get("num_attention_heads") and "kv_lora_rank" in has:
        keep["num_key_value_heads"] = heads
    return keep
