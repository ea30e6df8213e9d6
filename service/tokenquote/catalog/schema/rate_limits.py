"""What rate_limits.yaml states: how much of a model a provider answers in a minute, tier by tier.

rate_limits:
  acme:
    tiers:
      - {tier: Free, requests: 30, tokens: 8000}
      - {tier: Paid, requests: 1000, input_tokens: 2000000, output_tokens: 400000}
    cache_reads_count: false
    source: https://...
    checked: 2026-11-29

A model names its limits with `rate_limits`. They are those of ordinary requests (mode `standard`), for which
an account needs no contract of its own.
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import Field, StrictBool, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Positive, Word

__all__ = ["RateLimits", "RateLimitsFile", "RateTier"]


class RateTier(Entry):
    """What an account of one tier may use of a model in a minute. None: no such limit is published."""

    tier: str = Field(min_length=1, max_length=64)
    """The provider's own name for the tier or plan, such as `Start`."""
    requests: Positive | None = None
    """The requests in a minute."""
    input_tokens: Positive | None = None
    """The input tokens in a minute."""
    output_tokens: Positive | None = None
    """The output tokens in a minute."""
    tokens: Positive | None = None
    """The input and output tokens together in a minute."""

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if not any((self.requests, self.input_tokens, self.output_tokens, self.tokens)):
            raise ValueError(
                "a tier without a limit: state `requests`, `input_tokens`, `output_tokens` or `tokens`"
            )
        return self


class RateLimits(Entry):
    """The limits of a model on each tier, the lowest tier first."""

    tiers: tuple[RateTier, ...] = Field(min_length=1)
    """The tiers whose limits are published."""
    cache_reads_count: StrictBool
    """Whether tokens that are read from the prompt cache count towards the limits of tokens."""
    source: str = Field(min_length=1)
    """Where the limits are published."""
    checked: dt.date
    """The day on which the source was last read."""


class RateLimitsFile(Entry):
    """The contents of rate_limits.yaml: limits by their names."""

    rate_limits: dict[Word, RateLimits]
