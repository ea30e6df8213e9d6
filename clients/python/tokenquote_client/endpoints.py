"""The table of endpoints: each path that the service answers is one row.

HTTP routes, the OpenAPI document, docs/endpoints.md, the methods of `Client`, `AsyncClient` and `Estimator`,
and the canned answers of `testing.FakeService` are made from these rows. A new endpoint is its models, a row
here, and its function in `tokenquote.api.endpoints`.
"""

from __future__ import annotations

from typing import Any

from tokenquote_client import canned_answers as canned
from tokenquote_client import canned_what_if, examples
from tokenquote_client.catalog import (
    CatalogInfo,
    ModelDetail,
    ModelList,
    ModelListParameters,
    ModelParameters,
    Readiness,
)
from tokenquote_client.comparisons import ComparisonAnswer, ComparisonQuestion
from tokenquote_client.context_tax import ContextTaxAnswer, ContextTaxQuestion
from tokenquote_client.deployments import DeploymentAnswer, DeploymentQuestion
from tokenquote_client.endpoint import Endpoint, GetEndpoint, PlainEndpoint, PostEndpoint
from tokenquote_client.gpus import GpuList
from tokenquote_client.media import MediaAnswer, MediaQuestion
from tokenquote_client.memory import KvCacheAnswer, KvCacheQuestion, WeightsAnswer, WeightsQuestion
from tokenquote_client.memory_grid import MemoryGridAnswer, MemoryGridQuestion
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Comparison, Quote, QuoteParameters
from tokenquote_client.solutions import SolutionAnswer, SolutionQuestion
from tokenquote_client.tokens import TokensAnswer, TokensQuestion
from tokenquote_client.training import TrainingAnswer, TrainingQuestion
from tokenquote_client.usage import UsageAnswer, UsageQuestion
from tokenquote_client.vector_index import VectorIndexAnswer, VectorIndexQuestion

__all__ = ["ENDPOINTS", "Endpoints"]

_BODY_PROBLEMS = (400, 422, 500, 503)
"""The problems of every body: no JSON (400), no question (422), a service that failed (500), or is busy."""
_MODEL_PROBLEMS = (400, 404, 422, 500, 503)


class Endpoints:
    """The rows by name: read from a client, a row of a `PostEndpoint` or `GetEndpoint` is its method."""

    quotes = PlainEndpoint(
        path="/v1/quotes",
        operation_id="createQuote",
        tag="Quotes",
        summary="Quote a planned conversation",
        description="Calculates the tokens and the cost of a planned conversation, per request and in "
        "total. With `models` in place of `model` there is one quote for each: complete ones first, the "
        "cheapest before the others, and failures last.",
        question=Plan,
        parameters=QuoteParameters,
        answer=Quote,
        or_answer=Comparison,
        example=examples.PLAN,
        canned=canned.canned_quotes,
        problems=_MODEL_PROBLEMS,
        asked_by=("quote", "compare"),
    )
    what_if = PostEndpoint[ComparisonQuestion, ComparisonAnswer](
        path="/v1/comparisons",
        operation_id="comparePlans",
        tag="Quotes",
        summary="Compare a plan with changes of it",
        description="Calculates what each variant of a plan costs and where it differs: another model, "
        "another history strategy, a longer system message. A variant that makes no plan has a "
        "problem document.",
        question=ComparisonQuestion,
        answer=ComparisonAnswer,
        example=examples.COMPARISON,
        canned=canned_what_if.canned_comparison,
        problems=_MODEL_PROBLEMS,
    )
    solve = PostEndpoint[SolutionQuestion, SolutionAnswer](
        path="/v1/solutions",
        operation_id="solvePlan",
        tag="Quotes",
        summary="Find how large a number of a plan may become",
        description="Finds the largest whole number at one place of a plan with which the conversation stays "
        "within a cost, or within the context window: how many turns, how long a system message.",
        question=SolutionQuestion,
        answer=SolutionAnswer,
        example=examples.SOLUTION,
        canned=canned_what_if.canned_solution,
        problems=_MODEL_PROBLEMS,
    )
    context_tax = PostEndpoint[ContextTaxQuestion, ContextTaxAnswer](
        path="/v1/context-tax",
        operation_id="priceContext",
        tag="Quotes",
        summary="Show what tools and instruction files cost",
        description="Counts each tool definition and each file that every request sends, and calculates what "
        "they cost, with a prompt cache and without, and once tools are deferred; the parts add up.",
        question=ContextTaxQuestion,
        answer=ContextTaxAnswer,
        example=examples.CONTEXT_TAX,
        canned=canned_what_if.canned_context_tax,
        problems=_MODEL_PROBLEMS,
    )
    usage = PostEndpoint[UsageQuestion, UsageAnswer](
        path="/v1/usage",
        operation_id="priceUsage",
        tag="Quotes",
        summary="Price a provider's usage object",
        description="Calculates what a request cost from the usage object that its answer held, in the form "
        "of any known provider. The same amounts in a plan cost the same to the last digit.",
        question=UsageQuestion,
        answer=UsageAnswer,
        example=examples.USAGE,
        canned=canned_what_if.canned_usage,
        problems=_MODEL_PROBLEMS,
        scope="usage",
    )
    tokens = PostEndpoint[TokensQuestion, TokensAnswer](
        path="/v1/tokens",
        operation_id="countTokens",
        tag="Tokens",
        summary="Count a request body",
        description="Counts the input tokens of a request body of any known api, exactly as it would be "
        "sent, and says where they are.",
        question=TokensQuestion,
        answer=TokensAnswer,
        example=examples.TOKENS,
        canned=canned.canned_tokens,
        problems=_MODEL_PROBLEMS,
    )
    media = PostEndpoint[MediaQuestion, MediaAnswer](
        path="/v1/media",
        operation_id="countMedia",
        tag="Tokens",
        summary="Count images, audio, video and documents",
        description="Counts the tokens of each item as the model counts it. Sizes and lengths are stated, "
        "or read from the headers of base64 data; nothing is decoded and no address is fetched.",
        question=MediaQuestion,
        answer=MediaAnswer,
        example=examples.MEDIA,
        canned=canned.canned_media,
        problems=_MODEL_PROBLEMS,
    )
    kv_cache = PostEndpoint[KvCacheQuestion, KvCacheAnswer](
        path="/v1/memory/kv-cache",
        operation_id="estimateKvCache",
        tag="Memory",
        summary="Estimate the memory of a KV cache",
        description="Calculates the bytes of keys and values of running sequences, in all and per GPU.",
        question=KvCacheQuestion,
        answer=KvCacheAnswer,
        example=examples.KV_CACHE,
        canned=canned.canned_kv_cache,
        problems=_MODEL_PROBLEMS,
    )
    weights = PostEndpoint[WeightsQuestion, WeightsAnswer](
        path="/v1/memory/weights",
        operation_id="estimateWeights",
        tag="Memory",
        summary="Estimate the memory of weights",
        description="Calculates the bytes of a model's weights in a number format, part by part.",
        question=WeightsQuestion,
        answer=WeightsAnswer,
        example=examples.WEIGHTS,
        canned=canned.canned_weights,
        problems=_MODEL_PROBLEMS,
    )
    training = PostEndpoint[TrainingQuestion, TrainingAnswer](
        path="/v1/memory/training",
        operation_id="estimateTraining",
        tag="Memory",
        summary="Estimate the memory of training",
        description="Calculates the bytes that full or LoRA training takes on each GPU; DPO, PPO, GRPO too.",
        question=TrainingQuestion,
        answer=TrainingAnswer,
        example=examples.TRAINING,
        canned=canned.canned_training,
        problems=_MODEL_PROBLEMS,
    )
    memory_grid = PostEndpoint[MemoryGridQuestion, MemoryGridAnswer](
        path="/v1/memory/grid",
        operation_id="estimateMemoryGrid",
        tag="Memory",
        summary="Estimate the memory at every point of a grid",
        description="Calculates the bytes of weights and KV cache for contexts × sequences × number formats "
        "in one call, for plots.",
        question=MemoryGridQuestion,
        answer=MemoryGridAnswer,
        example=examples.MEMORY_GRID,
        canned=canned.canned_memory_grid,
        problems=_MODEL_PROBLEMS,
    )
    vector_index = PostEndpoint[VectorIndexQuestion, VectorIndexAnswer](
        path="/v1/memory/vector-index",
        operation_id="estimateVectorIndex",
        tag="Memory",
        summary="Estimate the memory of an index over embeddings",
        description="Calculates the bytes of a flat, HNSW, IVF or product-quantized index, part by part.",
        question=VectorIndexQuestion,
        answer=VectorIndexAnswer,
        example=examples.VECTOR_INDEX,
        canned=canned.canned_vector_index,
        problems=_BODY_PROBLEMS,
    )
    deployment = PostEndpoint[DeploymentQuestion, DeploymentAnswer](
        path="/v1/deployments",
        operation_id="estimateDeployment",
        tag="Memory",
        summary="Put a model on GPUs: does it fit, how fast is it, when is it cheaper",
        description="Calculates what each GPU holds, the largest batch, the longest context, the best "
        "possible speeds, the fewest GPUs on which the model fits, and the load from which "
        "hosting costs less than an API.",
        question=DeploymentQuestion,
        answer=DeploymentAnswer,
        example=examples.DEPLOYMENT,
        canned=canned.canned_deployment,
        problems=_MODEL_PROBLEMS,
    )
    model_list = PlainEndpoint(
        path="/v1/models",
        operation_id="listModels",
        tag="Catalog",
        summary="List models",
        description="Lists the models that pass every filter, with their limits, their rates today and how "
        "their texts are counted: those that are switched off within 90 days (`retiring=90`), that take "
        "images (`inputs=image`), that cost at most so much. A parameter that is not known is an error.",
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
        summary="Show one model",
        description="Shows everything that the catalog knows of a model: prices with source and date, and "
        "the rules of counting and caching.",
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
        summary="Show the catalog's revision",
        description="Says which catalog answers, how old its prices are, when it was loaded, and whether its "
        "files can be used as they are now.",
        answer=CatalogInfo,
        canned=canned.canned_catalog,
        problems=(500,),
    )
    gpus = GetEndpoint[GpuList](
        path="/v1/gpus",
        operation_id="listGpus",
        tag="Catalog",
        summary="List GPUs",
        description="Lists every GPU with its usable memory, bandwidth, operations per second and price, "
        "each with its source.",
        answer=GpuList,
        canned=canned.canned_gpus,
        problems=(500,),
        changes_with_catalog=True,
    )
    liveness = PlainEndpoint(
        path="/livez",
        operation_id="getLiveness",
        tag="Operations",
        summary="Check that the process runs",
        description="Answers 200 as long as the event loop runs.",
        answer=Readiness,
        canned=canned.canned_readiness,
        scope=None,
        problems=(500,),
    )
    readiness = PlainEndpoint(
        path="/readyz",
        operation_id="getReadiness",
        tag="Operations",
        summary="Check that the service can answer",
        description="Answers 200 once all is loaded, and 503 before that and while the process drains.",
        answer=Readiness,
        canned=canned.canned_readiness,
        scope=None,
        problems=(500, 503),
        asked_by=("ready",),
    )


ENDPOINTS: tuple[Endpoint[Any], ...] = tuple(
    row for row in vars(Endpoints).values() if isinstance(row, Endpoint)
)
"""All rows, in the order of the docs."""
