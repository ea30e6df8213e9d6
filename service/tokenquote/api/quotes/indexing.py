"""What embedding a corpus takes, which happens once and is in no total of a conversation."""

from __future__ import annotations

from tokenquote.api.quotes.workflows.documents import Pieces
from tokenquote.catalog import Model
from tokenquote.ledger.money import cost_tokens
from tokenquote.ledger.prices import Tariff, find_rate
from tokenquote_client.indexing import Indexing

__all__ = ["price_indexing"]


def price_indexing(corpus: Pieces, model: Model, tariff: Tariff) -> Indexing:
    """Price the passages of a corpus at the rate of the model that embeds them."""
    rate = find_rate(tariff, "input", corpus.chunk) if tariff.bills_tokens else None
    return Indexing(
        model=model.id,
        passages=corpus.number,
        tokens=corpus.tokens,
        rate=rate,
        cost=cost_tokens(corpus.tokens, rate) if rate is not None else None,
        source=tariff.source if rate is not None else None,
        checked=tariff.checked if rate is not None else None,
    )
