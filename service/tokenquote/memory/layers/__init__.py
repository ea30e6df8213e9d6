"""What of a model costs memory: its layers, widths and vocabulary. Plain values, no config fields."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tokenquote.memory.layers.attention import Attention, Indexer, NoAttention
from tokenquote.memory.layers.feed_forward import Experts, FeedForward, Mlp, NoFeedForward
from tokenquote.memory.layers.grouped import CrossAttention, GroupedAttention
from tokenquote.memory.layers.latent import CompressedAttention, LatentAttention
from tokenquote.memory.layers.parallel import Parallel
from tokenquote.memory.layers.tensors import Tensors

__all__ = [
    "Architecture",
    "Attention",
    "CacheLayout",
    "CompressedAttention",
    "CrossAttention",
    "Experts",
    "FeedForward",
    "GroupedAttention",
    "Indexer",
    "LatentAttention",
    "Layer",
    "Mlp",
    "NoAttention",
    "NoFeedForward",
    "Parallel",
]


@dataclass(frozen=True, slots=True)
class Layer:
    """A decoder layer: attention, a feed-forward block and norms."""

    attention: Attention
    mlp: FeedForward
    norms: int
    """The number of norms of the hidden width; those of queries and keys are not included."""
    other: tuple[Tensors, ...] = ()
    """The tensors beside attention, feed-forward block and norms, such as embeddings per layer."""


@dataclass(frozen=True, slots=True)
class CacheLayout:
    """What a KV cache depends on."""

    layers: tuple[Attention, ...]
    known: bool
    """Whether the model type is one whose layers are known to be what its config says."""
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    encoder_tokens: int | None = None
    """The tokens that cross attention looks at, where the config says it; None: it does not."""
    predictors: tuple[Attention, ...] = ()
    """The layers that predict further tokens, which keep a cache where an engine drafts with them."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """What weights depend on."""

    hidden: int
    """The width of the activations between layers."""
    vocabulary: int
    """The number of tokens that have an embedding."""
    tied: bool
    """Whether the output uses the embedding's matrix."""
    layers: tuple[Layer, ...]
    final_norm: bool
    norm_bias: bool
    norm_weight: bool
    head_bias: bool
    other: tuple[Tensors, ...]
    """What belongs to no layer, such as learned positions or a vision tower."""
    model_type: str | None
    known: bool
    """Whether the model type is one whose layers are known to be what its config says."""
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    embedding_width: int | None = None
    """The width of the embedding, where it is not the hidden one (ALBERT); None: it is."""
    predictors: tuple[Layer, ...] = ()
    """The layers that predict further tokens, which engines load only to draft with them; in no sum."""
    scores: int | None = None
    """The numbers that the output gives for each token, 0 where it gives vectors or one answer for a text;
    None: one for each token of the vocabulary."""

    def drafting(self) -> Architecture:
        """Return the model with the layers that predict further tokens, which then count like any other."""
        return replace(self, layers=(*self.layers, *self.predictors), predictors=())
