"""How many weights an architecture has, and in tensors of which shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tokenquote.memory.layers import Architecture, Experts, Layer, Mlp
from tokenquote.memory.layers.attention_tensors import attention_tensors
from tokenquote.memory.layers.tensors import Role, Tensors, vector

__all__ = [
    "Role",
    "Tensors",
    "active_parameters",
    "layer_tensors",
    "parameters",
    "tensors",
    "tensors_outside",
]


def parameters(architecture: Architecture) -> int:
    """All weights: what safetensors files hold, but buffers and modules that the config does not describe."""
    return sum(one.elements for one in tensors(architecture))


def active_parameters(architecture: Architecture) -> int:
    """Weights that one token goes through: of the experts those that the router chooses, the rest whole.

    The embedding is in it, as published figures have it, though of it only a row is read; what sees is not.
    """
    resting = sum(one.elements for one in architecture.other if one.role == "tower")
    for layer, times in Counter(architecture.layers).items():
        if isinstance(layer.mlp, Experts) and layer.mlp.active is not None:
            routed = sum(one.elements for one in _routed(layer.mlp, architecture.hidden))
            resting += times * routed * max(0, layer.mlp.number - layer.mlp.active) // layer.mlp.number
    return parameters(architecture) - resting


def tensors(architecture: Architecture) -> tuple[Tensors, ...]:
    """Every tensor once, equal ones together; layers that are alike are looked at once."""
    found = list(tensors_outside(architecture))
    for layer, times in Counter(architecture.layers).items():
        found += [replace(one, copies=one.copies * times) for one in layer_tensors(layer, architecture)]
    return tuple(found)


def tensors_outside(architecture: Architecture) -> Iterator[Tensors]:
    """What belongs to no layer: embedding, output, last norm and what the family has besides."""
    hidden = architecture.hidden
    yield Tensors("embedding", "embedding", architecture.vocabulary, hidden, name="token_embd")
    if architecture.final_norm:
        yield vector("norms", hidden, 2 if architecture.norm_bias else 1)
    if not architecture.tied:
        yield Tensors("lm_head", "head", architecture.vocabulary, hidden, name="output")
    if architecture.head_bias:
        yield vector("lm_head", architecture.vocabulary)
    yield from architecture.other


def layer_tensors(layer: Layer, architecture: Architecture) -> tuple[Tensors, ...]:
    """Every tensor of one layer."""
    hidden = architecture.hidden
    norms = layer.norms * (2 if architecture.norm_bias else 1) if architecture.norm_weight else 0
    return (
        *attention_tensors(layer.attention, hidden),
        *_mlp(layer.mlp, hidden),
        *((vector("norms", hidden, norms),) if norms else ()),
        *layer.other,
    )


def _mlp(mlp: Mlp | Experts | None, hidden: int) -> Iterator[Tensors]:
    if mlp is None:
        return
    if isinstance(mlp, Mlp):
        yield from _feed_forward("mlp", "linear", mlp, hidden)
        return
    yield from _routed(mlp, hidden)
    if mlp.latent is not None:
        yield Tensors("experts", "linear", mlp.latent, hidden)
        yield Tensors("experts", "linear", hidden, mlp.latent)
    yield Tensors("router", "kept", mlp.number + mlp.idle, hidden, name="ffn_gate_inp")
    if mlp.router_bias:
        yield vector("router", mlp.number + mlp.idle)
    if mlp.shared_width:
        shared = Mlp(width=mlp.shared_width, gated=mlp.gated)
        yield from _feed_forward("shared_experts", "linear", shared, hidden, "_shexp")
    if mlp.shared_gate:
        yield Tensors("router", "kept", 1, hidden, name="ffn_gate_inp_shexp")
    if mlp.dense is not None:
        yield from _feed_forward("mlp", "linear", mlp.dense, hidden)


def _routed(mlp: Experts, hidden: int) -> Iterator[Tensors]:
    one = Mlp(width=mlp.width, gated=mlp.gated, bias=mlp.bias)
    for tensor in _feed_forward("experts", "expert", one, mlp.latent or hidden, "_exps"):
        yield replace(tensor, copies=tensor.copies * mlp.number)


def _feed_forward(part: str, role: Role, mlp: Mlp, hidden: int, suffix: str = "") -> Iterator[Tensors]:
    inner = 2 if mlp.gated else 1
    if mlp.fused:
        yield Tensors(part, role, inner * mlp.width, hidden, name=f"ffn_up{suffix}")
    else:
        if mlp.gated:
            yield Tensors(part, role, mlp.width, hidden, name=f"ffn_gate{suffix}")
        yield Tensors(part, role, mlp.width, hidden, name=f"ffn_up{suffix}")
    yield Tensors(part, role, hidden, mlp.width, name=f"ffn_down{suffix}")
    if mlp.bias:
        yield vector(part, inner * mlp.width + hidden)
