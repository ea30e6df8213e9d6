"""The table of endpoints, this half: which function answers each row of `tokenquote_client.endpoints`.

The one way from a question to its answer, whichever door it came through: HTTP, the estimator or the command
line. Read, validate, answer; whatever goes wrong becomes a problem document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from tokenquote.api.deployments import answer_deployment
from tokenquote.api.gpus import answer_gpus
from tokenquote.api.media import answer_media
from tokenquote.api.memory import answer_kv_cache, answer_weights
from tokenquote.api.memory.grid_and_index import answer_memory_grid, answer_vector_index
from tokenquote.api.memory.training import answer_training
from tokenquote.api.models import answer_catalog, answer_model, answer_models
from tokenquote.api.problems import Refused, invalid, invalid_parameters, not_json, problem_of
from tokenquote.api.quotes import answer_plan
from tokenquote.api.tokens import answer_tokens
from tokenquote.api.validation import validated
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.quote import Comparison, Quote

__all__ = ["FUNCTIONS", "Known", "answer", "json_of", "parameters_of", "to_json"]

_GZIP = b"\x1f\x8b"
"""The first bytes of RFC 1952."""


@dataclass(frozen=True, slots=True)
class Known:
    """What answers are made from."""

    catalog: Catalog
    vocabularies: Vocabularies
    now: dt.datetime
    """The time of receipt, whose prices apply unless a plan says `at`."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What stands in a body, and what in path and query, as the models of the row."""

    question: Any
    parameters: Any


FUNCTIONS: Mapping[Endpoint[Any], Callable[[_Asked, Known], BaseModel]] = {
    Endpoints.quotes: lambda asked, known: answer_plan(
        asked.question,
        known.catalog,
        known.vocabularies,
        known.now,
        with_requests=asked.parameters.detail == "full",
    ),
    Endpoints.tokens: lambda asked, known: answer_tokens(asked.question, known.catalog, known.vocabularies),
    Endpoints.media: lambda asked, known: answer_media(asked.question, known.catalog, known.vocabularies),
    Endpoints.kv_cache: lambda asked, known: answer_kv_cache(asked.question, known.catalog),
    Endpoints.weights: lambda asked, known: answer_weights(asked.question, known.catalog),
    Endpoints.training: lambda asked, known: answer_training(asked.question, known.catalog),
    Endpoints.memory_grid: lambda asked, known: answer_memory_grid(asked.question, known.catalog),
    Endpoints.vector_index: lambda asked, known: answer_vector_index(asked.question),
    Endpoints.deployment: lambda asked, known: answer_deployment(
        asked.question, known.catalog, known.vocabularies, known.now
    ),
    Endpoints.model_list: lambda asked, known: answer_models(asked.parameters, known.catalog, known.now),
    Endpoints.model_detail: lambda asked, known: answer_model(asked.parameters, known.catalog, known.now),
    Endpoints.catalog: lambda asked, known: answer_catalog(known.catalog),
    Endpoints.gpus: lambda asked, known: answer_gpus(known.catalog),
}
"""By row. Whether the service lives and is ready, the service itself says."""


def answer(
    endpoint: Endpoint[Any], data: Any, size: int, parameters: BaseModel | None, known: Known
) -> BaseModel:
    """The answer to a question.

    Args:
        endpoint: the row of the table.
        data: the body as JSON data; None for a GET.
        size: length of the body's text in bytes.
        parameters: what stands in path and query, as `parameters_of` reads it.
        known: what the answer is made from.

    Raises:
        Refused: not such a question, or one that cannot be answered.
    """
    try:
        return FUNCTIONS[endpoint](_Asked(_question(endpoint, data, size), parameters), known)
    except LocatedError as error:
        raise Refused(problem_of(error)) from None


def parameters_of(endpoint: Endpoint[Any], given: Mapping[str, str]) -> BaseModel | None:
    """What stands in path and query, as the row's model; None if the row has none.

    Raises:
        Refused: a value that is out of its bounds.
    """
    if endpoint.parameters is None:
        return None
    try:
        return endpoint.parameters.model_validate(given)
    except ValidationError as error:
        raise Refused(invalid_parameters(error)) from None


def json_of(body: bytes) -> Any:
    """The body as JSON data.

    Raises:
        Refused: 400, not JSON.
    """
    if body.startswith(_GZIP):
        raise Refused(not_json(ValueError("it is compressed; send it without Content-Encoding")))
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(not_json(error)) from None


def to_json(answered: BaseModel) -> bytes:
    """The answer as JSON; a summary leaves out its requests altogether."""
    left_out: Any = None
    if isinstance(answered, Quote) and answered.requests is None:
        left_out = {"requests"}
    elif isinstance(answered, Comparison) and not any(
        isinstance(quote, Quote) and quote.requests is not None for quote in answered.quotes
    ):
        left_out = {"quotes": {"__all__": {"requests"}}}
    return answered.model_dump_json(exclude=left_out).encode()


def _question(endpoint: Endpoint[Any], data: Any, size: int) -> BaseModel | None:
    if endpoint.question is None:
        return None
    try:
        return validated(endpoint.question, data, size)
    except ValidationError as error:
        raise Refused(invalid(error, data, endpoint.question)) from None
