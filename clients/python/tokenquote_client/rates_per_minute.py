"""What conversations that begin at random take in a minute, beside the limits that providers publish."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from tokenquote_client.wire_types import Received

__all__ = ["LimitedAmount", "PerMinute", "PublishedLimit", "RatesPerMinute"]

LimitedAmount = Literal["requests", "input_tokens", "output_tokens", "tokens"]
"""What a provider may limit in a minute; `tokens` are input and output together."""


class PerMinute(Received):
    """How much there is in a minute."""

    mean: float
    """The mean over all minutes."""
    busiest: int
    """What the busiest minute holds: of a thousand minutes one has more, when conversations begin at random
    and independently of each other. All requests of a conversation without a gap (`gap_seconds`) of a minute
    between them count in one minute, so conversations whose answers take longer than that stay below it."""


class PublishedLimit(Received):
    """The limits of a model on one tier of its provider; null: no such limit is published."""

    model: str
    """The catalog id of the model."""
    tier: str
    """The provider's own name for the tier or plan of the account, such as `Start`."""
    requests: int | None = None
    """The requests that are answered in a minute."""
    input_tokens: int | None = None
    """The input tokens that are taken in a minute."""
    output_tokens: int | None = None
    """The output tokens that are answered in a minute."""
    tokens: int | None = None
    """The input and output tokens in a minute together."""
    cache_reads_count: bool
    """Whether tokens that are read from the prompt cache count towards the limits of tokens."""
    exceeded_by_mean: list[LimitedAmount]
    """The limits that even the mean exceeds, so that requests are refused all the time; empty: none."""
    exceeded_by_busiest: list[LimitedAmount]
    """The limits that the busiest minute exceeds; empty: none."""
    source: str
    """The place where the limits are published, in words: a web address, and when it was read."""
    checked: dt.date
    """The day (`2026-11-12`) on which the source was last read."""


class RatesPerMinute(Received):
    """Requests and tokens in a minute over all conversations, each taken to be like the planned one."""

    requests: PerMinute
    """The requests, to all models together."""
    input_tokens: PerMinute
    """The input tokens, with cache reads and cache writes in them."""
    uncached_input_tokens: PerMinute
    """The input tokens that are not read from the prompt cache, which is what some providers limit."""
    output_tokens: PerMinute
    """The output tokens, visible ones and reasoning."""
    limits: list[PublishedLimit] = Field(default=[])
    """The limits of each model that takes part, the lowest tier first; empty: the catalog knows none, or the
    plan's `mode` is not `standard`, whose limits these are."""
