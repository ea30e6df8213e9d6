"""A plan as rows, one per model request: what each sends, what it finds in the cache."""

from tokenquote.ledger.caching import CacheUse, billed_kinds, replay_cache
from tokenquote.ledger.replay import (
    MAX_ROWS,
    Content,
    Conversation,
    Opening,
    PlanTooLong,
    Row,
    ToolRound,
    Turn,
    replay,
)

__all__ = [
    "MAX_ROWS",
    "CacheUse",
    "Content",
    "Conversation",
    "Opening",
    "PlanTooLong",
    "Row",
    "ToolRound",
    "Turn",
    "billed_kinds",
    "replay",
    "replay_cache",
]
