"""The weights of an architecture: how many there are, and in tensors of which shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tokenquote.memory.layers import Architecture, Layer
from tokenquote.memory.layers.tensors import Tensors, vector

__all__ = [
    "active_parameters",
    "layer_tensors",
    "parameters",
    "tensors",
    "tensors_outside",
]


def parameters(architecture: Architecture) -> int:
    """Return the number of all weights.

    It is what safetensors files hold, without buffers and modules that the config does not describe.
    """
    return sum(tensor.elements for tensor in tensors(architecture))


def active_parameters(architecture: Architecture) -> int:
    """Return the number of weights that one token goes through, of experts those that the router chooses.

    The embedding is in it, as in published figures, though only a row of it is read; vision towers are not.
    """
    resting = sum(tensor.elements for tensor in architecture.other if tensor.role == "tower")
    for layer, times in Counter(architecture.layers).items():
        resting += times * layer.mlp.resting_elements(architecture.hidden)
    return parameters(architecture) - resting


def tensors(architecture: Architecture) -> tuple[Tensors, ...]:
    """Return every tensor once, equal ones together; equal layers are looked at once."""
    found = list(tensors_outside(architecture))
    for layer, times in Counter(architecture.layers).items():
        found += [
            replace(tensor, copies=tensor.copies * times) for tensor in layer_tensors(layer, architecture)
        ]
    return tuple(found)


def tensors_outside(architecture: Architecture) -> Iterator[Tensors]:
    """Yield the tensors outside the layers: embedding, output, last norm and those of the family."""
    hidden = architecture.hidden
    width = architecture.embedding_width or hidden
    yield Tensors("embedding", "embedding", architecture.vocabulary, width, name="token_embd")
    if architecture.final_norm:
        yield vector("norms", hidden, 2 if architecture.norm_bias else 1)
    if not architecture.tied:
        yield Tensors("lm_head", "head", architecture.vocabulary, hidden, name="output")
    if architecture.head_bias:
        yield vector("lm_head", architecture.vocabulary)
    yield from architecture.other


def layer_tensors(layer: Layer, architecture: Architecture) -> tuple[Tensors, ...]:
    """Return every tensor of one layer."""
    hidden = architecture.hidden
    norms = layer.norms * (2 if architecture.norm_bias else 1) if architecture.norm_weight else 0
    return (
        *layer.attention.tensors(hidden),
        *layer.mlp.tensors(hidden),
        *((vector("norms", hidden, norms),) if norms else ()),
        *layer.other,
    )
