"""What embedding a corpus takes, once and before any conversation."""

from __future__ import annotations

import datetime as dt

from tokenquote_client.wire_types import Dollars, Received

__all__ = ["Indexing"]


class Indexing(Received):
    """The embedding of all passages of a corpus, which no total of the quote holds."""

    model: str
    """The catalog id of the model that embeds the passages."""
    passages: int
    """The number of passages that the corpus is cut into."""
    tokens: int
    """The tokens of all passages, where what two passages share counts in both."""
    rate: Dollars | None
    """The price in US dollars of a million tokens, as a decimal string; null: none is known."""
    cost: Dollars | None
    """The cost in US dollars, `tokens` × `rate` / 1,000,000, as a decimal string; null: no rate is known."""
    source: str | None
    """The place where the rate is published, in words; null: no rate is known."""
    checked: dt.date | None
    """The day on which the rate was last compared with its source; null: not known."""
