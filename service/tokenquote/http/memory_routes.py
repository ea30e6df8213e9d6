"""The paths that tell memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from litestar import Request, Response, post
from litestar.di import NamedDependency
from pydantic import BaseModel

from tokenquote.catalog import Catalog
from tokenquote.http.bodies import json_of, validated
from tokenquote.http.problem_responses import Refused
from tokenquote.http.service_state import ServiceState
from tokenquote.memory_answers import answer_kv_cache, answer_weights
from tokenquote.problems import KNOWN_ERRORS, problem_of
from tokenquote_client import KvCacheQuestion, WeightsQuestion

__all__ = ["MEMORY_ROUTES"]

Service = NamedDependency[ServiceState]
AnyRequest = Request[Any, Any, Any]
QuestionT = TypeVar("QuestionT", bound=BaseModel)


@post(
    "/v1/memory/kv-cache",
    status_code=200,
    operation_id="estimateKvCache",
    summary="Memory of keys and values",
)
async def estimate_kv_cache(request: AnyRequest, service: Service) -> Response[bytes]:
    """How much memory the KV cache of running sequences takes, in all and on one GPU."""
    return _answered(await request.body(), KvCacheQuestion, answer_kv_cache, service)


@post(
    "/v1/memory/weights",
    status_code=200,
    operation_id="estimateWeights",
    summary="Memory of weights",
)
async def estimate_weights(request: AnyRequest, service: Service) -> Response[bytes]:
    """How much memory the weights take in a number format, part by part."""
    return _answered(await request.body(), WeightsQuestion, answer_weights, service)


MEMORY_ROUTES = (estimate_kv_cache, estimate_weights)


def _answered(
    body: bytes,
    kind: type[QuestionT],
    answer: Callable[[QuestionT, Catalog], BaseModel],
    service: ServiceState,
) -> Response[bytes]:
    question = validated(json_of(body), kind)
    try:
        content = answer(question, service.catalog).model_dump_json().encode()
    except KNOWN_ERRORS as error:
        raise Refused(problem_of(error)) from None
    return Response(content, media_type="application/json")
