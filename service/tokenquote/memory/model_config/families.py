"""What the modelling code of a model type does and its `config.json` does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["UNKNOWN", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """A model type; every default is what Llama does."""

    defaults: Mapping[str, int] = field(default_factory=dict)
    """The class defaults of fields that published configs leave out."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The family's own names of fields, by the usual name: `{"hidden_size": "n_embd"}`."""
    tied: bool = False
    """Whether the output uses the embedding's matrix, where the config does not say `tie_word_embeddings`."""

    qkv_bias: bool | None = None
    """Whether queries, keys and values have biases; None: as the config says."""
    out_bias: bool | None = None
    """Whether the output of attention has a bias; None: as the config says."""
    bias_fields: tuple[str, ...] = ("attention_bias",)
    """The names of the field that turns the biases of attention on."""
    bias_default: bool = False
    """What an absent field means, there and in feed-forward blocks that go by the same field."""
    out_bias_field: str | None = None
    norm: Literal["none", "head", "width"] = "none"
    norm_field: str | None = "use_qk_norm"
    """The field that turns norms of queries and keys on or off."""
    norm_default: bool = True
    """Whether a family with such norms has them unless the config says."""
    qk_norm_bias: bool = False
    qk_norm_per_head: bool = False
    sinks: Literal["none", "all", "sliding"] = "none"
    gate: Literal["none", "width", "head"] = "none"
    fused_qkv: bool = False
    fused_gate_up: bool = False

    norms_per_layer: int = 2
    """The norms of the hidden width in each layer."""
    norm_bias: bool = False
    """Whether norms are LayerNorms with a bias instead of RMSNorms."""
    norm_weight: bool = True
    """Whether norms have weights; False in OLMo."""
    gated: bool = True
    mlp_bias: bool | None = None
    mlp_bias_field: str = "mlp_bias"
    mlp_times: int | None = None
    """The block's width as a multiple of the hidden size, where the config does not say it; None: it does."""
    mlp_adjusted: bool = False
    """Whether the stated width is cut to two thirds, unless the config says not (LFM2)."""
    mlp_vectors: int = 0
    """The number of weights of the activation function (xIELU of Apertus: four)."""
    scalars: int = 0
    """The number of weights that each layer is scaled with (Gemma 4)."""
    head_scalars: int = 0
    """The number of weights that each layer has for each of its query heads, such as the biases of a gate."""
    head_vectors: int = 0
    """The number of vectors of a head's size in each layer (DiffLlama: four)."""
    rope_norm: bool = False
    """Whether the part of a key that carries its position has a norm of its own (dots3)."""
    streams: bool = False
    """Whether layers mix several streams of activations (hyper-connections, arXiv:2409.19606)."""
    sub_norms: bool = False
    """Whether there are norms before the outputs of attention and block (BitNet)."""
    head_bias: bool = False
    positions: str | None = None
    """The field with the number of learned positions; None: positions are not learned."""
    positions_more: int = 0
    embedding_norm: bool = False

    router_bias: bool = False
    """Whether the router has a weight for each expert besides its matrix."""
    expert_bias: bool = False
    experts_gated: bool = True
    shared_gate: bool = False
    shared_is_expert: bool = False
    """Whether there is a shared expert of an expert's width that the config does not name (Llama 4)."""
    sparse: bool = False
    """Whether it is always a mixture of experts, so that a config without their number is incomplete."""
    expert_norms: int = 0
    """The number of further norms in layers with experts."""

    local: Literal["all", "pattern", "opt_in", "half"] | None = None
    """The layers that slide where the config has a window but no `layer_types`: all; all but every n-th;
    those from `max_window_layers` on, if `use_sliding_window`; or every other one."""
    full_every: int | None = None
    """The n of that pattern, unless the config says it."""
    mixer: (
        Literal["mamba", "mamba2", "gated_delta", "kimi_delta", "lightning", "convolution", "lru"] | None
    ) = None
    """The kind of its recurrent layers; None: it has none."""
    inner_norms: bool = False
    """Whether there are norms within its Mamba layers (Jamba)."""
    parallel: bool = False
    """Whether every layer has attention and a recurrent layer side by side (Falcon-H1)."""
    shape: Literal[
        "decoder", "falcon", "nemotron_nas", "nemotron_h", "zamba", "gemma4", "gemma3n", "deepseek_v4",
        "longcat", "mllama",
    ] = "decoder"  # fmt: skip
    """The way in which its layers are put together."""


UNKNOWN = Family()
"""The family of a model type that is not in the table: counted like Llama, and the answer says so."""
