"""Diffusion pipelines: parameters and live tensors against what diffusers builds and runs on the meta device.

`python -m benchmarks.references.diffusers_counts` writes the golden file. Sizes of published files are facts
of their model pages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tokenquote import Estimator, WeightsAnswer
from tokenquote.memory import ArchitectureError, parameters, read_architecture
from tokenquote.memory.diffusion import Component, Pipeline, read_pipeline
from tokenquote.memory.diffusion.activations import held_while_decoding, held_while_denoising

GOLDEN = Path(__file__).parent / "golden" / "diffusers.json"


@cache
def _golden() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def _config(name: str) -> dict[str, Any]:
    return dict(_golden()["components"][name]["config"])


def _place(config: Mapping[str, Any]) -> str:
    class_name = config["_class_name"]
    return {"UNet2DConditionModel": "unet", "AutoencoderKL": "vae"}.get(class_name, "transformer")


def _read(**parts: Mapping[str, Any]) -> Pipeline:
    pipeline = read_pipeline({"_class_name": "SomePipeline", **parts})
    assert pipeline is not None
    return pipeline


def _elements(part: Component) -> int:
    return sum(tensor.elements for tensor in part.tensors)


@pytest.mark.parametrize("name", sorted(_golden()["components"]))
def test_a_component_has_the_parameters_that_diffusers_builds(name: str) -> None:
    row = _golden()["components"][name]
    if "architectures" in row["config"]:
        counted = parameters(read_architecture(row["config"]))
    else:
        counted = _elements(_read(**{_place(row["config"]): row["config"]}).components[0])
    assert counted == row["parameters"]


def test_the_golden_file_holds_published_and_random_components_of_every_kind() -> None:
    """Of each kind twelve are random; a class that is counted is also there in its published size."""
    rows = _golden()["components"]
    assert len(rows) >= 89
    published = {row["config"].get("_class_name") for name, row in rows.items() if "random" not in name}
    assert published >= {
        "UNet2DConditionModel", "AutoencoderKL", "DiTTransformer2DModel", "PixArtTransformer2DModel",
        "SD3Transformer2DModel", "FluxTransformer2DModel",
    }  # fmt: skip


def _shown(row: Mapping[str, Any]) -> str:
    return f"{row['name']} {row['width']}x{row['height']} {row['batch']}"


@pytest.mark.parametrize("row", _golden()["held"], ids=_shown)
def test_a_network_holds_what_diffusers_holds_while_it_runs(row: Mapping[str, Any]) -> None:
    config, size = _config(row["name"]), (row["width"], row["height"])
    parts = {"vae": _config("Stable Diffusion vae"), _place(config): config}
    pipeline = _read(**parts)
    if _place(config) == "vae":
        assert pipeline.autoencoder is not None
        live = held_while_decoding(pipeline.autoencoder, size)
    else:
        found = held_while_denoising(pipeline, size)
        assert found is not None
        live = found
    held = live.bytes(row["batch"], 2)
    assert held.low == pytest.approx(row["bytes"], rel=0.002)
    assert held.low < held.high


def _xl() -> dict[str, Any]:
    return {
        "_class_name": "StableDiffusionXLPipeline",
        "force_zeros_for_empty_prompt": True,
        "scheduler": ["diffusers", "EulerDiscreteScheduler"],
        "text_encoder": _config("CLIP ViT-L text_encoder"),
        "text_encoder_2": _config("OpenCLIP ViT-bigG text_encoder"),
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": _config("Stable Diffusion XL unet"),
        "vae": _config("Stable Diffusion vae"),
    }


def _asked(estimator: Estimator, **question: Any) -> WeightsAnswer:
    return estimator.weights({"architecture": _xl(), "quantization": "fp16", **question})


def test_the_files_of_stable_diffusion_xl(estimator: Estimator) -> None:
    """2,567,463,684 parameters of the UNet are published; every file in fp16 is two bytes for each."""
    answer = _asked(estimator)
    assert answer.pipeline is not None
    sizes = {part.name: part.parameters for part in answer.pipeline.components}
    assert sizes == {
        "text_encoder": 123_060_480, "text_encoder_2": 694_659_840, "unet": 2_567_463_684, "vae": 83_653_863,
    }  # fmt: skip
    assert answer.components == {name: 2 * size for name, size in sizes.items()}
    assert answer.bytes == 2 * answer.parameters == sum(answer.components.values())
    assert answer.pipeline.activations is None
    assert answer.warnings == []


def test_four_bits_leave_convolutions_and_the_autoencoder_as_they_are(estimator: Estimator) -> None:
    answer, wide = _asked(estimator, quantization="nf4"), _asked(estimator)
    assert answer.components["vae"] == wide.components["vae"]
    assert wide.components["unet"] / 4 < answer.components["unet"] < wide.components["unet"] / 2


def test_an_image_of_xl_takes_most_where_it_is_decoded_in_32_bits(estimator: Estimator) -> None:
    """At the full sides 256 channels stand beside their norm and its activation, 3 x 256 x 4 bytes."""
    image = {"width": 1024, "height": 1024}
    answer = _asked(estimator, image=image)
    assert answer.pipeline is not None
    held = answer.pipeline.activations
    assert held is not None
    latent = 128 * 128 * 4
    assert held.vae_decode == 4 * (3 * 256 * 1024 * 1024 + latent) + answer.components["vae"]
    assert held.peak_from == "vae_decode"
    assert held.low == held.vae_decode < held.high
    assert held.peak_bytes == answer.bytes + held.low
    assert "the autoencoder is made 32 bits wide to decode (`force_upcast`), its weights too" in (
        answer.assumptions
    )
    narrow = _asked(estimator, image=image, quantization="bf16").pipeline
    assert narrow is not None
    assert narrow.activations is not None
    assert narrow.activations.vae_decode == 2 * (3 * 256 * 1024 * 1024 + latent)


@pytest.mark.parametrize(("change", "times"), [({}, 2), ({"guidance": False}, 1), ({"batch": 3}, 6)])
def test_a_denoiser_holds_as_much_more_as_it_runs_more_images(
    estimator: Estimator, change: dict[str, Any], times: int
) -> None:
    answer = _asked(estimator, image={"width": 512, "height": 768, **change})
    assert answer.pipeline is not None
    assert answer.pipeline.activations is not None
    # 5,040 numbers for each of 64 x 96 places: the first block up that attends, and what is kept
    assert answer.pipeline.activations.denoiser == times * 2 * 5040 * 64 * 96


def test_what_is_not_counted_is_named_and_makes_a_lower_bound() -> None:
    pipeline = read_pipeline(
        {
            **_xl(),
            "vae": ["diffusers", "AutoencoderKL"],
            "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
            "feature_extractor": [None, None],
            "image_encoder": {"model_type": "clip_vision_model"},
        }
    )
    assert pipeline is not None
    assert pipeline.warnings == (
        "vae: not counted, post its config.json in place of its library and class: "
        "the weights are a lower bound",
        "safety_checker: not counted, a component of an unknown kind: the weights are a lower bound",
        "image_encoder: not counted, a component of an unknown kind: the weights are a lower bound",
    )


def test_a_language_model_as_text_encoder_has_no_output_matrix_where_its_class_has_none() -> None:
    model = {
        "model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4,
        "num_hidden_layers": 2, "vocab_size": 100, "tie_word_embeddings": False,
    }  # fmt: skip
    vae = _config("random vae 0")
    bare = _read(vae=vae, text_encoder={**model, "architectures": ["LlamaModel"]})
    whole = _read(vae=vae, text_encoder={**model, "architectures": ["LlamaForCausalLM"]})
    assert _elements(whole.components[1]) - _elements(bare.components[1]) == 100 * 64


def test_a_cache_asked_of_a_pipeline_is_nothing_and_says_why(estimator: Estimator) -> None:
    answer = estimator.kv_cache({"architecture": _xl(), "context_tokens": 77})
    assert answer.bytes == 0
    assert any("no keys and values" in said for said in answer.assumptions)


def test_a_pipeline_is_no_language_model() -> None:
    with pytest.raises(ArchitectureError, match="is a diffusion pipeline: only its weights"):
        read_architecture(_xl())
