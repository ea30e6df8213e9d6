"""A plan as rows, one per model request: what each sends, what it finds in the cache."""

from tokenquote.conversation.caching import CacheUse, replay_cache
from tokenquote.conversation.ledger import (
    MAX_ROWS,
    Content,
    Conversation,
    Opening,
    PlanTooLong,
    Row,
    ToolRound,
    Turn,
    count_requests,
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
    "count_requests",
    "replay",
    "replay_cache",
]
