"""The OpenAPI document: Litestar's paths with the wire contract's own schemas, and docs without a CDN."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from pydantic.json_schema import models_json_schema

from tokenquote import __version__
from tokenquote_client import (
    CatalogInfo,
    Comparison,
    DeploymentAnswer,
    DeploymentQuestion,
    GpuList,
    KvCacheAnswer,
    KvCacheQuestion,
    MediaAnswer,
    MediaQuestion,
    MemoryGridAnswer,
    MemoryGridQuestion,
    ModelDetail,
    ModelList,
    Plan,
    Problem,
    Quote,
    TokensAnswer,
    TokensQuestion,
    TrainingAnswer,
    TrainingQuestion,
    VectorIndexAnswer,
    VectorIndexQuestion,
    WeightsAnswer,
    WeightsQuestion,
)

__all__ = ["CONFIG", "openapi_document", "openapi_json"]

_EXAMPLE_PLAN = {
    "model": "openai/gpt-5.4-mini",
    "system": "You are a support agent of a bicycle shop.",
    "turns": [{"user": "Where is my order 4711?", "assistant": 260, "reasoning": 0, "repeat": 10}],
}
_EXAMPLE_TOKENS = {
    "format": "openai.chat",
    "body": {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "What is the weather in Paris?"}],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "description": "Get the weather",
                    "parameters": {
                        "type": "object",
                        "properties": {"city": {"type": "string"}},
                        "required": ["city"],
                    },
                },
            }
        ],
    },
}
_EXAMPLE_MEDIA = {
    "model": "anthropic/claude-opus-4-8",
    "items": [{"type": "image", "width": 1920, "height": 1080}],
}
_EXAMPLE_KV_CACHE = {
    "model": "meta-llama/Llama-3.1-8B",
    "context_tokens": 32768,
    "sequences": 16,
    "dtype": "fp16",
    "block_tokens": 16,
    "tensor_parallel": 2,
}
_EXAMPLE_DEPLOYMENT = {
    "model": "meta-llama/Llama-3.1-70B",
    "quantization": "fp8",
    "kv_dtype": "fp8",
    "context_tokens": 8192,
    "concurrency": 32,
    "gpu": "h100",
    "gpu_count": 2,
    "break_even": {
        "plan": {
            "model": "groq/llama-3.3-70b-versatile",
            "system": 500,
            "turns": [{"user": 120, "assistant": 260, "reasoning": 0, "repeat": 10}],
        },
        "conversations_per_day": 20_000,
    },
}
_EXAMPLE_GRID = {
    "model": "Qwen/Qwen3-32B",
    "context_tokens": [4096, 8192, 16384, 32768],
    "sequences": [1, 8, 64],
    "quantization": ["bf16", "fp8", "awq-4bit-g128"],
}
_EXAMPLE_TRAINING = {
    "model": "Qwen/Qwen3-8B",
    "lora": {"rank": 16, "targets": ["all-linear"]},
    "quantization": "nf4-dq",
    "batch_size": 4,
    "sequence_tokens": 4096,
    "checkpointing": "full",
}
_EXAMPLE_VECTOR_INDEX = {"vectors": 10_000_000, "dimension": 1536, "index": "hnsw", "dtype": "fp16"}
_EXAMPLE_WEIGHTS = {"model": "Qwen/Qwen3-32B", "quantization": "awq-4bit-g128"}
_QUESTIONS: dict[str, tuple[type, dict[str, Any]]] = {
    "createQuote": (Plan, _EXAMPLE_PLAN),
    "countTokens": (TokensQuestion, _EXAMPLE_TOKENS),
    "countMedia": (MediaQuestion, _EXAMPLE_MEDIA),
    "estimateKvCache": (KvCacheQuestion, _EXAMPLE_KV_CACHE),
    "estimateDeployment": (DeploymentQuestion, _EXAMPLE_DEPLOYMENT),
    "estimateMemoryGrid": (MemoryGridQuestion, _EXAMPLE_GRID),
    "estimateTraining": (TrainingQuestion, _EXAMPLE_TRAINING),
    "estimateVectorIndex": (VectorIndexQuestion, _EXAMPLE_VECTOR_INDEX),
    "estimateWeights": (WeightsQuestion, _EXAMPLE_WEIGHTS),
}
_ANSWERS: dict[str, tuple[type, ...]] = {
    "createQuote": (Quote, Comparison),
    "countTokens": (TokensAnswer,),
    "countMedia": (MediaAnswer,),
    "estimateKvCache": (KvCacheAnswer,),
    "estimateDeployment": (DeploymentAnswer,),
    "estimateMemoryGrid": (MemoryGridAnswer,),
    "estimateTraining": (TrainingAnswer,),
    "estimateVectorIndex": (VectorIndexAnswer,),
    "estimateWeights": (WeightsAnswer,),
    "listModels": (ModelList,),
    "getModel": (ModelDetail,),
    "getCatalog": (CatalogInfo,),
    "listGpus": (GpuList,),
}


class _Docs(SwaggerRenderPlugin):
    """Swagger UI over the document below, not over Litestar's, which knows no request bodies of ours."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, openapi_document(request.app))


CONFIG = OpenAPIConfig(
    title="Tokenquote",
    version=__version__,
    description="A quote before the call: tokens and money of a planned LLM conversation.",
    use_handler_docstrings=True,
    path="/docs",
    render_plugins=[
        _Docs(
            path="/",
            js_url="/static/swagger-ui-bundle.js",
            css_url="/static/swagger-ui.css",
            standalone_preset_js_url="/static/swagger-ui-bundle.js",
            favicon="",
        )
    ],
)


@get("/openapi.json", include_in_schema=False, media_type=MediaType.JSON)
async def openapi_json(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    return Response(openapi_document(request.app))


@lru_cache(maxsize=1)  # it takes 20 ms of the event loop, and an application's never changes
def openapi_document(app: Litestar) -> dict[str, Any]:
    """The whole document as JSON data; not to be written to."""
    document = app.openapi_schema.to_schema()
    document.setdefault("components", {})["schemas"] = _schemas()
    for operations in document["paths"].values():
        for operation in operations.values():
            _describe(operation)
    return document


def _describe(operation: dict[str, Any]) -> None:
    operation_id = operation["operationId"]
    problem = {"application/problem+json": {"schema": _ref(Problem)}}
    responses: dict[str, Any] = {
        "200": {"description": "The answer.", "content": {"application/json": {"schema": {}}}}
    }
    answers = _ANSWERS.get(operation_id, ())
    if answers:
        refs = [_ref(answer) for answer in answers]
        responses["200"]["content"]["application/json"]["schema"] = (
            refs[0] if len(refs) == 1 else {"anyOf": refs}
        )
    responses["default"] = {"description": "Any failure.", "content": problem}
    operation["responses"] = responses
    if operation_id in _QUESTIONS:
        question, example = _QUESTIONS[operation_id]
        content = {"schema": _ref(question), "example": example}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}


def _schemas() -> dict[str, Any]:
    models: list[tuple[Any, Any]] = [(Problem, "serialization")]
    models += [(question, "validation") for question, _ in _QUESTIONS.values()]
    models += [(answer, "serialization") for answers in _ANSWERS.values() for answer in answers]
    _, schema = models_json_schema(models, ref_template="#/components/schemas/{model}")
    return dict(schema["$defs"])


def _ref(model: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
