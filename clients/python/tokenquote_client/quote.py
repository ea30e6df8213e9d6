"""The answer of POST /v1/quotes: what a planned conversation will take."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from tokenquote_client.bill import AgentTotals, Indexing, ModelTotals, PriceLine, Unpriced
from tokenquote_client.memory import MemoryUse
from tokenquote_client.problem import Problem
from tokenquote_client.rates_per_minute import RatesPerMinute
from tokenquote_client.spreads import Fleet, RetriedRequests, Spreads
from tokenquote_client.wire_types import Dollars, Method, Received, Sent, is_none

__all__ = [
    "AgentTotals",
    "BudgetAnswer",
    "Comparison",
    "ContextUse",
    "CountedAmount",
    "Failure",
    "FullQuote",
    "ModelTotals",
    "Overflow",
    "PriceLine",
    "Quote",
    "QuoteParameters",
    "QuotedRequest",
    "Totals",
    "Unpriced",
    "Warned",
]


class Totals(Received):
    """Sums over all requests of one conversation."""

    requests: int
    """The number of requests to the model."""
    input_tokens: int
    """The input tokens of all requests, with cache reads, cache writes, framing and media in them."""
    cache_read_tokens: int
    """The part of `input_tokens` that is read from the prompt cache."""
    cache_write_tokens: int
    """The part of `input_tokens` that is billed at a cache-write rate; 0 where writing has no such rate."""
    output_tokens: int
    """The output tokens of all requests, visible ones and reasoning."""
    reasoning_tokens: int
    """The part of `output_tokens` that is reasoning."""
    framing_tokens: int
    """The part of `input_tokens` that the provider adds around texts and media."""
    image_tokens: int
    """The part of `input_tokens` that is images and pages of documents, in each request that sends them."""
    audio_tokens: int
    """The part of `input_tokens` that is audio or audio tracks of videos, in each request that sends them."""
    video_tokens: int
    """The part of `input_tokens` that is frames of videos, in each request that sends them."""
    cost: Dollars | None
    """The cost in US dollars of all that has a price, as a decimal string; null: nothing has one."""
    fees: Dollars = Decimal(0)
    """The part of `cost` that is not billed by the token, in US dollars as a decimal string: server tools,
    images, seconds, pages, storage of an explicit cache, without any free allowance."""
    cost_without_cache: Dollars | None
    """The cost in US dollars of the same requests without a prompt cache, as a decimal string; null: nothing
    has a price."""
    cache_lost_tokens: int | None = Field(default=None, exclude_if=is_none)
    """The part of `input_tokens` that the request before to the same model left readable in the prompt cache
    and that is sent again, but not read, because something before it was removed, replaced or inserted; null
    or absent: every history is `full`, one model answers, and there are no agents."""
    complete: bool
    """Whether everything has a price, so that `cost` leaves nothing out."""


class QuotedRequest(Received):
    """One request to the model."""

    turn: int
    """The number of the turn that it belongs to, from 1, repetitions counted one by one. An agent's turns are
    counted apart, in each call from 1 unless the agent keeps its conversation."""
    round: int
    """The number of the request within its turn, from 0: a turn with k tool rounds, repetitions counted one
    by one, makes the requests 0 to k."""
    input_tokens: int
    """The input tokens, with cache reads, cache writes, framing and media in them."""
    cache_read_tokens: int
    """The part of `input_tokens` that is read from the prompt cache."""
    cache_write_tokens: int
    """The part of `input_tokens` that is billed at a cache-write rate; 0 where writing has no such rate."""
    output_tokens: int
    """The output tokens, visible ones and reasoning."""
    reasoning_tokens: int
    """The part of `output_tokens` that is reasoning."""
    context_tokens: int
    """The input and output tokens together, which must fit into the context window."""
    cost: Dollars | None
    """The cost in US dollars of what has a price, as a decimal string; null: nothing in it has one."""
    cumulative_cost: Dollars | None
    """The cost in US dollars of this request and all before it, as a decimal string; null: nothing has a
    price."""
    purpose: (
        Literal["summary", "compaction", "embedding", "rerank", "queries", "hypothesis", "cache"] | None
    ) = Field(default=None, exclude_if=is_none)
    """What a request is for that precedes the request of the conversation with the same `turn` and `round`:
    one of the history strategy, or the creation of an explicit cache (`cache`); null or absent: it is a
    request of the conversation."""
    model: str | None = Field(default=None, exclude_if=is_none)
    """The catalog id of the model that answers; null or absent: the quote's model answers every request."""
    agent: str | None = Field(default=None, exclude_if=is_none)
    """The name of the agent whose conversation the request belongs to; null or absent: it belongs to the
    plan's own."""


class Overflow(Received):
    """The first request that does not fit into the model's limits."""

    turn: int
    """The number of the turn that the request belongs to, from 1, repetitions counted one by one."""
    request: int
    """The number of the request, from 1, over the whole conversation, the requests of agents among them."""
    agent: str | None = Field(default=None, exclude_if=is_none)
    """The name of the agent whose turn that is; null or absent: it is a turn of the plan's own
    conversation."""


class ContextUse(Received):
    """How full the context window gets."""

    window: int | None
    """The most tokens of input and output that the model takes in one request; null: not published."""
    max_input: int | None
    """The most input tokens that the model takes in one request; null: not published."""
    peak_tokens: int
    """The tokens of input and output of the longest request."""
    overflows_at: Overflow | None
    """The first request that does not fit; null: every one fits, or no limit is published. It and the
    requests after it are priced all the same."""
    model: str | None = Field(default=None, exclude_if=is_none)
    """The catalog id of the model whose window is described, the one that a request fills most; null or
    absent: all requests go to the quote's model."""


class CountedAmount(Received):
    """How many tokens one amount of the plan has, and how that is known."""

    what: str
    """The place of the amount in the plan, such as `system` or `turns/0/user`."""
    tokens: int
    """The number of tokens, without the framing around them."""
    method: Method
    low: int
    """The lower end in tokens of the band that nine bills in ten are expected to lie in."""
    high: int
    """The upper end in tokens of the band that nine bills in ten are expected to lie in."""
    vocabulary: str | None
    """The name of the vocabulary that encoded the texts; null: no text was encoded."""
    model: str | None = Field(default=None, exclude_if=is_none)
    """The catalog id of the model that counts the amount so; null or absent: it is the quote's model."""


class BudgetAnswer(Received):
    """How far the stated budget goes."""

    fits: bool
    """Whether the budget pays for the whole conversation; false too while not everything has a price."""
    turns: int | None
    """The number of whole turns that the budget pays for; null while not everything has a price."""
    requests: int | None
    """The number of requests, in order, that the budget pays for; null while not everything has a price."""
    probability: float | None = Field(default=None, exclude_if=is_none)
    """The share of the draws, from 0 to 1, in which the budget pays for the whole conversation; null or
    absent: the plan has neither ranges nor `retries`, or not everything has a price."""
    spent: Dollars | None
    """The cost in US dollars of the requests that the budget pays for, as a decimal string; null while not
    everything has a price."""


class Warned(Received):
    """Something that could mislead a reader who sees only the numbers."""

    code: str
    """A word for this kind of warning that programs may rely on, such as `context_overflow`."""
    detail: str
    """The warning in words, for people."""


class Quote(Received):
    """What a planned conversation takes with one model."""

    id: str
    """The id of the quote: the same plan, model, instant and catalog have the same id."""
    model: str
    """The catalog id of the quoted model."""
    currency: Literal["USD"] = "USD"
    """The currency of every cost and rate: US dollars."""
    catalog_revision: str
    """The revision of the catalog that the quote rests on, which changes whenever an answer could change."""
    prices_at: dt.datetime
    """The instant whose prices apply, as an RFC 3339 time in UTC."""
    totals: Totals
    """The sums over all requests of one conversation."""
    requests: list[QuotedRequest] | None = None
    """One row for each request to the model, in order; null: only the summary was asked for."""
    by_model: list[ModelTotals] | None = Field(default=None, exclude_if=is_none)
    """The sums for each model, the quote's own first; null or absent: the quote's model answers every
    request."""
    by_agent: list[AgentTotals] | None = Field(default=None, exclude_if=is_none)
    """The sums for the plan's own conversation, then for each agent in the order of the plan; null or absent:
    the plan has no agents."""
    cost_without_strategy: Dollars | None = Field(default=None, exclude_if=is_none)
    """The cost in US dollars of the same plan with history `full`, of its agents too, as a decimal string;
    null or absent: every history is `full`, or nothing has a price."""
    cache_break_even_reads: int | None = Field(default=None, exclude_if=is_none)
    """The number of reads that what is written to the prompt cache needs on average to cost less than without
    a cache, storage of an explicit cache included; null or absent: nothing is written at a price, or a read
    costs no less than plain input."""
    lines: list[PriceLine]
    """The bill: the tokens of each kind at each rate, then the fees, each with its source; empty: nothing has
    a price."""
    context: ContextUse
    """How much of the context window the longest request fills, and what does not fit."""
    counts: list[CountedAmount]
    """How many tokens each amount of the plan has, and how that is known."""
    workflow: str | None = Field(default=None, exclude_if=is_none)
    """The kind of workflow that wrote the plan, such as `react`; null or absent: the plan states its turns
    itself."""
    compiled: dict[str, Any] | None = Field(default=None, exclude_if=is_none)
    """The plan that the workflow wrote, as JSON data, which quotes to the same totals; the places in `counts`
    are places in it. Null or absent: the plan states its turns itself, or a comparison has it."""
    indexing: Indexing | None = Field(default=None, exclude_if=is_none)
    """What embedding the corpus takes, once and outside all totals; null or absent: the plan states none."""
    range: Spreads | None = None
    """Distributions of cost, tokens and requests; null: the plan has neither ranges nor `retries`."""
    retries: RetriedRequests | None = Field(default=None, exclude_if=is_none)
    """The expected requests and cost with those that fail; null or absent: the plan states no `retries`."""
    fleet: Fleet | None = None
    """The cost of several conversations; null: the plan states no `conversations`."""
    rates_per_minute: RatesPerMinute | None = Field(default=None, exclude_if=is_none)
    """The requests and tokens in a minute, and the limits of them that providers publish; null or absent: the
    plan states no `conversations_per_hour`."""
    budget: BudgetAnswer | None = None
    """How far the budget goes; null: the plan states no `budget`."""
    memory: MemoryUse | None = None
    """The memory that the conversation takes when the model is self-hosted; null: the catalog knows no
    public weights of the model."""
    unpriced: list[Unpriced]
    """The kinds of token and the uses without a price; empty: everything has one."""
    assumptions: list[str]
    """What the quote takes for granted, one statement each; empty: nothing."""
    warnings: list[Warned]
    """What could mislead a reader who sees only the totals; empty: nothing that is known."""


class FullQuote(Quote):
    """A quote of one model with its single requests, as `quote()` answers unless a summary is asked for."""

    requests: list[QuotedRequest]
    """One row for each request to the model, in order."""


class Failure(Received):
    """A model of a comparison that could not be quoted."""

    model: str
    """The catalog id of the model."""
    problem: Problem
    """The problem document that says why it could not be quoted."""


class Comparison(Received):
    """Several models' quotes for one plan."""

    quotes: list[Quote | Failure]
    """The quotes: those that are complete (`totals.complete`) first, then the cheapest first, then by id, and
    failures last."""
    workflow: str | None = Field(default=None, exclude_if=is_none)
    """The kind of workflow that wrote the plan, such as `react`; null or absent: the plan states its turns
    itself."""
    compiled: dict[str, Any] | None = Field(default=None, exclude_if=is_none)
    """The plan that the workflow wrote, as JSON data, which quotes to the same totals with each model. Null
    or absent: the plan states its turns itself."""
    considered: int | None = None
    """The number of models that were chosen by `all` or by filters, of which the list has the first; null:
    the plan names its models."""


class QuoteParameters(Sent):
    """How much of a quote to answer."""

    detail: Literal["full", "summary"] = "full"
    """How much to answer: `full`, the default, or `summary`, which leaves out the single requests."""
