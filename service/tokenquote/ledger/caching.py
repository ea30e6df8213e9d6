"""Replays prompt caching over the ledger: what each request reads, writes, and fails to read.

A prefix cache is hit by what a request shares with the latest earlier one to the same model; the provider's
rule says how much of that counts. Caches with breakpoints hold prefixes only up to marks: those of the
caller, or else after the tools, after the system message and after the last message. So a request comes apart
into disjoint kinds of token, each of which may have a price of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tokenquote.counts import NO_MEDIA, MediaUse
from tokenquote.ledger.cache_terms import CacheTerms
from tokenquote.ledger.cache_uses import NO_CACHE, CacheUse, CacheUses
from tokenquote.ledger.conversation import MAX_CONTEXT_TOKENS
from tokenquote.ledger.entry_ends import EntryEnds
from tokenquote.ledger.growing_caches import use_growing_cache
from tokenquote.ledger.replay import Replayed
from tokenquote.ledger.rows import ReadBy, Row
from tokenquote.ledger.transcript import SentPieces, Transcript

__all__ = ["Common", "billed_kinds", "compare_requests", "media_read", "replay_caches", "replay_repeats"]


def replay_caches(replayed: Replayed, terms: Mapping[ReadBy, CacheTerms]) -> CacheUses:
    """Work out the use of the cache of every request.

    Each conversation has its own prefix: what requests of another one leave in between takes time, and no
    more.

    Args:
        replayed: the requests of a plan, in order, with what they send.
        terms: what the cache of a conversation's model does and what is asked of it; one that is not there
            uses none.
    """
    if not terms:
        return CacheUses.none(len(replayed.rows))
    if replayed.only_grows:
        ((_, used),) = terms.items()
        if not used.explicit:
            return use_growing_cache(replayed.rows, used)
    return compare_requests(replayed, terms)


def compare_requests(replayed: Replayed, terms: Mapping[ReadBy, CacheTerms]) -> CacheUses:
    """Work out the uses by comparing each request with the one before it, piece by piece of what they send.

    The arguments are those of `replay_caches`.
    """
    return CacheUses.collect(use for _, _, use in _send_all(replayed, terms))


def replay_repeats(replayed: Replayed, terms: Mapping[ReadBy, CacheTerms]) -> CacheUses:
    """Work out the use of the cache of every request if it is sent once more, right after it failed.

    The arguments are those of `replay_caches`.
    """
    sent = _send_all(replayed, terms)
    return CacheUses.collect(NO_CACHE if cache is None else cache.use_again(row) for cache, row, _ in sent)


def _send_all(
    replayed: Replayed, terms: Mapping[ReadBy, CacheTerms]
) -> Iterator[tuple[_Cache | None, Row, CacheUse]]:
    """Send every request: yield the cache that it uses, as it leaves it, and how it uses it."""
    caches = {reader: _Cache(replayed.transcripts[reader], used) for reader, used in terms.items()}
    clock = 0.0
    for row in replayed.rows:
        clock += row.gap_seconds
        cache = caches.get(row.reader) if row.sent is not None else None
        yield cache, row, NO_CACHE if cache is None else cache.use(row, clock)


@dataclass(frozen=True, slots=True)
class Common:
    """What a request has in common with what is cached."""

    tokens: int = 0
    """Tokens with which both begin, the answer before them where the provider caches it."""
    readable: int = 0
    """Tokens that are readable there and that the request sends, in any place."""
    media: MediaUse = NO_MEDIA
    """The media among the first tokens."""
    media_tokens: int = 0
    """The number of first tokens that hold these media."""


@dataclass
class _Cache:
    """What the requests of one conversation to one model have left in its cache."""

    transcript: Transcript
    terms: CacheTerms
    before: Row | None = None
    """The latest of these requests."""
    used_at: float = 0
    """When that was, in seconds since the plan began. A hit refreshes an entry, so all live as
    long."""
    intact: int = MAX_CONTEXT_TOKENS
    """Tokens with which all requests so far begin."""
    ends: EntryEnds = field(init=False)

    def __post_init__(self) -> None:
        self.ends = EntryEnds(self.terms.rule.look_back_blocks)

    def use(self, row: Row, clock: float) -> CacheUse:
        """Read what the latest request left, and leave this one's prefixes."""
        if self.terms.explicit:
            return CacheUse(read=self.terms.head)
        terms, common = self.terms, self._common(row, clock)
        prefix = self._marked_part(row, common.tokens) if terms.rule.breakpoints else common.tokens
        known = terms.stated(prefix) if self.before is None else terms.readable(prefix)
        read, end = self._serve(known), self._end(row)
        if terms.rule.breakpoints and terms.marks_end:
            self.ends.leave(end, row.blocks)
        self.before, self.used_at = row, clock
        lost = max(0, common.readable - read)
        return CacheUse(read, self._write(read, end), lost, media_read(row, read, common, terms.head))

    def use_again(self, row: Row) -> CacheUse:
        """Read what the latest request left, which was an attempt at this one; all of its input is alike."""
        prefix = self._marked_part(row, row.input) if self.terms.rule.breakpoints else row.input
        read = self._serve(self.terms.readable(prefix))
        alike = Common(row.input, media=row.media, media_tokens=row.input)
        write = self._write(read, self._end(row))
        return CacheUse(read, write, read_media=media_read(row, read, alike, self.terms.head))

    def _serve(self, readable: int) -> int:
        """Return the tokens that are read of those that can be."""
        return int(readable * self.terms.hit_rate)

    def _end(self, row: Row) -> int:
        """Return the end of what a request leaves in the cache."""
        return row.input if self.terms.marks_end else max(self._standing(), default=0)

    def _write(self, read: int, end: int) -> int:
        """Return the tokens that are billed as written where a request leaves what stands before an end."""
        bills = self.terms.bills_writes and end >= self.terms.rule.minimum_tokens
        return max(0, end - read) if bills else 0

    def _common(self, row: Row, clock: float) -> Common:
        """Compare the request with what the latest one to the model left."""
        terms, before = self.terms, self.before
        if before is None:
            warm = min(terms.warm, row.input)
            self.ends.leave(warm, row.blocks)
            if (
                row.sent is not None and len(row.sent.stretches) > 1
            ):  # a strategy leaves something out already
                self.intact = self.transcript.tokens(row.sent.stretches[0], row.sent)
            return Common(warm, terms.stated(warm), row.media, row.input)
        lapsed = clock - self.used_at > terms.lasts_seconds
        transcript, left, sent = self.transcript, before.sent or SentPieces(()), row.sent or SentPieces(())
        prefix = transcript.shared(left, sent)
        size = transcript.size(prefix)
        content = size.tokens if prefix == left else transcript.size(left).tokens
        if size.tokens < content:
            self.intact = min(self.intact, size.tokens)
        if lapsed:
            return Common()
        if size.tokens == content:  # everything is sent again
            answer = before.visible if terms.rule.includes_output else 0
            tokens = min(before.input + answer, row.input)
            return Common(tokens, terms.readable(tokens), before.media, before.input)
        constant = before.input - content if size.framed else 0
        readable = terms.readable(before.input if self.terms.marks_end else max(self._standing(), default=0))
        again = transcript.again(left, sent, readable - constant) if readable else 0
        return Common(size.tokens + constant, again, size.media, size.tokens + constant)

    def _standing(self) -> list[int]:
        """Return the breakpoints of every request that no strategy has dropped with their message."""
        intact = max(self.terms.head, self.intact)
        return [mark for mark in self.terms.fixed_marks if mark <= intact]

    def _marked_part(self, row: Row, shared: int) -> int:
        """Return the longest prefix that ends at a breakpoint which is left and that the request finds."""
        standing = [mark for mark in self._standing() if mark <= shared] if self.before is not None else []
        return max((*standing, self.ends.find(shared, row.blocks)))


def billed_kinds(row: Row, use: CacheUse, write_kind: str) -> Mapping[str, int]:
    """Split a request's tokens into kinds that may each have a price of their own.

    Args:
        row: the request.
        use: what it reads from the cache and writes to it.
        write_kind: what written tokens are billed as, media among them.
    """
    read = use.read_media
    # What is written is everything that was not read, media among it.
    fresh = row.media.without(read) if not use.write else NO_MEDIA
    return {
        "input": row.input - use.read - use.write - fresh.tokens,
        "input_image": fresh.image,
        "input_audio": fresh.audio,
        "input_video": fresh.video,
        "cache_read": use.read - read.tokens,
        "cache_read_image": read.image,
        "cache_read_audio": read.audio,
        "cache_read_video": read.video,
        write_kind: use.write,
        "output": row.visible - row.spoken - row.drawn,
        "output_audio": row.spoken,
        "output_image": row.drawn,
        "output_reasoning": row.reasoning,
    }


def media_read(row: Row, read: int, common: Common, head: int) -> MediaUse:
    """Count the media in what is read; where a read ends among messages, its share of them.

    `head` are the tokens of tools and system message, which no media are among.
    """
    if read <= head:
        return NO_MEDIA
    found = common.media.share(read - head, common.media_tokens - head)
    if read <= common.media_tokens:
        return found
    # The answer is read as well, where the provider caches it.
    new = row.media.without(common.media)
    return found + new.share(read - common.media_tokens, row.input - common.media_tokens)
