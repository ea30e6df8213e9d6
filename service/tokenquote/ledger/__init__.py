"""Turns a counted conversation into rows, one per model request, and rows into cache use and money."""

from tokenquote.ledger.cache_terms import CacheTerms, ttl_seconds
from tokenquote.ledger.cache_uses import NO_CACHE, CacheUse, CacheUses
from tokenquote.ledger.caching import billed_kinds, replay_caches, replay_repeats
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
from tokenquote.ledger.replay import Replayed, replay, replay_pieces
from tokenquote.ledger.rows import ReadBy, Row, Rows
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
    "CacheUses",
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
    "Rows",
    "Script",
    "StoredCache",
    "billed_kinds",
    "replay",
    "replay_caches",
    "replay_pieces",
    "replay_repeats",
    "replay_single",
    "ttl_seconds",
]
