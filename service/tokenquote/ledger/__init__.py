"""Turns a counted conversation into rows, one per model request, and rows into cache use and money."""

from tokenquote.ledger.caching import CacheUse, billed_kinds, replay_cache
from tokenquote.ledger.replay import (
    MAX_ROWS,
    NOTHING,
    Conversation,
    CountedRound,
    CountedTurn,
    Opening,
    PlanTooLong,
    Row,
    replay,
)
from tokenquote.ledger.single_requests import replay_single

__all__ = [
    "MAX_ROWS",
    "NOTHING",
    "CacheUse",
    "Conversation",
    "CountedRound",
    "CountedTurn",
    "Opening",
    "PlanTooLong",
    "Row",
    "billed_kinds",
    "replay",
    "replay_cache",
    "replay_single",
]
