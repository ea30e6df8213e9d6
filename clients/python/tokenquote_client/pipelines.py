"""The parts of POST /v1/memory/weights that speak of diffusion pipelines, which make images of texts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tokenquote_client.wire_types import Method, Received, Sent

__all__ = ["PipelineActivations", "PipelineComponent", "PipelineImages", "PipelineMemory"]

ImageSide = Annotated[int, Field(strict=True, ge=8, le=32_768)]


class PipelineImages(Sent):
    """The images that a pipeline makes at once."""

    width: ImageSide
    """The pixels of a row; the pipeline takes multiples of 8 or of 16."""
    height: ImageSide
    """The pixels of a column; the same multiples."""
    batch: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 1
    """The number of images that are made together; 1 by default."""
    guidance: bool | None = None
    """Whether each image runs twice in every step, with its prompt and without (classifier-free guidance).
    Null, the default: as the pipeline of diffusers does it, which is true of all but Flux."""


class PipelineComponent(Received):
    """One component of a pipeline that has weights."""

    name: str
    """The name of the component, such as `unet`, `transformer`, `vae` or `text_encoder_2`."""
    class_name: str
    """The class that its config names; empty: it names none."""
    parameters: int
    """The number of its weights."""
    bytes: int
    """The bytes of its weights in the number format of the answer."""


class PipelineActivations(Received):
    """The bytes that the networks of a pipeline hold while they run, beside the weights."""

    denoiser: int | None = None
    """The bytes alive at once in a step that takes noise away (`unet` or `transformer`). Null: the question
    brought no such network."""
    vae_decode: int
    """The bytes alive at once while the autoencoder makes the images of the latent ones, which is after the
    last step."""
    low: int
    """The bytes of the larger of both: the tensors alone."""
    high: int
    """The same with copies that kernels may make: of the widest convolution's input and output, or of
    attention's queries, keys, values and output."""
    peak_from: Literal["denoiser", "vae_decode"]
    """Which of both is larger."""
    peak_bytes: int
    """The bytes of all weights with `low`: the least that the pipeline needs where all of it stays on one
    GPU, without what the driver takes."""
    method: Method
    """How these bytes are known: `assumed`, since kernels and allocators add to them what no config says."""


class PipelineMemory(Received):
    """A diffusion pipeline, component by component."""

    class_name: str
    """The class of the pipeline, such as `StableDiffusionXLPipeline`."""
    components: list[PipelineComponent]
    """The components that are counted, in the order of the question; their bytes add up to those of the
    answer."""
    activations: PipelineActivations | None = None
    """The bytes held while images of the stated size are made. Null: the question states no `image`."""
