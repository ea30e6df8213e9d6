"""A plan as rows, one per model request: what each sends, what it finds in the cache."""

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
]
