"""POST /v1/deployments, /v1/memory/grid and /v1/memory/vector-index over a socket."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tokenquote_client import DeploymentAnswer, MemoryGridAnswer, VectorIndexAnswer

DEPLOYMENTS, GRID, INDEX = "/v1/deployments", "/v1/memory/grid", "/v1/memory/vector-index"
LLAMA = "meta-llama/Llama-3.1-8B"
ASKED: dict[str, Any] = {"model": LLAMA, "context_tokens": 8192, "gpu": "h100"}
POINT: dict[str, Any] = {"model": LLAMA, "context_tokens": [1], "quantization": ["bf16"]}
VECTORS: dict[str, Any] = {"vectors": 1000, "dimension": 64}


def post(http: httpx2.Client, path: str, question: Any) -> Any:
    answer = http.post(path, json=question)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_a_deployment_answers_with_everything_the_contract_names(http: httpx2.Client) -> None:
    answer = post(http, DEPLOYMENTS, {**ASKED, "concurrency": 16, "gpu_count": 1})
    assert set(answer) == set(DeploymentAnswer.model_fields)
    assert DeploymentAnswer.model_validate(answer).fits
    assert answer["per_gpu"][0]["total_bytes"] == 36_491_040_195
    assert answer["options"][0]["gpu_count"] == 1
    assert answer["speed"]["decode"]["bound_by"] == "memory bandwidth"
    assert answer["break_even"] is None


def test_money_is_a_decimal_string(http: httpx2.Client) -> None:
    turn = {"user": 1000, "assistant": 100, "reasoning": 0}
    plan = {"model": "gpt-5.4-mini", "turns": [turn], "at": "2026-11-23T12:00:00Z"}
    traffic = {"plan": plan, "conversations_per_day": 24_000, "gpu_price_per_hour": "2.50"}
    answer = post(http, DEPLOYMENTS, {**ASKED, "concurrency": 32, "break_even": traffic})["break_even"]
    assert answer["api_cost_per_conversation"] == "0.0012"
    assert answer["hosted_cost_per_conversation"] == "0.0025"
    assert answer["gpu_price_per_hour"] == "2.5"
    assert answer["api_model"] == "openai/gpt-5.4-mini"


def test_a_context_beyond_the_model_is_warned_of(http: httpx2.Client) -> None:
    answer = post(http, DEPLOYMENTS, {**ASKED, "context_tokens": 200_000})
    assert answer["warnings"][0]["code"] == "context_beyond_model"
    assert "131072" in answer["warnings"][0]["detail"]
    assert post(http, DEPLOYMENTS, {**ASKED, "context_tokens": 131_072})["warnings"] == []


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        pytest.param({"gpu": "h1000"}, "/gpu", "near names: h100-sxm-80gb", id="unknown GPU"),
        pytest.param({"gpu": "zaphod"}, "/gpu", "GET /v1/gpus lists all", id="nothing like it"),
        pytest.param({"gpu": ""}, "/gpu", "at least 1 character", id="no name"),
        pytest.param({"among": ["h100", "h999"]}, "/among/1", "no such GPU", id="unknown in a list"),
        pytest.param({"among": []}, "/among", "at least 1 item", id="an empty list"),
        pytest.param({"gpu_count": 0}, "/gpu_count", "at least 1", id="no GPUs"),
        pytest.param({"gpu_count": -2}, "/gpu_count", "at least 1", id="negative GPUs"),
        pytest.param({"gpu_count": 10**9}, "/gpu_count", "at most 1024", id="all the GPUs"),
        pytest.param({"gpu_count": 2.5}, "/gpu_count", "a whole number", id="a float"),
        pytest.param(
            {"tensor_parallel": 3}, "/tensor_parallel", "32 query heads do not divide over 3 GPUs", id="heads"
        ),
        pytest.param(
            {"tensor_parallel": 64}, "/tensor_parallel", "engines refuse that", id="more GPUs than heads"
        ),
        pytest.param({"pipeline_parallel": 33}, "/pipeline_parallel", "33 stages for 32 layers", id="stages"),
        pytest.param(
            {"gpu_count": 4, "tensor_parallel": 3}, "/gpu_count", "does not make 4", id="they do not multiply"
        ),
        pytest.param(
            {"gpu_count": 8, "tensor_parallel": 2, "pipeline_parallel": 2},
            "/gpu_count",
            "does not make 8",
            id="neither do these",
        ),
        pytest.param({"gpu": None, "gpu_count": 2}, "", "need a `gpu`", id="a count of nothing"),
        pytest.param({"concurrency": 0}, "/concurrency", "at least 1", id="nobody"),
        pytest.param({"concurrency": 10**12}, "/concurrency", "at most", id="everybody"),
        pytest.param({"context_tokens": 0}, "/context_tokens", "at least 1", id="no context"),
        pytest.param({"prompt_tokens": 9000}, "", "cannot be more", id="a prompt beyond the context"),
        pytest.param({"quantization": "q4_zaphod"}, "/quantization", "no such format", id="quantisation"),
        pytest.param({"kv_dtype": "fp17"}, "/kv_dtype", "near names: fp16", id="cache type"),
        pytest.param(
            {"engine": {"gpu_memory_utilization": 1.5}},
            "/engine/gpu_memory_utilization",
            "at most",
            id="more than the GPU",
        ),
        pytest.param(
            {"engine": {"gpu_util": 0.9}}, "/engine/gpu_util", "no such field", id="a typing mistake"
        ),
        pytest.param(
            {"efficiency": {"compute": 0}},
            "/efficiency/compute",
            "at least 0.001",
            id="no compute",
        ),
        pytest.param(
            {"speculation": {"tokens": 0, "acceptance": 0.5}},
            "/speculation/tokens",
            "at least 1",
            id="an empty draft",
        ),
        pytest.param(
            {"speculation": {"tokens": 2, "acceptance": 1.1}},
            "/speculation/acceptance",
            "at most",
            id="more than certain",
        ),
        pytest.param({"model": "openai/gpt-5.4-mini"}, "/model", "no public weights", id="a closed model"),
        pytest.param({"model": None}, "", "either `model` or `architecture`", id="no model"),
        pytest.param(
            {"context_tokens": 10**9, "concurrency": 10**6},
            "/concurrency",
            "2^53",
            id="beyond JSON's integers",
        ),
    ],
)
def test_what_cannot_be_told_is_422_and_names_the_field(
    http: httpx2.Client, change: dict[str, Any], pointer: str, said: str
) -> None:
    answer = http.post(DEPLOYMENTS, json={**ASKED, **change})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    errors = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert pointer in errors, errors
    assert said in errors[pointer]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"model": "meta-llama/Llama-3.1-9B"}, None),
        (
            {"speculation": {"tokens": 1, "acceptance": 0.5, "draft_model": "meta-llama/Llama-3.2-2B"}},
            "/speculation/draft_model",
        ),
    ],
)
def test_an_unknown_model_is_404_with_near_names(
    http: httpx2.Client, change: dict[str, Any], pointer: str | None
) -> None:
    answer = http.post(DEPLOYMENTS, json={**ASKED, **change})
    assert answer.status_code == 404
    assert "Near names: meta-llama/Llama-3" in answer.json()["detail"]
    assert pointer in [None, *(error["pointer"] for error in answer.json().get("errors", []))]


def test_a_grid_answers_every_point(http: httpx2.Client) -> None:
    """131,072 bytes a token; 16,060,522,496 bytes in 16 bit; axes: quantisation, context, sequences."""
    question = {
        **POINT,
        "context_tokens": [1024, 8192],
        "sequences": [0, 1, 16],
        "quantization": ["bf16", "fp8"],
    }
    answer = MemoryGridAnswer.model_validate(post(http, GRID, question))
    assert answer.kv_cache_bytes == [[0, 2**27, 2**31], [0, 2**30, 2**34]]
    assert answer.weights_bytes[0] == 16_060_522_496
    for q, weights in enumerate(answer.weights_bytes):
        for c, row in enumerate(answer.kv_cache_bytes):
            assert answer.total_bytes[q][c] == [weights + cache for cache in row]
    assert answer.method == "rule"


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        pytest.param({"context_tokens": []}, "/context_tokens", "at least 1 item", id="no contexts"),
        pytest.param({"context_tokens": [1, -1]}, "/context_tokens/1", "at least 0", id="negative"),
        pytest.param({"quantization": ["bf16", "q9"]}, "/quantization/1", "no such format", id="format"),
        pytest.param({"kv_dtype": "fp17"}, "/kv_dtype", "near names: fp16", id="cache type"),
        pytest.param(
            {"context_tokens": [1] * 1001, "sequences": [1] * 1000},
            "",
            "1001000 points",
            id="too many points",
        ),
        pytest.param(
            {"context_tokens": [10**9], "sequences": [10**6]},
            "/sequences",
            "more than 9007199254740992",
            id="a point beyond JSON's integers",
        ),
    ],
)
def test_a_grid_that_cannot_be_told(
    http: httpx2.Client, change: dict[str, Any], pointer: str, said: str
) -> None:
    answer = http.post(GRID, json={**POINT, **change})
    assert answer.status_code == 422, answer.text
    errors = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert said in errors[pointer]


def test_a_vector_index_answers(http: httpx2.Client) -> None:
    """1,000 x 64 x 4 bytes; 1,000 x 4 x (64 + 32/31) of links; 12 bytes of bookkeeping each."""
    answer = VectorIndexAnswer.model_validate(post(http, INDEX, {**VECTORS, "index": "hnsw"}))
    assert answer.components == {"vectors": 256_000, "links": 260_130, "bookkeeping": 12_000}
    assert answer.bytes == 528_130
    assert answer.bytes_per_vector == 528.13
    assert "32 links, the default of faiss" in answer.assumptions


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        pytest.param({"dimension": 0}, "/dimension", "at least 1", id="no dimension"),
        pytest.param({"vectors": -1}, "/vectors", "at least 0", id="negative"),
        pytest.param({"index": "annoy"}, "/index", "'hnsw'", id="index"),
        pytest.param({"index": "pq", "segments": 7}, "/segments", "do not divide into 7", id="segments"),
        pytest.param({"index": "pq", "dtype": "int8"}, "/dtype", "takes the place", id="PQ of int8"),
        pytest.param({"library": "hnswlib"}, "/library", "hnswlib has no flat index", id="library"),
        pytest.param(
            {"library": "hnswlib", "index": "hnsw", "dtype": "fp16"}, "/dtype", "stores fp32", id="type"
        ),
        pytest.param(
            {"vectors": 10**13, "dimension": 10**6}, "/vectors", "more than 2^53 bytes", id="beyond JSON"
        ),
    ],
)
def test_an_index_that_cannot_be_told(
    http: httpx2.Client, change: dict[str, Any], pointer: str, said: str
) -> None:
    answer = http.post(INDEX, json={**VECTORS, **change})
    assert answer.status_code == 422, answer.text
    errors = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert pointer in errors, errors
    assert said in errors[pointer]


@pytest.mark.parametrize("path", [DEPLOYMENTS, GRID, INDEX])
def test_what_is_not_json_is_400(http: httpx2.Client, path: str) -> None:
    answer = http.post(path, content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
