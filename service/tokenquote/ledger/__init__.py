"""Turns a counted conversation into rows, one per model request, and rows into cache use and money."""

from tokenquote.ledger.caching import (
    NO_CACHE,
    CacheTerms,
    CacheUse,
    billed_kinds,
    replay_caches,
    replay_repeats,
    ttl_seconds,
)
from tokenquote.ledger.conversation import (
    MAX_ROWS,
    NOTHING,
    ONCE,
    CalledAgent,
    Conversation,
    CountedResult,
    CountedRound,
    CountedTurn,
    EarlierPiece,
    Opening,
    PlanTooLong,
    Repeats,
)
from tokenquote.ledger.replay import Replayed, replay
from tokenquote.ledger.rows import ReadBy, Row
from tokenquote.ledger.script import Script
from tokenquote.ledger.single_requests import replay_single
from tokenquote.ledger.stored_caches import StoredCache

__all__ = [
    "MAX_ROWS",
    "NOTHING",
    "NO_CACHE",
    "ONCE",
    "CacheTerms",
    "CacheUse",
    "CalledAgent",
    "Conversation",
    "CountedResult",
    "CountedRound",
    "CountedTurn",
    "EarlierPiece",
    "Opening",
    "PlanTooLong",
    "ReadBy",
    "Repeats",
    "Replayed",
    "Row",
    "Script",
    "StoredCache",
    "billed_kinds",
    "replay",
    "replay_caches",
    "replay_repeats",
    "replay_single",
    "ttl_seconds",
]
