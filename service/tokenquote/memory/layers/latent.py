"""Attention over compressed rows: MLA, and DeepSeek-V4's window with compressed rows before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from tokenquote.counts import ceil_div
from tokenquote.memory.cache_plan import CachePlan, row_bytes
from tokenquote.memory.cache_plan.held_tokens import held_by_window, held_in_words
from tokenquote.memory.layers.attention import Attention, Indexer, pairs_within
from tokenquote.memory.layers.tensors import Tensors, matrix, vector

__all__ = ["CompressedAttention", "LatentAttention"]


@dataclass(frozen=True, slots=True)
class LatentAttention(Attention):
    """MLA: one compressed row per token for all heads (DeepSeek-V2, arXiv:2405.04434)."""

    query_heads: int
    q_rank: int | None
    """The rank of the query compression; None: queries are not compressed (DeepSeek-V2-Lite)."""
    kv_rank: int
    rope_dim: int
    nope_dim: int
    value_dim: int
    bias: bool = False
    indexer: Indexer | None = None
    """What selects the tokens that are looked at (DeepSeek-V3.2); None: all are."""
    gate: Literal["none", "width", "head"] = "none"
    window: int | None = None
    """The tokens that the layer keeps at most; None: all."""
    rope_norm: bool = False
    """Whether the part of a key that carries its position has a norm of its own (dots3)."""
    kind: Literal["mla"] = "mla"
    block_alignment: ClassVar[int] = 64  # FlashMLA's kernel block
    # Down-projections, by llama.cpp's names; every head of every GPU needs what they yield.
    whole_tensors: ClassVar[frozenset[str]] = frozenset({"attn_q_a", "attn_kv_a_mqa"})

    @property
    def is_sparse(self) -> bool:
        """Whether an indexer selects the tokens that the layer looks at."""
        return self.indexer is not None

    @property
    def has_fp8_index(self) -> bool:
        """Whether the layer has an indexer, whose keys are fp8."""
        return self.indexer is not None

    @property
    def held_window(self) -> int | None:
        """The tokens of a sequence that the layer keeps at most; None: all."""
        return self.window

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the query heads."""
        yield "query heads", self.query_heads

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield the projections down and up, gate, output, biases and the indexer."""
        queries = self.query_heads * (self.nope_dim + self.rope_dim)
        if self.q_rank is None:
            yield matrix("attention", queries, hidden, "attn_q")
        else:
            yield matrix("attention", self.q_rank, hidden, "attn_q_a")
            yield vector("norms", self.q_rank)
            yield matrix("attention", queries, self.q_rank, "attn_q_b")
        yield matrix("attention", self.kv_rank + self.rope_dim, hidden, "attn_kv_a_mqa")
        yield vector("norms", self.kv_rank + (self.rope_dim if self.rope_norm else 0))
        yield matrix(
            "attention", self.query_heads * (self.nope_dim + self.value_dim), self.kv_rank, "attn_kv_b"
        )
        if self.gate == "head":
            yield matrix("attention", self.query_heads, hidden, "attn_gate")
        yield matrix("attention", hidden, self.query_heads * self.value_dim, "attn_output")
        if self.bias:
            yield vector("attention", (self.q_rank or 0) + self.kv_rank + self.rope_dim + hidden)
        if self.indexer is not None:
            yield from self._indexer_tensors(self.indexer, hidden)

    def _indexer_tensors(self, indexer: Indexer, hidden: int) -> Iterator[Tensors]:
        """Yield wq_b, wk, weights_proj and the LayerNorm of the key (DeepSeek-V3.2, inference/model.py)."""
        yield matrix("indexer", indexer.heads * indexer.head_dim, self.q_rank or hidden, "indexer.attn_q_b")
        yield matrix("indexer", indexer.head_dim, hidden, "indexer.attn_k")
        yield matrix("indexer", indexer.heads, hidden, "indexer.proj")
        yield vector("norms", indexer.head_dim, 2)
        if indexer.pool:
            yield vector("indexer", indexer.pool * indexer.head_dim)
            yield matrix("indexer", indexer.head_dim, hidden)

    def token_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the bytes of a token's row and of its index key, which every GPU holds."""
        indexer = _index_key_bytes(self.indexer.head_dim) if self.indexer else 0
        return row_bytes(self.kv_rank + self.rope_dim, plan.element) + indexer

    def cache_terms(self, times: int, plan: CachePlan) -> list[str]:
        """Return layers x (rank + rope dimension) x bytes x tokens, with the indexer's key."""
        indexer = f" + indexer of {self.indexer.head_dim}" if self.indexer else ""
        row = f"(({self.kv_rank} + {self.rope_dim}) x {plan.element.size_in_words}{indexer})"
        return [f"{times} layers x {row} x {held_in_words(plan, self.window)}"]

    def replication(self, ranks: int) -> str | None:
        """Return that every GPU holds all rows; None for one GPU."""
        if ranks == 1:
            return None
        return f"each of the {ranks} tensor-parallel GPUs holds all of the compressed MLA rows"

    def pair_flops(self, ranks: int, *, absorbed: bool) -> int:
        """Return the operations on compressed rows, or on keys and values.

        Decoding works on the compressed rows themselves, prefill on keys and values (arXiv:2412.19437).
        """
        width = 2 * self.kv_rank + self.rope_dim
        if not absorbed:
            width = self.nope_dim + self.rope_dim + self.value_dim
        return 2 * self.query_heads // ranks * width


@dataclass(frozen=True, slots=True)
class CompressedAttention(Attention):
    """DeepSeek-V4: one key row per token within the window, and one for each `ratio` tokens before it."""

    query_heads: int
    head_dim: int
    q_rank: int
    out_rank: int
    out_groups: int
    window: int
    ratio: int
    """The tokens of a compressed row; 0: nothing is kept beyond the window."""
    overlap: bool
    """Whether compressed rows overlap, so that their matrices are twice as wide (ratio 4)."""
    indexer: Indexer | None
    """What selects the compressed rows that are looked at; None: all are."""
    kind: Literal["compressed_attention"] = "compressed_attention"
    whole_tensors: ClassVar[frozenset[str]] = frozenset({"attn_q_a", "attn_kv"})

    @property
    def is_sparse(self) -> bool:
        """Whether an indexer selects the compressed rows that the layer looks at."""
        return self.indexer is not None

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the query heads."""
        yield "query heads", self.query_heads

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield projections, sinks, and the compressors of the rows and of the indexer."""
        queries = self.query_heads * self.head_dim
        yield matrix("attention", self.q_rank, hidden, "attn_q_a")
        yield vector("norms", self.q_rank)
        yield matrix("attention", queries, self.q_rank, "attn_q_b")
        yield matrix("attention", self.head_dim, hidden, "attn_kv")
        yield vector("norms", self.head_dim)
        yield matrix(
            "attention", self.out_groups * self.out_rank, queries // self.out_groups, "attn_output_a"
        )
        yield matrix("attention", hidden, self.out_groups * self.out_rank, "attn_output_b")
        yield vector("attention", self.query_heads)  # sinks
        if self.ratio:
            yield from self._compressor(self.head_dim, hidden)
        if self.indexer is not None:
            yield from self._compressor(self.indexer.head_dim, hidden)
            yield matrix("indexer", self.indexer.heads * self.indexer.head_dim, self.q_rank)
            yield matrix("indexer", self.indexer.heads, hidden)

    def _compressor(self, width: int, hidden: int) -> Iterator[Tensors]:
        """Yield rows and their weights, a bias for each place within `ratio` tokens, and a norm."""
        wide = 2 * width if self.overlap else width
        yield replace(matrix("compressor", wide, hidden), copies=2)
        yield Tensors("compressor", "kept", self.ratio, wide)
        yield vector("norms", width)

    def token_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the bytes of a row: keys alone, which serve as values too, on every GPU."""
        return row_bytes(self.head_dim, plan.element)

    def state_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the rows and weights not compressed yet, in fp32 (aiconfigurator, deepseek_v4.py)."""
        spans = 2 if self.overlap else 1
        widths = self.head_dim + (self.indexer.head_dim if self.indexer else 0)
        return 2 * 4 * self.ratio * spans * spans * widths

    def cache_bytes(self, plan: CachePlan) -> int:
        """Return the states, the rows of the window, and the compressed rows with their index keys."""
        window = held_by_window(self.window, plan)
        compressed = plan.tokens // self.ratio if self.ratio else 0
        indexer = _index_key_bytes(self.indexer.head_dim) if self.indexer else 0
        rows = self.token_bytes(plan.tensor_parallel, plan) * (window + compressed)
        return plan.all_beams * (self.state_bytes(plan.tensor_parallel, plan) + rows + indexer * compressed)

    def contiguous_bytes(self, plan: CachePlan) -> int:
        """Return the same bytes: nothing is shared, and what is compressed stays so."""
        return self.cache_bytes(plan)

    def cache_terms(self, times: int, plan: CachePlan) -> list[str]:
        """Return layers x head x bytes x rows: the window's, and one for each `ratio` tokens."""
        held = held_in_words(replace(plan, one_buffer=False), self.window)
        if self.ratio:
            held = f"({held} + {plan.tokens} / {self.ratio} compressed rows)"
        return [f"{times} layers x {self.head_dim} x {plan.element.size_in_words} x {held}"]

    def pair_flops(self, ranks: int, *, absorbed: bool) -> int:
        """Return 4 operations for each element of a row, which is key and value."""
        return 4 * self.query_heads // ranks * self.head_dim

    def tokens_seen(self, context: int, encoder_tokens: int | None) -> int:
        """Return the tokens of the window and the compressed rows."""
        return min(context, self.window) + (context // self.ratio if self.ratio else 0)

    def pairs_seen(self, tokens: int, encoder_tokens: int | None) -> int:
        """Return the pairs within the window, and those with compressed rows."""
        rows = tokens * (tokens + 1) // 2 // self.ratio if self.ratio else 0
        return pairs_within(self.window, tokens) + rows


def _index_key_bytes(head_dim: int) -> int:
    """Return one fp8 key and an fp32 scale per 128 elements (vLLM, flashmla_sparse.py), in any cache type."""
    return head_dim + 4 * ceil_div(head_dim, 128)
