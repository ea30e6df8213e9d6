"""The paths that tell what hosting takes: deployments, grids for plots, indexes over embeddings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency

from tokenquote.api.deployments import answer_deployment
from tokenquote.api.memory.grid_and_index import answer_memory_grid, answer_vector_index
from tokenquote.catalog import Catalog
from tokenquote.http.bodies import answer_to
from tokenquote.http.service_state import ServiceState
from tokenquote_client import (
    DeploymentAnswer,
    DeploymentQuestion,
    MemoryGridQuestion,
    VectorIndexQuestion,
)

__all__ = ["DEPLOYMENT_ROUTES"]

Service = NamedDependency[ServiceState]
AnyRequest = Request[Any, Any, Any]


@post(
    "/v1/deployments",
    status_code=200,
    operation_id="estimateDeployment",
    summary="A model on GPUs: does it fit, how fast, when is it cheaper",
)
async def estimate_deployment(request: AnyRequest, service: Service) -> Response[bytes]:
    """What each GPU holds, the largest batch and the longest context, speeds at best, the fewest GPUs that
    do, and the load from which on hosting a plan costs less than an API.
    """
    body = await request.body()
    received = dt.datetime.now(dt.UTC)

    def answer(question: DeploymentQuestion, catalog: Catalog) -> DeploymentAnswer:
        return answer_deployment(question, catalog, service.vocabularies, received)

    content = await service.off_loop(lambda: answer_to(body, DeploymentQuestion, answer, service.catalog))
    return Response(content, media_type="application/json")


@post(
    "/v1/memory/grid",
    status_code=200,
    operation_id="estimateMemoryGrid",
    summary="Memory at every point of a grid",
)
async def estimate_memory_grid(request: AnyRequest, service: Service) -> Response[bytes]:
    """Weights and KV cache of context x sequences x quantisation in one call, for plots."""
    body = await request.body()
    content = await service.off_loop(
        lambda: answer_to(body, MemoryGridQuestion, answer_memory_grid, service.catalog)
    )
    return Response(content, media_type="application/json")


@post(
    "/v1/memory/vector-index",
    status_code=200,
    operation_id="estimateVectorIndex",
    summary="Memory of an index over embeddings",
)
async def estimate_vector_index(request: AnyRequest, service: Service) -> Response[bytes]:
    """How much memory embeddings take in a flat, HNSW, IVF or product-quantised index, part by part."""
    body = await request.body()
    content = await service.off_loop(
        lambda: answer_to(body, VectorIndexQuestion, answer_vector_index, service.catalog)
    )
    return Response(content, media_type="application/json")


DEPLOYMENT_ROUTES = (estimate_deployment, estimate_memory_grid, estimate_vector_index)
