"""What a training step keeps of each token until its gradient is known.

Counted as PyTorch's autograd saves it for blocks written as in transformers 5 (per token and layer, b bytes
an element, h hidden, a heads, q and kv the widths of queries and of keys, I the block's width):

    each norm            4 h + 4 + 2 b h          the input in fp32, its scale, two results
    attention, flash     b (2 q + 2 kv) + 4 a     queries, keys, values, output, log-sum-exp
    attention, eager     b (4 q) + (4 + b) a S    keys and values of every head, and the scores of S tokens,
                                                  once where b is 4
    feed-forward, gated  4 b I                    gate, its activation, up, their product; else 2 b I
    checkpointed         b h                      the layer's input alone; one layer at a time is made again

tests/memory/test_training_against_torch.py measures these with `saved_tensors_hooks`. The terms of
Korthikanti et al. (arXiv:2205.05198), 34 s b h, are those of GPT-3's block: LayerNorm, dropout, no gate.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from tokenquote.memory.layers import (
    Architecture,
    Attention,
    Experts,
    GroupedAttention,
    Layer,
    Mlp,
    NoAttention,
    Parallel,
)
from tokenquote.memory.layers.attention_tensors import attention_tensors

__all__ = ["Activations", "Kept", "activations"]

Checkpointing = Literal["none", "full"]


@dataclass(frozen=True, slots=True)
class Kept:
    """How a step is run."""

    batch: int
    """Sequences of one GPU in one step."""
    tokens: int
    """Of each sequence."""
    element: int = 2
    """Bytes of an activation."""
    flash: bool = True
    checkpointing: Checkpointing = "none"
    fused_loss: bool = False
    """Logits in pieces, never whole (chunked cross entropy)."""


@dataclass(frozen=True, slots=True)
class Activations:
    """Bytes on one GPU."""

    layers: int
    logits: int
    """16-bit logits, and fp32 ones with their gradient."""
    known: bool
    """Whether every layer is one of those that were measured: attention with heads, dense blocks."""

    @property
    def bytes(self) -> int:
        return self.layers + self.logits


def activations(architecture: Architecture, kept: Kept) -> Activations:
    """What a step keeps, at its peak."""
    each = {layer: _layer(layer, architecture.hidden, kept) for layer in set(architecture.layers)}
    counts = Counter(architecture.layers)
    if kept.checkpointing == "full":
        inputs = len(architecture.layers) * kept.element * architecture.hidden
        per_token = inputs + max(each.values(), default=0)
    else:
        per_token = sum(each[layer] * times for layer, times in counts.items())
    per_token += _norm(architecture.hidden, kept)  # the last one
    step = kept.batch * kept.tokens
    logits = 0 if kept.fused_loss else step * architecture.vocabulary * (kept.element + 8)
    known = all(
        isinstance(layer.attention, GroupedAttention) and isinstance(layer.mlp, Mlp) for layer in counts
    )
    return Activations(per_token * step, logits, known)


def _layer(layer: Layer, hidden: int, kept: Kept) -> int:
    """Bytes per token."""
    norms = layer.norms * _norm(hidden, kept)
    return norms + _attention(layer.attention, hidden, kept) + _feed_forward(layer.mlp, hidden, kept)


def _norm(width: int, kept: Kept) -> int:
    return 4 * width + 4 + 2 * kept.element * width


def _attention(attention: Attention, hidden: int, kept: Kept) -> int:
    if isinstance(attention, NoAttention):
        return 0
    if isinstance(attention, Parallel):
        return _attention(attention.attention, hidden, kept) + _attention(attention.recurrent, hidden, kept)
    if isinstance(attention, GroupedAttention):
        return _grouped(attention, kept)
    # Not measured: what goes into each matrix and what comes out of it.
    matrices = [one for one in attention_tensors(attention, hidden) if one.role == "linear"]
    return kept.element * sum((one.rows + one.columns) * one.copies for one in matrices)


def _grouped(a: GroupedAttention, kept: Kept) -> int:
    queries, keys, values = a.query_heads * a.head_dim, a.kv_heads * a.head_dim, a.kv_heads * a.value_size
    outputs = a.query_heads * a.value_size
    norms = 0
    if a.norm != "none":
        norms = (4 + kept.element) * (queries + keys) + 4 * (a.query_heads + a.kv_heads)
    if kept.flash:
        return norms + kept.element * (queries + keys + values + outputs) + 4 * a.query_heads
    scores = (4 + (kept.element if kept.element < 4 else 0)) * a.query_heads * kept.tokens
    return norms + kept.element * (2 * queries + 2 * outputs) + scores


def _feed_forward(mlp: Mlp | Experts | None, hidden: int, kept: Kept) -> int:
    if mlp is None:
        return 0
    if isinstance(mlp, Mlp):
        return kept.element * mlp.width * (4 if mlp.gated else 2)
    chosen = mlp.active or mlp.number
    each = kept.element * (mlp.width * (4 if mlp.gated else 2) + 2 * hidden)
    shared = kept.element * mlp.shared_width * (4 if mlp.gated else 2)
    return chosen * each + shared + 4 * mlp.number + _feed_forward(mlp.dense, hidden, kept)
