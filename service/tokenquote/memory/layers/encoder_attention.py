"""The attention of an encoder, which reads a whole text at once and caches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tokenquote.memory.cache_plan import CachePlan
from tokenquote.memory.layers.grouped import GroupedAttention

__all__ = ["EncoderAttention"]


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
