"""Whatever is asked, there is an answer, or an error that says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import shipped

from tokenquote import Estimator, InvalidRequest, UnknownModel
from tokenquote.catalog import Catalog

OPEN = sorted(model.id for model in shipped().models.values() if model.provider.id == "open-weights")


@pytest.mark.parametrize("model", OPEN)
def test_every_open_weight_model_can_be_hosted(estimator: Estimator, catalog: Catalog, model: str) -> None:
    answer = estimator.deployment(
        model=model, context_tokens=4096, concurrency=2, among=["h200", "b300", "l4"]
    )
    assert answer.fits
    for share in answer.per_gpu:
        assert share.total_bytes <= share.budget_bytes
        assert share.weights_bytes == sum(share.weights.values())
        parts = (
            share.weights_bytes, share.draft_bytes, share.kv_cache_bytes, share.kv_in_flight_bytes,
            share.activation_bytes, share.cuda_graph_bytes, share.runtime_bytes, share.padding_bytes,
        )  # fmt: skip
        assert share.total_bytes == sum(parts)
    assert answer.speed is not None
    assert 0 < answer.speed.decode.step_seconds < 1
    assert answer.speed.prefill.tokens_per_second > 0
    weights = catalog.resolve(model).weights
    assert weights is not None
    assert answer.quantization == weights.published_as


numbers = st.one_of(st.integers(-2, 70_000), st.sampled_from([10**9, 10**18, 1.5, "8", None, True]))
fields = st.sampled_from(
    [
        "num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads", "num_key_value_heads",
        "head_dim", "vocab_size", "num_experts", "num_experts_per_tok", "moe_intermediate_size",
        "kv_lora_rank", "q_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim", "sliding_window",
        "max_position_embeddings", "first_k_dense_replace", "n_shared_experts",
    ]
)  # fmt: skip
kinds = st.sampled_from(
    ["llama", "qwen3_moe", "deepseek_v3", "gemma3_text", "qwen3_next", "gpt_oss", "zaphod"]
)
SHAPE = {
    "num_hidden_layers": 8, "hidden_size": 512, "intermediate_size": 1024, "num_attention_heads": 8,
    "num_key_value_heads": 4, "head_dim": 64, "vocab_size": 1000,
}  # fmt: skip
engines = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["vllm", "sglang", "llama.cpp", "ollama", "zaphod"]),
        "version": st.sampled_from(
            ["0.4.6", "0.5.5", "0.7", "0.16", "0.20", "0.33", "9.9", "b7000", "latest", 1]
        ),
        "gpu_memory_utilization": numbers,
        "max_num_seqs": numbers,
        "prefix_caching": st.booleans(),
        "x": numbers,
    },
)
questions = st.fixed_dictionaries(
    {"context_tokens": st.one_of(st.integers(1, 100_000), numbers)},
    optional={
        "concurrency": numbers,
        "gpu": st.sampled_from(["h100", "t4", "h1000", "", 5]),
        "gpu_count": numbers,
        "tensor_parallel": st.integers(-1, 20),
        "pipeline_parallel": st.integers(-1, 20),
        "quantization": st.sampled_from(["bf16", "q4_k_m", "nvfp4", "gptq-4bit-g128", "zaphod", 4]),
        "kv_dtype": st.sampled_from(["bf16", "fp8", "q8_0", "q4_0", "zaphod"]),
        "engine": engines,
        "gpu_layers": st.one_of(st.integers(0, 9), numbers),
        "kv_offload": st.sampled_from([True, False, None, "no"]),
        "gpus": st.lists(st.sampled_from(["h100", "l4", "rtx-5090", "zaphod"]), max_size=4),
        "data_parallel": st.integers(-1, 8),
        "expert_parallel": st.booleans(),
        "speculation": st.fixed_dictionaries({"tokens": numbers, "acceptance": st.floats(-0.5, 1.5)}),
    },
)


@settings(max_examples=150)
@given(kind=kinds, changes=st.dictionaries(fields, numbers, max_size=4), question=questions)
def test_nonsense_is_a_typed_error(
    estimator: Estimator, kind: str, changes: dict[str, Any], question: dict[str, Any]
) -> None:
    architecture = {"model_type": kind, **SHAPE, **changes}
    asked = {"architecture": architecture, "among": ["h100"], **question}
    try:
        answer = estimator.deployment(asked)
    except (InvalidRequest, UnknownModel):
        return
    has_room = all(share.free_bytes >= 0 for share in answer.per_gpu)
    # SGLang parts its pool between tokens and states, so that room alone may not do.
    assert answer.fits == has_room or (answer.engine.name == "sglang" and has_room)
    assert answer.gpu_count == answer.tensor_parallel * answer.pipeline_parallel * answer.data_parallel
    assert (answer.host is None) == (answer.gpu_layers is None)


@settings(max_examples=40)
@given(
    model=st.sampled_from(OPEN),
    engine=st.sampled_from(["vllm", "sglang", "llama.cpp", "ollama"]),
    version=st.sampled_from([None, "0.8", "0.19", "0.20.1", "0.26"]),
    context=st.integers(1, 200_000),
)
def test_every_model_has_an_answer_in_every_engine(
    estimator: Estimator, model: str, engine: str, version: str | None, context: int
) -> None:
    started = {"name": engine, "version": version if engine == "vllm" else None}
    answer = estimator.deployment(
        model=model, context_tokens=context, gpu="h200", gpu_count=1, among=["h200"], engine=started
    )
    (share,) = answer.per_gpu
    assert share.free_bytes == share.budget_bytes - share.total_bytes
    assert answer.longest_context_tokens >= context or not answer.fits
    assert answer.kv_cache_pool_band is not None
    assert answer.kv_cache_pool_band.low_bytes <= answer.kv_cache_pool_bytes
    assert answer.kv_cache_pool_bytes <= answer.kv_cache_pool_band.high_bytes
