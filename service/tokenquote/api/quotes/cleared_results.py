"""Tool results apart from the calls of their round, so that a history strategy may clear them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tokenquote.counts import NO_MEDIA, Count, total
from tokenquote.ledger import NOTHING, CountedResult, CountedRound
from tokenquote_client import plan as wire

__all__ = ["ClearedAs", "difference", "set_apart", "share_out"]


@dataclass(frozen=True, slots=True)
class ClearedAs:
    """What becomes of tool results. `placeholder` is what replaces them; None: they stay as they are."""

    placeholder: str | Count | None = None


def set_apart(
    rounds: Iterable[CountedRound],
    planned: wire.ToolRound,
    exchange: Callable[[wire.ToolRound], Count],
    contents: Sequence[Count],
    placeholder: str | Count,
) -> list[CountedRound]:
    """Return rounds whose results stand apart, each with the placeholder that may take its place.

    Args:
        rounds: the round as it happens first, and as it happens again where that counts otherwise.
        planned: the round in the plan.
        exchange: counts the calls and results of a round by itself.
        contents: each result by itself, without what stands around it.
        placeholder: what takes the place of a result.
    """
    alone = planned.model_copy(update={"user": None, "repeat": 1})
    without, sent, with_user = exchange(_with_results(alone, 0)), exchange(alone), exchange(planned)
    if isinstance(placeholder, str):
        instead = difference(exchange(_with_results(alone, placeholder)), without)
    else:  # nothing stands around tokens that are stated
        instead = placeholder.times(len(contents))
    shares = share_out(difference(sent, without), contents)
    placeholders = share_out(instead, [NOTHING] * len(contents))
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
        ranges=whole.without_ranges(part),
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
            ranges=content.ranges + around.ranges[i::n],
        )
        for i, content in enumerate(contents)
    ]


def _with_results(planned: wire.ToolRound, result: int | str) -> wire.ToolRound:
    """Return the round with another result of each call."""
    calls = [call.model_copy(update={"result": result}) for call in planned.calls]
    return planned.model_copy(update={"calls": calls})
