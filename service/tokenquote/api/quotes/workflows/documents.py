"""Workflows over a long document, which is cut into pieces that overlap."""

from __future__ import annotations

from dataclasses import dataclass

from tokenquote.api.quotes.workflows.branches import INDEPENDENT
from tokenquote.api.quotes.workflows.messages import Composer, Piece
from tokenquote.api.quotes.workflows.written import Recipe, Written
from tokenquote.counts import ceil_div
from tokenquote.errors import LocatedError
from tokenquote.ledger import MAX_ROWS
from tokenquote_client import plan as wire
from tokenquote_client.amounts import Amount, AmountOrParts

__all__ = ["MapReduceRecipe", "Pieces", "RefineRecipe", "cut_pieces"]


@dataclass(frozen=True, slots=True)
class Pieces:
    """How a document is cut: pieces of one length, and one at the end that may be shorter."""

    number: int
    chunk: int
    last: int
    """The tokens of the last piece."""

    @property
    def tokens(self) -> int:
        """The tokens of all pieces, what overlaps counted in each."""
        return (self.number - 1) * self.chunk + self.last


def cut_pieces(document: int, chunk: int, overlap: int) -> Pieces:
    """Cut a document into pieces, each of which begins `chunk - overlap` tokens after the one before.

    Raises:
        LocatedError: the overlap is as long as a piece.
    """
    if overlap >= chunk:
        raise LocatedError(
            ("overlap",), f"at least `chunk` ({chunk}): the pieces would make no headway; state less"
        )
    step = chunk - overlap
    number = max(1, ceil_div(document - overlap, step))
    return Pieces(number, chunk, document - (number - 1) * step)


@dataclass(frozen=True, slots=True)
class MapReduceRecipe(Recipe):
    """A turn for each piece, perhaps some for groups of summaries, and one for the answer.

    piece                     -> summary        (once for each piece)
    summaries of a group      -> summary        (while there are more than `collapse_above` tokens of them)
    all summaries             -> answer
    """

    composer: Composer
    document: int
    chunk: int
    overlap: int
    summary: Amount
    collapse_above: int | None
    answer: Amount

    def write(self) -> Written:
        pieces = cut_pieces(self.document, self.chunk, self.overlap)
        _check_number(pieces)
        turns = []
        if pieces.number > 1:
            turns.append(wire.Turn(user=pieces.chunk, assistant=self.summary, repeat=pieces.number - 1))
        turns.append(wire.Turn(user=pieces.last, assistant=self.summary))
        summaries = pieces.number
        if self.collapse_above is not None:
            summaries = self._collapse(summaries, self.collapse_above, turns)
        turns.append(wire.Turn(user=self._summaries(summaries), assistant=self.answer))
        return Written(turns, INDEPENDENT)

    def _collapse(self, summaries: int, most: int, turns: list[wire.Turn]) -> int:
        """Add turns that summarize groups of summaries, as full as they may be, until one request takes all.

        Returns the number of summaries that are left.

        Raises:
            LocatedError: no two summaries fit together, or their length is not known.
        """
        length = self._summaries(1)
        if not isinstance(length, int):
            raise LocatedError(("summary",), "with `collapse_above` state a number of tokens")
        if summaries * length > most and 2 * length > most:
            detail = f"two summaries of {length} tokens do not fit; state at least {2 * length}"
            raise LocatedError(("collapse_above",), detail)
        while summaries * length > most:
            full, rest = divmod(summaries, most // length)
            turns.append(wire.Turn(user=self._summaries(most // length), assistant=self.summary, repeat=full))
            if rest:
                turns.append(wire.Turn(user=self._summaries(rest), assistant=self.summary))
            summaries = full + bool(rest)
        return summaries

    def _summaries(self, number: int) -> AmountOrParts:
        return self.composer.join(Piece(self.summary, "summary", "assistant", number))


@dataclass(frozen=True, slots=True)
class RefineRecipe(Recipe):
    """A turn for each piece, which sends the answer so far.

    piece                     -> summary
    summary, piece            -> summary        (once for each piece in between)
    summary, last piece       -> answer
    """

    composer: Composer
    document: int
    chunk: int
    overlap: int
    summary: Amount
    answer: Amount

    def write(self) -> Written:
        pieces = cut_pieces(self.document, self.chunk, self.overlap)
        _check_number(pieces)
        if pieces.number == 1:
            return Written([wire.Turn(user=pieces.last, assistant=self.answer)], INDEPENDENT)
        turns = [wire.Turn(user=pieces.chunk, assistant=self.summary)]
        if between := pieces.number - 2:
            turns.append(wire.Turn(user=self._with(pieces.chunk), assistant=self.summary, repeat=between))
        turns.append(wire.Turn(user=self._with(pieces.last), assistant=self.answer))
        return Written(turns, INDEPENDENT)

    def _with(self, piece: int) -> AmountOrParts:
        """Return the message of a later request: the answer so far, and its piece."""
        return self.composer.join(
            Piece(self.summary, "summary", "assistant"), Piece(piece, "document", "user")
        )


def _check_number(pieces: Pieces) -> None:
    if pieces.number > MAX_ROWS:
        raise LocatedError(
            ("chunk",), f"the document has {pieces.number} pieces; a quote holds {MAX_ROWS} requests"
        )
