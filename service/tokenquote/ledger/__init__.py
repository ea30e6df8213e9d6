"""Turns a counted conversation into rows, one per model request, and rows into cache use and money."""

from tokenquote.ledger.caching import NO_CACHE, CacheTerms, CacheUse, billed_kinds, replay_caches, ttl_seconds
from tokenquote.ledger.conversation import (
    MAX_ROWS,
    NOTHING,
    Conversation,
    CountedResult,
    CountedRound,
    CountedTurn,
    EarlierPiece,
    Opening,
    PlanTooLong,
)
from tokenquote.ledger.replay import Replayed, replay
from tokenquote.ledger.rows import Row
from tokenquote.ledger.single_requests import replay_single
from tokenquote.ledger.stored_caches import StoredCache

__all__ = [
    "MAX_ROWS",
    "NOTHING",
    "NO_CACHE",
    "CacheTerms",
    "CacheUse",
    "Conversation",
    "CountedResult",
    "CountedRound",
    "CountedTurn",
    "EarlierPiece",
    "Opening",
    "PlanTooLong",
    "Replayed",
    "Row",
    "StoredCache",
    "billed_kinds",
    "replay",
    "replay_caches",
    "replay_single",
    "ttl_seconds",
]
