"""The activations that a training step keeps of each token until the gradient is known.

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

from tokenquote.memory.layers import Architecture, Layer

__all__ = ["Activations", "TrainingStep", "activations"]

Checkpointing = Literal["none", "full"]


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """The way that a training step is run."""

    batch: int
    """The sequences of one GPU in one step."""
    tokens: int
    """The tokens of each sequence."""
    element: int = 2
    """The bytes of an activation."""
    flash: bool = True
    """Whether attention keeps no scores (FlashAttention)."""
    checkpointing: Checkpointing = "none"
    """`full`: only the inputs of layers are kept, and the rest of a layer is computed again."""
    fused_loss: bool = False
    """Whether logits are made in pieces, never whole (chunked cross entropy)."""

    @property
    def scored_tokens(self) -> int | None:
        """The tokens whose scores each head keeps; None: none are step."""
        return None if self.flash else self.tokens


@dataclass(frozen=True, slots=True)
class Activations:
    """The bytes of activations on one GPU."""

    layers: int
    """The bytes of all layers."""
    logits: int
    """The bytes of 16-bit logits, and of fp32 ones with their gradient."""
    known: bool
    """Whether every layer is of a measured kind: attention with heads, dense blocks."""

    @property
    def bytes(self) -> int:
        """The bytes of layers and logits."""
        return self.layers + self.logits


def activations(architecture: Architecture, step: TrainingStep) -> Activations:
    """Return the bytes of activations that a step keeps at its peak, and how well they are known."""
    each = {layer: _layer_bytes(layer, architecture.hidden, step) for layer in set(architecture.layers)}
    counts = Counter(architecture.layers)
    if step.checkpointing == "full":
        inputs = len(architecture.layers) * step.element * architecture.hidden
        per_token = inputs + max(each.values(), default=0)
    else:
        per_token = sum(each[layer] * times for layer, times in counts.items())
    per_token += _norm_bytes(architecture.hidden, step)  # the last norm
    tokens = step.batch * step.tokens
    logits = 0 if step.fused_loss else tokens * architecture.vocabulary * (step.element + 8)
    known = all(layer.attention.activations_measured and layer.mlp.activations_measured for layer in counts)
    return Activations(per_token * tokens, logits, known)


def _layer_bytes(layer: Layer, hidden: int, step: TrainingStep) -> int:
    """Return the bytes per token."""
    attention = layer.attention.activation_bytes(hidden, step.element, step.scored_tokens)
    return (
        layer.norms * _norm_bytes(hidden, step) + attention + layer.mlp.activation_bytes(hidden, step.element)
    )


def _norm_bytes(width: int, step: TrainingStep) -> int:
    return 4 * width + 4 + 2 * step.element * width
