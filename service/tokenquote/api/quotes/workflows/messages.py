"""Messages that are put together of several amounts, such as a question and the thoughts so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tokenquote.catalog.schema.caching import AmountProfiles
from tokenquote.errors import LocatedError, NotYetOffered
from tokenquote_client.amounts import (
    MAX_AMOUNT_TOKENS,
    AmountOrParts,
    Part,
    Percentiles,
    Profile,
    Text,
    TextPart,
    Tokens,
    TokensPart,
    Triangular,
)

__all__ = ["Composer", "Piece"]

_MOST_PARTS = 1_000
"""The most parts that one message of a plan takes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An amount as part of a message."""

    amount: AmountOrParts
    name: str
    """The parameter of the workflow that states it."""
    kind: str
    """What it stands for, for profiles: `user`, `assistant`, `result`, `system` or `call`."""
    times: int = 1
    """How often it stands there."""


@dataclass(frozen=True, slots=True)
class Composer:
    """Puts amounts together to messages."""

    profiles: Mapping[str, AmountProfiles]

    def join(self, *pieces: Piece) -> AmountOrParts:
        """Return one message of several pieces: their sum if all are tokens, else a list of parts.

        Raises:
            LocatedError: too many tokens or parts, or a range, which would be drawn once more here.
        """
        stated = [piece for piece in pieces if piece.times]
        tokens = [self._tokens(piece) for piece in stated]
        known = [
            count * piece.times for count, piece in zip(tokens, stated, strict=True) if count is not None
        ]
        if sum(known) > MAX_AMOUNT_TOKENS:
            detail = f"makes a message of {sum(known)} tokens; a message has at most {MAX_AMOUNT_TOKENS}"
            raise LocatedError((stated[-1].name,), detail)
        if len(known) == len(stated):
            return sum(known)
        if len(stated) == 1 and stated[0].times == 1:
            return stated[0].amount
        if sum(piece.times for piece in stated) > _MOST_PARTS:
            raise LocatedError(
                (max(stated, key=lambda piece: piece.times).name,),
                f"makes a message of more than {_MOST_PARTS} parts; state it as a number of tokens",
            )
        return [part for piece in stated for part in self._parts(piece) * piece.times]

    def _tokens(self, piece: Piece) -> int | None:
        """Return the tokens of an amount that is a number or a profile. None: it is a text or parts."""
        match piece.amount:
            case int(tokens) | Tokens(tokens=tokens):
                return tokens
            case Profile(profile=size):
                return int(getattr(self.profiles[piece.kind], size))
            case Percentiles() | Triangular():
                raise NotYetOffered(
                    (piece.name,),
                    "a range that a later message holds again: not yet offered; state a number of tokens",
                )
        return None

    def _parts(self, piece: Piece) -> list[Part]:
        tokens = self._tokens(piece)
        if tokens is not None:
            return [TokensPart(type="tokens", tokens=tokens)]
        match piece.amount:
            case str(text) | Text(text=text):
                return [TextPart(type="text", text=text)]
            case list(parts):
                return list(parts)
        raise TypeError("an amount is a number, a text, a profile, a range or a list of parts")
