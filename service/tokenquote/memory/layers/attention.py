"""The attention of a layer, or what stands in its place: the questions that every kind answers.

A new kind is one subclass: a frozen dataclass of its sizes, with the abstract methods and those whose default
does not hold for it. `memory/model_config/layer_kinds.py` maps the words of configs to kinds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from tokenquote.memory.cache_plan import CachePlan
from tokenquote.memory.cache_plan.held_tokens import held_contiguously, held_tokens
from tokenquote.memory.layers.saved_activations import Saving
from tokenquote.memory.layers.tensors import Tensors

__all__ = ["Attention", "Indexer", "NoAttention"]


@dataclass(frozen=True, slots=True)
class Indexer:
    """The lightning indexer of DeepSeek sparse attention, which caches one key of its own per token."""

    heads: int
    head_dim: int
    pool: int = 0
    """The keys that are compressed into one before they are scored (GLM-5.3-Flash); 0: each is by itself."""


class Attention(ABC):
    """One layer's attention, or what stands in its place, without the feed-forward block."""

    __slots__ = ()

    kind: str
    """The word that answers name the kind by."""
    attends: ClassVar[bool] = True
    """Whether the layer looks at earlier tokens; False: it keeps a state in place of them, or nothing."""
    is_present: ClassVar[bool] = True
    """Whether there is a layer of this kind at all; False: its place is empty."""
    is_recurrent: ClassVar[bool] = False
    """Whether the layer keeps a state of fixed size for each sequence in place of keys and values."""
    attends_to_encoder: ClassVar[bool] = False
    """Whether the layer looks at the tokens of an encoder in place of the text's."""
    activations_measured: ClassVar[bool] = False
    """Whether `activation_bytes` was measured against PyTorch; False: it is an estimate."""
    block_alignment: ClassVar[int] = 16
    """The number of tokens of which an engine's blocks are a multiple."""
    whole_tensors: ClassVar[frozenset[str]] = frozenset()
    """The names of the matrices that every tensor-parallel GPU holds whole."""

    # What it is made of.

    @abstractmethod
    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield every matrix and vector of one layer of a model of this hidden width."""

    @abstractmethod
    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the parts that must divide over tensor-parallel GPUs, each in words and with its number."""

    @property
    def kv_head_count(self) -> int | None:
        """The heads of keys and values, which GPUs share out or replicate; None: there are none."""
        return None

    @property
    def queries_per_kv_head(self) -> int | None:
        """The number of query heads that share a head of keys and values; None: there are no such heads."""
        return None

    @property
    def is_sparse(self) -> bool:
        """Whether an indexer selects the tokens that the layer looks at."""
        return False

    def elements_on_rank(self, tensor: Tensors, ranks: int) -> int:
        """Return the elements of one of the layer's tensors on one of the tensor-parallel GPUs."""
        return tensor.elements if tensor.name in self.whole_tensors else tensor.elements_on_rank(ranks)

    # What it caches.

    @abstractmethod
    def token_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the bytes of one cached token on one of the tensor-parallel GPUs.

        Raises:
            CacheError: heads do not divide over the GPUs, or a row is not made of whole blocks.
        """

    @abstractmethod
    def cache_terms(self, times: int, plan: CachePlan) -> list[str]:
        """Return the arithmetic of the cache of `times` such layers in words: the terms of a sum."""

    def state_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the bytes that each sequence keeps on one of the GPUs, whatever its length.

        Raises:
            CacheError: heads do not divide over the GPUs.
        """
        return 0

    @property
    def held_window(self) -> int | None:
        """The tokens of a sequence that the layer keeps at most; None: all, or what its own rule says."""
        return None

    def cache_bytes(self, plan: CachePlan) -> int:
        """Return the bytes of all sequences on one rank.

        Raises:
            CacheError: the cache cannot be laid out as planned.
        """
        states = plan.all_beams * self.state_bytes(plan.tensor_parallel, plan)
        return states + self.token_bytes(plan.tensor_parallel, plan) * self.held_tokens(plan)

    def contiguous_bytes(self, plan: CachePlan) -> int:
        """Return the same bytes if every sequence and every beam had a buffer of the full length for itself.

        Raises:
            CacheError: the cache cannot be laid out as planned.
        """
        states = plan.all_beams * self.state_bytes(plan.tensor_parallel, plan)
        return states + self.token_bytes(plan.tensor_parallel, plan) * self.held_contiguously(plan)

    def held_tokens(self, plan: CachePlan) -> int:
        """Return the tokens of all sequences and beams that one rank has room for."""
        return held_tokens(plan, self.held_window)

    def held_contiguously(self, plan: CachePlan) -> int:
        """Return the tokens that buffers of the full length for each beam have room for."""
        return held_contiguously(plan)

    @property
    def cached_parts(self) -> tuple[Attention, ...]:
        """The parts of the layer that each have pages of their own; itself if it is one."""
        return (self,)

    @property
    def page_kind(self) -> tuple[str, int | None]:
        """What layers have in common whose pages may lie in one block of a pool."""
        return self.kind, self.held_window

    @property
    def reads_earlier(self) -> bool:
        """Whether the layer reads the keys and values of an earlier one and keeps none."""
        return False

    def reading_earlier(self) -> Attention:
        """Return the layer as it is where it reads what an earlier one keeps; itself if it cannot."""
        return self

    def as_read(self) -> Attention:
        """Return the layer with the cache that a step reads, whoever keeps it."""
        return self

    def replication(self, ranks: int) -> str | None:
        """Return a sentence on what several of the tensor-parallel GPUs each hold whole; None: nothing."""
        return None

    @property
    def has_fp8_index(self) -> bool:
        """Whether an indexer keeps fp8 keys, whatever the type of the cache."""
        return False

    # What it works.

    @abstractmethod
    def pair_flops(self, ranks: int, *, absorbed: bool) -> int:
        """Return the operations of one new token with one token before it: scores and the sum of values.

        Recurrent layers have a state in place of tokens before; the little that it takes is not counted, nor
        is what an indexer takes.

        Args:
            ranks: the tensor-parallel GPUs, of which one is asked about.
            absorbed: whether the layer works on compressed rows themselves, as decoding does.
        """

    def tokens_seen(self, context: int, encoder_tokens: int | None) -> int:
        """Return the tokens, or compressed rows, that a token looks at with this many before it."""
        return context if self.held_window is None else min(context, self.held_window)

    def pairs_seen(self, tokens: int, encoder_tokens: int | None) -> int:
        """Return the pairs of a token and one that it looks at, over a prompt of this many tokens."""
        return pairs_within(self.held_window, tokens)

    def source_activation_bytes(self, saving: Saving) -> int:
        """Return the part of `activation_bytes` that is of each token of an encoder; 0: none is."""
        return 0

    def activation_bytes(self, hidden: int, saving: Saving) -> int:
        """Return the bytes per token that a training step keeps until the gradient is known.

        By default, which is not measured: what comes out of each matrix, and what goes into those that keep
        their inputs.

        Args:
            hidden: the hidden width of the model.
            saving: what the step keeps.
        """
        matrices = [tensor for tensor in self.tensors(hidden) if tensor.role == "linear"]
        widths = (tensor.rows + saving.inputs * tensor.columns for tensor in matrices)
        copies = (tensor.copies for tensor in matrices)
        return saving.element * sum(width * times for width, times in zip(widths, copies, strict=True))


def pairs_within(window: int | None, tokens: int) -> int:
    """Return the pairs of a token and one that it looks at: n (n + 1) / 2, within the window if any."""
    full = tokens if window is None else min(tokens, window)
    return full * (full + 1) // 2 + (tokens - full) * full


@dataclass(frozen=True, slots=True)
class NoAttention(Attention):
    """The empty place of attention in a layer of a feed-forward block alone (Nemotron-H, Nemotron-NAS)."""

    kind: Literal["none"] = "none"
    attends: ClassVar[bool] = False
    is_present: ClassVar[bool] = False

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield no tensors."""
        yield from ()

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield no heads."""
        yield from ()

    def token_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return 0: nothing is cached."""
        return 0

    def cache_terms(self, times: int, plan: CachePlan) -> list[str]:
        """Return no term."""
        return []

    def pair_flops(self, ranks: int, *, absorbed: bool) -> int:
        """Return 0: nothing is looked at."""
        return 0
