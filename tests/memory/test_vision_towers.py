"""Towers that see: a model with its tower counts up to the total of its published files, to the unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.memory import (
    active_parameters,
    number_formats,
    parameters,
    read_architecture,
    weigh_architecture,
)

QWEN = {"depth": 27, "hidden_size": 1152, "intermediate_size": 4304, "patch_size": 16}
SIGLIP = {
    "model_type": "siglip_vision_model", "hidden_size": 1152, "num_hidden_layers": 27,
    "intermediate_size": 4304, "patch_size": 14, "image_size": 896,
}  # fmt: skip
LLAMA_4 = {
    "model_type": "llama4_vision_model", "hidden_size": 1408, "num_hidden_layers": 34,
    "intermediate_size": 5632, "patch_size": 14, "image_size": 336, "vision_output_dim": 4096,
}  # fmt: skip
PIXTRAL = {
    "model_type": "pixtral", "hidden_size": 1024, "num_hidden_layers": 24, "intermediate_size": 4096,
    "patch_size": 14, "image_size": 1540,
}  # fmt: skip
QWEN3_TEXT = {"model_type": "qwen3_vl_text", "vocab_size": 151_936, "head_dim": 128, "num_key_value_heads": 8}

# Text models that the catalog has: the outer type, what the config of the whole model changes, the tower.
# Totals of the safetensors files on the Hugging Face hub, as embedded in llmfit 1.1.17 (hf_models.json); of
# Qwen3.5 they hold the layer that predicts a second token too.
OF_CATALOG = [
    ("google/gemma-3-4b-it", "gemma3", {"vocab_size": 262_208}, SIGLIP, 4_300_079_472, 0),
    ("google/gemma-3-12b-it", "gemma3", {"vocab_size": 262_208}, SIGLIP, 12_187_325_040, 0),
    ("google/gemma-3-27b-it", "gemma3", {"vocab_size": 262_208}, SIGLIP, 27_432_406_640, 0),
    ("mistralai/Mistral-Small-3.1-24B-Instruct-2503", "mistral3", {}, PIXTRAL, 24_011_361_280, 0),
    ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama4", {}, LLAMA_4, 108_641_793_536, 0),
    ("Qwen/Qwen3.5-27B", "qwen3_5", {}, {"model_type": "qwen3_5", **QWEN}, 27_781_427_952, 424_699_392),
]  # fmt: skip


@pytest.mark.parametrize(("name", "outer", "changes", "vision", "published", "besides"), OF_CATALOG)
def test_a_model_with_its_tower_is_the_published_total(
    catalog: Catalog, name: str, outer: str, changes: Mapping[str, Any], vision: Mapping[str, Any],
    published: int, besides: int,
) -> None:  # fmt: skip
    weights = catalog.resolve(name).weights
    assert weights is not None
    text = {**weights.architecture, **changes}
    whole = read_architecture({"model_type": outer, "text_config": text, "vision_config": vision})
    assert parameters(whole) + besides == published
    assert not any("vision_config: not counted" in line for line in whole.assumptions)
    # A token of text does not pass through it.
    assert active_parameters(whole) == active_parameters(read_architecture(text))


@pytest.mark.parametrize(
    ("text", "vision", "published"),
    [
        (
            {
                "hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28,
                "num_attention_heads": 16, "tie_word_embeddings": True,
            },
            {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "patch_size": 16},
            2_127_532_032,
        ),
        (
            {
                "hidden_size": 4096, "intermediate_size": 12_288, "num_hidden_layers": 36,
                "num_attention_heads": 32, "tie_word_embeddings": False,
            },
            QWEN,
            8_767_123_696,
        ),
    ],
)  # fmt: skip
def test_qwen3_vl_is_the_published_total(
    text: Mapping[str, Any], vision: Mapping[str, Any], published: int
) -> None:
    looked_into = [5, 11, 17] if vision["depth"] == 24 else [8, 16, 24]
    config = {
        "model_type": "qwen3_vl",
        "text_config": {**QWEN3_TEXT, **text},
        "vision_config": {**vision, "deepstack_visual_indexes": looked_into},
    }
    assert parameters(read_architecture(config)) == published


def small(**vision: Any) -> dict[str, Any]:
    text = {
        "model_type": "gemma3_text", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 100,
    }  # fmt: skip
    return {"model_type": "gemma3", "text_config": text, "vision_config": vision}


@pytest.mark.parametrize(
    ("vision", "said"),
    [
        ({"model_type": "unheard_of", "hidden_size": 8}, "vision_config: not counted"),
        (
            {"model_type": "pixtral", "hidden_size": 8},
            "vision_config: not counted",
        ),
        (
            {"model_type": "siglip_vision_model"},
            "vision_config: not counted (vision_config: missing: hidden_size)",
        ),
        (
            {**SIGLIP, "num_hidden_layers": 0},
            "vision_config: not counted (vision_config.num_hidden_layers: 1 to 100000000 is expected)",
        ),
    ],
)
def test_a_tower_that_cannot_be_counted_is_said_to_be_left_out(vision: Mapping[str, Any], said: str) -> None:
    whole = read_architecture(small(**vision))
    assert said in whole.assumptions
    assert whole.other == read_architecture(small()["text_config"]).other


def test_a_tower_stays_in_16_bits_where_the_format_is_for_the_text_model(catalog: Catalog) -> None:
    whole, text = read_architecture(small(**SIGLIP)), read_architecture(small()["text_config"])
    tower = parameters(whole) - parameters(text)
    formats = number_formats(catalog.quantization)
    for name in ("gptq-4bit-g64", "q4_k_m", "nf4"):
        format_ = formats.weight(name)
        held = weigh_architecture(whole, format_, formats)
        assert held.components["vision"] == 2 * tower
        assert held.bytes == weigh_architecture(text, format_, formats).bytes + 2 * tower
