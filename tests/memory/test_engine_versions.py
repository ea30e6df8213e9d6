"""Which line of versions an engine's version belongs to, and what each line says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote import Estimator
from tokenquote.memory.engines import UnknownVersion, find_engine
from tokenquote.memory.engines.llama_cpp import LlamaCppRules, OffloadedLayers, share_layers
from tokenquote.memory.engines.sglang import SglangRules
from tokenquote.memory.engines.vllm import VLLM_LINES, VllmRules

GIB, MIB = 2**30, 2**20


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        # arg_utils.py and worker.py of 0.6.4 to 0.7.3: blocks of all layers, a sampler that sorts
        pytest.param("0.7", {"utilization": Fraction(9, 10), "sampler_bytes": 38, "groups_layers": False}),
        pytest.param("v0.8.5.post1", {"spares_a100": False, "large_sequences": 1024, "groups_layers": False}),
        pytest.param("0.9.2", {"spares_a100": True, "groups_layers": True, "recurrent_blocks": 1}),
        pytest.param("0.16", {"sampler_bytes": 38, "recurrent_blocks": 2}),
        pytest.param("0.17.1", {"sampler_bytes": 14, "alone": round(0.13 * GIB)}),
        pytest.param("0.19.1", {"utilization": Fraction(9, 10), "alone": GIB // 4, "graphs_inside": False}),
        # vllm#40691: the line of 0.20.0 divides blocks by groups, that of 0.20.1 does not
        pytest.param("0.20", {"utilization": Fraction(92, 100), "tokens_by_requests": False}),
        pytest.param("0.20.0", {"tokens_by_requests": False, "graphs_disputed": True}),
        pytest.param("0.20.2rc1.dev9+g01d4d1ad3", {"tokens_by_requests": True, "graphs_inside": False}),
        pytest.param("0.21", {"graphs_inside": True, "graphs_disputed": False, "steps_in_flight": 1}),
        pytest.param("0.24.0", {"tokens_by_requests": True, "steps_in_flight": 1, "latent_alignment": 64}),
        pytest.param("0.26", {"steps_in_flight": 2, "latent_alignment": 64}),
        pytest.param("0.27.1", {"latent_alignment": 128, "huge_card_gib": None}),
        pytest.param("0.33", {"huge_card_gib": 160, "spares_gb10": True}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_version_of_vllm_does_as_its_source_says(version: str, expected: dict[str, Any]) -> None:
    rules = find_engine("vllm", version).rules
    assert {name: getattr(rules, name) for name in expected} == expected


def test_lines_follow_one_another() -> None:
    begins = [line.since for line in VLLM_LINES]
    assert begins == sorted(set(begins))


@pytest.mark.parametrize(
    ("gpu", "gib", "version", "expected"),
    [
        ("NVIDIA H100", 79.2, "0.33", (1024, 8192)),
        ("NVIDIA A100 80GB", 79.2, "0.33", (256, 2048)),
        ("NVIDIA A100 80GB", 79.2, "0.8.5", (1024, 8192)),
        ("NVIDIA H100", 79.2, "0.7", (256, 2048)),
        ("NVIDIA B200", 178.0, "0.33", (1024, 16384)),
        ("NVIDIA B200", 178.0, "0.24", (1024, 8192)),
        ("NVIDIA GB10", 119.0, "0.33", (256, 2048)),
        ("NVIDIA GB10", 119.0, "0.28", (1024, 8192)),
        ("NVIDIA GeForce RTX 4090", 23.5, "0.33", (256, 2048)),
    ],
)
def test_steps_are_as_large_as_the_version_chooses(
    gpu: str, gib: float, version: str, expected: tuple[int, int]
) -> None:
    rules = find_engine("vllm", version).rules
    assert isinstance(rules, VllmRules)
    assert rules.default_batch(round(gib * GIB), gpu) == expected


def test_a_version_that_is_not_stated_is_the_newest_and_said() -> None:
    engine = find_engine("vllm", None)
    assert (engine.version, engine.rules) == ("0.33", VLLM_LINES[-1])
    assert engine.assumption.startswith("no version of vllm is stated")


@pytest.mark.parametrize("version", ["0.34", "0.41.2", "1.0", "v2"])
def test_a_newer_version_is_counted_as_the_newest_and_said(version: str) -> None:
    engine = find_engine("vllm", version)
    assert (engine.version, engine.rules) == (version, VLLM_LINES[-1])
    assert "newer than all that are known: counted as vllm 0.33" in engine.assumption


def test_a_patch_of_the_newest_is_not_newer() -> None:
    assert "newer" not in find_engine("vllm", "0.33.1").assumption


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("vllm", "0.5.4"),
        ("vllm", "latest"),
        ("vllm", "-1"),
        ("sglang", "0.3"),
        ("llama.cpp", "b3000"),
        ("ollama", "main"),
    ],
)
def test_versions_that_are_not_known_are_refused_with_those_that_are(name: Any, version: str) -> None:
    with pytest.raises(UnknownVersion) as refused:
        find_engine(name, version)
    assert refused.value.location == ("version",)
    assert f"no version of {name} that is known; known: " in refused.value.detail


@given(version=st.text(max_size=64))
def test_any_text_is_a_version_or_refused(version: str) -> None:
    try:
        engine = find_engine("sglang", version)
    except UnknownVersion:
        return
    assert engine.version == version
    assert isinstance(engine.rules, SglangRules)


@pytest.mark.parametrize(
    ("version", "gib", "gpus", "kept_mib"),
    [
        # 512 + 1.5 x 8,192 + 128 x GPUs, and 2 for each of 256 sequences
        pytest.param("0.5.5", 79.2, 1, 512 + 12288 + 128 + 512, id="H100"),
        pytest.param("0.5.5", 79.2, 2, 512 + 12288 + 256 + 512, id="two H100"),
        # 512 + 1.5 x 2,048 + 128, and 2 for each of 24
        pytest.param("0.5.5", 23.5, 1, 512 + 3072 + 128 + 48, id="RTX 4090"),
        # chunks of 4,096, graphs of 48, and 8 for each of 50 captured sizes of prefill
        pytest.param("0.5.23", 23.5, 1, 512 + 6144 + 128 + 96 + 8 * 50, id="RTX 4090, newer"),
    ],
)
def test_sglang_keeps_free_what_its_formula_says(version: str, gib: float, gpus: int, kept_mib: int) -> None:
    rules = find_engine("sglang", version).rules
    assert isinstance(rules, SglangRules)
    memory = round(gib * GIB)
    sizes = rules.step(memory)
    reserve = rules.reserve(memory, gpus, sizes.chunk, sizes.graphs, latent=False)
    assert reserve.bytes == kept_mib * MIB


def test_sglang_keeps_ten_gib_of_a_large_card_at_least() -> None:
    rules = find_engine("sglang", "0.5.5").rules
    assert isinstance(rules, SglangRules)
    assert rules.reserve(80 * GIB, 1, 2048, 8, latent=False).bytes == 10 * GIB


@pytest.mark.parametrize(("gpus", "fraction"), [(1, 0.88), (2, 0.87), (4, 0.85), (8, 0.81), (16, 0.79)])
def test_sglang_0_4_reads_its_fraction_from_a_table(gpus: int, fraction: float) -> None:
    rules = find_engine("sglang", "0.4.6").rules
    assert isinstance(rules, SglangRules)
    kept = rules.reserve(80 * GIB, gpus, 8192, 160, latent=False).bytes
    assert kept == pytest.approx(80 * GIB * (1 - fraction))


@pytest.mark.parametrize(
    ("build", "asked", "expected"),
    [
        # layers + 1 - n_gpu_layers in newer builds, layers - n_gpu_layers before (llama-model.cpp)
        ("b8000", 20, OffloadedLayers(13, True)),
        ("b8000", 33, OffloadedLayers(0, True)),
        ("b8000", 1, OffloadedLayers(32, True)),
        ("b8000", 0, OffloadedLayers(32, False)),
        ("b5000", 20, OffloadedLayers(12, False)),
        ("b5000", 32, OffloadedLayers(0, False)),
        ("b5000", 33, OffloadedLayers(0, True)),
    ],
)
def test_llama_cpp_counts_layers_from_the_end(build: str, asked: int, expected: OffloadedLayers) -> None:
    rules = find_engine("llama.cpp", build).rules
    assert isinstance(rules, LlamaCppRules)
    assert rules.offloaded(32, asked) == expected


def test_a_compute_buffer_is_as_large_as_llama_cpp_logs() -> None:
    """gpt-oss-20b: 396.27 MiB with 512 tokens, 2,880 wide, a vocabulary of 201,088."""
    rules = find_engine("llama.cpp", None).rules
    assert isinstance(rules, LlamaCppRules)
    assert rules.compute_bytes(512, 2880, 2880, 201_088, samples=True) / MIB == pytest.approx(
        396.27, rel=0.01
    )


def test_layers_go_to_gpus_by_memory() -> None:
    """I / 33 below 24 / 56 for i up to 14."""
    assert share_layers(33, [24, 32]) == [15, 18]
    assert share_layers(32, [1, 1]) == [16, 16]
    assert share_layers(0, [1, 2]) == [0, 0]


@given(count=st.integers(0, 200), memory=st.lists(st.integers(1, 10**12), min_size=1, max_size=8))
def test_every_layer_goes_to_one_gpu(count: int, memory: list[int]) -> None:
    shares = share_layers(count, memory)
    assert sum(shares) == count
    for share, size in zip(shares, memory, strict=True):
        assert abs(share - count * Fraction(size, sum(memory))) <= 1


def test_windows_of_vllm_before_0_9_2_hold_every_token() -> None:
    question: dict[str, Any] = {"model": "google/gemma-3-27b-it", "context_tokens": 8192}
    with Estimator() as estimator:
        whole, grouped = (
            estimator.kv_cache(**question, engine={"name": "vllm", "version": version})
            for version in ("0.9.1", "0.9.2")
        )
    assert whole.bytes == whole.contiguous_bytes == 62 * 16 * (128 + 128) * 2 * 8192
    assert grouped.bytes == (52 * 1024 + 10 * 8192) * 16 * (128 + 128) * 2
    assert "52 layers x 16 KV heads x (128 + 128) x 2 bytes x 8192 tokens" in whole.formula
    assert any("hold every token" in line for line in whole.assumptions)
