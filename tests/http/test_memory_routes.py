"""POST /v1/memory/kv-cache and /v1/memory/weights over a socket, and `memory` in quotes."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from tests.written_catalog import open_weights, providers

from tokenquote_client import KvCacheAnswer, Quote, WeightsAnswer

KV_CACHE, WEIGHTS = "/v1/memory/kv-cache", "/v1/memory/weights"
LLAMA = "meta-llama/Llama-3.1-8B"
# Its config.json as published, fields that cost no memory included.
LLAMA_CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 128000,
    "eos_token_id": 128001,
    "hidden_act": "silu",
    "hidden_size": 4096,
    "initializer_range": 0.02,
    "intermediate_size": 14336,
    "max_position_embeddings": 131072,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-05,
    "rope_scaling": {"factor": 8.0, "rope_type": "llama3"},
    "rope_theta": 500000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "vocab_size": 128256,
}


def post(http: httpx2.Client, path: str, **question: Any) -> Any:
    answer = http.post(path, json=question)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def problem(http: httpx2.Client, path: str, question: Any, status: int = 422) -> Any:
    answer = http.post(path, json=question)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["instance"] == path
    return document


def test_a_kv_cache_answers_with_everything_the_contract_names(http: httpx2.Client) -> None:
    answer = post(http, KV_CACHE, model=LLAMA, context_tokens=8192, sequences=4)
    assert answer == {
        "bytes": 4 * 8192 * 131_072,
        "bytes_per_token": 131_072,
        "bytes_per_gpu": 4 * 8192 * 131_072,
        "state_bytes": 0,
        "rounding_bytes": 0,
        "contiguous_bytes": 4 * 8192 * 131_072,
        "layers": {"attention": 32},
        "formula": "32 layers x 8 KV heads x (128 + 128) x 2 bytes x 8192 tokens x 4 sequences",
        "method": "rule",
        "assumptions": [],
        "warnings": [],
    }
    assert KvCacheAnswer.model_validate(answer).bytes == 2**32


def test_weights_answer_with_everything_the_contract_names(http: httpx2.Client) -> None:
    answer = post(http, WEIGHTS, model=LLAMA, quantization="gptq-4bit-g128")
    assert WeightsAnswer.model_validate(answer).parameters == 8_030_261_248
    assert answer["components"] == {
        "embedding": 128_256 * 4096 * 2,
        "attention": 1_342_177_280 * 133 // 256,
        "mlp": 5_637_144_576 * 133 // 256,
        "norms": 266_240 * 2,
        "lm_head": 128_256 * 4096 * 2,
    }
    assert answer["bytes"] == sum(answer["components"].values()) == 5_727_854_592
    assert answer["bits_per_weight"] == pytest.approx(5.70627, abs=1e-5)
    assert (answer["method"], answer["warnings"]) == ("rule", [])
    assert "4.15625 bits per weight" in answer["assumptions"][0]


@pytest.mark.parametrize("shape", [LLAMA_CONFIG, {"model_type": "mllama", "text_config": LLAMA_CONFIG}])
def test_a_posted_config_answers_as_the_catalog_s_model(http: httpx2.Client, shape: dict[str, Any]) -> None:
    plan = {"context_tokens": 1000, "block_tokens": 16, "tensor_parallel": 2}
    assert post(http, KV_CACHE, architecture=shape, **plan) == post(http, KV_CACHE, model=LLAMA, **plan)
    weights = post(http, WEIGHTS, architecture=shape, quantization="bf16")
    assert weights == post(http, WEIGHTS, model=LLAMA, quantization="bf16")


@pytest.mark.parametrize("model", ["meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Meta-Llama-3.1-8B"])
def test_weights_of_the_same_shape_are_aliases(http: httpx2.Client, model: str) -> None:
    assert post(http, KV_CACHE, model=model, context_tokens=1)["bytes"] == 131_072


@pytest.mark.parametrize("model", ["openai/gpt-oss-20b", "groq/openai/gpt-oss-20b"])
def test_a_hosted_model_has_the_memory_of_the_weights_that_it_runs(http: httpx2.Client, model: str) -> None:
    answer = post(http, KV_CACHE, model=model, context_tokens=131_072)
    assert answer["layers"] == {"sliding_window": 12, "attention": 12}
    assert answer["bytes"] == 12 * 2048 * (131_072 + 128)
    assert "sliding_window layers hold 128 tokens" in answer["assumptions"][0]


def test_replication_is_counted_and_said(http: httpx2.Client) -> None:
    answer = post(http, KV_CACHE, model=LLAMA, context_tokens=1, tensor_parallel=16)
    assert (answer["bytes"], answer["bytes_per_gpu"], answer["bytes_per_token"]) == (262_144, 16_384, 131_072)
    assert answer["assumptions"] == ["each of the 8 KV heads is held by 2 of the 16 GPUs"]
    answer = post(
        http, KV_CACHE, model="deepseek-ai/DeepSeek-V3", context_tokens=1, tensor_parallel=8, dtype="bf16"
    )
    assert (answer["bytes"], answer["bytes_per_gpu"], answer["bytes_per_token"]) == (562_176, 70_272, 70_272)
    assert answer["layers"] == {"mla": 61}
    assert "each of the 8 tensor-parallel GPUs" in answer["assumptions"][0]


def test_a_mix_says_what_types_it_is_of(http: httpx2.Client) -> None:
    answer = post(http, WEIGHTS, model=LLAMA, quantization="q4_k_m")
    assert (answer["method"], answer["warnings"]) == ("rule", [])
    assert answer["types"].keys() == {"q4_k", "q6_k", "f32"}
    assert answer["bytes"] == sum(answer["types"].values()) == sum(answer["components"].values())
    assert answer["bytes"] == post(http, WEIGHTS, model=LLAMA, quantization="q4_k")["bytes"]


def test_an_unknown_model_type_is_assumed_and_says_so(http: httpx2.Client) -> None:
    answer = post(http, WEIGHTS, architecture={**LLAMA_CONFIG, "model_type": "zaphod"}, quantization="bf16")
    assert answer["method"] == "assumed"
    assert "'zaphod' is not known" in answer["warnings"][0]


SHAPE = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 64}


def shape(**fields: Any) -> dict[str, Any]:
    return {"architecture": {**SHAPE, **fields}, "context_tokens": 1}


@pytest.mark.parametrize(
    ("path", "question", "pointer", "said"),
    [
        pytest.param(KV_CACHE, {"context_tokens": 1}, "", "one of `model`", id="neither"),
        pytest.param(
            KV_CACHE, {**shape(), "model": LLAMA}, "", "one of `model`", id="both"
        ),
        pytest.param(KV_CACHE, {"model": LLAMA}, "/context_tokens", "missing", id="no context"),
        pytest.param(
            KV_CACHE, {"model": LLAMA, "context_tokens": -1}, "/context_tokens", "at least 0",
            id="negative",
        ),
        pytest.param(
            KV_CACHE, {"model": LLAMA, "context_tokens": 1.5}, "/context_tokens", "a whole number", id="float"
        ),
        pytest.param(
            KV_CACHE, {"model": LLAMA, "context_tokens": 1, "dtype": "fp17"}, "/dtype", "near names: fp16",
            id="dtype",
        ),
        pytest.param(
            KV_CACHE, {"model": LLAMA, "context_tokens": 1, "tensor_parallel": 3}, "/tensor_parallel",
            "32 query heads do not divide over 3 GPUs", id="heads over GPUs",
        ),
        pytest.param(
            KV_CACHE, {"model": LLAMA, "context_tokens": 1, "pipeline_parallel": 64}, "/pipeline_parallel",
            "64 stages for 32 layers", id="stages",
        ),
        pytest.param(
            KV_CACHE, {"model": "openai/gpt-5.4-mini", "context_tokens": 1}, "/model", "no public weights of",
            id="closed",
        ),
        pytest.param(
            KV_CACHE, shape(num_hidden_layers=0), "/architecture/num_hidden_layers", "1 to 2000",
            id="no layers",
        ),
        pytest.param(
            KV_CACHE, shape(head_dim=-8), "/architecture/head_dim", "1 to 100000000", id="negative head"
        ),
        pytest.param(
            KV_CACHE, shape(num_key_value_heads=3), "/architecture/num_key_value_heads", "4 query heads",
            id="KV heads",
        ),
        pytest.param(
            KV_CACHE, {"architecture": {}, "context_tokens": 1}, "/architecture",
            "missing: num_hidden_layers, num_attention_heads", id="empty",
        ),
        pytest.param(
            KV_CACHE, {"architecture": {"text_config": {"num_hidden_layers": 1.0}}, "context_tokens": 1},
            "/architecture/text_config", "missing: num_attention_heads", id="nested",
        ),
        pytest.param(
            KV_CACHE, shape(num_kv_shared_layers=1), "/architecture/num_kv_shared_layers", "not counted yet",
            id="shared layers",
        ),
        pytest.param(
            KV_CACHE, {"architecture": [1], "context_tokens": 1}, "/architecture", "an object is expected",
            id="a list",
        ),
        pytest.param(
            WEIGHTS, {"architecture": {**SHAPE, "vocab_size": 10, "intermediate_size": 8}}, "/quantization",
            "missing",
            id="no quantization",
        ),
        pytest.param(
            WEIGHTS, {"model": LLAMA, "prediction_layers": True}, "/prediction_layers", "names no layers",
            id="no prediction layers",
        ),
        pytest.param(
            WEIGHTS, {"model": LLAMA, "quantization": "q4_m"}, "/quantization", "q4_k_m", id="near names"
        ),
        pytest.param(
            WEIGHTS, {"architecture": SHAPE, "quantization": "bf16"}, "/architecture",
            "missing: vocab_size, intermediate_size", id="fields of weights",
        ),
        pytest.param(
            WEIGHTS, {"model": "anthropic/claude-opus-4-8", "quantization": "bf16"}, "/model",
            "no public weights", id="closed weights",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_422_and_names_the_field(
    http: httpx2.Client, path: str, question: Any, pointer: str, said: str
) -> None:
    errors = {error["pointer"]: error["detail"] for error in problem(http, path, question)["errors"]}
    assert pointer in errors, errors
    assert said in errors[pointer]


def test_a_cache_beyond_what_json_can_say_exactly_is_refused(http: httpx2.Client) -> None:
    """131,072 bytes a token: 2^36 tokens are 2^53 bytes."""
    plan = {"model": "meta-llama/Llama-3.1-8B", "context_tokens": 2**20, "sequences": 2**16}
    assert http.post("/v1/memory/kv-cache", json=plan).json()["bytes"] == 2**53
    refused = http.post("/v1/memory/kv-cache", json={**plan, "sequences": 2**16 + 1})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/sequences"


def test_an_unknown_model_is_404_with_near_names(http: httpx2.Client) -> None:
    document = problem(http, KV_CACHE, {"model": "meta-llama/Llama-3.1-8b-x", "context_tokens": 1}, 404)
    assert "meta-llama/Llama-3.1-8B" in document["detail"]


@pytest.mark.parametrize("path", [KV_CACHE, WEIGHTS])
def test_what_is_not_json_is_400(http: httpx2.Client, path: str) -> None:
    answer = http.post(path, content=b'{"model": ', headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_an_endless_config_is_refused_at_once(http: httpx2.Client) -> None:
    answer = problem(http, KV_CACHE, shape(num_hidden_layers=10**12))
    assert answer["errors"][0]["pointer"] == "/architecture/num_hidden_layers"


PLAN = {"turns": [{"user": 1000, "assistant": 24, "reasoning": 0}]}


def test_the_quote_of_open_weights_has_memory_and_no_price(http: httpx2.Client) -> None:
    answer = http.post("/v1/quotes", json={"model": "openai/gpt-oss-20b", **PLAN})
    quote = Quote.model_validate(answer.json())
    assert (quote.totals.cost, quote.totals.complete) == (None, False)
    assert {kind.kind: kind.tokens for kind in quote.unpriced} == {"input": 1000, "output": 24}
    assert quote.memory is not None
    # 12 of 24 layers hold all 1,024 tokens, 12 slide over 128 of them; 2 KiB per layer and token
    assert quote.memory.kv_cache_bytes_peak == 12 * 2048 * (1024 + 128)
    assert quote.memory.kv_cache_bytes_per_token == 24 * 2048
    assert quote.memory.weights_dtype == "mxfp4"
    assert quote.memory.weights_bytes == 13_761_264_768
    assert quote.memory.parameters == 20_914_757_184
    assert quote.memory.method == "rule"


def test_the_quote_of_a_host_has_price_and_memory(http: httpx2.Client) -> None:
    quote = Quote.model_validate(
        http.post("/v1/quotes", json={"model": "groq/openai/gpt-oss-20b", **PLAN}).json()
    )
    assert quote.totals.complete
    assert quote.memory is not None
    assert quote.memory.parameters == 20_914_757_184
    assert "openai/gpt-oss-20b hosted on one GPU" in quote.memory.assumptions[0]


def test_the_quote_of_a_closed_model_has_no_memory(http: httpx2.Client) -> None:
    assert http.post("/v1/quotes", json={"model": "gpt-5.4-mini", **PLAN}).json()["memory"] is None


def test_open_weights_are_listed_without_rates(http: httpx2.Client) -> None:
    listed = http.get("/v1/models?provider=open-weights").json()["items"]
    assert sorted(model["id"] for model in listed) == sorted(open_weights())
    assert all(model["rates"] == {} and model["checked"] is None for model in listed)
    detail = http.get("/v1/models/Qwen/Qwen3-32B").json()
    assert (detail["id"], detail["window"], detail["prices"]) == ("Qwen/Qwen3-32B", 40_960, [])


def test_the_catalog_s_providers_are_those_that_sell(http: httpx2.Client) -> None:
    sellers = {provider["id"] for provider in http.get("/v1/catalog").json()["providers"]}
    assert "open-weights" not in sellers
    assert sellers == set(providers())
