"""Whether models fit on GPUs: literal arithmetic, and what must hold whatever the numbers are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote_client.deployments import DeploymentAnswer

Ask = Callable[..., DeploymentAnswer]
GIB = 2**30
REST = 123_480_310  # 0.115 GiB, rounded
GRAPHS = 751_619_277  # 0.70 GiB, rounded
NCCL = 2_254_857_830  # 2.1 GiB, rounded
H100 = 78_217_367_415  # 0.92 x 79.18 GiB, rounded up


def test_llama_8b_on_one_h100(deployed: Ask) -> None:
    """16,060,522,496 bytes of weights: 8,030,261,248 x 2.

    KV: 131,072 a token x 8,192 x 16. Activations: 14 x 1,024 x 128,256 + 2 x 8,192 x 4,096 + 0.115 GiB.
    Graphs: 0.70 GiB + 1,536 x 32 x 4,096. So the pool is 78,217,367,415 - 19,311,171,011 bytes, which hold
    54 sequences of 1 GiB, or 16 of 1,755 blocks (each 16 x 131,072 x 16 bytes): 28,080 tokens.
    """
    answer = deployed(
        model="meta-llama/Llama-3.1-8B", context_tokens=8192, concurrency=16, gpu="h100", gpu_count=1
    )
    (share,) = answer.per_gpu
    assert share.weights_bytes == 16_060_522_496 == sum(share.weights.values())
    assert share.kv_cache_bytes == 131_072 * 8192 * 16
    assert share.activation_bytes == 14 * 1024 * 128_256 + 2 * 8192 * 4096 + REST == 2_029_267_190
    assert share.cuda_graph_bytes == GRAPHS + 1536 * 32 * 4096
    assert (share.runtime_bytes, share.padding_bytes, share.draft_bytes) == (GIB // 4, 0, 0)
    assert (share.memory_bytes, share.budget_bytes) == (85_018_877_624, H100)
    assert share.total_bytes == 36_491_040_195
    assert share.free_bytes == H100 - 36_491_040_195
    assert answer.kv_cache_pool_bytes == 58_906_196_404
    assert (answer.fits, answer.largest_batch, answer.longest_context_tokens) == (True, 54, 28_080)
    assert answer.kv_cache_pool_tokens == 58_906_196_404 // (16 * 131_072) * 16 == 449_408
    assert (answer.quantization, answer.kv_dtype, answer.gpu_count) == ("bf16", "bf16", 1)


def test_llama_70b_on_two_h100s(deployed: Ask) -> None:
    """Half of the matrices and all of the norms: 70,553,706,496 parameters, 161 norms of 8,192.

    Activations are the sampler's, which the GPUs do not share: 14 x 1,024 x 128,256 + 2 x 8,192 x 8,192.
    A token's KV is 80 x 4 heads x 256 x 2 = 163,840 bytes on each GPU; one sequence of 8,192 fits.
    """
    answer = deployed(
        model="meta-llama/Llama-3.1-70B", context_tokens=8192, gpu="h100", gpu_count=2, tensor_parallel=2
    )
    (share,) = answer.per_gpu
    norms = 161 * 8192
    assert share.gpus == 2
    assert share.weights_bytes == (70_553_706_496 - norms) + 2 * norms
    assert share.kv_cache_bytes == 163_840 * 8192
    assert share.runtime_bytes == NCCL
    assert share.activation_bytes == 14 * 1024 * 128_256 + 2 * 8192 * 8192 + REST
    assert (answer.fits, answer.largest_batch, answer.pipeline_parallel) == (True, 1, 1)


def test_llama_70b_in_a_pipeline_of_two(deployed: Ask) -> None:
    """40 layers each; the first has the embedding, the last the output matrix and the final norm.

    A layer has 855,654,400 parameters: (8192 + 1024 + 1024 + 8192) x 8192 + 3 x 28672 x 8192 + 2 x 8192.
    """
    answer = deployed(
        model="meta-llama/Llama-3.1-70B", context_tokens=4096, gpu="h100", gpu_count=2, pipeline_parallel=2
    )
    first, last = answer.per_gpu
    layer, ends = 855_654_400, 128_256 * 8192
    assert first.weights_bytes == 2 * (40 * layer + ends)
    assert last.weights_bytes == 2 * (40 * layer + ends + 8192)
    assert (first.layers, last.layers, first.gpus) == (40, 40, 1)
    # Only the last stage samples; on the first, 2 x 8,192 x (3 x 28,672 + 2 x 8,192) of a feed-forward block.
    assert first.activation_bytes == 2 * 8192 * (3 * 28_672 + 2 * 8192) + REST
    assert last.activation_bytes == 14 * 1024 * 128_256 + 2 * 8192 * 8192 + REST
    assert first.kv_cache_bytes == 4096 * 40 * 4096
    assert answer.kv_cache_pool_bytes == last.budget_bytes - last.total_bytes + last.kv_cache_bytes


def test_deepseek_v3_on_eight_h200s(deployed: Ask) -> None:
    """MLA's rows are on every GPU: 576 x 2 bytes x 61 layers = 70,272 a token; blocks of 64 tokens.

    Experts are split, so a GPU has an eighth of 653,908,770,816 bytes of them, and their scales, one fp32 for
    each tile of 128 x 128: 653,908,770,816 / 16,384 x 4 = 159,645,696 bytes.
    """
    answer = deployed(
        model="deepseek-ai/DeepSeek-V3", context_tokens=8192, concurrency=32, gpu="h200", gpu_count=8
    )
    (share,) = answer.per_gpu
    assert (answer.tensor_parallel, answer.quantization) == (8, "fp8-block128")
    assert share.kv_cache_bytes == 70_272 * 8192 * 32
    experts = 58 * 256 * 3 * 2048 * 7168
    assert experts == 653_908_770_816
    assert share.weights["experts"] == (experts + experts // 16_384 * 4) // 8
    assert share.weights["router"] == 58 * (256 * 7168 + 256) * 2
    assert answer.fits
    assert any("compressed MLA rows" in line for line in answer.assumptions)


def test_gpt_oss_120b_on_one_h100(deployed: Ask) -> None:
    """MXFP4 experts of 2,880 columns take room for 3,072, as vLLM logs 64.38 GiB on H100: 60.77 without."""
    answer = deployed(
        model="openai/gpt-oss-120b", context_tokens=8192, concurrency=8, gpu="h100", gpu_count=1
    )
    (share,) = answer.per_gpu
    assert answer.fits
    assert share.weights_bytes + share.padding_bytes == pytest.approx(64.38 * GIB, rel=0.005)
    assert share.weights_bytes == pytest.approx(60.77 * GIB, rel=0.001)
    # 18 of 36 layers hold all tokens, 18 slide over 128 of them (a block more); 2 x 8 x 64 x 2 bytes
    assert share.kv_cache_bytes == 8 * 18 * 2048 * (8192 + 144)


def test_a_weight_format_of_four_bits_makes_room(deployed: Ask) -> None:
    question: dict[str, Any] = {"model": "meta-llama/Llama-3.1-70B", "context_tokens": 8192, "gpu": "h100"}
    assert deployed(**question).gpu_count == 2
    packed = deployed(**question, quantization="awq-4bit-g128")
    assert (packed.gpu_count, packed.fits) == (1, True)


def test_an_fp8_cache_holds_twice_the_sequences(deployed: Ask) -> None:
    question = {"model": "meta-llama/Llama-3.1-8B", "context_tokens": 8192, "gpu": "h100", "gpu_count": 1}
    assert deployed(**question, kv_dtype="fp8").largest_batch == 2 * 54 + 1


def test_a_posted_architecture_is_answered_as_the_catalog_s_model(deployed: Ask, catalog: Catalog) -> None:
    weights = catalog.resolve("Qwen/Qwen3-8B").weights
    assert weights is not None
    question = {"context_tokens": 8192, "concurrency": 4, "gpu": "l40s"}
    posted = deployed(architecture=weights.architecture, **question)
    known = deployed(model="Qwen/Qwen3-8B", **question)
    assert posted.per_gpu == known.per_gpu
    assert posted.model is None
    assert "weights in bf16, since none is stated" in posted.assumptions


@pytest.mark.parametrize(
    ("engine", "field", "expected"),
    [
        pytest.param({"cuda_graphs": False}, "cuda_graph_bytes", 0, id="eager"),
        pytest.param({"non_torch_bytes": 123}, "runtime_bytes", 123, id="measured"),
        pytest.param({"gpu_memory_utilization": 0.5}, "budget_bytes", 42_509_438_812, id="half"),
        pytest.param(
            {"max_num_seqs": 256},
            "activation_bytes",
            2 * 8192 * (3 * 14336 + 2 * 4096) + REST,
            id="a feed-forward block above the sampler",
        ),
        pytest.param(
            {"max_num_batched_tokens": 2048},
            "activation_bytes",
            14 * 1024 * 128_256 + 2 * 2048 * 4096 + REST,
            id="shorter steps",
        ),
    ],
)
def test_the_engine_is_asked_for(deployed: Ask, engine: Any, field: str, expected: int) -> None:
    answer = deployed(
        model="meta-llama/Llama-3.1-8B", context_tokens=1000, gpu="h100", gpu_count=1, engine=engine
    )
    assert getattr(answer.per_gpu[0], field) == expected


@pytest.mark.parametrize(("gpu", "sequences"), [("h100", 1024), ("a100-sxm-80gb", 256), ("l40s", 256)])
def test_the_engine_s_defaults_depend_on_the_gpu(deployed: Ask, gpu: str, sequences: int) -> None:
    answer = deployed(model="meta-llama/Llama-3.1-8B", context_tokens=1000, gpu=gpu, gpu_count=1)
    assert f"at most {sequences} sequences" in " ".join(answer.assumptions)


def test_what_does_not_fit_says_how_much_is_missing(deployed: Ask) -> None:
    answer = deployed(model="meta-llama/Llama-3.1-70B", context_tokens=8192, gpu="l4", gpu_count=1)
    assert not answer.fits
    assert answer.kv_cache_pool_bytes < 0
    assert answer.per_gpu[0].free_bytes < -100 * GIB
    assert (answer.largest_batch, answer.longest_context_tokens, answer.speed) == (0, 0, None)


def test_nothing_fits(deployed: Ask) -> None:
    answer = deployed(
        model="deepseek-ai/DeepSeek-V3", quantization="bf16", context_tokens=8192, among=["t4", "a10"]
    )
    assert (answer.fits, answer.options) == (False, [])
    assert answer.gpu == "a10-24gb"
    assert "nothing_fits" in {warning.code for warning in answer.warnings}


def test_the_smallest_set_comes_first(deployed: Ask) -> None:
    """A 70B model in bf16 is 131 GiB: one MI300X, two of the others, or seven cards of 24 GB."""
    answer = deployed(
        model="meta-llama/Llama-3.1-70B", context_tokens=2048, among=["rtx-4090", "h200", "mi300x", "h100"]
    )
    assert [(option.gpu, option.gpu_count) for option in answer.options] == [
        ("mi300x-192gb", 1),
        ("h100-sxm-80gb", 2),
        ("h200-sxm-141gb", 2),
        ("rtx-4090-24gb", 7),
    ]
    assert answer.gpu == "mi300x-192gb"
    assert [str(option.price_per_hour) for option in answer.options] == ["None", "7.98", "9.18", "None"]


def test_without_a_list_the_catalog_is_searched_but_for_machines_only_by_name(deployed: Ask) -> None:
    answer = deployed(model="meta-llama/Llama-3.1-8B", context_tokens=2048, among=None)
    kinds = {option.gpu for option in answer.options}
    assert {"l4-24gb", "h100-sxm-80gb", "mi300x-192gb"} <= kinds
    assert not any(kind.startswith("apple") for kind in kinds)
    mac = deployed(model="meta-llama/Llama-3.1-8B", context_tokens=2048, gpu="apple-m4-max-64gb")
    assert mac.fits
    assert any("no logs of Apple's" in line for line in mac.assumptions)


def test_gpus_that_do_no_good_stay_idle(deployed: Ask) -> None:
    """28 layers make 28 stages at most, and 29 is a prime: no tensor parallelism either."""
    answer = deployed(model="Qwen/Qwen2.5-7B", context_tokens=2048, gpu="h100", gpu_count=29)
    assert answer.gpu_count == 28
    assert any("1 of 29 GPUs stay idle" in line for line in answer.assumptions)


def test_a_draft_model_takes_its_room(deployed: Ask) -> None:
    """Llama-3.2-1B: 1,235,814,400 parameters and 16 layers x 8 heads x 128 x 2 bytes a token."""
    question = {"model": "meta-llama/Llama-3.1-8B", "context_tokens": 8192, "gpu": "h100", "gpu_count": 1}
    alone = deployed(**question).per_gpu[0]
    drafted = deployed(
        **question,
        speculation={"tokens": 3, "acceptance": 0.5, "draft_model": "meta-llama/Llama-3.2-1B"},
    ).per_gpu[0]
    assert drafted.draft_bytes == 2 * 1_235_814_400
    assert drafted.kv_cache_bytes - alone.kv_cache_bytes == 16 * 8 * 128 * 2 * 8192
    assert drafted.total_bytes - alone.total_bytes == 2 * 1_235_814_400 + 32_768 * 8192


@pytest.mark.parametrize("model", ["meta-llama/Llama-3.1-70B", "Qwen/Qwen3-30B-A3B", "openai/gpt-oss-120b"])
def test_one_gpu_fewer_than_the_fewest_does_not_do(deployed: Ask, model: str) -> None:
    question: dict[str, Any] = {"model": model, "context_tokens": 4096, "concurrency": 8}
    answer = deployed(**question, among=["l4", "l40s", "rtx-4090", "h100", "t4", "a100-sxm-40gb"])
    assert len(answer.options) == 6
    assert any(option.gpu_count > 2 for option in answer.options)
    for option in answer.options:
        assert deployed(**question, gpu=option.gpu, gpu_count=option.gpu_count).fits
        if option.gpu_count > 1:
            assert not deployed(**question, gpu=option.gpu, gpu_count=option.gpu_count - 1).fits


MODELS = [
    "meta-llama/Llama-3.1-8B",
    "Qwen/Qwen3-32B",
    "openai/gpt-oss-20b",
    "deepseek-ai/DeepSeek-V2-Lite",
    "google/gemma-3-27b-it",
    "Qwen/Qwen3-30B-A3B",
]
questions = st.fixed_dictionaries(
    {
        "model": st.sampled_from(MODELS),
        "gpu": st.sampled_from(["h100", "l40s", "rtx-4090", "h200"]),
        "context_tokens": st.integers(1, 200_000),
        "concurrency": st.integers(1, 200),
        "kv_dtype": st.sampled_from(["bf16", "fp8"]),
        "quantization": st.sampled_from(["bf16", "fp8", "gptq-4bit-g128"]),
    }
)


@settings(max_examples=40)
@given(question=questions, gpus=st.integers(1, 24), more=st.integers(1, 8))
def test_more_gpus_never_fit_less(deployed: Ask, question: dict[str, Any], gpus: int, more: int) -> None:
    fewer, many = (deployed(**question, gpu_count=count) for count in (gpus, gpus + more))
    assert fewer.fits <= many.fits


@settings(max_examples=40)
@given(question=questions, gpus=st.integers(1, 8), more=st.integers(1, 50_000))
def test_more_context_never_fits_more(deployed: Ask, question: dict[str, Any], gpus: int, more: int) -> None:
    longer = {**question, "context_tokens": question["context_tokens"] + more}
    short, long = (deployed(**asked, gpu_count=gpus) for asked in (question, longer))
    assert long.fits <= short.fits
    if (short.gpu_count, short.tensor_parallel) == (long.gpu_count, long.tensor_parallel):
        assert long.largest_batch <= short.largest_batch


@settings(max_examples=40)
@given(question=questions, gpus=st.integers(1, 8))
def test_the_largest_batch_fits_and_one_more_does_not(
    deployed: Ask, question: dict[str, Any], gpus: int
) -> None:
    answer = deployed(**question, gpu_count=gpus)
    layout = {
        "gpu_count": answer.gpu_count,
        "tensor_parallel": answer.tensor_parallel,
        "pipeline_parallel": answer.pipeline_parallel,
    }
    if answer.largest_batch:
        assert deployed(**{**question, "concurrency": answer.largest_batch}, **layout).fits
    if answer.largest_batch < 1_000_000:
        assert not deployed(**{**question, "concurrency": answer.largest_batch + 1}, **layout).fits
    if answer.longest_context_tokens:
        assert deployed(**{**question, "context_tokens": answer.longest_context_tokens}, **layout).fits
    if answer.longest_context_tokens < 1_000_000_000:
        assert not deployed(
            **{**question, "context_tokens": answer.longest_context_tokens + 1}, **layout
        ).fits


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("layout", [(1, 1), (2, 1), (4, 1), (1, 3), (2, 2)])
def test_shares_add_up_to_the_whole(deployed: Ask, model: str, layout: tuple[int, int]) -> None:
    """Every GPU's weights together are the model's, and more only by what is held several times: norms and
    routers on tensor-parallel GPUs, and an embedding that is the output matrix too on first and last stage.
    """
    tensor, pipeline = layout
    question = {"model": model, "context_tokens": 1000, "gpu": "h200"}
    one = deployed(**question, gpu_count=1).per_gpu[0]
    shares = deployed(**question, tensor_parallel=tensor, pipeline_parallel=pipeline).per_gpu
    for part, size in one.weights.items():
        held = sum(share.weights.get(part, 0) * share.gpus for share in shares)
        copies = 2 if part == "embedding" and "lm_head" not in one.weights and pipeline > 1 else tensor
        assert size <= held <= size * copies + 8 * len(shares), part
        if copies == 1:
            assert held <= size + 8 * len(shares), part
    assert sum(share.layers for share in shares) == one.layers
