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
from tokenquote.conversation.media_use import NO_MEDIA, MediaUse

__all__ = [
    "MAX_ROWS",
    "NO_MEDIA",
    "CacheUse",
    "Content",
    "Conversation",
    "MediaUse",
    "Opening",
    "PlanTooLong",
    "Row",
    "ToolRound",
    "Turn",
    "count_requests",
    "replay",
    "replay_cache",
]
