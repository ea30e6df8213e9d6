"""The table of endpoints: everything that the service answers, one row each.

HTTP routes, the OpenAPI document, docs/endpoints.md, the methods of `Client`, `AsyncClient` and `Estimator`,
and the canned answers of `testing.FakeService` are made from these rows. A new endpoint is its models, a row
here, and its function in `tokenquote.api.endpoints`.
"""

from __future__ import annotations

import re
from typing import Any

from tokenquote_client import canned_answers as canned
from tokenquote_client import examples
from tokenquote_client.catalog import (
    CatalogInfo,
    ModelDetail,
    ModelList,
    ModelListParameters,
    ModelParameters,
    Readiness,
)
from tokenquote_client.deployments import DeploymentAnswer, DeploymentQuestion
from tokenquote_client.endpoint import Endpoint, GetEndpoint, PlainEndpoint, PostEndpoint
from tokenquote_client.gpus import GpuList
from tokenquote_client.media import MediaAnswer, MediaQuestion
from tokenquote_client.memory import KvCacheAnswer, KvCacheQuestion, WeightsAnswer, WeightsQuestion
from tokenquote_client.memory_grid import MemoryGridAnswer, MemoryGridQuestion
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Comparison, Quote, QuoteParameters
from tokenquote_client.tokens import TokensAnswer, TokensQuestion
from tokenquote_client.training import TrainingAnswer, TrainingQuestion
from tokenquote_client.vector_index import VectorIndexAnswer, VectorIndexQuestion

__all__ = ["ENDPOINTS", "Endpoints", "parameter_names"]

_OF_A_BODY = (400, 413, 422, 500)
_OF_A_MODEL = (400, 404, 413, 422, 500)
_OF_TEXTS = (400, 404, 413, 422, 500, 503)
"""A body whose texts are counted needs a vocabulary, which may not be installed (503)."""


class Endpoints:
    """Each row by its name. Read from a client, a row with a method of its own is that method."""

    quotes = PlainEndpoint(
        path="/v1/quotes",
        operation_id="createQuote",
        tag="Quotes",
        summary="Quote a planned conversation",
        description="Tokens and money of a conversation that is planned, per request and in total. With "
        "`models` in place of `model`, one quote for each: the cheapest complete one first, "
        "failures last.",
        question=Plan,
        parameters=QuoteParameters,
        answer=Quote,
        or_answer=Comparison,
        example=examples.PLAN,
        canned=canned.canned_quotes,
        problems=_OF_TEXTS,
        asked_by=("quote", "compare"),
    )
    tokens = PostEndpoint[TokensQuestion, TokensAnswer](
        path="/v1/tokens",
        operation_id="countTokens",
        tag="Tokens",
        summary="Count a request body",
        description="Input tokens of a body of any known api, exactly as it would be sent, and where they "
        "are.",
        question=TokensQuestion,
        answer=TokensAnswer,
        example=examples.TOKENS,
        canned=canned.canned_tokens,
        problems=_OF_TEXTS,
    )
    media = PostEndpoint[MediaQuestion, MediaAnswer](
        path="/v1/media",
        operation_id="countMedia",
        tag="Tokens",
        summary="Count images, audio, video and documents",
        description="Tokens of each item as the model counts it. Sizes and lengths are stated, or read from "
        "the headers of base64 data; nothing is decoded and no address is fetched.",
        question=MediaQuestion,
        answer=MediaAnswer,
        example=examples.MEDIA,
        canned=canned.canned_media,
        problems=_OF_TEXTS,
    )
    kv_cache = PostEndpoint[KvCacheQuestion, KvCacheAnswer](
        path="/v1/memory/kv-cache",
        operation_id="estimateKvCache",
        tag="Memory",
        summary="Memory of a KV cache",
        description="Bytes of the keys and values of running sequences, in all and on one GPU.",
        question=KvCacheQuestion,
        answer=KvCacheAnswer,
        example=examples.KV_CACHE,
        canned=canned.canned_kv_cache,
        problems=_OF_A_MODEL,
    )
    weights = PostEndpoint[WeightsQuestion, WeightsAnswer](
        path="/v1/memory/weights",
        operation_id="estimateWeights",
        tag="Memory",
        summary="Memory of weights",
        description="Bytes of a model's weights in a number format, part by part.",
        question=WeightsQuestion,
        answer=WeightsAnswer,
        example=examples.WEIGHTS,
        canned=canned.canned_weights,
        problems=_OF_A_MODEL,
    )
    training = PostEndpoint[TrainingQuestion, TrainingAnswer](
        path="/v1/memory/training",
        operation_id="estimateTraining",
        tag="Memory",
        summary="Memory of training",
        description="Bytes that full fine-tuning, LoRA or QLoRA takes on each GPU.",
        question=TrainingQuestion,
        answer=TrainingAnswer,
        example=examples.TRAINING,
        canned=canned.canned_training,
        problems=_OF_A_MODEL,
    )
    memory_grid = PostEndpoint[MemoryGridQuestion, MemoryGridAnswer](
        path="/v1/memory/grid",
        operation_id="estimateMemoryGrid",
        tag="Memory",
        summary="Memory at every point of a grid",
        description="Bytes of weights and KV cache for contexts x sequences x number formats in one call, "
        "for plots.",
        question=MemoryGridQuestion,
        answer=MemoryGridAnswer,
        example=examples.MEMORY_GRID,
        canned=canned.canned_memory_grid,
        problems=_OF_A_MODEL,
    )
    vector_index = PostEndpoint[VectorIndexQuestion, VectorIndexAnswer](
        path="/v1/memory/vector-index",
        operation_id="estimateVectorIndex",
        tag="Memory",
        summary="Memory of an index over embeddings",
        description="Bytes of embeddings in a flat, HNSW, IVF or product-quantised index, part by part.",
        question=VectorIndexQuestion,
        answer=VectorIndexAnswer,
        example=examples.VECTOR_INDEX,
        canned=canned.canned_vector_index,
        problems=_OF_A_BODY,
    )
    deployment = PostEndpoint[DeploymentQuestion, DeploymentAnswer](
        path="/v1/deployments",
        operation_id="estimateDeployment",
        tag="Memory",
        summary="A model on GPUs: does it fit, how fast, when is it cheaper",
        description="What each GPU holds, the largest batch and the longest context, speeds at best, the "
        "fewest GPUs that do, and the load from which on hosting a plan costs less than an API.",
        question=DeploymentQuestion,
        answer=DeploymentAnswer,
        example=examples.DEPLOYMENT,
        canned=canned.canned_deployment,
        problems=_OF_TEXTS,
    )
    model_list = PlainEndpoint(
        path="/v1/models",
        operation_id="listModels",
        tag="Catalog",
        summary="List models",
        description="Every model with its limits, its rates today and how its text is counted.",
        parameters=ModelListParameters,
        answer=ModelList,
        example=examples.MODEL_LIST,
        canned=canned.canned_model_list,
        problems=(422, 500),
        asked_by=("models",),
    )
    model_detail = PlainEndpoint(
        path="/v1/models/{model_id}",
        operation_id="getModel",
        tag="Catalog",
        summary="One model",
        description="Everything the catalog knows of a model: prices with source and date, rules of "
        "counting and caching.",
        parameters=ModelParameters,
        answer=ModelDetail,
        example=examples.MODEL_DETAIL,
        canned=canned.canned_model_detail,
        problems=(404, 422, 500),
        asked_by=("model",),
    )
    catalog = GetEndpoint[CatalogInfo](
        path="/v1/catalog",
        operation_id="getCatalog",
        tag="Catalog",
        summary="The catalog's revision",
        description="Which catalog answers, and how old its prices are.",
        answer=CatalogInfo,
        canned=canned.canned_catalog,
        problems=(500,),
        of_the_catalog=True,
    )
    gpus = GetEndpoint[GpuList](
        path="/v1/gpus",
        operation_id="listGpus",
        tag="Catalog",
        summary="List GPUs",
        description="Every GPU with its usable memory, bandwidth, operations a second and price, each with "
        "its source.",
        answer=GpuList,
        canned=canned.canned_gpus,
        problems=(500,),
        of_the_catalog=True,
    )
    liveness = PlainEndpoint(
        path="/livez",
        operation_id="getLiveness",
        tag="Operations",
        summary="The process runs",
        description="200 as long as the event loop turns.",
        answer=Readiness,
        canned=canned.canned_readiness,
        problems=(500,),
    )
    readiness = PlainEndpoint(
        path="/readyz",
        operation_id="getReadiness",
        tag="Operations",
        summary="The service can answer",
        description="200 once catalog and vocabularies are loaded; 503 before, and while the process drains.",
        answer=Readiness,
        canned=canned.canned_readiness,
        problems=(500, 503),
        asked_by=("ready",),
    )


ENDPOINTS: tuple[Endpoint[Any], ...] = tuple(
    row for row in vars(Endpoints).values() if isinstance(row, Endpoint)
)
"""Every row, in the order of the docs."""


def parameter_names(row: Endpoint[Any]) -> list[str]:
    """The parameters that stand in the row's path."""
    return re.findall(r"\{(\w+)\}", row.path)
