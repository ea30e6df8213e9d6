"""How many weights an architecture has, and in tensors of which shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tokenquote.memory.architecture import (
    Architecture,
    Attention,
    Experts,
    GroupedAttention,
    LatentAttention,
    LinearAttention,
    Mlp,
)

__all__ = ["Role", "Tensors", "parameters", "tensors"]

Role = Literal["linear", "expert", "embedding", "head", "kept"]
"""What formats tell apart: matrices of layers, those of experts, the two ends, and what is never quantised
(norms, biases, routers)."""


@dataclass(frozen=True, slots=True)
class Tensors:
    """Equal tensors of `rows` outputs by `columns` inputs; a vector is one row."""

    part: str
    role: Role
    rows: int
    columns: int
    copies: int = 1

    @property
    def elements(self) -> int:
        return self.rows * self.columns * self.copies


def parameters(architecture: Architecture) -> int:
    """All weights: what safetensors files hold, but buffers and modules beside the text model."""
    return sum(one.elements for one in tensors(architecture))


def tensors(architecture: Architecture) -> tuple[Tensors, ...]:
    """Every tensor once, equal ones together; layers that are alike are looked at once."""
    hidden = architecture.hidden
    norm = Tensors("norms", "kept", 1, hidden, 2 if architecture.norm_bias else 1)
    found = [Tensors("embedding", "embedding", architecture.vocabulary, hidden)]
    for layer, times in Counter(architecture.layers).items():
        own = (
            *_attention(layer.attention, hidden),
            *_mlp(layer.mlp, hidden),
            replace(norm, copies=norm.copies * architecture.norms_per_layer),
        )
        found += [replace(one, copies=one.copies * times) for one in own]
    found.append(norm)
    if not architecture.tied:
        found.append(Tensors("lm_head", "head", architecture.vocabulary, hidden))
    if architecture.head_bias:
        found.append(_vector("lm_head", architecture.vocabulary))
    return tuple(found)


def _attention(attention: Attention, hidden: int) -> Iterable[Tensors]:
    if isinstance(attention, LatentAttention):
        return _latent(attention, hidden)
    if isinstance(attention, LinearAttention):
        return _linear_attention(attention, hidden)
    return _grouped(attention, hidden)


def _grouped(a: GroupedAttention, hidden: int) -> Iterator[Tensors]:
    queries, keys = a.query_heads * a.head_dim, a.kv_heads * a.head_dim
    yield _matrix("attention", queries * (2 if a.gate else 1), hidden)
    yield replace(_matrix("attention", keys, hidden), copies=2)
    yield _matrix("attention", hidden, queries)
    if a.qkv_bias:
        yield _vector("attention", queries + 2 * keys)
    if a.out_bias:
        yield _vector("attention", hidden)
    if a.sinks:
        yield _vector("attention", a.query_heads)
    if a.norm == "head":
        yield replace(_vector("norms", a.head_dim), copies=2)
    elif a.norm == "width":
        yield _vector("norms", queries)
        yield _vector("norms", keys)


def _latent(a: LatentAttention, hidden: int) -> Iterator[Tensors]:
    queries = a.query_heads * (a.nope_dim + a.rope_dim)
    if a.q_rank is None:
        yield _matrix("attention", queries, hidden)
    else:
        yield _matrix("attention", a.q_rank, hidden)
        yield _vector("norms", a.q_rank)
        yield _matrix("attention", queries, a.q_rank)
    yield _matrix("attention", a.kv_rank + a.rope_dim, hidden)
    yield _vector("norms", a.kv_rank)
    yield _matrix("attention", a.query_heads * (a.nope_dim + a.value_dim), a.kv_rank)
    yield _matrix("attention", hidden, a.query_heads * a.value_dim)
    if a.bias:
        yield _vector("attention", (a.q_rank or 0) + a.kv_rank + a.rope_dim + hidden)
    if a.indexer is not None:
        # wq_b, wk, weights_proj and the LayerNorm of the key (DeepSeek-V3.2, inference/model.py)
        yield _matrix("indexer", a.indexer.heads * a.indexer.head_dim, a.q_rank or hidden)
        yield _matrix("indexer", a.indexer.head_dim, hidden)
        yield _matrix("indexer", a.indexer.heads, hidden)
        yield replace(_vector("norms", a.indexer.head_dim), copies=2)


def _linear_attention(a: LinearAttention, hidden: int) -> Iterator[Tensors]:
    values = a.value_heads * a.value_dim
    yield _matrix("linear_attention", a.conv_width + values, hidden)  # q, k, v and the gate z
    yield _matrix("linear_attention", 2 * a.value_heads, hidden)  # b and a
    yield Tensors("linear_attention", "kept", a.conv_width, a.kernel)
    yield replace(_vector("linear_attention", a.value_heads), copies=2)  # dt_bias and A_log
    yield _vector("norms", a.value_dim)
    yield _matrix("linear_attention", hidden, values)


def _mlp(mlp: Mlp | Experts, hidden: int) -> Iterator[Tensors]:
    if isinstance(mlp, Mlp):
        yield from _feed_forward("mlp", "linear", mlp, hidden)
        return
    one = Mlp(width=mlp.width, bias=mlp.bias)
    for tensor in _feed_forward("experts", "expert", one, hidden):
        yield replace(tensor, copies=tensor.copies * mlp.number)
    yield Tensors("router", "kept", mlp.number, hidden)
    if mlp.router_bias:
        yield _vector("router", mlp.number)
    if mlp.shared_width:
        yield from _feed_forward("shared_experts", "linear", Mlp(width=mlp.shared_width), hidden)
    if mlp.shared_gate:
        yield Tensors("router", "kept", 1, hidden)


def _feed_forward(part: str, role: Role, mlp: Mlp, hidden: int) -> Iterator[Tensors]:
    inner = 2 if mlp.gated else 1
    yield Tensors(part, role, mlp.width, hidden, inner)
    yield Tensors(part, role, hidden, mlp.width)
    if mlp.bias:
        yield _vector(part, inner * mlp.width + hidden)


def _matrix(part: str, rows: int, columns: int) -> Tensors:
    return Tensors(part, "linear", rows, columns)


def _vector(part: str, elements: int) -> Tensors:
    return Tensors(part, "kept", 1, elements)
