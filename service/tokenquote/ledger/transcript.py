"""The transcript: every piece that requests ever send, in the order of its first appearance.

    pieces    opening | question 1 | calls and results | answer 1 | question 2 | ...
    request   stretches of pieces: the opening, and what a strategy keeps of the rest

A request names pieces by their numbers, so it takes the same few numbers however long the conversation is,
and two requests are compared by the stretches that they share. What is left out inside a stretch goes by a
rule: pieces for one turn (reasoning that is dropped, retrieved passages) before the turn, and results that
are cleared. So a size is a difference of running sums, and nothing is added up again.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from tokenquote.counts import NO_MEDIA, Count, MediaUse
from tokenquote.ledger.conversation import CountedResult
from tokenquote.ledger.media_sums import MediaSums

__all__ = ["PiecesSize", "SentPieces", "Stretch", "Transcript", "joined"]

Stretch = tuple[int, int]
"""Neighbouring pieces: the number of the first one, and that of the first one after them."""


class SentPieces(NamedTuple):
    """Are the pieces that one request sends."""

    stretches: tuple[Stretch, ...]
    """The stretches of pieces, in the order of the prompt."""
    turn_begin: int = 0
    """The first piece of the turn: pieces for one turn before it are left out."""
    cleared_before: int = 0
    """Results before this piece are replaced by their placeholders."""


@dataclass(frozen=True, slots=True)
class PiecesSize:
    """What pieces come to."""

    tokens: int
    framing: int
    """Tokens that the provider adds around the content."""
    framed: bool
    """Whether any of it is text, parts or definitions."""
    blocks: int
    """The number of content blocks."""
    media: MediaUse


class Transcript:
    """Everything that requests of one conversation may send, as one model counts it."""

    def __init__(self) -> None:
        # Running sums, each of what stands before the piece of that number.
        self._tokens = [0]
        self._framing = [0]
        self._framed = [0]
        self._blocks = [0]
        self._passing = [0]
        """Tokens of the pieces for one turn."""
        self._passing_blocks = [0]
        self._results = [0]
        """Tokens of the results that may be cleared."""
        self._saved = [0]
        """Tokens that clearing these results saves."""
        self._saved_framing = [0]
        self._passing_at: list[int] = []
        """The pieces for one turn that have tokens."""
        self.results_at: list[int] = []
        """The pieces that are tool results and may be cleared."""
        self._media = MediaSums()

    @property
    def end(self) -> int:
        """The number that the next piece will have."""
        return len(self._tokens) - 1

    def add(self, piece: Count, blocks: int = 1, *, for_one_turn: bool = False) -> None:
        """Put a piece at the end; one for one turn is left out of the requests of later turns."""
        passing, passing_blocks = self._passing[-1], self._passing_blocks[-1]
        if for_one_turn and piece.tokens:
            self._passing_at.append(self.end)
            passing, passing_blocks = passing + piece.tokens, passing_blocks + blocks
        if piece.media is not NO_MEDIA:
            self._media.add(self.end, piece.media)
        self._tokens.append(self._tokens[-1] + piece.tokens)
        self._framing.append(self._framing[-1] + piece.framing)
        self._framed.append(self._framed[-1] + piece.framed)
        self._blocks.append(self._blocks[-1] + blocks)
        self._passing.append(passing)
        self._passing_blocks.append(passing_blocks)
        self._results.append(self._results[-1])
        self._saved.append(self._saved[-1])
        self._saved_framing.append(self._saved_framing[-1])

    def add_result(self, result: CountedResult) -> None:
        """Put a tool result at the end that may be replaced by its placeholder later."""
        sent, cleared = result.sent, result.cleared
        self.results_at.append(self.end)
        if sent.media is not NO_MEDIA:
            self._media.add(self.end, sent.media, is_result=True)
            sent = sent.with_media(NO_MEDIA)
        self.add(sent)
        self._results[-1] += sent.tokens
        self._saved[-1] += sent.tokens - cleared.tokens
        self._saved_framing[-1] += sent.framing - cleared.framing

    def tokens(self, stretch: Stretch, sent: SentPieces) -> int:
        """Return the tokens of a stretch as the request sends it."""
        begin, end = stretch
        turn, cleared = sent.turn_begin, sent.cleared_before
        whole = self._tokens[end] - self._tokens[begin]
        if turn > begin and self._passing_at:
            whole -= self._passing[min(end, turn)] - self._passing[begin]
        if cleared > begin:
            whole -= self._saved[min(end, cleared)] - self._saved[begin]
        return whole

    def size(self, sent: SentPieces) -> PiecesSize:
        """Return what the request's pieces come to."""
        tokens = framing = framed = blocks = 0
        for begin, end in sent.stretches:
            tokens += self.tokens((begin, end), sent)
            framing += self._framing[end] - self._framing[begin]
            if sent.cleared_before > begin:
                cleared = min(end, sent.cleared_before)
                framing -= self._saved_framing[cleared] - self._saved_framing[begin]
            framed += self._framed[end] - self._framed[begin]
            blocks += self._blocks[end] - self._blocks[begin]
            if sent.turn_begin > begin and self._passing_at:
                gone = min(end, sent.turn_begin)
                blocks -= self._passing_blocks[gone] - self._passing_blocks[begin]
        media = self._media.sum_media(sent.stretches, sent.cleared_before) if self._media else NO_MEDIA
        return PiecesSize(tokens, framing, framed > 0, blocks, media)

    def media_tokens(self, sent: SentPieces) -> MediaUse:
        """Return the tokens of the media among any pieces."""
        return self._media.sum_tokens(sent.stretches, sent.cleared_before) if self._media else NO_MEDIA

    def shared(self, before: SentPieces, sent: SentPieces) -> SentPieces:
        """Return the pieces with which both requests begin."""
        alike: list[Stretch] = []
        for begin, end in self._alike(before, sent):
            until = self._first_difference((begin, end), before, sent)
            alike.append((begin, until))
            if until < end:
                break
        return SentPieces(tuple(alike), before.turn_begin, before.cleared_before)

    def again(self, before: SentPieces, sent: SentPieces, first: int) -> int:
        """Return how many of the first tokens of an earlier request this one sends, wherever they stand."""
        total = passed = 0
        sent = sent._replace(stretches=tuple(sorted(sent.stretches)))
        for stretch in before.stretches:
            tokens = self.tokens(stretch, before)
            if passed + tokens > first:
                piece, part = self._cut(stretch, before, first - passed)
                total += self._in_both((stretch[0], piece), before, sent)
                return total + (part if self._in_both((piece, piece + 1), before, sent) else 0)
            total += self._in_both(stretch, before, sent)
            passed += tokens
        return total

    def _alike(self, before: SentPieces, sent: SentPieces) -> list[Stretch]:
        """Return the stretches with which both begin, whatever is left out inside them."""
        mine, its = list(before.stretches), list(sent.stretches)
        alike: list[Stretch] = []
        while mine and its:
            (begin, end), (other_begin, other_end) = mine[0], its[0]
            if begin != other_begin:
                # Pieces of no tokens make no difference.
                begin, other_begin = self._first_token(mine[0], before), self._first_token(its[0], sent)
                if begin < end and other_begin < other_end and begin != other_begin:
                    break
            until = min(end, other_end)
            if begin < end and other_begin < other_end:
                alike.append((begin, until))
                begin = other_begin = until
            mine[:1] = [(begin, end)] if begin < end else []
            its[:1] = [(other_begin, other_end)] if other_begin < other_end else []
        return alike

    def _first_token(self, stretch: Stretch, sent: SentPieces) -> int:
        """Return the first piece of a stretch that has tokens, or its end."""
        begin, end = stretch
        ends = range(begin + 1, end + 1)
        return begin + bisect_left(ends, 1, key=lambda until: self.tokens((begin, until), sent))

    def _first_difference(self, stretch: Stretch, before: SentPieces, sent: SentPieces) -> int:
        """Return the first piece of a stretch that only one of two requests sends as it is, or its end."""
        begin, end = stretch
        first, last = sorted((before.turn_begin, sent.turn_begin))
        if first < last and self._passing_at:
            found = bisect_left(self._passing_at, max(begin, first))
            if found < len(self._passing_at) and self._passing_at[found] < min(end, last):
                end = self._passing_at[found]
        first, last = sorted((before.cleared_before, sent.cleared_before))
        if first < last:
            for at in self.results_at[bisect_left(self.results_at, max(begin, first)) :]:
                if at >= min(end, last):
                    break
                if self._changes(at):
                    return at
        return end

    def _changes(self, result: int) -> bool:
        """Return whether clearing a result changes anything: from 0 tokens to 0 tokens it does not."""
        sent = self._results[result + 1] - self._results[result]
        return bool(sent or self._saved[result + 1] - self._saved[result])

    def _cut(self, stretch: Stretch, sent: SentPieces, tokens: int) -> tuple[int, int]:
        """Return the piece in which these first tokens of a stretch end, and how many are its own."""
        begin, end = stretch
        ends = range(begin + 1, end + 1)
        piece = begin + bisect_left(ends, tokens + 1, key=lambda until: self.tokens((begin, until), sent))
        return piece, tokens - self.tokens((begin, piece), sent)

    def _in_both(self, stretch: Stretch, before: SentPieces, sent: SentPieces) -> int:
        """Return the tokens of a stretch of an earlier request that this one, in order, sends too."""
        total = 0
        turn = max(before.turn_begin, sent.turn_begin)
        cleared, later = sorted((before.cleared_before, sent.cleared_before))
        first = max(0, bisect_left(sent.stretches, stretch) - 1)
        for other in islice(sent.stretches, first, None):
            begin, end = max(stretch[0], other[0]), min(stretch[1], other[1])
            if other[0] >= stretch[1]:
                break
            if begin < end:
                total += self.tokens((begin, end), SentPieces((), turn, cleared))
                # A result that only one of the two has cleared is not among what both send.
                total -= self._results[max(begin, min(end, later))]
                total += self._results[max(begin, min(end, cleared))]
        return total


def joined(*stretches: Stretch) -> tuple[Stretch, ...]:
    """Return the stretches without empty ones, and neighbours made one."""
    found: list[Stretch] = []
    for begin, end in stretches:
        if begin == end:
            continue
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return tuple(found)
