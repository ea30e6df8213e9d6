"""Questions about deployments, answered in process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from tokenquote.api.deployments import answer_deployment
from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote_client.deployments import DeploymentAnswer, DeploymentQuestion

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
PRICES = {"h100-sxm-80gb": Decimal("3.99"), "h200-sxm-141gb": Decimal("4.59")}
"""What an hour costs in these tests, whatever it costs in the catalog by now."""


@pytest.fixture(scope="session")
def priced(catalog: Catalog) -> Catalog:
    """The catalog with these prices of GPUs."""
    gpus = dict(catalog.gpus)
    for name, per_hour in PRICES.items():
        price = gpus[name].price
        assert price is not None
        gpus[name] = gpus[name].model_copy(update={"price": price.model_copy(update={"per_hour": per_hour})})
    return replace(catalog, gpus=MappingProxyType(gpus))


@pytest.fixture(scope="session")
def deployed(priced: Catalog, vocabularies: Vocabularies) -> Callable[..., DeploymentAnswer]:
    """Answer a question given as JSON data; only H100s are searched unless it says otherwise."""

    def ask(**question: Any) -> DeploymentAnswer:
        asked = DeploymentQuestion.model_validate({"among": ["h100"], **question})
        return answer_deployment(asked, priced, vocabularies, NOW)

    return ask
