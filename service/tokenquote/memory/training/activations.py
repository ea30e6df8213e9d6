"""The activations that a training step keeps of each token until the gradient is known.

Counted as PyTorch's autograd saves it for blocks written as in transformers 5 (per token and layer, b bytes
an element, h hidden, a heads, q and kv the widths of queries and of keys, I the block's width):

                         trained                    frozen, beside adapters
    RMSNorm              4 h + 4 + 2 b h            4 h + 4          the input in fp32, its scale, two results
    LayerNorm            2 b h + 8                  b h + 8          the input, mean and scale, the result
    attention, flash     b (2 q + 2 kv) + 4 a       the same         queries, keys, values, output, and the
                                                                     logarithm of the sum of exponentials
    attention, eager     b (4 q) + (4 + b) a S      the same         keys and values of every head, and scores
                                                                     of S tokens, once where b is 4
    block, gated         4 b I                      3 b I            gate, its activation, up, their product
    block, not gated     2 b I                      b I              up and its activation
    adapters             -                          `adapters.py`
    checkpointed         b h                        b h              the layer's input alone

Under `torch.autocast` what flows between layers is fp32, and each matrix keeps a 16-bit copy of its input and
of its weights.

A step that keeps all has a second peak when gradients go back through a block (`gradient_bytes`); one that
keeps only inputs makes one layer at a time again. The logits are most when the gradient of the cross entropy
is made: fp32 log-probabilities, the gradient of what was picked of them, and that of the logits, 12 bytes
each (`nll_loss_backward`, `log_softmax_backward`). Liger's fused loss makes them in pieces of about h / V of
the tokens, and keeps the gradient of the hidden states (`fused_linear_cross_entropy.py`).

tests/memory/test_training_against_torch.py measures these with `saved_tensors_hooks` and counts every
allocation of a step. The terms of Korthikanti et al. (arXiv:2205.05198), 34 s b h, are those of GPT-3's
block: LayerNorm, dropout, no gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tokenquote.counts import ceil_div
from tokenquote.memory.layers import Architecture, Layer
from tokenquote.memory.layers.saved_activations import Saving, layer_norm_bytes, rms_norm_bytes
from tokenquote.memory.training.adapters import Adapters, adapter_activations

__all__ = ["Activations", "Checkpointing", "TrainingStep", "activations"]

Checkpointing = Literal["none", "full"]

USUAL_BYTES_PER_LOGIT = 12
ENCODER = "encoder_attention"
"""The kind of attention that reads the source text in a model of an encoder and a decoder."""


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
    loss_in_place: bool = False
    """Whether a kernel writes the gradient of the cross entropy over the logits."""
    packed: bool = False
    """Whether all sequences are laid end to end in one row."""
    adapters: Adapters | None = None
    """The adapters that are trained in place of the weights; None: all weights are."""
    keeps_inputs: bool = False
    """Whether matrices that are not trained keep their inputs all the same."""
    autocast: bool = False
    """Whether fp32 weights are cast to 16 bits where they are used (`torch.autocast`)."""
    decoder_tokens: int | None = None
    """The tokens of each sequence in the decoder, where `tokens` are those of an encoder; None: there is no
    encoder."""

    @property
    def all_tokens(self) -> int:
        """The tokens of all sequences."""
        return self.batch * self.tokens

    @property
    def scored_words(self) -> int:
        """The tokens that the model's output is made for: the decoder's, if there is one."""
        return self.batch * (self.tokens if self.decoder_tokens is None else self.decoder_tokens)

    def count_tokens(self, layer: Layer) -> int:
        """Return the number of tokens of all sequences that go through a layer."""
        return self.all_tokens if layer.attention.kind == ENCODER else self.scored_words

    def saving(self, layer: Layer | None = None) -> Saving:
        """Return what the step keeps of a layer, or of what lies outside them."""
        trained = self.adapters is None
        row = self.tokens
        if layer is not None and layer.attention.kind != ENCODER and not layer.attention.attends_to_encoder:
            row = self.decoder_tokens or row
        row *= self.batch if self.packed else 1
        return Saving(
            self.element,
            scored_tokens=None if self.flash else row,
            inputs=trained or self.keeps_inputs,
            autocast=self.autocast,
            norm_weights=trained,
        )


@dataclass(frozen=True, slots=True)
class Activations:
    """The bytes of activations on one GPU."""

    layers: int
    """The bytes of all layers, or of their inputs alone."""
    last_norm: int
    """The bytes of the norm before the output."""
    one_layer: int
    """The bytes of the layer that keeps most, whole."""
    remade: int
    """The bytes of the one layer that is made again at a time; 0: all are kept."""
    gradients: int
    """The bytes of the gradients of activations, at their most, within one layer."""
    logits: int
    """The bytes of logits, log-probabilities and their gradients."""
    known: bool
    """Whether every layer is of a measured kind: attention with heads, dense blocks."""


def activations(
    architecture: Architecture, step: TrainingStep, bytes_per_logit: int = USUAL_BYTES_PER_LOGIT
) -> Activations:
    """Return the bytes of activations that a step keeps, and how well they are known."""
    counts = Counter(architecture.layers)
    each = {layer: _layer_bytes(layer, architecture, step) for layer in counts}
    one_layer = _one_layer(each, step)
    stream = 4 if step.autocast else step.element
    inputs = {layer: step.count_tokens(layer) * stream * architecture.hidden for layer in counts}
    checkpointed = step.checkpointing == "full"
    kept = sum(
        times * (inputs[layer] * _is_checkpointed(layer, step) if checkpointed else each[layer])
        for layer, times in counts.items()
    )
    gradients = (
        step.count_tokens(layer) * layer.mlp.gradient_bytes(step.saving(layer)) + inputs[layer]
        for layer in counts
    )
    norm = _norm_bytes(architecture, step.saving())
    encoded = 0 if step.decoder_tokens is None else step.all_tokens
    kinds = [kind for layer in counts for kind in (layer.attention, layer.mlp)]
    return Activations(
        layers=kept,
        last_norm=(step.scored_words + encoded) * norm,
        one_layer=one_layer,
        remade=one_layer if checkpointed else 0,
        gradients=max(gradients, default=0),
        logits=_logit_bytes(architecture, step, bytes_per_logit),
        known=all(kind.activations_measured for kind in kinds),
    )


def _layer_bytes(layer: Layer, architecture: Architecture, step: TrainingStep) -> int:
    """Return the bytes of all tokens."""
    saving, tokens = step.saving(layer), step.count_tokens(layer)
    kept = layer.norms * _norm_bytes(architecture, saving)
    kept += layer.attention.activation_bytes(architecture.hidden, saving)
    kept += layer.mlp.activation_bytes(architecture.hidden, saving)
    if step.adapters is not None:
        kept += adapter_activations(layer, architecture, step.adapters, saving)
    of_source = 0
    if step.decoder_tokens is not None and layer.attention.attends_to_encoder:
        of_source = (step.all_tokens - tokens) * layer.attention.source_activation_bytes(saving)
    return tokens * kept + of_source


def _is_checkpointed(layer: Layer, step: TrainingStep) -> bool:
    """Return whether the layer's input is kept; a decoder's self and cross attention are one layer of it."""
    return step.decoder_tokens is None or layer.mlp.is_present


def _one_layer(each: Mapping[Layer, int], step: TrainingStep) -> int:
    """Return the bytes of the layer that keeps most; of a decoder, self and cross attention together."""
    if step.decoder_tokens is None:
        return max(each.values(), default=0)
    encoder = max((size for layer, size in each.items() if layer.attention.kind == ENCODER), default=0)
    return max(encoder, sum(size for layer, size in each.items() if layer.attention.kind != ENCODER))


def _norm_bytes(architecture: Architecture, saving: Saving) -> int:
    if architecture.norm_bias:
        return layer_norm_bytes(architecture.hidden, saving)
    return rms_norm_bytes(architecture.hidden, saving)


def _logit_bytes(architecture: Architecture, step: TrainingStep, bytes_per_logit: int) -> int:
    tokens, vocabulary, hidden = step.scored_words, architecture.vocabulary, architecture.hidden
    if architecture.scores is not None:
        return tokens * architecture.scores * bytes_per_logit
    if not step.fused_loss:
        return tokens * vocabulary * bytes_per_logit
    pieces = ceil_div(vocabulary, hidden)
    piece = 1 << (ceil_div(tokens, pieces) - 1).bit_length()
    return step.element * (piece * vocabulary + tokens * hidden)
