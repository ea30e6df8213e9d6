"""The paths that tell memory."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency

from tokenquote.api.memory import answer_kv_cache, answer_weights
from tokenquote.api.memory.training import answer_training
from tokenquote.http.bodies import answer_to
from tokenquote.http.service_state import ServiceState
from tokenquote_client import KvCacheQuestion, TrainingQuestion, WeightsQuestion

__all__ = ["MEMORY_ROUTES"]

Service = NamedDependency[ServiceState]
AnyRequest = Request[Any, Any, Any]


@post(
    "/v1/memory/kv-cache",
    status_code=200,
    operation_id="estimateKvCache",
    summary="Memory of keys and values",
)
async def estimate_kv_cache(request: AnyRequest, service: Service) -> Response[bytes]:
    """How much memory the KV cache of running sequences takes, in all and on one GPU."""
    body = await request.body()
    content = await service.off_loop(
        lambda: answer_to(body, KvCacheQuestion, answer_kv_cache, service.catalog)
    )
    return Response(content, media_type="application/json")


@post(
    "/v1/memory/weights",
    status_code=200,
    operation_id="estimateWeights",
    summary="Memory of weights",
)
async def estimate_weights(request: AnyRequest, service: Service) -> Response[bytes]:
    """How much memory the weights take in a number format, part by part."""
    body = await request.body()
    content = await service.off_loop(
        lambda: answer_to(body, WeightsQuestion, answer_weights, service.catalog)
    )
    return Response(content, media_type="application/json")


@post(
    "/v1/memory/training",
    status_code=200,
    operation_id="estimateTraining",
    summary="Memory of training",
)
async def estimate_training(request: AnyRequest, service: Service) -> Response[bytes]:
    """How much memory full fine-tuning, LoRA or QLoRA takes on each GPU."""
    body = await request.body()
    content = await service.off_loop(
        lambda: answer_to(body, TrainingQuestion, answer_training, service.catalog)
    )
    return Response(content, media_type="application/json")


MEMORY_ROUTES = (estimate_kv_cache, estimate_weights, estimate_training)
