"""Cuts the messages that a conversation starts with into turns, for history strategies to condense.

A turn begins at each user message. A piece is a user message, an answer, or calls with their results. The
pieces count as the messages of a plan do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenquote.api.quotes.cleared_results import ClearedAs, difference, share_out
from tokenquote.counts import Count, total
from tokenquote.ledger import NOTHING, CountedResult, EarlierPiece
from tokenquote.tokens import Message, Request, TokenRules

__all__ = ["count_earlier"]

Counted = tuple[Message, Count]
"""A message with the count of its media."""


def count_earlier(
    messages: Sequence[Counted], unknown: Count, rules: TokenRules, request: Request, cleared: ClearedAs
) -> tuple[EarlierPiece, ...]:
    """Count the messages of a body piece by piece.

    Args:
        messages: all messages but those of the system, each with the count of its media.
        unknown: what the body holds that no rule counts; it stands with the first piece.
        rules: the rules for what is appended to the body.
        request: the body.
        cleared: what becomes of tool results.
    """
    pieces: list[EarlierPiece] = []
    exchange: list[Message] = []
    for piece in _cut(messages):
        here = [message for message, _ in piece]
        # As in a plan: only what follows results depends on them.
        before = exchange if rules.reaches_back and here[0].role == "assistant" else ()
        counter = _PieceCounter(rules, request, before)
        pieces.append(counter.count(piece, opens_turn=not pieces or here[0].role == "user", cleared=cleared))
        exchange = here if here[-1].role == "tool" else []
    if not pieces:
        return ()
    first = replace(pieces[0], sent=pieces[0].sent + unknown)
    return (first, *pieces[1:])


def _cut(messages: Sequence[Counted]) -> list[list[Counted]]:
    """Cut messages before each user message and each answer; a text beside results stays with them."""
    pieces: list[list[Counted]] = []
    for message, media in messages:
        beside = message.role == "user" and not message.states_role
        if not pieces or not (message.role == "tool" or beside):
            pieces.append([])
        pieces[-1].append((message, media))
    return pieces


@dataclass(frozen=True, slots=True)
class _PieceCounter:
    rules: TokenRules
    request: Request
    before: Sequence[Message]

    def count(self, piece: Sequence[Counted], *, opens_turn: bool, cleared: ClearedAs) -> EarlierPiece:
        """Count one piece, its results apart if they may be cleared."""
        messages = [message for message, _ in piece]
        blocks = sum(max(1, len(message.parts) + len(message.calls)) for message in messages)
        results = [message for message in messages if message.role == "tool"]
        media = total((count for message, count in piece if message.role != "tool"), NOTHING)
        if cleared.placeholder is None or not results:
            of_results = total((count for message, count in piece if message.role == "tool"), NOTHING)
            return EarlierPiece(self._appended(messages) + media + of_results, opens_turn, blocks)
        without = self._appended([message for message in messages if message.role != "tool"])
        seen = [count for message, count in piece if message.role == "tool"]
        texts = [total((self.rules.text(text) for text in message.texts), NOTHING) for message in results]
        sent = share_out(difference(self._appended(messages), without), texts)
        instead = share_out(self._cleared(messages, cleared.placeholder, without), [NOTHING] * len(results))
        apart = tuple(
            CountedResult(text + its_media, left)
            for text, its_media, left in zip(sent, seen, instead, strict=True)
        )
        return EarlierPiece(without + media, opens_turn, blocks - len(results), apart)

    def _cleared(self, messages: Sequence[Message], placeholder: str | Count, without: Count) -> Count:
        """Count the placeholders in place of all results."""
        if isinstance(placeholder, Count):
            return placeholder.times(sum(message.role == "tool" for message in messages))
        replaced = [
            message._replace(parts=(placeholder,)) if message.role == "tool" else message
            for message in messages
        ]
        return difference(self._appended(replaced), without)

    def _appended(self, messages: Sequence[Message]) -> Count:
        if not messages:
            return NOTHING
        return self.rules.appended(messages, self.before, self.request.tool_choice)
