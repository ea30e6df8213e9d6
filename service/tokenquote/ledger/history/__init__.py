"""History strategies: what of a conversation is sent again in each request. A strategy is a class."""

from tokenquote.ledger.history.cleared import ClearedResults
from tokenquote.ledger.history.condensed import CompactedContext, SummarizedTurns
from tokenquote.ledger.history.latest import LatestTokens, LatestTurns
from tokenquote.ledger.history.retrieved import RetrievedPassages, SearchRequest
from tokenquote.ledger.history.whole import WholeHistory

__all__ = [
    "ClearedResults",
    "CompactedContext",
    "LatestTokens",
    "LatestTurns",
    "RetrievedPassages",
    "SearchRequest",
    "SummarizedTurns",
    "WholeHistory",
]
