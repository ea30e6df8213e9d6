"""The lines of a bill: tokens, fees, what has no price, sums by model or agent, and what is paid once."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from tokenquote_client.wire_types import Dollars, Received, is_none

__all__ = ["AgentTotals", "Indexing", "ModelTotals", "PriceLine", "Unpriced"]


class PriceLine(Received):
    """All tokens of one kind that are billed at one rate, or all units of one thing that has a fee."""

    kind: str
    """The kind of token whose rate applies, such as `input`, `cache_read` or `output`, or what has a fee,
    such as `web_search` or `output_image`. A kind without a rate of its own is billed as a more general one:
    `input_image` as `input`."""
    tokens: int
    """The number of tokens that are billed at this rate, over all requests of one conversation; 0 in a line
    of a fee."""
    unit: str | None = None
    """The unit that a fee is billed by, such as `call`, `image` or `minute`; null: tokens are billed."""
    units: Dollars | None = None
    """The number of units that are billed by a fee, as a decimal string; null: tokens are billed."""
    per: int = 1_000_000
    """The number of tokens or units that `rate` is for."""
    when: dict[str, str] = Field(default={})
    """What selects this fee among several for the same thing, such as `{"quality": "high"}`; empty: nothing
    does."""
    rate: Dollars
    """The price in US dollars of `per` tokens or units, as a decimal string."""
    tier: str
    """The tier of the rate: `base`, or one that the length of a request's input decides, such as `above
    272000` (from 272,001 tokens on) or `at least 200000`; `stated`: the plan states the rate."""
    model: str | None = Field(default=None, exclude_if=is_none)
    """The catalog id of the model that the rate is of; null or absent: all rates are of the quote's model."""
    mode: str = "standard"
    """The processing mode that the rate belongs to, such as `standard` or `batch`."""
    window: str | None = None
    """The name of the hours that the rate belongs to, such as `peak`; null: it holds at all other hours."""
    region: str | None = None
    """The region whose uplift is in the rate; null: there is none in it."""
    cost: Dollars
    """The cost in US dollars, `tokens` or `units` × `rate` / `per`, as a decimal string, with any minimum of
    the fee."""
    source: str
    """The place where the rate is published, in words: a web address, or a package with its version; and what
    a discount takes off. Of a rate that the plan states: `stated in the plan`."""
    checked: dt.date | None
    """The day (`2026-11-12`) on which the rate was last compared with its source; null: not known, or the
    plan states the rate."""


class Unpriced(Received):
    """Tokens or uses that the catalog has no price for."""

    kind: str
    """The kind of token, such as `input_audio`, or what would have a fee, such as `web_search`."""
    tokens: int
    """The number of tokens of this kind in one conversation, which no cost includes; 0 for a use."""
    unit: str | None = None
    """The unit of `units`, such as `call` or `second`; null: tokens have no price, or the number of uses is
    not known."""
    units: Dollars | None = None
    """The number of units in one conversation, as a decimal string, which no cost includes; null: tokens have
    no price, or a server tool is offered and its uses are not stated."""


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


class ModelTotals(Received):
    """Sums over all requests to one model of a conversation that has several."""

    model: str
    """The catalog id of the model."""
    requests: int
    """The number of requests to it."""
    input_tokens: int
    """The input tokens of these requests, with cache reads, cache writes, framing and media in them."""
    output_tokens: int
    """The output tokens of these requests, visible ones and reasoning."""
    cost: Dollars | None
    """The cost in US dollars of what has a price in them, as a decimal string; null: nothing has one."""


class AgentTotals(Received):
    """Sums over all requests of one agent, or of the plan's own conversation, of a plan that has agents."""

    agent: str | None
    """The name of the agent; null: the plan's own conversation."""
    requests: int
    """The number of its requests, in all calls."""
    input_tokens: int
    """The input tokens of these requests, with cache reads, cache writes, framing and media in them."""
    output_tokens: int
    """The output tokens of these requests, visible ones and reasoning."""
    cost: Dollars | None
    """The cost in US dollars of what has a price in them, as a decimal string; null: nothing has one."""
