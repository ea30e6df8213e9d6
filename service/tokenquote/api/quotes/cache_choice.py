"""Decides how a quote uses the prompt cache, and where the marks of an opening body stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tokenquote.catalog import Model
from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.errors import LocatedError, Location
from tokenquote.ledger import CacheTerms, Opening, ttl_seconds
from tokenquote.ledger.arrivals import count_lifetimes
from tokenquote.ledger.prices import Tariff
from tokenquote_client import plan as wire

__all__ = [
    "MAX_MARKS",
    "CacheChoice",
    "CountedMark",
    "cache_terms",
    "choose_cache",
    "cold_share",
    "creation_share",
]

_SHARE = Decimal("0.000000000001")

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
    explicit: bool = False
    """Whether it is an explicit cache of the opening, whose lifetime `ttl` is."""

    @property
    def mixed_ttls(self) -> bool:
        """Whether the marks ask for several times to live, of which the quote takes that of the last."""
        return len({mark.ttl for mark in self.marks}) > 1


def choose_cache(
    wanted: wire.Caching,
    model: Model,
    tariff: Tariff,
    opening: Opening,
    marks: Sequence[CountedMark] = (),
    *,
    own: bool = True,
) -> CacheChoice:
    """Decide whether the cache is on, how long it keeps entries, and what a write is billed as.

    What the plan asks for is meant for its own model: another one that takes part takes of it what it offers.

    Raises:
        LocatedError: the model has no such cache or time to live, or takes fewer marks or a longer opening.
    """
    rule = model.caching
    if own and wanted.explicit is not None:
        return _choose_explicit_cache(wanted.ttl, model, tariff, opening.head.tokens)
    if not own and wanted.ttl is not None and (rule is None or wanted.ttl not in _offered_ttls(rule, tariff)):
        wanted = wanted.model_copy(update={"ttl": None})
    if rule is None:
        if wanted.enabled and own:
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


def _choose_explicit_cache(ttl: str | None, model: Model, tariff: Tariff, tokens: int) -> CacheChoice:
    """Decide on an explicit cache of this many tokens.

    Raises:
        LocatedError: the model has none, nobody knows what storing it costs, or it takes no such short one.
    """
    at, rule = ("caching", "explicit"), model.caching
    if rule is None or rule.explicit_ttl is None or not tariff.has_fee("cache_storage"):
        detail = f"no price of storing an explicit cache of {model.id} is known; leave it out"
        if rule is not None and rule.by_default:
            detail += ", and the quote counts on the cache that the provider fills by itself"
        raise LocatedError(at, detail)
    if tokens < rule.minimum_tokens:
        detail = (
            f"tools and system message have {tokens} tokens, and an explicit cache of {model.id} holds "
            f"{rule.minimum_tokens} at least; leave it out"
        )
        raise LocatedError(at, detail)
    return CacheChoice(rule, ttl or rule.explicit_ttl, explicit=True)


def _check_ttl(ttl: str | None, at: Location, rule: CachingRule, tariff: Tariff) -> None:
    offered = _offered_ttls(rule, tariff)
    if ttl is not None and ttl not in offered:
        listed = ", ".join(offered) or "none that can be chosen"
        raise LocatedError(at, f"times to live of this model: {listed}")


def _offered_ttls(rule: CachingRule, tariff: Tariff) -> list[str]:
    """List the times to live that can be chosen: where writing has a price, those whose price is known."""
    charges = any(tariff.states(kind) for kind in rule.ttls.values())
    return [ttl for ttl, kind in rule.ttls.items() if tariff.states(kind) or not charges]


def cache_terms(cache: CacheChoice, opening: Opening, warm: int = 0) -> CacheTerms | None:
    """Say how the requests use the cache; None if it is off. `warm` tokens of the first one are in it."""
    if cache.rule is None:
        return None
    return CacheTerms(
        cache.rule,
        ttl=cache.ttl,
        hit_rate=cache.hit_rate,
        bills_writes=cache.bills_writes,
        marks=tuple(mark.tokens for mark in cache.marks),
        marks_opening=cache.usual_marks,
        marks_last=cache.usual_marks or any(mark.closes for mark in cache.marks),
        tools=opening.tools.tokens,
        head=opening.head.tokens,
        warm=warm,
        explicit=cache.explicit,
    )


def cold_share(conversations_per_hour: float | None, ttl: str | None) -> Decimal:
    """Return the probability that a conversation finds nothing of the ones before it in the cache.

    They begin at random, independently of each other (a Poisson process), so that none has begun within the
    time to live with probability e^(-rate x time to live). It is rounded to twelve decimals. A rate that is
    not stated means that they follow closely; a time to live that is not known, that the cache lasts: both
    make it 0.
    """
    if conversations_per_hour is None or ttl is None:
        return Decimal(0)
    expected = Decimal(str(conversations_per_hour)) * ttl_seconds(ttl) / 3600
    return (-expected).exp().quantize(_SHARE)


def creation_share(conversations: int, conversations_per_hour: float | None, ttl: str) -> Decimal:
    """Return the share of the conversations after the first that create the explicit cache of the fleet anew.

    It ends with its lifetime, however often it is read, and the next conversation creates it. A rate that is
    not stated means that all begin within one lifetime. The share is rounded to twelve decimals.
    """
    if conversations_per_hour is None or conversations == 1:
        return Decimal(0)
    created = count_lifetimes(conversations, conversations_per_hour * ttl_seconds(ttl) / 3600)
    return (Decimal(created - 1) / (conversations - 1)).quantize(_SHARE)
