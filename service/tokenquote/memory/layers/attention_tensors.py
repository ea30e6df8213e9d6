"""The matrices of attention, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tokenquote.memory.layers import (
    Attention,
    CompressedAttention,
    GroupedAttention,
    Indexer,
    LatentAttention,
    NoAttention,
    Parallel,
)
from tokenquote.memory.layers.tensors import Tensors, matrix, vector

__all__ = ["attention_tensors"]


def attention_tensors(attention: Attention, hidden: int) -> Iterable[Tensors]:
    """Every matrix and vector of one layer's attention, or of what stands in its place."""
    if isinstance(attention, GroupedAttention):
        return _grouped(attention, hidden)
    if isinstance(attention, LatentAttention):
        return _latent(attention, hidden)
    if isinstance(attention, CompressedAttention):
        return _compressed(attention, hidden)
    if isinstance(attention, NoAttention):
        return ()
    if isinstance(attention, Parallel):
        return (*_grouped(attention.attention, hidden), *attention.recurrent.tensors(hidden))
    return attention.tensors(hidden)


def _grouped(a: GroupedAttention, hidden: int) -> Iterator[Tensors]:
    queries, keys = a.query_heads * a.head_dim, a.kv_heads * a.head_dim
    values, outputs = a.kv_heads * a.value_size, a.query_heads * a.value_size
    yield from _projections(a, hidden)
    if a.gate == "head":
        yield matrix("attention", a.query_heads, hidden, "attn_gate")
    yield matrix("attention", hidden, outputs, "attn_output")
    if a.qkv_bias:
        yield vector("attention", queries + keys + values)
    if a.out_bias:
        yield vector("attention", hidden)
    if a.sinks:
        yield vector("attention", a.query_heads)
    yield from _norms(a, queries, keys)
    if a.indexer is not None:
        yield from _block_indexer(a.indexer, hidden)


def _projections(a: GroupedAttention, hidden: int) -> Iterator[Tensors]:
    queries, keys, values = a.query_heads * a.head_dim, a.kv_heads * a.head_dim, a.kv_heads * a.value_size
    if a.fused:
        yield matrix("attention", queries + keys + values, hidden, "attn_qkv")
        return
    yield matrix("attention", queries * (2 if a.gate == "width" else 1), hidden, "attn_q")
    if a.projects != "nothing":
        yield matrix("attention", keys, hidden, "attn_k")
    if a.projects == "keys and values":
        yield matrix("attention", values, hidden, "attn_v")


def _norms(a: GroupedAttention, queries: int, keys: int) -> Iterator[Tensors]:
    if a.norm == "none":
        return
    each = 2 if a.norm_bias else 1
    if a.norm == "width":
        yield vector("norms", queries, each)
        yield vector("norms", keys, each)
    elif a.norm_copies > 1:
        yield vector("norms", queries + keys, each)
    else:
        yield vector("norms", a.head_dim, each * (1 if a.projects == "nothing" else 2))


def _block_indexer(indexer: Indexer, hidden: int) -> Iterator[Tensors]:
    """Queries and one key of MiniMax-M3's block selection, with a norm each."""
    yield matrix("indexer", indexer.heads * indexer.head_dim, hidden)
    yield matrix("indexer", indexer.head_dim, hidden)
    yield vector("norms", indexer.head_dim, 2)


def _latent(a: LatentAttention, hidden: int) -> Iterator[Tensors]:
    queries = a.query_heads * (a.nope_dim + a.rope_dim)
    if a.q_rank is None:
        yield matrix("attention", queries, hidden, "attn_q")
    else:
        yield matrix("attention", a.q_rank, hidden, "attn_q_a")
        yield vector("norms", a.q_rank)
        yield matrix("attention", queries, a.q_rank, "attn_q_b")
    yield matrix("attention", a.kv_rank + a.rope_dim, hidden, "attn_kv_a_mqa")
    yield vector("norms", a.kv_rank)
    yield matrix("attention", a.query_heads * (a.nope_dim + a.value_dim), a.kv_rank, "attn_kv_b")
    if a.gate == "head":
        yield matrix("attention", a.query_heads, hidden, "attn_gate")
    yield matrix("attention", hidden, a.query_heads * a.value_dim, "attn_output")
    if a.bias:
        yield vector("attention", (a.q_rank or 0) + a.kv_rank + a.rope_dim + hidden)
    if a.indexer is not None:
        # wq_b, wk, weights_proj and the LayerNorm of the key (DeepSeek-V3.2, inference/model.py)
        yield matrix("indexer", a.indexer.heads * a.indexer.head_dim, a.q_rank or hidden, "indexer.attn_q_b")
        yield matrix("indexer", a.indexer.head_dim, hidden, "indexer.attn_k")
        yield matrix("indexer", a.indexer.heads, hidden, "indexer.proj")
        yield vector("norms", a.indexer.head_dim, 2)


def _compressed(a: CompressedAttention, hidden: int) -> Iterator[Tensors]:
    queries = a.query_heads * a.head_dim
    yield matrix("attention", a.q_rank, hidden, "attn_q_a")
    yield vector("norms", a.q_rank)
    yield matrix("attention", queries, a.q_rank, "attn_q_b")
    yield matrix("attention", a.head_dim, hidden, "attn_kv")
    yield vector("norms", a.head_dim)
    yield matrix("attention", a.out_groups * a.out_rank, queries // a.out_groups, "attn_output_a")
    yield matrix("attention", hidden, a.out_groups * a.out_rank, "attn_output_b")
    yield vector("attention", a.query_heads)  # sinks
    if a.ratio:
        yield from _compressor(a, a.head_dim, hidden)
    if a.indexer is not None:
        yield from _compressor(a, a.indexer.head_dim, hidden)
        yield matrix("indexer", a.indexer.heads * a.indexer.head_dim, a.q_rank)
        yield matrix("indexer", a.indexer.heads, hidden)


def _compressor(a: CompressedAttention, width: int, hidden: int) -> Iterator[Tensors]:
    """Rows and their weights, a bias for each place within `ratio` tokens, a norm."""
    wide = 2 * width if a.overlap else width
    yield replace(matrix("compressor", wide, hidden), copies=2)
    yield Tensors("compressor", "kept", a.ratio, wide)
    yield vector("norms", width)
