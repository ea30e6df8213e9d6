"""Attention and a recurrent layer side by side in one layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tokenquote.memory.cache_plan import CachePlan
from tokenquote.memory.layers.attention import Attention
from tokenquote.memory.layers.grouped import GroupedAttention
from tokenquote.memory.layers.recurrent import Mamba2
from tokenquote.memory.layers.saved_activations import Saving
from tokenquote.memory.layers.tensors import Tensors

__all__ = ["Parallel"]


@dataclass(frozen=True, slots=True)
class Parallel(Attention):
    """Attention and a recurrent layer side by side (Falcon-H1); it answers as the two of them together."""

    attention: GroupedAttention
    recurrent: Mamba2
    kind: Literal["hybrid"] = "hybrid"

    @property
    def kv_head_count(self) -> int:
        """The heads of keys and values of the attention."""
        return self.attention.kv_head_count

    @property
    def queries_per_kv_head(self) -> int:
        """The number of the attention's query heads that share a head of keys and values."""
        return self.attention.queries_per_kv_head

    @property
    def is_sparse(self) -> bool:
        """Whether the attention has an indexer."""
        return self.attention.is_sparse

    @property
    def held_window(self) -> int | None:
        """The tokens that the attention keeps at most; None: all."""
        return self.attention.held_window

    @property
    def cached_parts(self) -> tuple[Attention, ...]:
        """The attention and the recurrent layer, which engines register apart."""
        return self.attention, self.recurrent

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield the tensors of the attention, then those of the recurrent layer."""
        yield from self.attention.tensors(hidden)
        yield from self.recurrent.tensors(hidden)

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the heads of both."""
        yield from self.attention.shared_out()
        yield from self.recurrent.shared_out()

    def elements_on_rank(self, tensor: Tensors, ranks: int) -> int:
        """Return the elements on one GPU, which holds a whole KV head where there are fewer than GPUs."""
        return self.attention.elements_on_rank(tensor, ranks)

    def token_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the bytes of a token that the attention keeps."""
        return self.attention.token_bytes(ranks, plan)

    def state_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the bytes of the recurrent layer's state."""
        return self.recurrent.state_bytes(ranks, plan)

    def cache_terms(self, times: int, plan: CachePlan) -> list[str]:
        """Return the terms of both."""
        return [*self.attention.cache_terms(times, plan), *self.recurrent.cache_terms(times, plan)]

    def replication(self, ranks: int) -> str | None:
        """Return how many GPUs hold each KV head of the attention; None if each head is on one."""
        return self.attention.replication(ranks)

    def pair_flops(self, ranks: int, *, absorbed: bool) -> int:
        """Return the operations of the attention."""
        return self.attention.pair_flops(ranks, absorbed=absorbed)

    def activation_bytes(self, hidden: int, saving: Saving) -> int:
        """Return the bytes that both keep together."""
        attention = self.attention.activation_bytes(hidden, saving)
        return attention + self.recurrent.activation_bytes(hidden, saving)
