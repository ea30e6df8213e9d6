"""Diffusion pipelines in POST /v1/memory/weights: bytes by component, and of activations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tokenquote.api.memory import MAX_BYTES
from tokenquote.api.memory.assumptions import format_assumptions
from tokenquote.errors import LocatedError, under
from tokenquote.memory import Formats, WeightFormat, Weights, weigh
from tokenquote.memory.diffusion import Component, Pipeline
from tokenquote.memory.diffusion.activations import Held, held_while_decoding, held_while_denoising
from tokenquote_client.memory import WeightsAnswer, WeightsQuestion
from tokenquote_client.pipelines import (
    PipelineActivations,
    PipelineComponent,
    PipelineImages,
    PipelineMemory,
)

__all__ = ["weigh_pipeline"]


def weigh_pipeline(question: WeightsQuestion, pipeline: Pipeline, formats: Formats) -> WeightsAnswer:
    """Return the bytes of a pipeline's weights, and of its activations where images are stated.

    Raises:
        LocatedError: the format is missing, unknown or a mix of GGUF, or the images do not fit the pipeline.
    """
    format_ = _format(question, formats)
    weights = weigh((tensor for part in pipeline.components for tensor in part.tensors), format_, formats)
    activations = None
    if question.image is not None:
        with under("image"):
            activations = _activations(question.image, pipeline, format_, weights)
    return WeightsAnswer(
        bytes=weights.bytes,
        bits_per_weight=float(weights.bits_per_weight),
        parameters=weights.parameters,
        components=weights.components,
        types=weights.types,
        pipeline=PipelineMemory(
            class_name=pipeline.class_name,
            components=[_component(part, weights) for part in pipeline.components],
            activations=activations,
        ),
        method="rule",
        assumptions=[
            *pipeline.assumptions,
            *format_assumptions(format_, weights),
            *_activation_assumptions(question, pipeline, format_),
        ],
        warnings=list(pipeline.warnings),
    )


def _format(question: WeightsQuestion, formats: Formats) -> WeightFormat:
    if question.prediction_layers:
        raise LocatedError(("prediction_layers",), "a diffusion pipeline has none: leave it out")
    if question.imatrix is not None:
        raise LocatedError(("imatrix",), "of GGUF files alone: leave it out of a diffusion pipeline")
    if question.quantization is None:
        detail = "missing: the format of all components' weights, such as fp16, bf16 or nf4"
        raise LocatedError(("quantization",), detail)
    with under("quantization"):
        format_ = formats.weight(question.quantization)
    if format_.mix is not None:
        detail = f"{format_.name} mixes types by the layers of language models: state one such as fp16 or nf4"
        raise LocatedError(("quantization",), detail)
    return format_


def _component(part: Component, weights: Weights) -> PipelineComponent:
    return PipelineComponent(
        name=part.name,
        class_name=part.class_name,
        parameters=sum(tensor.elements for tensor in part.tensors),
        bytes=weights.components[part.name],
    )


def _element_bytes(format_: WeightFormat) -> int:
    """Return the bytes of an activation: 32-bit weights run in 32 bits, all others in 16."""
    return 4 if format_.name == "fp32" else 2


def _decodes_wider(pipeline: Pipeline, format_: WeightFormat) -> bool:
    """Return whether the autoencoder is made 32 bits wide to decode, as XL's pipelines do of fp16."""
    vae = pipeline.autoencoder
    takes_it = pipeline.class_name.startswith("StableDiffusionXL") and format_.name == "fp16"
    return takes_it and vae is not None and vae.upcast


def _activations(
    image: PipelineImages, pipeline: Pipeline, format_: WeightFormat, weights: Weights
) -> PipelineActivations:
    if pipeline.autoencoder is None:
        raise LocatedError(
            (), "the size of latent images is that of the autoencoder: post its config as `vae`"
        )
    for name, pixels in (("width", image.width), ("height", image.height)):
        if pixels % pipeline.pixels_step:
            detail = f"a multiple of {pipeline.pixels_step} is expected, as the pipeline takes no other"
            raise LocatedError((name,), detail)
    size, width = (image.width, image.height), _element_bytes(format_)
    runs = image.batch * (2 if _is_guided(image, pipeline) else 1)
    decoding = held_while_decoding(pipeline.autoencoder, size)
    wider = _decodes_wider(pipeline, format_)
    # A decoder that is made wider is so with all of the autoencoder's weights.
    more = weights.components["vae"] if wider else 0
    decoded = decoding.bytes(image.batch, 4 if wider else width, more)
    denoising = held_while_denoising(pipeline, size)
    denoised = None if denoising is None else denoising.bytes(runs, width)
    peak_from, larger = _larger(denoised, decoded)
    if weights.bytes + larger.high > MAX_BYTES:
        raise LocatedError(("batch",), f"the pipeline would take more than 2^53 bytes, {MAX_BYTES}")
    return PipelineActivations(
        denoiser=None if denoised is None else denoised.low,
        vae_decode=decoded.low,
        low=larger.low,
        high=larger.high,
        peak_from=peak_from,
        peak_bytes=weights.bytes + larger.low,
        method="assumed",
    )


def _larger(denoised: Held | None, decoded: Held) -> tuple[Literal["denoiser", "vae_decode"], Held]:
    if denoised is not None and denoised.low > decoded.low:
        return "denoiser", denoised
    return "vae_decode", decoded


def _is_guided(image: PipelineImages, pipeline: Pipeline) -> bool:
    return pipeline.guided_by_pair if image.guidance is None else image.guidance


def _activation_assumptions(
    question: WeightsQuestion, pipeline: Pipeline, format_: WeightFormat
) -> Iterator[str]:
    """Yield the assumptions behind the activations, one sentence each; none without them."""
    if question.image is None:
        return
    bits = 8 * _element_bytes(format_)
    yield (
        f"activations in {bits} bit, as the pipelines of diffusers 0.42.1 hold them, without slicing, tiling "
        "or offload; attention writes no matrix of all pairs (flash attention)"
    )
    times = "twice, with its prompt and without" if _is_guided(question.image, pipeline) else "once"
    yield f"each image runs {times} in every step"
    if _decodes_wider(pipeline, format_):
        yield "the autoencoder is made 32 bits wide to decode (`force_upcast`), its weights too"
    yield "what the texts' encoders hold, the kernels' own memory and the allocator's gaps are not counted"
