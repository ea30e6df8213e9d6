"""What of a model costs memory: its layers, widths and vocabulary. Plain values, no config fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tokenquote.memory.layers.linear_attention import KeyDelta, LightningAttention, LinearAttention
from tokenquote.memory.layers.recurrent import GatedRecurrence, Mamba, Mamba2, ShortConvolution
from tokenquote.memory.layers.tensors import Tensors

__all__ = [
    "Architecture",
    "Attention",
    "CacheLayout",
    "CompressedAttention",
    "Experts",
    "GroupedAttention",
    "Indexer",
    "LatentAttention",
    "Layer",
    "Mlp",
    "NoAttention",
    "Parallel",
]


@dataclass(frozen=True, slots=True)
class Indexer:
    """The lightning indexer of DeepSeek sparse attention: it caches one key of its own per token."""

    heads: int
    head_dim: int


@dataclass(frozen=True, slots=True)
class GroupedAttention:
    """Keys and values per head: MHA (as many as query heads), GQA (fewer), MQA (one)."""

    query_heads: int
    kv_heads: int
    head_dim: int
    """Elements of a head; of the config, not hidden / heads: 128 and not 80 for Qwen3-32B."""
    kind: Literal["attention", "sliding_window", "chunked", "cross_attention"] = "attention"
    window: int | None = None
    """Tokens that a sliding or chunked layer keeps at most."""
    qkv_bias: bool = False
    out_bias: bool = False
    norm: Literal["none", "head", "width"] = "none"
    """Norms of queries and keys: none, one of head_dim elements for all heads, or one of all heads' width."""
    sinks: bool = False
    """A learned sink for each query head (gpt-oss)."""
    gate: Literal["none", "width", "head"] = "none"
    """A gate of the output, as wide as the queries (Qwen3-Next) or one for each head (Laguna)."""
    value_dim: int | None = None
    """Elements of a value head, where it is no key head's size (MiMo-V2)."""
    owns_cache: bool = True
    """False: the layer reads the keys and values of an earlier one (Gemma 3n and 4)."""
    projects: Literal["keys and values", "keys", "nothing"] = "keys and values"
    """What the layer has matrices for besides queries: `keys` where values are the keys (Gemma 4)."""
    norm_bias: bool = False
    norm_copies: int = 1
    """Norms of queries and keys for each head of their own (StableLM)."""
    fused: bool = False
    """Queries, keys and values in one matrix."""
    bias_of: Literal["all", "queries and values"] = "all"
    """`queries and values`: keys have none (Whisper)."""
    indexer: Indexer | None = None

    @property
    def value_size(self) -> int:
        """Elements of a value head."""
        return self.head_dim if self.value_dim is None else self.value_dim


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
    gate: Literal["none", "width", "head"] = "none"
    window: int | None = None
    kind: Literal["mla"] = "mla"


@dataclass(frozen=True, slots=True)
class CompressedAttention:
    """DeepSeek-V4: one key row per token within the window, and one for each `ratio` tokens before it."""

    query_heads: int
    head_dim: int
    q_rank: int
    out_rank: int
    out_groups: int
    window: int
    ratio: int
    """Tokens of a compressed row; 0: nothing is kept beyond the window."""
    overlap: bool
    """Compressed rows overlap, so that their matrices are twice as wide (ratio 4)."""
    indexer: Indexer | None
    kind: Literal["compressed_attention"] = "compressed_attention"


@dataclass(frozen=True, slots=True)
class NoAttention:
    """A layer of a feed-forward block alone (Nemotron-H, Nemotron-NAS)."""

    kind: Literal["none"] = "none"


@dataclass(frozen=True, slots=True)
class Parallel:
    """Attention and a recurrent layer side by side (Falcon-H1)."""

    attention: GroupedAttention
    recurrent: Mamba2
    kind: Literal["hybrid"] = "hybrid"


Attention = (
    GroupedAttention
    | LatentAttention
    | CompressedAttention
    | NoAttention
    | Parallel
    | LinearAttention
    | KeyDelta
    | LightningAttention
    | Mamba
    | Mamba2
    | ShortConvolution
    | GatedRecurrence
)


@dataclass(frozen=True, slots=True)
class Mlp:
    """One feed-forward block: gate, up and down; or, not gated, up and down."""

    width: int
    gated: bool = True
    bias: bool = False
    fused: bool = False
    """Gate and up in one matrix."""


@dataclass(frozen=True, slots=True)
class Experts:
    """A mixture of experts with its router; `shared` runs for every token."""

    number: int
    width: int
    bias: bool = False
    gated: bool = True
    active: int | None = None
    """Experts that run for a token."""
    shared_width: int = 0
    """Of all shared experts together."""
    shared_gate: bool = False
    router_bias: bool = False
    latent: int | None = None
    """Width that experts work in, where it is not the hidden one (Nemotron 3 Super)."""
    idle: int = 0
    """Experts that the router may choose and that do nothing (LongCat-Flash)."""
    dense: Mlp | None = None
    """A feed-forward block beside the experts (Gemma 4, Arctic)."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One decoder layer."""

    attention: Attention
    mlp: Mlp | Experts | None
    norms: int
    """Norms of the hidden width; those of queries and keys come besides."""
    other: tuple[Tensors, ...] = ()
    """What the layer has besides, such as embeddings of its own."""


@dataclass(frozen=True, slots=True)
class CacheLayout:
    """What a KV cache depends on."""

    layers: tuple[Attention, ...]
    known: bool
    """Whether the model type is one whose layers are known to be what its config says."""
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    encoder_tokens: int | None = None
    """Tokens that cross attention looks at, where the config says it."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """What weights depend on."""

    hidden: int
    vocabulary: int
    tied: bool
    """Whether the output uses the embedding's matrix."""
    layers: tuple[Layer, ...]
    final_norm: bool
    norm_bias: bool
    norm_weight: bool
    head_bias: bool
    other: tuple[Tensors, ...]
    """What belongs to no layer: learned positions, a vision tower."""
    model_type: str | None
    known: bool
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
