"""Rooflines: literal arithmetic, and what must hold whatever the numbers are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.memory.gpus.roofline import accepted_tokens
from tokenquote.memory.gpus.sharding import ExpertShare
from tokenquote_client.deployments import DeploymentAnswer, Speed

Ask = Callable[..., DeploymentAnswer]
LLAMA_8B: dict[str, Any] = {"model": "meta-llama/Llama-3.1-8B", "gpu": "h100", "gpu_count": 1}
MATRICES = 32 * ((4096 + 1024 + 1024 + 4096) * 4096 + 3 * 14_336 * 4096)
HEAD = 128_256 * 4096
READ = 16_060_522_496 - 2 * HEAD  # all weights but the input embedding, 2 bytes each


def speed(answer: DeploymentAnswer) -> Speed:
    assert answer.speed is not None
    return answer.speed


def test_decoding_reads_weights_and_cache(deployed: Ask) -> None:
    """One sequence of 8,192 tokens: 15,009,849,344 + 1,073,741,824 bytes at 3.35 TB/s are 4.80 ms."""
    decode = speed(deployed(**LLAMA_8B, context_tokens=8192)).decode
    assert READ == 15_009_849_344
    assert (decode.weight_bytes_read, decode.kv_cache_bytes_read) == (READ, 131_072 * 8192)
    assert decode.step_seconds == pytest.approx((READ + 131_072 * 8192) / 3.35e12)
    assert decode.tokens_per_second_per_user == decode.tokens_per_second == 1 / decode.step_seconds
    assert (decode.bound_by, decode.sequences, decode.tokens_per_step) == ("memory bandwidth", 1, 1)


def test_a_batch_reads_the_weights_once(deployed: Ask) -> None:
    decode = speed(deployed(**LLAMA_8B, context_tokens=2048, concurrency=64)).decode
    step = (READ + 64 * 131_072 * 2048) / 3.35e12
    assert decode.step_seconds == pytest.approx(step)
    assert decode.tokens_per_second == pytest.approx(64 / step)
    assert decode.tokens_per_second_per_user == pytest.approx(1 / step)
    # 2 x active parameters x 64, and 4 x 32 heads x 128 for each of 2,048 tokens in 32 layers
    assert decode.flops == 64 * (2 * (MATRICES + HEAD) + 32 * 4 * 32 * 128 * 2048)


def test_prefill_multiplies(deployed: Ask) -> None:
    """2 x 6,979,321,856 x 4,096 operations, 4 x 32 x 128 for each of 4,096 x 4,097 / 2 pairs, one head."""
    prefill = speed(deployed(**LLAMA_8B, context_tokens=8192, prompt_tokens=4096)).prefill
    pairs = 4096 * 4097 // 2
    operations = 2 * MATRICES * 4096 + 32 * 4 * 32 * 128 * pairs + 2 * HEAD
    assert MATRICES == 6_979_321_856
    assert prefill.flops == operations
    assert prefill.seconds == pytest.approx(operations / 9.89e14)
    assert prefill.tokens_per_second == pytest.approx(4096 / prefill.seconds)
    assert (prefill.bound_by, prefill.prompt_tokens) == ("compute", 4096)


def test_a_short_prompt_is_bound_by_memory(deployed: Ask) -> None:
    prefill = speed(deployed(**LLAMA_8B, context_tokens=64, prompt_tokens=16)).prefill
    assert prefill.bound_by == "memory bandwidth"
    assert prefill.seconds == pytest.approx(READ / 3.35e12)


def test_efficiency_scales_the_bounds(deployed: Ask) -> None:
    at_best = speed(deployed(**LLAMA_8B, context_tokens=8192))
    real = deployed(**LLAMA_8B, context_tokens=8192, efficiency={"bandwidth": 0.8, "compute": 0.5})
    assert speed(real).decode.step_seconds == pytest.approx(at_best.decode.step_seconds / 0.8)
    assert speed(real).prefill.seconds == pytest.approx(at_best.prefill.seconds / 0.5)
    assert not any("upper bounds" in line for line in real.assumptions)


def test_tensor_parallelism_shares_the_reading_and_adds_the_link(deployed: Ask) -> None:
    """Two all-reduces in each of 32 layers, each half of 1 x 4,096 x 2 bytes twice out of a GPU: 450 GB/s."""
    one = {**LLAMA_8B, "gpu_count": 2}
    decode = speed(deployed(**one, context_tokens=1024, tensor_parallel=2)).decode
    norms = 65 * 4096 * 2  # on both
    read = (READ - norms) / 2 + norms
    assert decode.weight_bytes_read == read
    link = 2 * 32 * 4096 * 2 * 2 * (1 / 2) / 450e9
    assert decode.step_seconds == pytest.approx((read + 65_536 * 1024) / 3.35e12 + link)


def test_a_pipeline_works_on_as_many_parts_as_it_has_stages(deployed: Ask) -> None:
    """16 layers on each of two GPUs; 8 sequences go through as two times 4, one part on each GPU."""
    question = {**LLAMA_8B, "gpu_count": 2, "pipeline_parallel": 2, "context_tokens": 1024}
    decode = speed(deployed(**question, concurrency=8)).decode
    last = 2 * (MATRICES // 2 + HEAD + 33 * 4096)  # the slower stage: it reads the output matrix
    stage = (last + 4 * 65_536 * 1024) / 3.35e12
    assert decode.step_seconds == pytest.approx(2 * stage)
    assert decode.tokens_per_second == pytest.approx(8 / (2 * stage))
    alone = speed(deployed(**question, concurrency=1)).decode
    first = 2 * (MATRICES // 2 + 32 * 4096)
    assert alone.step_seconds == pytest.approx((first + last + 2 * 65_536 * 1024) / 3.35e12)


def test_sliding_windows_are_read_within_the_window(deployed: Ask) -> None:
    """gpt-oss-20b: 12 layers read 100,000 tokens and 12 the last 128; 2,048 bytes a token and layer."""
    answer = deployed(model="openai/gpt-oss-20b", gpu="h100", gpu_count=1, context_tokens=100_000)
    assert speed(answer).decode.kv_cache_bytes_read == 2048 * (12 * 100_000 + 12 * 128)


def test_experts_are_read_as_far_as_they_are_chosen(deployed: Ask) -> None:
    """128 experts of which a token chooses 8: one token 8, two tokens 128 x (1 - (120/128)^2) = 15.5."""
    share = ExpertShare(bytes=128_000, elements=128, number=128, active=8)
    assert share.read(1) == pytest.approx(8_000)
    assert share.read(2) == pytest.approx(15_500)
    assert share.read(100_000) == pytest.approx(128_000)
    question = {"model": "Qwen/Qwen3-30B-A3B", "gpu": "h100", "gpu_count": 1, "context_tokens": 100}
    one, many = (speed(deployed(**question, concurrency=n)).decode for n in (1, 256))
    experts = 48 * 128 * 3 * 2048 * 768 * 2
    assert many.weight_bytes_read - one.weight_bytes_read == pytest.approx(experts * (1 - 8 / 128), rel=1e-6)


def test_fp8_weights_are_multiplied_in_fp8_where_the_gpu_can(deployed: Ask) -> None:
    question = {
        "model": "meta-llama/Llama-3.1-8B",
        "quantization": "fp8",
        "context_tokens": 4096,
        "gpu_count": 1,
    }
    kinds = {gpu: speed(deployed(**question, gpu=gpu)).multiplied_as for gpu in ("h100", "a100", "l4")}
    assert kinds == {"h100": "fp8", "a100": "fp16", "l4": "fp8"}
    packed = deployed(**{**question, "quantization": "awq-4bit-g128"}, gpu="h100")
    assert speed(packed).multiplied_as == "fp16"


@pytest.mark.parametrize(
    ("drafted", "acceptance", "expected"),
    [(1, 0.5, 1.5), (3, 0.5, 1.875), (4, 0.8, 3.3616), (5, 0, 1), (5, 1, 6)],
)
def test_a_draft_yields(drafted: int, acceptance: float, expected: float) -> None:
    """(1 - a^(k + 1)) / (1 - a): 1 + 1/2 + 1/4 + 1/8 for three tokens that are taken half of the time."""
    assert accepted_tokens(drafted, acceptance) == pytest.approx(expected)


def test_speculation_verifies_in_one_step_and_pays_for_the_draft(deployed: Ask) -> None:
    """Llama-3.2-1B reads 2 x 1,235,814,400 bytes (its embedding is the output matrix too) four times."""
    plain = speed(deployed(**LLAMA_8B, context_tokens=1024)).decode
    free = {"tokens": 4, "acceptance": 0.8}
    ngram = speed(deployed(**LLAMA_8B, context_tokens=1024, speculation=free)).decode
    assert ngram.step_seconds == pytest.approx(plain.step_seconds)
    assert ngram.tokens_per_second == pytest.approx(3.3616 * plain.tokens_per_second)
    assert ngram.flops == pytest.approx(5 * plain.flops)
    model = {**free, "draft_model": "meta-llama/Llama-3.2-1B"}
    drafted = speed(deployed(**LLAMA_8B, context_tokens=1024, speculation=model)).decode
    draft = (2 * 1_235_814_400 + 32_768 * 1024) / 3.35e12
    assert drafted.step_seconds == pytest.approx(plain.step_seconds + 4 * draft)


def test_sequences_that_do_not_fit_wait(deployed: Ask) -> None:
    answer = deployed(**LLAMA_8B, context_tokens=8192, concurrency=1000)
    assert not answer.fits
    assert speed(answer).decode.sequences == answer.largest_batch == 54
    assert "sequences_wait" in {warning.code for warning in answer.warnings}


def test_the_engine_runs_no_more_sequences_than_it_is_told_to(deployed: Ask) -> None:
    answer = deployed(**LLAMA_8B, context_tokens=256, concurrency=1100)
    assert answer.fits
    assert speed(answer).decode.sequences == 1024
    assert "concurrency_beyond_engine" in {warning.code for warning in answer.warnings}


def test_no_speed_where_no_source_says_one(deployed: Ask) -> None:
    answer = deployed(model="meta-llama/Llama-3.1-8B", context_tokens=1024, gpu="h20")
    assert (answer.fits, answer.speed) == (True, None)
    assert "speed_unknown" in {warning.code for warning in answer.warnings}


def test_tensor_parallelism_across_nodes_is_warned_of(deployed: Ask) -> None:
    answer = deployed(
        model="meta-llama/Llama-3.1-70B", context_tokens=1024, gpu="h100", gpu_count=16, tensor_parallel=16
    )
    assert "tensor_parallel_across_nodes" in {warning.code for warning in answer.warnings}
    assert any("each of the 8 KV heads is held by 2 of the 16 GPUs" in line for line in answer.assumptions)


@pytest.mark.parametrize("gpu", ["a100", "h100", "l4", "mi300x", "rtx-pro-6000"])
def test_every_number_is_explained(deployed: Ask, gpu: str) -> None:
    answer = deployed(model="Qwen/Qwen3-8B", context_tokens=4096, gpu=gpu)
    explained = {line.what: line for line in answer.explained}
    fields = {name for name in type(answer.per_gpu[0]).model_fields if name.endswith("_bytes")}
    unexplained = fields - set(explained) - {"draft_bytes", "total_bytes", "free_bytes"}
    assert unexplained == set()
    assert {"largest_batch", "longest_context_tokens", "speed.decode.step_seconds"} <= set(explained)
    assert all(line.formula and line.method for line in answer.explained)
