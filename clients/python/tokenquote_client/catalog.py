"""What the service says about its models."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from tokenquote_client.wire import Received, Sent

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
    """A model in a list."""

    id: str
    name: str
    provider: str
    aliases: list[str]
    window: int | None
    max_input: int | None
    max_output: int | None
    vocabulary: str
    method: str
    """How its text is counted: exact, rule, calibrated or assumed."""
    rates: dict[str, str]
    """Dollars per million tokens by kind, now, base tier, standard mode."""
    modes: list[str]
    checked: dt.date | None
    retires: dt.date | None
    media: dict[str, str] = Field(default={})
    """What it takes besides text (`image`, `audio`, `video`, `document`), and the rule that counts it."""


class ModelList(Received):
    """A page of models."""

    items: list[ModelSummary]
    next_cursor: str | None = None


class ModelDetail(ModelSummary):
    """Everything the catalog knows of a model."""

    counting: dict[str, Any]
    caching: dict[str, Any] | None
    media_limits: dict[str, Any] | None = None
    """Which media its provider turns down."""
    reasoning_kept: str
    prices: list[dict[str, Any]]


class ModelListParameters(Sent):
    """Which page of the list of models."""

    provider: str | None = Field(default=None, max_length=200)
    """Only the models of this provider."""
    limit: int = Field(default=1000, ge=1, le=1000)
    """The most models on a page."""
    cursor: str | None = Field(default=None, max_length=1000)
    """`next_cursor` of the page before."""


class ModelParameters(Sent):
    """Which model."""

    model_id: str
    """Catalog id, alias, or bare name where one provider is first-party."""


class ProviderInfo(Received):
    """A provider's share of the catalog."""

    id: str
    name: str
    models: int
    oldest_price_check: dt.date


class CatalogInfo(Received):
    """Which catalog answers."""

    revision: str
    models: int
    providers: list[ProviderInfo]
    vocabularies: list[str]


class Readiness(Received):
    """What /livez and /readyz say when all is well."""

    status: str
