"""The answer side of the contract: what a planned conversation will take."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from tokenquote_client.memory import MemoryUse
from tokenquote_client.problem import Problem
from tokenquote_client.wire import Dollars, Method, Received, Sent

__all__ = [
    "BudgetAnswer",
    "Comparison",
    "ContextUse",
    "CountedAmount",
    "Failure",
    "Fleet",
    "Overflow",
    "PriceLine",
    "Quote",
    "QuoteParameters",
    "QuotedRequest",
    "Spread",
    "Spreads",
    "Totals",
    "Unpriced",
    "Warned",
]


class Totals(Received):
    """Sums over all requests of one conversation."""

    requests: int
    input_tokens: int
    """Cache reads, cache writes, framing and media included."""
    cache_read_tokens: int
    cache_write_tokens: int
    """Only tokens billed at a write rate."""
    output_tokens: int
    """Visible and reasoning."""
    reasoning_tokens: int
    framing_tokens: int
    """What the provider adds around texts; part of the input."""
    image_tokens: int
    audio_tokens: int
    video_tokens: int
    cost: Dollars | None
    """The sum of what is priced; None if nothing is."""
    cost_without_cache: Dollars | None
    complete: bool
    """Whether everything had a price."""


class QuotedRequest(Received):
    """One request to the model."""

    turn: int
    """From 1."""
    round: int
    """From 0: a turn with k tool rounds makes the requests 0 to k."""
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    context_tokens: int
    """Input and output together."""
    cost: Dollars | None
    cumulative_cost: Dollars | None


class PriceLine(Received):
    """Tokens of one kind at one rate."""

    kind: str
    tokens: int
    rate: Dollars
    """Dollars per million tokens."""
    tier: str
    """`base`, or the input length from which the rate applies."""
    mode: str = "standard"
    window: str | None = None
    """The hours that the rate belongs to: `peak`."""
    cost: Dollars
    source: str
    checked: dt.date | None


class Overflow(Received):
    """The first request that does not fit."""

    turn: int
    request: int
    """From 1, over the whole conversation."""


class ContextUse(Received):
    """How full the context window gets."""

    window: int | None
    max_input: int | None
    peak_tokens: int
    overflows_at: Overflow | None


class CountedAmount(Received):
    """Where the tokens of one amount of the plan come from."""

    what: str
    """Its place in the plan: `system`, `turns/0/user`."""
    tokens: int
    method: Method
    low: int
    high: int
    vocabulary: str | None


class Spread(Received):
    """A distribution over the random draws."""

    mean: Dollars
    p10: Dollars
    p50: Dollars
    p90: Dollars
    max: Dollars
    max_is: Literal["sampled"] = "sampled"


class Spreads(Received):
    """Distributions of cost and tokens."""

    cost: Spread | None
    input_tokens: Spread
    output_tokens: Spread


class Fleet(Received):
    """So many independent conversations."""

    conversations: int
    cost: Dollars | None
    range: Spread | None = None


class BudgetAnswer(Received):
    """How far the money goes."""

    fits: bool
    turns: int | None
    """Whole turns that it pays for; None while not everything has a price."""
    requests: int | None
    spent: Dollars | None
    """The cost of those requests."""


class Unpriced(Received):
    """Tokens that the catalog has no price for."""

    kind: str
    tokens: int


class Warned(Received):
    """Something that the reader should know before relying on the quote."""

    code: str
    detail: str


class Quote(Received):
    """The answer for one model."""

    id: str
    model: str
    currency: Literal["USD"] = "USD"
    catalog_revision: str
    prices_at: dt.datetime
    totals: Totals
    requests: list[QuotedRequest] | None = None
    """None when the summary was asked for."""
    lines: list[PriceLine]
    context: ContextUse
    counts: list[CountedAmount]
    range: Spreads | None = None
    fleet: Fleet | None = None
    budget: BudgetAnswer | None = None
    memory: MemoryUse | None = None
    """For open-weight models: what hosting the conversation oneself would hold."""
    unpriced: list[Unpriced]
    assumptions: list[str]
    warnings: list[Warned]


class Failure(Received):
    """A model of a comparison that could not be quoted."""

    model: str
    problem: Problem


class Comparison(Received):
    """Several models' quotes: complete ones first, then by cost, then by id; failures last."""

    quotes: list[Quote | Failure]


class QuoteParameters(Sent):
    """How much of a quote to answer."""

    detail: Literal["full", "summary"] = "full"
    """`summary` leaves out the requests."""
