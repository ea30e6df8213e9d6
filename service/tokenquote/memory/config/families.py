"""What the modelling code of a model type does and its `config.json` does not say: the kinds of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["UNKNOWN", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """One model type. The defaults are Llama's."""

    defaults: Mapping[str, int] = field(default_factory=dict)
    """Class defaults of fields that published configs leave out."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Its own names of fields: `{"hidden_size": "n_embd"}`."""
    tied: bool = False
    """Where the config does not say `tie_word_embeddings`."""

    qkv_bias: bool | None = None
    """None: as `attention_bias` says; likewise below."""
    out_bias: bool | None = None
    bias_fields: tuple[str, ...] = ("attention_bias",)
    """Names of the field that turns the biases of attention on."""
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
    norm_bias: bool = False
    """LayerNorm with a bias instead of RMSNorm."""
    norm_weight: bool = True
    """False: norms without weights (OLMo)."""
    gated: bool = True
    mlp_bias: bool | None = None
    mlp_bias_field: str = "mlp_bias"
    mlp_times: int | None = None
    """The block's width as a multiple of the hidden size, where the config does not say it."""
    mlp_adjusted: bool = False
    """Whether the stated width is cut to two thirds, unless the config says not (LFM2)."""
    mlp_vectors: int = 0
    """Numbers that the activation has for itself (xIELU of Apertus: four)."""
    scalars: int = 0
    """Numbers that each layer is scaled with (Gemma 4)."""
    sub_norms: bool = False
    """A norm before the output of attention and one before that of the block (BitNet)."""
    head_bias: bool = False
    positions: str | None = None
    """The field with the number of learned positions."""
    positions_more: int = 0
    embedding_norm: bool = False

    router_bias: bool = False
    """A weight per expert besides the router's matrix."""
    expert_bias: bool = False
    experts_gated: bool = True
    shared_gate: bool = False
    shared_is_expert: bool = False
    """One shared expert of an expert's width that the config does not name (Llama 4)."""
    sparse: bool = False
    """A mixture of experts always: a config that does not say how many is incomplete."""
    expert_norms: int = 0
    """Norms that only layers with experts have besides."""

    local: Literal["all", "pattern", "opt_in", "half"] | None = None
    """Where the config has a window but no `layer_types`: all layers slide; all but every n-th;
    those from `max_window_layers` on, if `use_sliding_window`; or every other one."""
    full_every: int | None = None
    """n of that pattern, unless the config says it."""
    mixer: (
        Literal["mamba", "mamba2", "gated_delta", "kimi_delta", "lightning", "convolution", "lru"] | None
    ) = None
    """What its recurrent layers are."""
    inner_norms: bool = False
    """Norms within its Mamba layers (Jamba)."""
    parallel: bool = False
    """Attention and a recurrent layer side by side in every layer (Falcon-H1)."""
    shape: Literal[
        "decoder", "falcon", "nemotron_nas", "nemotron_h", "zamba", "gemma4", "gemma3n", "deepseek_v4",
        "longcat", "mllama",
    ] = "decoder"  # fmt: skip
    """Which reader puts its layers together."""


UNKNOWN = Family()
"""A model type that is not in the table is counted like Llama, and the answer says so."""
