"""Questions about deployments, answered in process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.api.deployments import answer_deployment
from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote_client.deployments import DeploymentAnswer, DeploymentQuestion

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def deployed(catalog: Catalog, vocabularies: Vocabularies) -> Callable[..., DeploymentAnswer]:
    """Answer a question given as JSON data; only H100s are searched unless it says otherwise."""

    def ask(**question: Any) -> DeploymentAnswer:
        asked = DeploymentQuestion.model_validate({"among": ["h100"], **question})
        return answer_deployment(asked, catalog, vocabularies, NOW)

    return ask
