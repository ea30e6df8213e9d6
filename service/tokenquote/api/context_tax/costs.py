"""Prices parts: what a conversation costs with all of them and without any, shared out by their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

from tokenquote.api.context_tax.taxed_plans import CONVERSATIONS
from tokenquote.ledger.money import exact_product, exact_quotient, exact_sum
from tokenquote_client.quote import Quote

__all__ = ["TaxCosts", "TaxedQuotes", "price_tax", "share_out"]


@dataclass(frozen=True, slots=True)
class TaxCosts:
    """What parts cost in US dollars, together or one of them; None: input has no price."""

    cost_per_request: Decimal | None
    cost_per_conversation: Decimal | None
    cost_per_conversation_without_cache: Decimal | None
    cost_per_1000_conversations: Decimal | None
    cost_per_1000_conversations_without_cache: Decimal | None
    cost_deferred: Decimal | None

    def share(self, tokens: Sequence[int], deferred: Sequence[int]) -> list[TaxCosts]:
        """Share the costs out among parts by what they add to a request, whole and deferred."""
        columns = [
            share_out(self.cost_per_request, tokens),
            share_out(self.cost_per_conversation, tokens),
            share_out(self.cost_per_conversation_without_cache, tokens),
            share_out(self.cost_per_1000_conversations, tokens),
            share_out(self.cost_per_1000_conversations_without_cache, tokens),
            share_out(self.cost_deferred, deferred),
        ]
        return [TaxCosts(*of_part) for of_part in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True)
class TaxedQuotes:
    """Three quotes of one conversation."""

    bare: Quote
    """The one without any part."""
    whole: Quote
    """The one with all of them, with its single requests."""
    deferred: Quote
    """The one with every tool deferred."""


def price_tax(quotes: TaxedQuotes, requests: int) -> TaxCosts:
    """Return what all parts cost, the differences of the quotes; `requests`: how many send them."""
    bare, whole, deferred = quotes.bare, quotes.whole, quotes.deferred
    without_cache = _beyond(whole.totals.cost_without_cache, bare.totals.cost_without_cache)
    fleets = [quote.fleet.cost if quote.fleet is not None else None for quote in (whole, bare)]
    return TaxCosts(
        None if without_cache is None else exact_quotient(without_cache, requests),
        _beyond(whole.totals.cost, bare.totals.cost),
        without_cache,
        _beyond(*fleets),
        None if without_cache is None else exact_product(CONVERSATIONS, without_cache),
        _beyond(deferred.totals.cost, bare.totals.cost),
    )


def share_out(cost: Decimal | None, tokens: Sequence[int]) -> list[Decimal | None]:
    """Return shares of a cost in proportion to tokens, which add up to it to the last digit.

    A share is the difference of two sums from the first part on, each rounded to 18 decimals at most, so that
    no rounding is lost.
    """
    if cost is None:
        return [None] * len(tokens)
    together = sum(tokens)
    if together == 0:
        return [Decimal(0)] * len(tokens)
    sums = [exact_quotient(exact_product(n, cost), together) for n in accumulate(tokens, initial=0)]
    return [exact_sum([after, -before]) for before, after in pairwise(sums)]


def _beyond(cost: Decimal | None, bare: Decimal | None) -> Decimal | None:
    return None if cost is None or bare is None else exact_sum([cost, -bare])
