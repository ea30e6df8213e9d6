"""Attention with keys and values per head, and cross attention to the tokens of an encoder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from tokenquote.memory.cache_plan import CacheError, CachePlan, row_bytes
from tokenquote.memory.cache_plan.held_tokens import (
    held_encoder_tokens,
    held_encoder_tokens_contiguously,
    held_in_words,
)
from tokenquote.memory.layers.attention import Attention, Indexer
from tokenquote.memory.layers.saved_activations import Saving, input_copies, score_bytes
from tokenquote.memory.layers.tensors import Tensors, matrix, vector

__all__ = ["CrossAttention", "EncoderAttention", "GroupedAttention"]

GroupedKind = Literal["attention", "sliding_window", "chunked", "cross_attention", "encoder_attention"]
"""The words that answers name the kinds of such attention by."""


@dataclass(frozen=True, slots=True)
class GroupedAttention(Attention):
    """Keys and values per head: MHA (as many as query heads), GQA (fewer), MQA (one)."""

    query_heads: int
    kv_heads: int
    head_dim: int
    """The elements of a head as the config states it, not hidden / heads: 128 and not 80 in Qwen3-32B."""
    kind: GroupedKind = "attention"
    window: int | None = None
    """The tokens that a sliding or chunked layer keeps at most; None: all."""
    qkv_bias: bool = False
    out_bias: bool = False
    norm: Literal["none", "head", "width"] = "none"
    """Norms of queries and keys: none, one of head_dim elements for all heads, or one over all heads."""
    sinks: bool = False
    """Whether each query head has a learned sink (gpt-oss)."""
    gate: Literal["none", "width", "head"] = "none"
    """A gate of the output, as wide as the queries (Qwen3-Next) or one for each head (Laguna)."""
    value_dim: int | None = None
    """The elements of a value head, where they differ from a key head's (MiMo-V2); None: the same."""
    owns_cache: bool = True
    """False: the layer reads the keys and values of an earlier one (Gemma 3n and 4)."""
    projects: Literal["keys and values", "keys", "nothing"] = "keys and values"
    """The projections beside that of the queries: `keys` where values are the keys (Gemma 4)."""
    norm_bias: bool = False
    norm_copies: int = 1
    """The number of norms of queries and keys; one for each head in StableLM."""
    fused: bool = False
    """Whether queries, keys and values are one matrix."""
    indexer: Indexer | None = None
    """What selects blocks of tokens (MiniMax-M3); None: the layer looks at all tokens."""
    activations_measured: ClassVar[bool] = True

    @property
    def value_size(self) -> int:
        """The elements of a value head."""
        return self.head_dim if self.value_dim is None else self.value_dim

    @property
    def kv_head_count(self) -> int:
        """The heads of keys and values."""
        return self.kv_heads

    @property
    def queries_per_kv_head(self) -> int:
        """The number of query heads that share a head of keys and values."""
        return self.query_heads // self.kv_heads

    @property
    def is_sparse(self) -> bool:
        """Whether an indexer selects the blocks that the layer looks at."""
        return self.indexer is not None

    @property
    def held_window(self) -> int | None:
        """The tokens of a sequence that the layer keeps at most; None: all."""
        return self.window

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the query heads."""
        yield "query heads", self.query_heads

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield projections, gate, output, biases, sinks, norms and the indexer."""
        queries, keys = self.query_heads * self.head_dim, self.kv_heads * self.head_dim
        values, outputs = self.kv_heads * self.value_size, self.query_heads * self.value_size
        yield from self._projections(hidden)
        if self.gate == "head":
            yield matrix("attention", self.query_heads, hidden, "attn_gate")
        yield matrix("attention", hidden, outputs, "attn_output")
        # All three have one, as in every family that is read here; keys of Whisper have none.
        if self.qkv_bias:
            yield vector("attention", queries + keys + values)
        if self.out_bias:
            yield vector("attention", hidden)
        if self.sinks:
            yield vector("attention", self.query_heads)
        yield from self._norms(queries, keys)
        if self.indexer is not None:
            # Queries and one key of MiniMax-M3's block selection, with a norm each.
            yield matrix("indexer", self.indexer.heads * self.indexer.head_dim, hidden)
            yield matrix("indexer", self.indexer.head_dim, hidden)
            yield vector("norms", self.indexer.head_dim, 2)

    def _projections(self, hidden: int) -> Iterator[Tensors]:
        queries, keys = self.query_heads * self.head_dim, self.kv_heads * self.head_dim
        values = self.kv_heads * self.value_size
        if self.fused:
            yield matrix("attention", queries + keys + values, hidden, "attn_qkv")
            return
        yield matrix("attention", queries * (2 if self.gate == "width" else 1), hidden, "attn_q")
        if self.projects != "nothing":
            yield matrix("attention", keys, hidden, "attn_k")
        if self.projects == "keys and values":
            yield matrix("attention", values, hidden, "attn_v")

    def _norms(self, queries: int, keys: int) -> Iterator[Tensors]:
        if self.norm == "none":
            return
        each = 2 if self.norm_bias else 1
        if self.norm == "width":
            yield vector("norms", queries, each)
            yield vector("norms", keys, each)
        elif self.norm_copies > 1:
            yield vector("norms", queries + keys, each)
        else:
            yield vector("norms", self.head_dim, each * (1 if self.projects == "nothing" else 2))

    def elements_on_rank(self, tensor: Tensors, ranks: int) -> int:
        """Return the elements on one GPU, which holds a whole KV head where there are fewer than GPUs."""
        if self.kv_heads < ranks:
            if tensor.name in ("attn_k", "attn_v"):
                return tensor.elements // self.kv_heads
            if tensor.name == "attn_qkv":
                queries = self.query_heads * self.head_dim
                rows = queries // ranks + (tensor.rows - queries) // self.kv_heads
                return rows * tensor.columns * tensor.copies
        return tensor.elements_on_rank(ranks)

    def token_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the bytes of a token's keys and values in the KV heads of one GPU."""
        heads = self._heads_on_rank(ranks)
        if not self.owns_cache:
            return 0
        keys, values = plan.element, plan.value_element or plan.element
        scales = heads * (keys.scale_bytes + values.scale_bytes)
        indexer = row_bytes(self.indexer.head_dim, keys) if self.indexer else 0
        rows = row_bytes(heads * self.head_dim, keys) + row_bytes(heads * self.value_size, values)
        return rows + scales + indexer

    def _heads_on_rank(self, ranks: int) -> int:
        """Return the KV heads of one GPU: an equal share, or one that several GPUs each hold."""
        if self.query_heads % ranks:
            detail = f"{self.query_heads} query heads do not divide over {ranks} GPUs"
            raise CacheError("tensor_parallel", detail)
        if self.kv_heads % ranks and ranks % self.kv_heads:
            raise CacheError("tensor_parallel", f"{self.kv_heads} KV heads do not divide over {ranks} GPUs")
        return max(1, self.kv_heads // ranks)

    def cache_terms(self, times: int, plan: CachePlan) -> list[str]:
        """Return layers x KV heads x (key + value) x bytes x tokens; nothing of a layer without a cache."""
        if not self.owns_cache:
            return []
        keys, values = plan.element, plan.value_element or plan.element
        row = f"({self.head_dim} x {keys.size_in_words} + {self.value_size} x {values.size_in_words})"
        if keys == values:
            row = f"({self.head_dim} + {self.value_size}) x {keys.size_in_words}"
        return [f"{times} layers x {self.kv_heads} KV heads x {row} x {self._held_in_words(plan)}"]

    def _held_in_words(self, plan: CachePlan) -> str:
        return held_in_words(plan, self.window)

    @property
    def reads_earlier(self) -> bool:
        """Whether the layer reads the keys and values of an earlier one and keeps none."""
        return not self.owns_cache

    def reading_earlier(self) -> GroupedAttention:
        """Return the layer without a cache and without matrices of keys and values."""
        return replace(self, owns_cache=False, projects="nothing")

    def as_read(self) -> GroupedAttention:
        """Return the layer with a cache, since the keys and values of an earlier layer are read too."""
        return self if self.owns_cache else replace(self, owns_cache=True)

    def replication(self, ranks: int) -> str | None:
        """Return how many GPUs hold each KV head; None if each head is on one."""
        if self.kv_heads >= ranks:
            return None
        return f"each of the {self.kv_heads} KV heads is held by {ranks // self.kv_heads} of the {ranks} GPUs"

    def pair_flops(self, ranks: int, *, absorbed: bool) -> int:
        """Return 2 operations for each element of a key and of a value in the query heads of one GPU."""
        return 2 * self.query_heads // ranks * (self.head_dim + self.value_size)

    def activation_bytes(self, hidden: int, saving: Saving) -> int:
        """Return the bytes per token, as `training/activations.py` lists them.

        The output is what the last matrix reads, so that it is kept once, whoever needs it.
        """
        element = saving.element
        queries, keys = self.query_heads * self.head_dim, self.kv_heads * self.head_dim
        values, outputs = self.kv_heads * self.value_size, self.query_heads * self.value_size
        kept = input_copies(hidden, 1 if self.fused else 3, saving)
        if self.norm != "none":
            each = 4 + (element if saving.norm_weights else 0)
            kept += each * (queries + keys) + 4 * (self.query_heads + self.kv_heads)
        if saving.scored_tokens is not None:
            return kept + element * (2 * queries + 2 * outputs) + score_bytes(self.query_heads, saving)
        # Values that are a slice of one fused matrix's output keep all of it alive.
        beside = queries + keys if self.fused else 0
        return kept + element * (queries + keys + values + outputs + beside) + 4 * self.query_heads


@dataclass(frozen=True, slots=True)
class CrossAttention(GroupedAttention):
    """Attention to the tokens of an encoder in place of the text's (Llama 3.2 Vision)."""

    kind: Literal["cross_attention"] = "cross_attention"
    attends_to_encoder: ClassVar[bool] = True

    def held_tokens(self, plan: CachePlan) -> int:
        """Return the encoder's tokens of all sequences."""
        return held_encoder_tokens(plan)

    def held_contiguously(self, plan: CachePlan) -> int:
        """Return the encoder's tokens, once for each beam."""
        return held_encoder_tokens_contiguously(plan)

    def _held_in_words(self, plan: CachePlan) -> str:
        return f"{plan.encoder_tokens} encoder tokens"

    def tokens_seen(self, context: int, encoder_tokens: int | None) -> int:
        """Return the encoder's tokens; 0 if their number is not known."""
        return encoder_tokens or 0

    def pairs_seen(self, tokens: int, encoder_tokens: int | None) -> int:
        """Return each token's pairs with all of the encoder's."""
        return tokens * (encoder_tokens or 0)

    def source_activation_bytes(self, saving: Saving) -> int:
        """Return the keys and values, which are of the encoder's tokens; eager ones of every query head."""
        heads = self.kv_heads if saving.scored_tokens is None else self.query_heads
        return saving.element * heads * (self.head_dim + self.value_size)


@dataclass(frozen=True, slots=True)
class EncoderAttention(GroupedAttention):
    """Attention of every token to all tokens of its text, before and after it (BERT, the encoder of T5)."""

    kind: Literal["encoder_attention"] = "encoder_attention"
    owns_cache: bool = False

    def token_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return 0: no later token comes that would look at keys and values.

        Raises:
            CacheError: heads do not divide over the GPUs.
        """
        self._heads_on_rank(ranks)
        return 0

    @property
    def reads_earlier(self) -> bool:
        """Return False: keys and values are the layer's own, though nothing keeps them."""
        return False

    def as_read(self) -> EncoderAttention:
        """Return the layer itself: there is no cache that a step could read."""
        return self

    def pairs_seen(self, tokens: int, encoder_tokens: int | None) -> int:
        """Return the pairs of a token and one that it looks at: all with all."""
        return tokens * tokens
