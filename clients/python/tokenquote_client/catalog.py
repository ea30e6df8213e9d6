"""The contract of GET /v1/models, /v1/catalog, /livez and /readyz: what the service says of itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from tokenquote_client.wire_types import Received, Sent

__all__ = [
    "CatalogInfo",
    "ModelDetail",
    "ModelList",
    "ModelListParameters",
    "ModelParameters",
    "ModelSummary",
    "ProviderInfo",
    "Readiness",
]


class ModelSummary(Received):
    """A model of the catalog, as lists show it."""

    id: str
    """The catalog id: the provider, a slash, and the name that the provider's API uses; of open weights the
    Hugging Face id."""
    name: str
    """The display name of the model."""
    provider: str
    """The id of the provider that sells it, or `open-weights`."""
    aliases: list[str]
    """Other names of the very same model at the same price."""
    window: int | None
    """The most tokens of input and output together in one request; null: not published."""
    max_input: int | None
    """The most input tokens of one request; null: not published."""
    max_output: int | None
    """The most output tokens of one request; null: not published."""
    vocabulary: str
    """The vocabulary that its texts are counted with."""
    method: str
    """How its texts are counted: exact, rule, calibrated or assumed."""
    rates: dict[str, str]
    """The rates in US dollars per million tokens by kind of token, now, in the base tier and the standard
    mode. Empty: no price is known."""
    modes: list[str]
    """The processing modes that the model is sold in, such as standard and batch."""
    checked: dt.date | None
    """The day on which its prices were last compared with their source; null: no price is known."""
    retires: dt.date | None
    """The day on which the provider switches it off; null: none is announced."""
    media: dict[str, str] = Field(default={})
    """The kinds of input it takes besides text (`image`, `audio`, `video`, `document`), each with the name of
    the rule that counts it."""


class ModelList(Received):
    """One page of the list of models."""

    items: list[ModelSummary]
    """The models of the page, by id."""
    next_cursor: str | None = None
    """The `cursor` of the next page; null: this is the last one."""


class ModelDetail(ModelSummary):
    """Everything the catalog knows of a model."""

    counting: dict[str, Any]
    """The rule that counts its texts, as the catalog's files say it: vocabulary, band, framing and source."""
    caching: dict[str, Any] | None
    """The rule of its prompt cache, as the catalog's files say it; null: no prompt cache is known."""
    media_limits: dict[str, Any] | None = None
    """The media that its provider refuses, as the catalog's files say it; null: no limit is known."""
    reasoning_kept: str
    """Whether reasoning is sent back as input: `never`, within the `same_turn`, or `always`."""
    prices: list[dict[str, Any]]
    """Its prices as the catalog's files say them, one block for each period, with source and date."""


class ModelListParameters(Sent):
    """Which page of the list of models is asked for."""

    provider: str | None = Field(default=None, max_length=200)
    """The id of the provider whose models are listed; left out: those of all providers."""
    limit: int = Field(default=1000, ge=1, le=1000)
    """The most models on a page, 1,000 by default."""
    cursor: str | None = Field(default=None, max_length=1000)
    """The `next_cursor` of the page before; left out: the first page."""


class ModelParameters(Sent):
    """Which model is asked for."""

    model_id: str
    """The catalog id of the model, an alias, or its bare name where one provider is first-party."""


class ProviderInfo(Received):
    """A provider's share of the catalog."""

    id: str
    """The id of the provider."""
    name: str
    """The display name of the provider."""
    models: int
    """The number of its models in the catalog."""
    oldest_price_check: dt.date
    """The day of the price that has gone longest without being compared with its source."""


class CatalogInfo(Received):
    """Which catalog answers, and how old its prices are."""

    revision: str
    """The revision of the catalog, which changes whenever an answer could change."""
    models: int
    """The number of models in the catalog."""
    providers: list[ProviderInfo]
    """The providers with prices in the catalog, by id."""
    vocabularies: list[str]
    """The names of the vocabularies that the catalog knows."""


class Readiness(Received):
    """What /livez and /readyz answer when all is well."""

    status: str
    """The state of the service, which is `ok`."""
