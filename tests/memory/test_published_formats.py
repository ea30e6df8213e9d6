"""The format that a config publishes its weights in, and the *_K_L files of llama.cpp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.memory import (
    ArchitectureError,
    number_formats,
    read_architecture,
    weigh_architecture,
)
from tokenquote.memory.weights.published_format import published_format


def _group(**weights: Any) -> Mapping[str, Any]:
    return {"quant_method": "compressed-tensors", "config_groups": {"group_0": {"weights": weights}}}


# As the config.json files of published models write them.
STATED = [
    ({"quant_method": "fp8", "weight_block_size": [128, 128]}, "fp8-block128"),
    ({"quant_method": "fp8"}, "fp8"),
    ({"quant_method": "mxfp4"}, "mxfp4"),
    ({"quant_method": "gptq", "bits": 4, "group_size": 128}, "gptq-4bit-g128"),
    ({"quant_method": "gptq", "bits": 8, "group_size": -1}, "gptq-8bit-g99999"),
    ({"quant_method": "awq", "bits": 4, "group_size": 64}, "awq-4bit-g64"),
    ({"_load_in_4bit": True, "bnb_4bit_use_double_quant": False}, "nf4"),
    ({"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_use_double_quant": True}, "nf4-dq"),
    ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
    (_group(num_bits=4, type="int", strategy="group", group_size=32), "compressed-4bit-g32"),
    (_group(num_bits=8, type="float", strategy="channel"), "fp8-dynamic"),
    (_group(num_bits=8, type="int", strategy="channel"), "fp8-dynamic"),
    (_group(num_bits=4, type="float", group_size=16), "nvfp4"),
]


@pytest.mark.parametrize(("stated", "name"), STATED)
def test_a_quantization_config_names_a_format(catalog: Catalog, stated: Mapping[str, Any], name: str) -> None:
    for config in ({"quantization_config": stated}, {"text_config": {"quantization_config": stated}}):
        assert published_format(config) == name
    number_formats(catalog.quantization).weight(name)  # which the catalog has


def test_without_one_the_dtype_says_it() -> None:
    assert published_format({"quantization": {"bits": 4, "group_size": 64}}) == "mlx-4bit-g64"
    assert published_format({"torch_dtype": "bfloat16"}) == "bf16"
    assert published_format({"text_config": {"dtype": "torch.float32"}}) == "fp32"
    assert published_format({"hidden_size": 8}) is None


@pytest.mark.parametrize(
    "stated",
    [
        {"quant_method": "hqq"},
        {"quant_method": "fp8", "weight_block_size": [64, 64]},
        {"quant_method": "modelopt", "quant_algo": "MIXED_PRECISION"},
        {"bnb": True},
        {"quant_method": "compressed-tensors", "config_groups": {}},
    ],
)
def test_what_no_format_is_is_refused_with_a_remedy(stated: Mapping[str, Any]) -> None:
    with pytest.raises(ArchitectureError, match="state the format as `quantization`") as caught:
        published_format({"quantization_config": stated})
    assert caught.value.location == ("quantization_config",)


# Mistral-Small-2409, whose loading as Q6_K_L llama.cpp logs: 17,295.40 MiB on GPUs, 204.00 MiB in memory
# (ollama/ollama#6160).
SMALL_2409 = {
    "model_type": "mistral", "hidden_size": 6144, "intermediate_size": 16_384, "num_hidden_layers": 56,
    "num_attention_heads": 48, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 32_768,
    "tie_word_embeddings": False,
}  # fmt: skip


def test_k_l_files_have_the_vocabulary_in_eight_bits(catalog: Catalog) -> None:
    formats, model = number_formats(catalog.quantization), read_architecture(SMALL_2409)
    logged = (17_295.40 + 204.00) * 2**20
    large = weigh_architecture(model, formats.weight("q6_k_l"), formats)
    assert large.bytes == pytest.approx(logged, rel=1e-4)
    for name, usual in (("q4_k_l", "q4_k_m"), ("q5_k_l", "q5_k_m"), ("q6_k_l", "q6_k"), ("q2_k_l", "q2_k")):
        wide = weigh_architecture(model, formats.weight(name), formats)
        plain = weigh_architecture(model, formats.weight(usual), formats)
        assert wide.components["attention"] == plain.components["attention"]
        assert wide.components["mlp"] == plain.components["mlp"]
        assert wide.components["embedding"] == wide.components["lm_head"] == 32_768 * 6144 * 34 // 32
