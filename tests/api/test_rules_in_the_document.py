"""What the OpenAPI document says of fields together is what the service refuses, rule by rule."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tokenquote import Estimator, InvalidRequest
from tokenquote.http.openapi import openapi_document
from tokenquote_client.endpoints import Endpoints

Body = dict[str, Any]

PLAN: Body = {"model": "openai/gpt-5.4-mini", "turns": [{"user": 120, "assistant": 260, "reasoning": 0}]}
RAG: Body = {"model": "openai/gpt-5.4-mini", "workflow": {"kind": "rag"}}
BODY: Body = {"messages": [{"role": "user", "content": "Hello"}]}
START: Body = {**PLAN, "start": {"format": "openai.chat", "body": BODY}}
INDEX: Body = {"vectors": 1_000, "dimension": 64}
MODEL: Body = {"model": "meta-llama/Llama-3.1-8B"}
TRAINING: Body = {**MODEL, "lora": {"rank": 8}}
TENSOR: Body = {"name": "token_embd.weight", "type": "F16", "shape": [8, 4]}
WEIGHTS: Body = {"header": {"format": "gguf", "tensors": [TENSOR]}}
DEPLOYMENT: Body = {**MODEL, "context_tokens": 4_096}
BREAK_EVEN: Body = {"plan": {**PLAN, "model": "groq/llama-3.3-70b-versatile"}, "conversations_per_day": 100}
RETRIEVAL: Body = {"strategy": "retrieval", "tokens": 100, "turns": 2}
TAX: Body = {"model": "openai/gpt-5.4-mini", "mcp_tools": [{"name": "a", "inputSchema": {"type": "object"}}]}
SOLUTION: Body = {"plan": PLAN, "at": "/turns/0/repeat", "limit": {"cost": "0.10"}}
COMPARISON: Body = {"plan": PLAN, "variants": [{"name": "a", "patch": {"system": 10}}]}
USAGE: Body = {"model": "openai/gpt-5.4-mini", "usage": {"prompt_tokens": 10, "completion_tokens": 5}}
MANY: list[str] = ["gpt-5.4-mini", "gpt-5.4-nano"]

RULES: list[tuple[str, Body, Body]] = [
    ("quotes", PLAN, {"system": {"p50": 0, "p90": 9}}),
    ("quotes", PLAN, {"history": {}}),
    ("quotes", START, {"system": 10}),
    ("quotes", START, {"turns": [{"assistant": 10, "repeat": 2}]}),
    ("quotes", PLAN, {"turns": None, "workflow": {"kind": "react"}, "start": START["start"]}),
    ("quotes", PLAN, {"turns": None, "workflow": {"kind": "react"}, "agents": [{"name": "a", **PLAN}]}),
    ("quotes", PLAN, {"budget": {"cost": "0" * 25 + "1"}}),
    ("quotes", PLAN, {"budget": {"cost": "1." + "0" * 24}}),
    ("quotes", PLAN, {"rates": {"input": "0" * 13}}),
    ("quotes", RAG, {"history": {"strategy": "full"}}),
    ("quotes", PLAN, {"history": {**RETRIEVAL, "candidates": 4}}),
    ("quotes", PLAN, {"history": {**RETRIEVAL, "queries": 4}}),
    ("quotes", PLAN, {"history": {**RETRIEVAL, "query": 4}}),
    ("quotes", PLAN, {"caching": {"enabled": False, "ttl": "5m"}}),
    ("quotes", PLAN, {"caching": {"enabled": False, "hit_rate": 1}}),
    ("quotes", PLAN, {"caching": {"shared": "opening"}}),
    ("quotes", {**PLAN, "conversations": 3}, {"caching": {"shared": "opening", "warm": 5_000}}),
    ("quotes", PLAN, {"caching": {"explicit": "opening", "hit_rate": 0.5}}),
    ("quotes", PLAN, {"caching": {"explicit": "opening", "warm": 5_000}}),
    ("quotes", PLAN, {"turns": [{"user": 1, "server_tools": {"Web Search": 1}}]}),
    ("quotes", PLAN, {"turns": [{"user": 1, "assistant": [{"type": "image", "width": 64}]}]}),
    ("quotes", PLAN, {"at": "1970-12-01T02:00:00Z"}),
    ("quotes", PLAN, {"at": "9999-12-01T02:00:00Z"}),
    ("quotes", RAG, {"workflow": {"kind": "rag", "query": 20}}),
    ("quotes", RAG, {"workflow": {"kind": "rag", "candidates": 20}}),
    ("quotes", RAG, {"workflow": {"kind": "rag", "corpus": 20_000}}),
    ("quotes", RAG, {"workflow": {"kind": "rag", "overlap": 20}}),
    ("what_if", COMPARISON, {"plan": {**PLAN, "model": None, "models": MANY}}),
    ("solve", SOLUTION, {"plan": {**PLAN, "model": None, "models": MANY}}),
    ("context_tax", TAX, {"plan": {**PLAN, "model": None, "models": MANY}}),
    ("context_tax", TAX, {"plan": {**PLAN, "tools": 400}}),
    ("context_tax", TAX, {"mcp_tools": []}),
    ("context_tax", TAX, {"mcp_tools": [{"name": "a"}]}),
    ("context_tax", TAX, {"mcp_tools": {"tools": [{"inputSchema": {}}]}}),
    ("context_tax", TAX, {"mcp_tools": {"result": {"tools": []}}}),
    ("context_tax", TAX, {"mcp_tools": {"error": {"code": 1}, "tools": TAX["mcp_tools"]}}),
    ("usage", USAGE, {"format": "openai"}),
    ("vector_index", INDEX, {"library": "hnswlib"}),
    ("vector_index", INDEX, {"library": "hnswlib", "index": "hnsw", "dtype": "int8"}),
    ("vector_index", INDEX, {"index": "ivf_pq", "dtype": "fp16"}),
    ("weights", WEIGHTS, {"quantization": "fp16"}),
    ("weights", WEIGHTS, {"prediction_layers": True}),
    ("weights", WEIGHTS, {"image": {"width": 64, "height": 64}}),
    ("weights", WEIGHTS, {"header": {"format": "gguf"}}),
    ("kv_cache", {**MODEL, "context_tokens": 8}, {"model": None, "header": {"format": "gguf"}}),
    ("kv_cache", {**MODEL, "context_tokens": 8}, {"model": None, "header": {"format": "safetensors"}}),
    ("training", TRAINING, {"precision": "autocast"}),
    ("training", TRAINING, {"upcast_frozen": True}),
    ("training", {**TRAINING, "quantization": "nf4"}, {"lora": None}),
    ("training", {**TRAINING, "quantization": "nf4"}, {"precision": "fp32"}),
    ("training", TRAINING, {"loss_in_place": True, "fused_loss": True}),
    ("training", {**TRAINING, "objective": {"kind": "dpo", "reference": "adapters_off"}}, {"lora": None}),
    ("deployment", DEPLOYMENT, {"gpu_count": 2}),
    ("deployment", DEPLOYMENT, {"gpus": ["h100-sxm-80gb"], "gpu_count": 1}),
    ("deployment", DEPLOYMENT, {"speculation": {
        "tokens": 2, "acceptance": 0.5, "draft_model": "gpt2", "prediction_layers": True}}),
    ("deployment", DEPLOYMENT, {"break_even": {**BREAK_EVEN, "conversations_per_month": 100}}),
    ("deployment", DEPLOYMENT, {"break_even": {**BREAK_EVEN, "gpu_price_per_hour": 100_001}}),
    ("deployment", DEPLOYMENT, {"break_even": {**BREAK_EVEN, "gpu_price_per_hour": "100000.5"}}),
    ("deployment", DEPLOYMENT, {"break_even": {
        "plan": {**PLAN, "model": None, "models": MANY}, "conversations_per_day": 100}}),
]  # fmt: skip
"""A row of the table of endpoints, a body that is answered, and the change of it that breaks a rule."""


@pytest.mark.parametrize(("name", "body", "change"), RULES)
def test_a_rule_stands_in_the_document_and_holds_in_the_service(
    name: str, body: Body, change: Body, estimator: Estimator
) -> None:
    broken = {**body, **change}
    assert _is_allowed(name, body)
    _ask(estimator, name, body)
    assert not _is_allowed(name, broken)
    with pytest.raises(InvalidRequest):
        _ask(estimator, name, broken)


ANSWERED: list[tuple[str, Body]] = [
    ("quotes", {**PLAN, "caching": {"enabled": False, "ttl": None, "warm": None}}),
    *(
        ("quotes", {**RAG, "workflow": {"kind": kind}, "history": {"strategy": "window", "turns": 1}})
        for kind in ("react", "plan_and_solve", "reflection", "graph_loop")
    ),
    ("quotes", {**PLAN, "conversations": 3, "caching": {"shared": "opening"}}),
    ("quotes", {**PLAN, "turns": [{"user": 1, "server_tools": {"web_search": 1}}]}),
    ("quotes", {**PLAN, "at": "1971-01-01T00:00:00Z"}),
    ("quotes", {**PLAN, "budget": {"cost": "9" * 24}}),
    ("quotes", {**PLAN, "budget": {"cost": "0.00001"}}),
    ("quotes", {**PLAN, "rates": {"input": "012.50"}}),
    ("quotes", {**PLAN, "at": "9998-12-31T00:00:00+02:00"}),
    ("vector_index", {**INDEX, "library": "hnswlib", "index": "hnsw"}),
    ("training", {**TRAINING, "upcast_frozen": True, "quantization": "nf4"}),
    ("deployment", {**DEPLOYMENT, "gpus": ["h100-sxm-80gb"], "tensor_parallel": 1}),
    ("deployment", {**DEPLOYMENT, "break_even": {**BREAK_EVEN, "gpu_price_per_hour": "100000.0"}}),
    ("context_tax", {**TAX, "mcp_tools": {"result": {"tools": TAX["mcp_tools"]}}}),
    ("usage", {**USAGE, "format": "groq.chat"}),
]
"""What lies on the allowed side of a rule, close to it."""


@pytest.mark.parametrize(("name", "body"), ANSWERED)
def test_what_keeps_the_rules_is_answered(name: str, body: Body, estimator: Estimator) -> None:
    assert _is_allowed(name, body)
    _ask(estimator, name, body)


def _is_allowed(name: str, body: Body) -> bool:
    row = getattr(Endpoints, name)
    schema = {"$ref": f"#/components/schemas/{row.question.__name__}", **openapi_document()}
    return bool(jsonschema.Draft202012Validator(schema).is_valid(body))


def _ask(estimator: Estimator, name: str, body: Body) -> None:
    getattr(estimator, "quote" if name == "quotes" else name)(**body)
