"""What each request of every sample reads from the cache and writes to it, as `ledger/caching.py` for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tokenquote.ledger.cache_terms import CacheTerms, ttl_seconds
from tokenquote.ledger.conversation import PlanTooLong
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.latest import SharedPrefix
from tokenquote.ledger.ranges.rows import SampledRow
from tokenquote.ledger.ranges.sizes import BLOCKS, FAR, FRAMED, MEDIA, TOKENS, chosen, share_down, share_media
from tokenquote.ledger.ranges.stacks import Stacks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SampledCache", "SampledUse"]

MAX_MEDIA_CONTEXT_TOKENS = 3_000_000_000
"""The longest context with media whose shares are taken: its square is below 2^63."""


@dataclass(frozen=True, slots=True)
class SampledUse:
    """Counts the tokens of one request's input that the cache serves or stores, in every sample."""

    read: WholeNumbers
    """Tokens that are read from the cache."""
    write: WholeNumbers
    """Tokens that are written to the cache and billed at a write rate."""
    read_media: NDArray[np.int64]
    """The image, audio and video tokens among what is read; no rows where the plan holds no media."""


@dataclass(frozen=True, slots=True)
class _Common:
    """What a request has in common with what is cached."""

    tokens: WholeNumbers
    media: NDArray[np.int64]
    media_tokens: WholeNumbers
    """The number of first tokens that hold these media."""


class SampledCache:
    """What the requests to one model have left in its cache."""

    def __init__(
        self, terms: CacheTerms, tools: WholeNumbers, head: WholeNumbers, *, finds_opening: bool, number: int
    ) -> None:
        """Make the cache of one model.

        Args:
            terms: how its requests use it.
            tools: tokens of the tool definitions, in each sample.
            head: those of the tools and the system message.
            finds_opening: whether the first request finds the head there, instead of `terms.warm` tokens.
            number: the number of samples.
        """
        self._terms = terms
        self._head = head
        self._warm = head if finds_opening else np.array([terms.warm])
        usual = [tools, head] if terms.marks_opening else []
        self._marks = [*usual, *(np.array([mark]) for mark in terms.marks)]
        self._input = np.zeros(number, np.int64)
        """Tokens of the latest request."""
        self._visible = np.zeros(number, np.int64)
        self._used_at = np.zeros(number)
        self._intact = np.full(number, FAR)
        """Tokens with which all requests so far begin."""
        self._ends = Stacks(2, number)
        """The ends of requests of which entries are left: tokens and content blocks before each."""

    def use(self, row: SampledRow, shared: SharedPrefix) -> SampledUse:
        """Read what the latest request left, and leave this one's prefixes."""
        terms, mask = self._terms, row.mask
        first = shared.seen == 0 if mask is None else (shared.seen == 0) & mask
        common = self._common(row, shared, first)
        prefix = common.tokens
        if terms.rule.breakpoints:
            if first.any():
                warm = np.stack(np.broadcast_arrays(common.tokens, row.sent[BLOCKS]))
                self._ends.push(warm, first)
            self._ends.pop_while(0, common.tokens, mask)
            prefix = self._marked_part(row, common.tokens, first)
        end = self._end(row)
        use = self._bill(row, prefix, end, common, first)
        if terms.rule.breakpoints and self._marks_end:
            latest, blocks = self._ends.top(), row.sent[BLOCKS]
            # Of two ends at one token, the one after more blocks is nearer to what follows (`EntryEnds`).
            longer = (latest[0] < end) | ((latest[0] == end) & (latest[1] < blocks))
            left = np.stack(np.broadcast_arrays(end, blocks))
            self._ends.push(left, longer if mask is None else longer & mask)
        self._input = chosen(mask, row.input, self._input)
        self._visible = chosen(mask, np.broadcast_to(row.output.visible, row.input.shape), self._visible)
        self._used_at = row.clock if mask is None else np.where(mask, row.clock, self._used_at)
        return use

    def use_again(self, row: SampledRow) -> SampledUse:
        """Read what a failed attempt at the same request has left."""
        prefix, first = row.input, np.zeros(len(row.input), np.bool_)
        if self._terms.rule.breakpoints:
            prefix = self._marked_part(row, row.input, first)
        common = _Common(row.input, row.sent[MEDIA], row.input)
        return self._bill(row, prefix, self._end(row), common, first)

    def _common(self, row: SampledRow, shared: SharedPrefix, first: NDArray[np.bool_]) -> _Common:
        """Compare the request with what the latest one to the model left."""
        prefix, before = shared.prefix, shared.before
        answer = self._visible if self._terms.rule.includes_output else 0
        tokens, media, media_tokens = np.minimum(self._input + answer, row.input), before[MEDIA], self._input
        cut = prefix[TOKENS] < before[TOKENS]
        if cut.any():
            part = prefix[TOKENS] + (self._input - before[TOKENS]) * (prefix[FRAMED] > 0)
            tokens, media_tokens = np.where(cut, part, tokens), np.where(cut, part, media_tokens)
            media = np.where(cut, prefix[MEDIA], media)
            here = cut if row.mask is None else cut & row.mask
            self._intact = np.where(here, np.minimum(self._intact, prefix[TOKENS]), self._intact)
        if self._terms.ttl is not None:
            lasts = row.clock - self._used_at <= ttl_seconds(self._terms.ttl)
            tokens = tokens * lasts
        if first.any():
            self._intact = np.where(first, row.first_stretch, self._intact)
            tokens = np.where(first, np.minimum(self._warm, row.input), tokens)
            media = np.where(first, row.sent[MEDIA], media)
            media_tokens = np.where(first, row.input, media_tokens)
        return _Common(tokens, media, media_tokens)

    def _standing(self) -> list[WholeNumbers]:
        """Return the breakpoints of every request that no strategy has dropped with their message, else 0."""
        reach = np.maximum(self._head, self._intact)
        return [mark * (mark <= reach) for mark in self._marks]

    @property
    def _marks_end(self) -> bool:
        """Whether a request leaves all of its input, and not only what stands before marks."""
        return self._terms.marks_last or not self._terms.rule.breakpoints

    def _end(self, row: SampledRow) -> WholeNumbers:
        """Return the end of what the request leaves in the cache."""
        return row.input if self._marks_end else _largest(self._standing(), row.input)

    def _marked_part(self, row: SampledRow, shared: WholeNumbers, first: NDArray[np.bool_]) -> WholeNumbers:
        """Return the longest prefix that ends at a breakpoint which is left and this request can find."""
        ends, reach = self._ends.top(), self._terms.rule.look_back_blocks
        end = ends[0]
        if reach is not None:
            end = end * (row.sent[BLOCKS] - ends[1] < reach)
        return _largest([*(mark * ((mark <= shared) & ~first) for mark in self._standing()), end], row.input)

    def _bill(
        self,
        row: SampledRow,
        prefix: WholeNumbers,
        end: WholeNumbers,
        common: _Common,
        first: NDArray[np.bool_],
    ) -> SampledUse:
        """Count what is read of a prefix and written up to an end; `first`: nothing was sent before."""
        terms, rule = self._terms, self._terms.rule
        readable = prefix // rule.step_tokens * rule.step_tokens * (prefix >= rule.minimum_tokens)
        if rule.step_holds_unbilled:
            readable = np.where(first & (prefix >= rule.minimum_tokens), prefix, readable)
        read = share_down(readable, terms.hit_rate)
        writes = terms.bills_writes & (end >= rule.minimum_tokens)
        return SampledUse(read, np.maximum(end - read, 0) * writes, self._media(row, read, common))

    def _media(self, row: SampledRow, read: WholeNumbers, common: _Common) -> NDArray[np.int64]:
        """Count the media in what is read; where a read ends among messages, its share of them."""
        media = row.sent[MEDIA]
        if not len(media):
            return media
        if int(row.input.max()) > MAX_MEDIA_CONTEXT_TOKENS:
            detail = f"with media and ranges, a request sends at most {MAX_MEDIA_CONTEXT_TOKENS} tokens"
            raise PlanTooLong(detail)
        found = share_media(common.media, read - self._head, common.media_tokens - self._head)
        # The answer is read as well, where the provider caches it.
        beyond, rest = read - common.media_tokens, row.input - common.media_tokens
        found = found + share_media(media - common.media, beyond, rest) * (beyond > 0)
        return found * (read > self._head)


def _largest(numbers: list[WholeNumbers], shape: WholeNumbers) -> WholeNumbers:
    """Return the largest number in each sample, 0 at least."""
    found = np.zeros_like(shape)
    for number in numbers:
        found = np.maximum(found, number)
    return found
