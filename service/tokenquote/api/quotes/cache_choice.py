"""Decides how a quote uses the prompt cache, and where the marks of an opening body stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tokenquote.catalog import Model
from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.errors import LocatedError, Location
from tokenquote.ledger import CacheUse, Opening, Row, replay_cache
from tokenquote.ledger.prices import Tariff
from tokenquote_client import plan as wire

__all__ = ["MAX_MARKS", "CacheChoice", "CountedMark", "choose_cache", "use_cache"]

MAX_MARKS = 4
"""The number of breakpoints that a request may have; providers refuse more."""


@dataclass(frozen=True, slots=True)
class CountedMark:
    """A mark for prompt caching in the body that opens the conversation."""

    location: Location
    """The place in the plan, which errors name."""
    tokens: int
    """The number of tokens before the mark."""
    ttl: str | None
    """The time to live that it asks for. None: the provider's default."""
    closes: bool
    """Whether it stands at the end of the body, so that it moves on with each request."""


@dataclass(frozen=True, slots=True)
class CacheChoice:
    """Says how one quote uses the prompt cache; `rule` is None where it uses none."""

    rule: CachingRule | None
    ttl: str | None = None
    hit_rate: Decimal = Decimal(1)
    write_kind: str = "cache_write"
    bills_writes: bool = False
    marks: Sequence[CountedMark] = ()
    """The breakpoints that the body of `start` asks for."""
    usual_marks: bool = True
    """Whether breakpoints stand after the tools, after the system message and after the last message."""
    reads_unknown: bool = False
    """Whether cache reads have a price though nobody knows how the cache behaves."""

    @property
    def mixed_ttls(self) -> bool:
        """Whether the marks ask for several times to live, of which the quote takes that of the last."""
        return len({mark.ttl for mark in self.marks}) > 1


def choose_cache(
    wanted: wire.Caching, model: Model, tariff: Tariff, marks: Sequence[CountedMark] = ()
) -> CacheChoice:
    """Decide whether the cache is on, how long it keeps entries, and what a write is billed as.

    Raises:
        LocatedError: the model has no cache, no such time to live, or takes fewer marks.
    """
    rule = model.caching
    if rule is None:
        if wanted.enabled:
            raise LocatedError(("caching", "enabled"), "the catalog knows of no prompt cache for this model")
        unknown = wanted.enabled is None and model.converses and tariff.states("cache_read")
        return CacheChoice(None, reads_unknown=unknown)
    asked = marks[-1].ttl if marks else None
    _check_ttl(wanted.ttl, ("caching", "ttl"), rule, tariff)
    if not (rule.by_default or marks if wanted.enabled is None else wanted.enabled):
        return CacheChoice(None)
    if len(marks) > MAX_MARKS:
        detail = f"a request has at most {MAX_MARKS} marks for prompt caching, this body {len(marks)}"
        raise LocatedError(marks[MAX_MARKS].location, detail)
    for mark in marks if wanted.ttl is None else ():
        _check_ttl(mark.ttl, mark.location, rule, tariff)
    ttl = wanted.ttl or asked or rule.default_ttl
    write_kind = rule.ttls[ttl] if ttl is not None else "cache_write"
    # A cache that offers no time to live charges nothing for writing (MiniMax, Gemini's implicit one).
    bills_writes = ttl is not None and tariff.states(write_kind)
    usual_marks = bool(wanted.enabled) or not marks
    return CacheChoice(rule, ttl, Decimal(str(wanted.hit_rate)), write_kind, bills_writes, marks, usual_marks)


def _check_ttl(ttl: str | None, at: Location, rule: CachingRule, tariff: Tariff) -> None:
    offered = _offered_ttls(rule, tariff)
    if ttl is not None and ttl not in offered:
        listed = ", ".join(offered) or "none that can be chosen"
        raise LocatedError(at, f"times to live of this model: {listed}")


def _offered_ttls(rule: CachingRule, tariff: Tariff) -> list[str]:
    """List the times to live that can be chosen: where writing has a price, those whose price is known."""
    charges = any(tariff.states(kind) for kind in rule.ttls.values())
    return [ttl for ttl, kind in rule.ttls.items() if tariff.states(kind) or not charges]


def use_cache(rows: Sequence[Row], cache: CacheChoice, opening: Opening) -> list[CacheUse]:
    """Work out what each request reads from the cache and writes to it; nothing if the cache is off."""
    if cache.rule is None:
        return [CacheUse()] * len(rows)
    usual = (opening.tools.tokens, opening.head.tokens) if cache.usual_marks else ()
    return replay_cache(
        rows,
        cache.rule,
        ttl=cache.ttl,
        hit_rate=cache.hit_rate,
        bills_writes=cache.bills_writes,
        marks=(*usual, *(mark.tokens for mark in cache.marks)),
        marks_last=cache.usual_marks or any(mark.closes for mark in cache.marks),
    )
