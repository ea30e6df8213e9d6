"""What of a model costs memory: its layers, widths and vocabulary. Plain values, no config fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Architecture",
    "Attention",
    "CacheLayout",
    "Experts",
    "GroupedAttention",
    "Indexer",
    "LatentAttention",
    "Layer",
    "LinearAttention",
    "Mlp",
]


@dataclass(frozen=True, slots=True)
class GroupedAttention:
    """Keys and values per head: MHA (as many as query heads), GQA (fewer), MQA (one)."""

    query_heads: int
    kv_heads: int
    head_dim: int
    """Elements of a head; of the config, not hidden / heads: 128 and not 80 for Qwen3-32B."""
    kind: Literal["attention", "sliding_window", "chunked"] = "attention"
    window: int | None = None
    """Tokens that a sliding or chunked layer keeps at most."""
    qkv_bias: bool = False
    out_bias: bool = False
    norm: Literal["none", "head", "width"] = "none"
    """Norms of queries and keys: none, one of head_dim elements for all heads, or one of all heads' width."""
    sinks: bool = False
    """A learned sink for each query head (gpt-oss)."""
    gate: bool = False
    """Queries come with an output gate of the same width (Qwen3-Next)."""


@dataclass(frozen=True, slots=True)
class Indexer:
    """The lightning indexer of DeepSeek sparse attention: it caches one key of its own per token."""

    heads: int
    head_dim: int


@dataclass(frozen=True, slots=True)
class LatentAttention:
    """MLA: one compressed row per token for all heads (DeepSeek-V2, arXiv:2405.04434)."""

    query_heads: int
    q_rank: int | None
    """Rank of the query compression; None: queries are not compressed (DeepSeek-V2-Lite)."""
    kv_rank: int
    rope_dim: int
    nope_dim: int
    value_dim: int
    bias: bool = False
    indexer: Indexer | None = None
    kind: Literal["mla"] = "mla"


@dataclass(frozen=True, slots=True)
class LinearAttention:
    """Gated DeltaNet (Qwen3-Next, Qwen3.5): a state of fixed size per sequence, no keys and values."""

    key_heads: int
    value_heads: int
    key_dim: int
    value_dim: int
    kernel: int
    kind: Literal["linear_attention"] = "linear_attention"

    @property
    def conv_width(self) -> int:
        """Channels of the short convolution: queries, keys and values."""
        return 2 * self.key_heads * self.key_dim + self.value_heads * self.value_dim


Attention = GroupedAttention | LatentAttention | LinearAttention


@dataclass(frozen=True, slots=True)
class Mlp:
    """One feed-forward block: gate, up and down; or, not gated, up and down."""

    width: int
    gated: bool = True
    bias: bool = False


@dataclass(frozen=True, slots=True)
class Experts:
    """A mixture of experts with its router; `shared` runs for every token."""

    number: int
    width: int
    bias: bool = False
    active: int | None = None
    """Experts that run for a token."""
    shared_width: int = 0
    """Of all shared experts together."""
    shared_gate: bool = False
    router_bias: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """One decoder layer."""

    attention: Attention
    mlp: Mlp | Experts


@dataclass(frozen=True, slots=True)
class CacheLayout:
    """What a KV cache depends on."""

    layers: tuple[Attention, ...]
    known: bool
    """Whether the model type is one whose layers are known to be what its config says."""
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """What weights depend on."""

    hidden: int
    vocabulary: int
    tied: bool
    """Whether the output uses the embedding's matrix."""
    layers: tuple[Layer, ...]
    norms_per_layer: int
    """Norms of the hidden width; those of queries and keys come besides."""
    norm_bias: bool
    head_bias: bool
    known: bool
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
