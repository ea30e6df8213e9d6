"""The table of known model types, by the `model_type` of their `config.json`.

Read from the modelling files of transformers 5.23.0, and from the models' own code for those that it does not
have (Baichuan, InternLM2, Orion, Qwen 1, Nemotron-NAS). tests/memory/test_against_transformers.py builds each
of them on the meta device and compares; tests/memory/test_parameter_counts.py holds them to published totals.
"""

from __future__ import annotations

from collections.abc import Mapping

from tokenquote.memory.model_config.families import Family

__all__ = ["FAMILIES"]

_GPT2_NAMES = {
    "num_hidden_layers": "n_layer", "hidden_size": "n_embd", "num_attention_heads": "n_head",
    "intermediate_size": "n_inner",
}  # fmt: skip
_QWEN3 = Family(defaults={"head_dim": 128}, norm="head", norm_field=None, local="opt_in")
_QWEN3_MOE = Family(sparse=True, norm="head", norm_field=None, local="opt_in")
_QWEN_HYBRID = Family(
    norm="head", norm_field=None, gate="width", shared_gate=True, full_every=4, mixer="gated_delta"
)
_DEEPSEEK = Family(router_bias=True, sparse=True)
_GLM4_MOE = Family(sparse=True, out_bias=False, router_bias=True, norm="head", norm_default=False)
_MISTRAL = Family(qkv_bias=False, out_bias=False, local="all")
_COHERE = Family(
    tied=True, norms_per_layer=1, norm="head", norm_default=False, qk_norm_per_head=True,
    local="pattern", full_every=4, router_bias=False,
)  # fmt: skip
_OLMO2 = Family(norm="width", norm_field=None, local="pattern", full_every=4)
_GEMMA3 = Family(
    # Gemma3TextConfig; the published multimodal configs state only what differs from it.
    defaults={
        "vocab_size": 262208, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
        "sliding_window": 4096,
    },
    tied=True, norm="head", norm_field=None, norms_per_layer=4, local="pattern", full_every=6,
)  # fmt: skip
_GEMMA4 = Family(
    defaults={"head_dim": 256}, tied=True, norm="head", norm_field=None, norms_per_layer=4,
    local="pattern", full_every=6, shape="gemma4", scalars=1,
)  # fmt: skip
_GPT_NEOX = Family(
    qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True, fused_qkv=True, mlp_times=4
)
_GPT2 = Family(
    names=_GPT2_NAMES, tied=True, qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True,
    mlp_times=4, positions="n_positions", fused_qkv=True, defaults={"n_positions": 1024},
)  # fmt: skip
_GPTJ = Family(
    names=_GPT2_NAMES, qkv_bias=False, out_bias=False, norm_bias=True, norms_per_layer=1, gated=False,
    mlp_bias=True, mlp_times=4, head_bias=True,
)  # fmt: skip
_GRANITE = Family(tied=True)
_GRANITE_HYBRID = Family(tied=True, mixer="mamba2", defaults={"mamba_expand": 2})
_HUNYUAN = Family(norm="head", norm_default=True)
_MAMBA = Family(mixer="mamba", tied=True, norms_per_layer=1)
_NEMOTRON_H = Family(
    mixer="mamba2", gated=False, experts_gated=False, norms_per_layer=1, router_bias=True, shape="nemotron_h"
)
_STEP = Family(sparse=True, norm="head", norm_field=None, gate="head", router_bias=True)
_PHI3 = Family(local="all", fused_qkv=True, fused_gate_up=True)
_BAMBA = Family(mixer="mamba2", defaults={"mamba_expand": 2})
_DEEPSEEK_V4 = Family(sparse=True, router_bias=True, shape="deepseek_v4", defaults={"head_dim": 512})

_BY_TYPE: dict[str, Family] = {
    "PanguEmbedded": Family(qkv_bias=True, out_bias=True),
    "afmoe": Family(
        sparse=True, norm="head", norm_field=None, norms_per_layer=4, gate="width", router_bias=True,
        local="pattern", full_every=4,
    ),
    "apertus": Family(norm="head", norm_field=None, gated=False, mlp_vectors=4),
    "arcee": Family(gated=False),
    "aria_text": Family(),
    "axk1": Family(router_bias=True, expert_norms=1, sparse=True, defaults={"first_k_dense_replace": 1}),
    "baichuan": Family(fused_qkv=True),
    "bailing_hybrid": Family(mixer="kimi_delta", gate="head", router_bias=True),
    "bamba": _BAMBA,
    "beam": Family(
        sparse=True, norm="head", norm_field=None, norms_per_layer=4, gate="width", router_bias=True,
        head_scalars=1, local="pattern", full_every=4,
    ),
    "biogpt": Family(
        tied=True, qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True,
        positions="max_position_embeddings", positions_more=2, defaults={"max_position_embeddings": 1024},
    ),
    "bitnet": Family(tied=True, sub_norms=True, gated=True),
    "bloom": Family(
        names={"num_hidden_layers": "n_layer", "num_attention_heads": "n_head", "hidden_size": "n_embed"},
        tied=True, qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True, mlp_times=4,
        embedding_norm=True, fused_qkv=True,
    ),
    "codegen": _GPTJ,
    "cohere": _COHERE,
    "cohere2": Family(tied=True, norms_per_layer=1, local="pattern", full_every=4),
    "cohere2_moe": Family(tied=True, norms_per_layer=1, local="pattern", full_every=4),
    "cwm": Family(local="pattern", full_every=4),
    "deepseek": Family(),
    "deepseek_ref": _DEEPSEEK_V4,
    "deepseek_v2": Family(),
    "deepseek_v3": _DEEPSEEK,
    "deepseek_v32": _DEEPSEEK,
    "deepseek_v4": _DEEPSEEK_V4,
    "diffllama": Family(head_vectors=4),
    "dots3_note_text": Family(
        gate="head", router_bias=True, sparse=True, rope_norm=True, defaults={"first_k_dense_replace": 1}
    ),
    "dots1": Family(sparse=True, norm="head", norm_field=None, router_bias=True),
    "emu3_text_model": Family(),
    "emu3": Family(),
    "ernie4_5": Family(bias_fields=("use_bias",), mlp_bias_field="use_bias", tied=True),
    "ernie4_5_moe": Family(
        sparse=True, bias_fields=("use_bias",), mlp_bias_field="use_bias", tied=True, router_bias=True
    ),
    "ernie4_5_vl_moe_text": Family(
        sparse=True, bias_fields=("use_bias",), mlp_bias_field="use_bias", tied=True, router_bias=True
    ),
    "exaone4": Family(norm="head", norm_field=None, local="pattern", full_every=4),
    "exaone_moe": Family(
        sparse=True, norm="head", norm_field=None, local="pattern", full_every=4, router_bias=True
    ),
    "falcon": Family(
        names={"num_hidden_layers": "n_layer", "num_attention_heads": "n_head"},
        tied=True, norm_bias=True, gated=False, mlp_times=4, shape="falcon", fused_qkv=True,
        bias_fields=("bias",), mlp_bias_field="bias",
    ),
    "falcon_h1": Family(mixer="mamba2", parallel=True, defaults={"mamba_expand": 2}),
    "falcon_mamba": _MAMBA,
    "flex_olmo": Family(sparse=True, norm="width", norm_field=None),
    "flint": Family(
        sparse=True, norm="head", norm_field=None, sinks="all", local="pattern", full_every=4
    ),
    "gemma": Family(defaults={"head_dim": 256}, tied=True),
    "gemma2": Family(
        defaults={"head_dim": 256, "sliding_window": 4096, "vocab_size": 256000},
        tied=True, norms_per_layer=4, local="pattern", full_every=2,
    ),
    "gemma3_text": _GEMMA3,
    "gemma3n_text": Family(
        defaults={"head_dim": 256, "sliding_window": 512, "vocab_size": 262400,
                  "vocab_size_per_layer_input": 262144, "hidden_size_per_layer_input": 256,
                  "laurel_rank": 64, "altup_num_inputs": 4},
        tied=True, norm="head", norm_field=None, norms_per_layer=4, local="pattern", full_every=5,
        shape="gemma3n",
    ),
    "gemma4_text": _GEMMA4,
    "gemma4_unified_text": _GEMMA4,
    "glm": Family(out_bias=False, fused_gate_up=True),
    "glm4": Family(out_bias=False, fused_gate_up=True, norms_per_layer=4),
    "glm4v_text": Family(qkv_bias=True, out_bias=False, fused_gate_up=True, norms_per_layer=4),
    "glm5_next_text": Family(
        mixer="kimi_delta", router_bias=True, sparse=True, streams=True, full_every=4,
        defaults={"first_k_dense_replace": 3},
    ),
    "glm_ocr_text": Family(out_bias=False, fused_gate_up=True, norms_per_layer=4),
    "glm4_moe": _GLM4_MOE,
    "glm4v_moe_text": _GLM4_MOE,
    "glm4_moe_lite": _DEEPSEEK,
    "glm_moe_dsa": _DEEPSEEK,
    "gpt2": _GPT2,
    "gpt-sw3": _GPT2,
    "gpt_bigcode": _GPT2,
    "gpt_neo": Family(
        names={"num_hidden_layers": "num_layers", "num_attention_heads": "num_heads"}, tied=True,
        qkv_bias=False, out_bias=True, norm_bias=True, gated=False, mlp_bias=True, mlp_times=4,
        positions="max_position_embeddings", defaults={"max_position_embeddings": 2048},
    ),
    "gpt_neox": _GPT_NEOX,
    "gpt_oss": Family(
        sparse=True, defaults={"head_dim": 64}, qkv_bias=True, out_bias=True, sinks="all",
        router_bias=True, expert_bias=True, local="pattern", full_every=2,
    ),
    "gptj": _GPTJ,
    "granite": _GRANITE,
    "granite_swa": Family(tied=True, sinks="all"),
    "granitemoe": _GRANITE,
    "granitemoe_swa": Family(tied=True, sinks="all"),
    "granitemoeshared": _GRANITE,
    "granitemoehybrid": _GRANITE_HYBRID,
    "helium": Family(),
    "hunyuan_v1_dense": _HUNYUAN,
    "hunyuan_v1_moe": _HUNYUAN,
    "hy_v3": Family(norm="head", norm_field=None, router_bias=True, sparse=True,
                    defaults={"first_k_dense_replace": 1}),
    "hyperclovax": Family(norms_per_layer=4),
    "internlm2": Family(fused_qkv=True),
    "internlm3": Family(bias_fields=("qkv_bias",), out_bias_field="bias", mlp_bias_field="bias"),
    "iquestcoder": Family(),
    "jais2": Family(qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True),
    "jamba": Family(mixer="mamba", inner_norms=True, sparse=True, defaults={"mamba_expand": 2}),
    "kimi_k2": _DEEPSEEK,
    "kimi_linear": Family(
        mixer="kimi_delta", router_bias=True, sparse=True,
        defaults={"linear_num_heads": 32, "linear_head_dim": 128, "first_k_dense_replace": 1},
    ),
    "kolibri1": Family(sparse=True, norm="head", norm_field=None, norms_per_layer=4, router_bias=True),
    "laguna": Family(norm="head", norm_field=None, gate="head", router_bias=True, sparse=True,
                     defaults={"first_k_dense_replace": 1}),
    "lfm2": Family(
        tied=True, norm="head", norm_field=None, mixer="convolution", mlp_adjusted=True,
        names={"intermediate_size": "block_ff_dim"}, defaults={"intermediate_size": 12288, "conv_L_cache": 3},
    ),
    "lfm2_moe": Family(tied=True, norm="head", norm_field=None, mixer="convolution", router_bias=True),
    "lfm3": Family(
        tied=True, norm="head", norm_field=None, mixer="convolution", gate="head", norms_per_layer=4
    ),
    "llama": Family(),
    "llama4_text": Family(sparse=True, shared_is_expert=True, full_every=4),
    "longcat_flash": Family(shape="longcat", router_bias=True),
    "mamba": _MAMBA,
    "mamba2": Family(mixer="mamba2", norms_per_layer=1, defaults={"expand": 2}),
    "mellum": Family(norm="head", norm_field=None),
    "mimo": Family(qkv_bias=True, out_bias=False, local="opt_in"),
    "mimo_v2_flash": Family(sparse=True, sinks="sliding", router_bias=True),
    "minicpm": Family(tied=True),
    "minicpm3": Family(tied=True),
    "minimax": Family(mixer="lightning", full_every=2),
    "minimax_m2": Family(norm="width", router_bias=True, sparse=True),
    "minimax_m3": Family(norm="head", router_bias=True, norm_field=None),
    "minimax_m3_vl": Family(norm="head", router_bias=True, norm_field=None),
    "minimax_m3_vl_text": Family(norm="head", router_bias=True, norm_field=None),
    "ministral": _MISTRAL,
    "ministral3": _MISTRAL,
    "mistral": _MISTRAL,
    "mistral4": Family(),
    "mixtral": Family(qkv_bias=False, out_bias=False, local="all", sparse=True),
    "mllama_text_model": Family(shape="mllama"),
    "molmo2_text": Family(norm="head", norm_field=None),
    "muse_glimmer_text": Family(gate="width", norms_per_layer=4, local="pattern", full_every=4),
    "mpt": Family(
        names={"num_hidden_layers": "n_layers", "hidden_size": "d_model", "num_attention_heads": "n_heads"},
        tied=True, gated=False, mlp_times=4, fused_qkv=True,
    ),
    "nanochat": Family(norm_weight=False, gated=False),
    "nemotron": Family(norm_bias=True, gated=False),
    "nemotron-nas": Family(shape="nemotron_nas"),
    "nemotron_h": _NEMOTRON_H,
    "olmo": Family(norm_weight=False),
    "olmo2": _OLMO2,
    "olmo3": _OLMO2,
    "olmo_hybrid": Family(norm="width", norm_field=None, mixer="gated_delta", full_every=4),
    "olmoe": Family(sparse=True, norm="width", norm_field=None),
    "opt": Family(
        names={"intermediate_size": "ffn_dim"}, tied=True, qkv_bias=True, out_bias=True, norm_bias=True,
        gated=False, mlp_bias=True, positions="max_position_embeddings", positions_more=2,
        defaults={"max_position_embeddings": 2048},
    ),
    "orion": Family(norm_bias=True),
    "persimmon": Family(
        qkv_bias=True, out_bias=True, norm="head", norm_field="qk_layernorm", qk_norm_bias=True,
        norm_bias=True, gated=False, mlp_bias=True, fused_qkv=True,
    ),
    "phi": Family(
        qkv_bias=True, out_bias=True, norm="head", norm_field="qk_layernorm", norm_default=False,
        qk_norm_bias=True, norms_per_layer=1, norm_bias=True, gated=False, mlp_bias=True, head_bias=True,
    ),
    "phi-msft": Family(
        names=_GPT2_NAMES, qkv_bias=True, out_bias=True, norms_per_layer=1, norm_bias=True, gated=False,
        mlp_bias=True, head_bias=True, mlp_times=4, fused_qkv=True,
    ),
    "phi3": _PHI3,
    "phi3_v": _PHI3,
    "phi4_multimodal": _PHI3,
    "phi3small": Family(qkv_bias=True, out_bias=True, norm_bias=True, mlp_bias=True, tied=True),
    "phimoe": Family(sparse=True, norm_bias=True, bias_fields=("attention_bias",), local="all"),
    "qwen": Family(qkv_bias=True, out_bias=False, fused_qkv=True),
    "qwen2": Family(qkv_bias=True, out_bias=False, local="opt_in"),
    "qwen2_vl": Family(qkv_bias=True, out_bias=False, local="opt_in"),
    "qwen2_vl_text": Family(qkv_bias=True, out_bias=False, local="opt_in"),
    "qwen2_5_omni_text": Family(qkv_bias=True, out_bias=False, local="opt_in"),
    "qwen2_5_vl": Family(qkv_bias=True, out_bias=False, local="opt_in"),
    "qwen2_5_vl_text": Family(qkv_bias=True, out_bias=False, local="opt_in"),
    "qwen2_moe": Family(sparse=True, qkv_bias=True, out_bias=False, shared_gate=True, local="opt_in"),
    "qwen3": _QWEN3,
    "qwen3_5_moe_text": _QWEN_HYBRID,
    "qwen3_5_text": _QWEN_HYBRID,
    "qwen3_moe": _QWEN3_MOE,
    "qwen3_next": _QWEN_HYBRID,
    "qwen3_omni_moe_text": _QWEN3_MOE,
    "qwen3_vl_moe_text": _QWEN3_MOE,
    "qwen3_vl_text": _QWEN3,
    "recurrent_gemma": Family(
        tied=True, mixer="lru", out_bias=True, qkv_bias=False, mlp_bias=True,
        defaults={"conv1d_width": 4}, names={"sliding_window": "attention_window_size"},
    ),
    "seed_oss": Family(out_bias_field="attention_out_bias", bias_default=True),
    "smollm3": Family(tied=True, local="opt_in"),
    "solar_open": Family(sparse=True, router_bias=True),
    "stablelm": Family(
        bias_fields=("use_qkv_bias",), out_bias=False, norm_bias=True, norm="head",
        norm_field="qk_layernorm", norm_default=False, qk_norm_per_head=True,
    ),
    "step3p5": _STEP,
    "step3p7": _STEP,
    "starcoder2": Family(
        bias_fields=("use_bias",), mlp_bias_field="use_bias", norm_bias=True, gated=False, tied=True,
        local="all", bias_default=True,
    ),
    "paddleocr_vl_text": Family(tied=True, bias_fields=("use_bias",), mlp_bias_field="use_bias"),
    "vaultgemma": Family(defaults={"head_dim": 256}, tied=True, local="pattern", full_every=2),
    "xglm": Family(
        names={"hidden_size": "d_model", "intermediate_size": "ffn_dim", "num_hidden_layers": "num_layers",
               "num_attention_heads": "attention_heads"},
        tied=True, qkv_bias=True, out_bias=True, norm_bias=True, gated=False, mlp_bias=True,
    ),
    "youtu": Family(tied=True),
    "zamba": Family(mixer="mamba", tied=True, norms_per_layer=1, shape="zamba", defaults={"mamba_expand": 2}),
    "zamba2": Family(
        mixer="mamba2", tied=True, norms_per_layer=1, shape="zamba",
        defaults={"mamba_expand": 2, "n_mamba_heads": 8, "adapter_rank": 128, "num_mem_blocks": 1},
    ),
}  # fmt: skip

# A whole model's own type is its text model's where nothing else is said.
FAMILIES: Mapping[str, Family] = {
    **{name.removesuffix("_text"): family for name, family in _BY_TYPE.items() if name.endswith("_text")},
    **_BY_TYPE,
}
