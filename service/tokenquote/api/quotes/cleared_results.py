"""Tool results apart from the calls of their round, so that a history strategy may clear them one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tokenquote.counts import NO_MEDIA, Count, total
from tokenquote.ledger import NOTHING, CountedResult, CountedRound

__all__ = ["ClearedAs", "difference", "set_apart", "share_out"]


@dataclass(frozen=True, slots=True)
class ClearedAs:
    """What becomes of tool results. `placeholder` is what replaces them; None: they stay as they are."""

    placeholder: str | Count | None = None


def set_apart(
    rounds: Iterable[CountedRound],
    *,
    without: Count,
    sent: Count,
    cleared: Count,
    with_user: Count,
    contents: Sequence[Count],
) -> list[CountedRound]:
    """Return rounds whose results stand apart, each with the placeholder that may take its place.

    Args:
        rounds: the round as it happens first, and as it happens again where that counts otherwise.
        without: the round without its results and the user message beside them.
        sent: the same with the results.
        cleared: the same with a placeholder for each result.
        with_user: the same with the results and the user message.
        contents: each result by itself, without what stands around it.
    """
    shares = share_out(difference(sent, without), contents)
    placeholders = share_out(difference(cleared, without), [NOTHING] * len(contents))
    results = tuple(CountedResult(sent_so, left) for sent_so, left in zip(shares, placeholders, strict=True))
    beside = difference(with_user, sent)
    apart = total(shares, beside)
    return [
        replace(
            counted,
            exchange=difference(counted.exchange, apart),
            results=results,
            beside=beside,
            blocks=counted.blocks - len(results),
        )
        for counted in rounds
    ]


def difference(whole: Count, part: Count) -> Count:
    """Return what a part leaves of a whole."""
    media = whole.media.minus(part.media)
    rest = Count.certain(whole.tokens - part.tokens, whole.method)
    return replace(
        rest,
        framing=whole.framing - part.framing,
        framed=whole.framed,
        media=media if media.tokens else NO_MEDIA,
    )


def share_out(whole: Count, contents: Sequence[Count]) -> list[Count]:
    """Return a share of a whole for each content: its tokens, and an equal part of what is around all.

    The last one takes what does not divide.
    """
    around = difference(whole, total(contents, NOTHING))
    n = len(contents)
    tokens, framing = around.tokens // n, around.framing // n
    over = around.tokens - tokens * n, around.framing - framing * n
    return [
        replace(
            content + Count.stated(tokens + (over[0] if i + 1 == n else 0)),
            framing=framing + (over[1] if i + 1 == n else 0),
            framed=whole.framed,
        )
        for i, content in enumerate(contents)
    ]
