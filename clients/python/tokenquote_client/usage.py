"""POST /v1/usage: what a usage object of a provider costs, by the prices of the catalog.

    client.usage(model="gpt-5.4-mini", usage=response.usage.model_dump())

The form is recognised from the members of the object, or stated as `format`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from tokenquote_client.bill import PriceLine, Unpriced
from tokenquote_client.instants import Instant
from tokenquote_client.wire_types import Dollars, Received, Sent

__all__ = ["QuotedBefore", "UsageAnswer", "UsageQuestion"]


class UsageQuestion(Sent):
    """What a provider says was used in a request, to be priced."""

    model: str = Field(min_length=1, max_length=200)
    """The model that was asked: its catalog id (`openai/gpt-5.4-mini`), an alias, a host's own id, or the
    name without the provider where the model's own maker sells it."""
    format: str | None = Field(default=None, min_length=1, max_length=64)
    """The api whose answer held the usage, such as `openai.chat` or `bedrock.converse`; null, the default: it
    is recognised from the members of `usage`. One that the members contradict is an error."""
    usage: dict[str, Any] = Field(min_length=1)
    """The provider's own usage object exactly as it answered it: OpenAI's and Anthropic's `usage`, Gemini's
    `usageMetadata`, Cohere's `meta`. Numbers that contradict each other are an error; a member that is
    neither zero nor known is listed in `unpriced`."""
    at: Instant | None = None
    """The instant of the request, whose prices apply, as an RFC 3339 time with its offset
    (`2026-12-01T02:00:00Z`); null, the default: now."""
    mode: str | None = Field(default=None, min_length=1, max_length=32)
    """The way in which the provider processed the request, such as `batch` or `priority`; null, the default:
    the mode that the usage names itself (`service_tier`, `speed`, `trafficType`), else `standard`. One that
    the model is not sold in is an error."""
    region: str | None = Field(default=None, min_length=1, max_length=64)
    """The region or endpoint that the request was kept in, whose uplift multiplies the prices of tokens;
    null, the default: the one that the usage names itself (`inference_geo`), else the ordinary price. One
    whose uplift is not known is an error."""
    quote_id: str | None = Field(default=None, pattern=r"^q_[0-9a-z]{1,64}$")
    """The `id` of the quote that was made for what was used, whose sums the answer then shows as `quoted`;
    null, the default: there was none. The service keeps the latest 10,000 quotes until it ends; an id of none
    of them is an error. It changes no other number of the answer."""
    app: str | None = Field(default=None, min_length=1, max_length=64)
    """The label of the asking application in the service's metrics; null, the default, and a label that the
    service is not configured for count as `other`. It changes no number of the answer."""


class QuotedBefore(Received):
    """What a quote said before the request was made, summed over all requests of one conversation."""

    id: str
    """The id of the quote."""
    model: str
    """The catalog id of the quoted model, which may be another one than that of the usage."""
    requests: int
    """The number of requests that were quoted: a usage of one request is a part of what is quoted here."""
    input_tokens: int
    """The number of input tokens that were quoted, cache reads and writes among them."""
    output_tokens: int
    """The number of output tokens that were quoted, reasoning among them."""
    cost: Dollars | None
    """The cost in US dollars that was quoted, as a decimal string; null: nothing had a price."""
    complete: bool
    """Whether everything that was quoted had a price, so that `cost` leaves nothing out."""


class UsageAnswer(Received):
    """The cost of a usage object."""

    model: str
    """The catalog id of the model that was asked."""
    format: str
    """The format that the usage was read as: the stated one, or the one that was recognised."""
    catalog_revision: str
    """The revision of the catalog that the answer rests on, which changes whenever an answer could change."""
    prices_at: dt.datetime
    """The instant whose prices apply, as an RFC 3339 time in UTC."""
    mode: str
    """The processing mode whose prices apply."""
    region: str | None
    """The region whose uplift is in the rates; null: there is none in them."""
    cost: Dollars | None
    """The cost in US dollars of all that has a price, as a decimal string; null: nothing has one."""
    lines: list[PriceLine]
    """The bill: the tokens of each kind at each rate, then the fees, each with its source; empty: nothing has
    a price."""
    unpriced: list[Unpriced]
    """The kinds of token and the uses without a price, and members of the usage that are not known, by their
    path; empty: everything has a price."""
    complete: bool
    """Whether everything has a price, so that `cost` leaves nothing out."""
    kinds: dict[str, int]
    """The number of tokens of each kind, no token in two kinds: `input` is text that was neither read from
    the prompt cache nor written to it, `output` is visible text, `output_reasoning` reasoning."""
    stated_cost: Dollars | None = None
    """The cost in US dollars that the usage states itself, as OpenRouter's and xAI's do, as a decimal string;
    null: it states none."""
    quoted: QuotedBefore | None = None
    """What the quote of `quote_id` said of one conversation; null: the question names no quote."""
    assumptions: list[str]
    """What the answer takes for granted, one statement each; empty: nothing."""
