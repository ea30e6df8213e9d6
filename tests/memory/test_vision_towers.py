"""Towers that see: a model with its tower counts up to the total of its published files, to the unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.memory import (
    ArchitectureError,
    active_parameters,
    number_formats,
    parameters,
    read_architecture,
    weigh_architecture,
)

QWEN = {"depth": 27, "hidden_size": 1152, "intermediate_size": 4304, "patch_size": 16}
SIGLIP = {
    "model_type": "siglip_vision_model", "hidden_size": 1152, "num_hidden_layers": 27,
    "intermediate_size": 4304, "patch_size": 14, "image_size": 896, "vision_use_head": False,
}  # fmt: skip
QWEN3_TEXT = {"model_type": "qwen3_vl_text", "vocab_size": 151_936, "head_dim": 128, "num_key_value_heads": 8}

# Totals of the safetensors files on the Hugging Face hub, as embedded in llmfit 1.1.17 (hf_models.json), and
# what they hold besides the model that transformers builds.
OF_CATALOG = [
    ("google/gemma-3-4b-it", 4_300_079_472, 0),
    ("google/gemma-3-12b-it", 12_187_325_040, 0),
    ("google/gemma-3-27b-it", 27_432_406_640, 0),
    ("google/gemma-4-31B", 31_273_088_876, 0),
    ("google/gemma-4-12B-it", 11_959_730_224, 0),
    # Keys and values of the last 15 layers, which read those of earlier ones: two heads of 256, and norms.
    ("google/gemma-3n-E4B", 7_849_978_192, 15 * (2 * 2 * 256 * 2048 + 256)),
    # The same of 15 sliding and 3 full layers; no bounds of clipped matrices (928 single numbers).
    ("google/gemma-4-E4B-it", 7_996_156_490,
     15 * (2 * 2 * 256 * 2560 + 256) + 3 * (2 * 2 * 512 * 2560 + 512) - 928),
    ("google/gemma-4-E2B-it", 5_123_178_051,
     16 * (2 * 256 * 1536 + 256) + 4 * (2 * 512 * 1536 + 512) - 928),
    ("mistralai/Mistral-Small-3.1-24B-Instruct-2503", 24_011_361_280, 0),
    ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 108_641_793_536, 0),
    ("moonshotai/Kimi-K2.5", 1_026_879_376_368, 0),
    # Rotary frequencies of 27 layers.
    ("moonshotai/Kimi-VL-A3B-Instruct", 16_407_657_776, 27 * 64),
    ("zai-org/GLM-4.1V-9B-Thinking", 10_292_777_472, 0),
    ("baidu/ERNIE-4.5-VL-28B-A3B-PT", 29_399_294_336, 0),
    ("allenai/Molmo2-8B", 8_661_703_120, 0),
    ("meta-models/Muse-Glimmer-30B", 29_776_626_688, 0),
    ("MiniMaxAI/MiniMax-M3", 427_040_140_160, 0),
    ("Qwen/Qwen2.5-VL-7B-Instruct", 8_292_166_656, 0),
    ("Qwen/Qwen3-VL-4B-Instruct", 4_437_815_808, 0),
    ("Qwen/Qwen3-VL-235B-A22B-Instruct", 235_670_022_896, 0),
]  # fmt: skip
# Of these the files hold the layer that predicts a second token too.
WITH_PREDICTION = [
    ("Qwen/Qwen3.5-27B", 27_781_427_952), ("Qwen/Qwen3.5-35B-A3B", 35_951_822_704),
    ("Qwen/Qwen3.5-122B-A10B", 125_086_497_008), ("Qwen/Qwen3.5-397B-A17B", 403_397_928_944),
    ("XiaomiMiMo/MiMo-7B-Base", 7_833_409_536), ("zai-org/GLM-5", 753_864_139_008),
    ("zai-org/GLM-5.2", 753_329_940_480), ("tencent/Hy3-preview", 298_786_155_776),
]  # fmt: skip


def _config(catalog: Catalog, name: str) -> Mapping[str, Any]:
    weights = catalog.resolve(name).weights
    assert weights is not None
    return weights.architecture


@pytest.mark.parametrize(("name", "published", "besides"), OF_CATALOG)
def test_a_model_with_its_towers_is_the_published_total(
    catalog: Catalog, name: str, published: int, besides: int
) -> None:
    whole = read_architecture(_config(catalog, name))
    assert parameters(whole) + besides == published
    assert not whole.warnings
    # A token of text does not pass through towers.
    towers = sum(tensor.elements for tensor in whole.other if tensor.role == "tower")
    assert towers > 0
    assert active_parameters(whole) <= parameters(whole) - towers


@pytest.mark.parametrize(("name", "published"), WITH_PREDICTION)
def test_a_model_with_its_prediction_layers_is_the_published_total(
    catalog: Catalog, name: str, published: int
) -> None:
    assert parameters(read_architecture(_config(catalog, name)).drafting()) == published


def test_every_multimodal_entry_of_the_catalog_counts_its_towers(catalog: Catalog) -> None:
    seen = 0
    for model in catalog.models.values():
        weights = model.weights
        if weights is not model.entry or weights is None or not (weights.images or weights.audio):
            continue
        whole = read_architecture(weights.architecture)
        assert any(tensor.role == "tower" for tensor in whole.other), model.id
        assert not whole.warnings, model.id
        seen += 1
    assert seen >= 22


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
    ("changes", "said"),
    [
        ({"vision_config": {"model_type": "unheard_of"}}, "a tower of the unknown kind 'unheard_of'"),
        ({"vision_config": [1]}, "vision_config: no object"),
        ({"audio_config": {"hidden_size": 8}}, "audio_config: a tower that names no kind"),
        ({"talker_config": {"hidden_size": 8}}, "talker_config: not counted"),
        ({"model_type": "brand_new", "vision_config": SIGLIP}, "what joins the tower to the text model"),
    ],
)
def test_what_cannot_be_counted_is_named_and_makes_a_lower_bound(
    changes: Mapping[str, Any], said: str
) -> None:
    whole = read_architecture({**small(), "vision_config": None, **changes})
    assert any(said in line and "lower bound" in line for line in whole.warnings)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"num_hidden_layers": 0}, "num_hidden_layers"), ({"patch_size": "big"}, "patch_size"),
     ({"image_size": [1, 2, 3]}, "image_size"), ({"vision_use_head": 1}, "vision_use_head")],
)  # fmt: skip
def test_a_wrong_field_of_a_tower_is_refused_at_its_place(wrong: Mapping[str, Any], field: str) -> None:
    with pytest.raises(ArchitectureError) as caught:
        read_architecture(small(**{**SIGLIP, **wrong}))
    assert caught.value.location == ("vision_config", field)


def test_sizes_that_a_tower_leaves_to_its_class_are_said() -> None:
    whole = read_architecture(small(model_type="siglip_vision_model", hidden_size=64))
    assert any("vision_config.patch_size: 16, the default of siglip" in line for line in whole.assumptions)


def test_a_tower_stays_in_16_bits_where_the_format_is_for_the_text_model(catalog: Catalog) -> None:
    whole, text = read_architecture(small(**SIGLIP)), read_architecture(small()["text_config"])
    tower = parameters(whole) - parameters(text)
    formats = number_formats(catalog.quantization)
    for name in ("gptq-4bit-g64", "q4_k_m", "nf4"):
        format_ = formats.weight(name)
        held = weigh_architecture(whole, format_, formats)
        assert held.components["vision"] == 2 * tower
        assert held.bytes == weigh_architecture(text, format_, formats).bytes + 2 * tower
