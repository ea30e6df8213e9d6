"""The contract of POST /v1/memory/kv-cache and /v1/memory/weights: how many bytes a model takes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tokenquote_client.engines import CacheEngine
from tokenquote_client.model_header import ModelHeader
from tokenquote_client.pipelines import PipelineImages, PipelineMemory
from tokenquote_client.wire_types import Method, Received, Sent, either, exactly_one, having

__all__ = [
    "GpuCount",
    "KvCacheAnswer",
    "KvCacheQuestion",
    "MemoryUse",
    "PredictionLayers",
    "Subject",
    "WeightsAnswer",
    "WeightsQuestion",
]

GpuCount = Annotated[int, Field(strict=True, ge=1, le=1024)]
_LAYOUT_HEADER = {
    "required": ["metadata"],
    "properties": {
        "format": {"const": "gguf"},
        "metadata": {
            "required": ["general.architecture"],
            "properties": {"general.architecture": {"type": "string"}},
        },
    },
}
"""What the JSON schema says of a header that tells a model's layers: null, or one with these."""


class Subject(Sent):
    """An open-weight model: one of the catalog, or any by its `config.json`."""

    model_config = exactly_one("model", "architecture")

    model: str | None = Field(default=None, min_length=1, max_length=200)
    """The model of the catalog, by its id (of open weights the Hugging Face id, such as
    `meta-llama/Llama-3.1-8B`) or another of its names; without public weights it is an error. Null, the
    default: another field describes the model."""
    architecture: dict[str, Any] | None = None
    """The `config.json` of a Hugging Face model as it is; fields that cost no memory are ignored. Of a
    diffusion pipeline, its `model_index.json` with the config of each component in place of the pair of
    library and class: `{"_class_name": "StableDiffusionPipeline", "unet": {…}, "vae": {…}}`. Null, the
    default: another field describes the model."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.model is None) == (self.architecture is None):
            raise PydanticCustomError("contradiction", "state either `model` or `architecture`")
        return self


class SubjectOrHeader(Subject):
    """An open-weight model: one of the catalog, any by its `config.json`, or the header of its file."""

    model_config = exactly_one("model", "architecture", "header")

    header: ModelHeader | None = None
    """The header of a model file, in place of `model` and `architecture`: a GGUF or safetensors file's tells
    the weights, and only a GGUF file's tells the cache. Null, the default: another field describes the
    model."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if sum(given is not None for given in (self.model, self.architecture, self.header)) != 1:
            raise PydanticCustomError("contradiction", "state one of `model`, `architecture` and `header`")
        return self


class KvCacheQuestion(SubjectOrHeader):
    """How much memory the keys and values of running sequences take."""

    model_config = exactly_one(
        "model",
        "architecture",
        "header",
        also=[{"properties": {"header": _LAYOUT_HEADER}}],
    )

    context_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
    """The number of tokens that each sequence holds, of prompt and answer together."""
    sequences: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """The number of sequences at the same time; 1 by default."""
    dtype: str = Field(default="fp16", max_length=32)
    """The number format of a cache element: `fp16`, the default, fp32, bf16, fp8, int8, q8_0, q4_0 and
    others."""
    block_tokens: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """The number of tokens in a block of the cache, to whole ones of which each sequence is rounded up: 16
    for vLLM. Null, the default: nothing is rounded to blocks. With `llama.cpp` and `ollama`, their 256 tokens
    take their place in all but cross attention."""
    tensor_parallel: GpuCount = 1
    """The number of GPUs that each layer is split over (tensor parallelism); 1 by default."""
    pipeline_parallel: GpuCount = 1
    """The number of pipeline stages that the layers are divided into; 1 by default."""
    context_parallel: GpuCount = 1
    """The number of GPUs that each hold a part of every sequence's tokens (decode context parallelism); 1 by
    default."""
    value_dtype: str | None = Field(default=None, min_length=1, max_length=32)
    """The number format of values; null, the default: the same as that of keys, `dtype`."""
    shared_prefix_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] = 0
    """The number of tokens at the beginning of each sequence that all have in common, held once; part of
    `context_tokens`, and 0 by default."""
    beams: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1
    """The number of beams, or parallel samples, of each sequence, which hold its prompt once; 1 by
    default."""
    prompt_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """The part of `context_tokens` that is the prompt; null, the default: all of them. Beams differ in the
    rest."""
    encoder_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """The tokens of each sequence that layers of cross attention hold: an image's, or a source text's; null,
    the default, or 0: what the model's config says, and an error if such layers exist and it says nothing."""
    engine: CacheEngine | None = None
    """The engine whose cache layout applies, by its name or with its version: `llama.cpp` and `ollama` lay
    sliding windows of all sequences into one buffer, round lengths up to 256 tokens and keep recurrent states
    in fp32. Null, the default, is the same as `vllm` and `sglang`: none of this, and blocks only as
    `block_tokens` states; in `vllm` before 0.9.2 windows hold every token."""
    in_flight_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """The tokens that sliding windows have room for besides their own: the most that one step adds; null, the
    default: 512 for llama.cpp and Ollama, else 0."""
    state_dtype: Literal["fp32", "fp16", "bf16"] = "fp32"
    """The number format of recurrent states (`mamba_ssm_cache_dtype`), fp32 by default; llama.cpp keeps them
    in fp32 whatever this says."""
    prediction_layers: bool = False
    """Whether the layers that predict further tokens (multi-token prediction, MTP) keep a cache too, as they
    do where the engine drafts with them; false by default, and true is an error for a model without any."""

    @model_validator(mode="after")
    def _within_context(self) -> Self:
        for name in ("shared_prefix_tokens", "prompt_tokens"):
            if (getattr(self, name) or 0) > self.context_tokens:
                raise PydanticCustomError(
                    "contradiction", f"`{name}` is part of `context_tokens`, which is less"
                )
        return self


class KvCacheAnswer(Received):
    """How much memory the KV cache takes, in bytes."""

    bytes: int
    """The bytes of the KV cache of all sequences over all GPUs; what several GPUs hold counts as often as it
    is held."""
    bytes_per_token: int
    """The bytes of one token of one sequence over all layers, without replication, as long as every sliding
    window holds the sequence whole."""
    bytes_per_gpu: int
    """The bytes on the GPU that holds the most; on one GPU the same as `bytes`."""
    state_bytes: int = 0
    """The bytes that recurrent layers keep for one sequence, whatever its length, without replication; 0
    without such layers."""
    rounding_bytes: int = 0
    """The part of `bytes` that is only rounding, in blocks or buffers that are not full."""
    contiguous_bytes: int = 0
    """The bytes over all GPUs if each sequence and each beam had a buffer of its own of the full length,
    windows or not; a comparison, no part of `bytes`."""
    layers: dict[str, int]
    """The number of layers of each kind: `attention`, `sliding_window`, `mla`, `mamba2` and others."""
    formula: str
    """The formula of the bytes with its numbers filled in."""
    method: Method
    """How the bytes of this answer are known: `exact`, `rule` (a published formula), `calibrated` (fitted
    to measurements) or `assumed` (a default, or a shape that is taken for granted)."""
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each; empty: nothing."""
    warnings: list[str] = Field(default=[])
    """What could mislead a reader who sees only the numbers; empty: nothing that is known."""


class WeightsQuestion(SubjectOrHeader):
    """How much memory the weights of a model take."""

    model_config = exactly_one(
        "model",
        "architecture",
        "header",
        also=[
            {"properties": {"header": {"required": ["tensors"], "properties": {"tensors": {"minItems": 1}}}}},
            either(
                having(header=(None,)),
                having(quantization=(None,), prediction_layers=(False,), image=(None,)),
            ),
        ],
    )

    quantization: str | None = Field(default=None, min_length=1, max_length=64)
    """The number format of the weights: fp32, fp16, bf16, fp8, int8, int4, gptq-4bit-g128, awq-4bit-g128,
    nf4, nf4-dq, q4_k_m, q6_k_l, q8_0 and others. Null, the default: the one in which the model is published,
    of an `architecture` its `quantization_config` or else its `dtype`; an error if it states neither. Beside
    a `header`, which has its types, stating it is an error."""
    imatrix: bool | None = None
    """Whether a GGUF file was made with an importance matrix, which changes the types of some tensors; null,
    the default: where its format asks for one. Other formats do not depend on it."""
    prediction_layers: bool = False
    """Whether the layers that predict further tokens (multi-token prediction, MTP) are counted, which files
    hold and engines load only to draft with them. False, the default: they are in no sum, and the answer says
    what they would add. True is an error for a model whose config names none, and beside a `header`."""
    image: PipelineImages | None = None
    """The images that a diffusion pipeline makes at once, for the bytes that its networks hold meanwhile; an
    error for every other model. Null, the default: weights alone."""

    @model_validator(mode="after")
    def _types_once(self) -> Self:
        if self.quantization is not None and self.header is not None:
            detail = "a `header` has its types: leave `quantization` out"
            raise PydanticCustomError("contradiction", detail)
        if self.prediction_layers and self.header is not None:
            detail = "a `header` lists its layers: leave `prediction_layers` out"
            raise PydanticCustomError("contradiction", detail)
        if self.image is not None and self.header is not None:
            detail = "a `header` says nothing of images: post a pipeline as `architecture`, or no `image`"
            raise PydanticCustomError("contradiction", detail)
        return self


class PredictionLayers(Received):
    """The layers that predict further tokens (multi-token prediction, MTP)."""

    layers: int
    """The number of such layers."""
    parameters: int
    """The number of their weights; embedding and output matrix are the model's own."""
    bytes: int
    """The bytes of their weights in the number format of the answer."""


class WeightsAnswer(Received):
    """How much memory the weights take, in bytes."""

    bytes: int
    """The bytes of all weights together."""
    bits_per_weight: float
    """The average bits per weight over all parameters, not rounded, scales and zeros included."""
    parameters: int
    """The number of weights; of a `header` the number of elements that the file stores."""
    active_parameters: int | None = None
    """The number of weights that one token goes through, with embedding and shared experts, but without the
    experts that the router does not choose and without a vision tower. Null: the question brought the
    `header` of a model file, or a diffusion pipeline."""
    components: dict[str, int]
    """The bytes by part: `embedding`, `attention`, `mlp`, `experts`, `norms`, `lm_head`, …, of a diffusion
    pipeline by component: `unet`, `vae`, …; they add up to `bytes`."""
    types: dict[str, int] = Field(default={})
    """The bytes by the number format that they are really stored in, of which one quantization may mix
    several, such as `q4_k` and `q6_k`; they add up to `bytes`. Empty: not known."""
    prediction_layers: PredictionLayers | None = None
    """The layers that predict further tokens, which `bytes` and `parameters` include only if the question
    asks so. Null: the model's config names none."""
    pipeline: PipelineMemory | None = None
    """The components of a diffusion pipeline, and what they hold while images are made. Null: the model is of
    another sort."""
    method: Method
    """How the bytes of this answer are known: `exact`, `rule` (a published formula), `calibrated` (fitted
    to measurements) or `assumed` (a default, or a shape that is taken for granted)."""
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each; empty: nothing."""
    warnings: list[str] = Field(default=[])
    """What could mislead a reader who sees only the numbers, such as a tower that is not counted; empty:
    nothing that is known."""


class MemoryUse(Received):
    """What a quoted conversation holds in memory if the model is self-hosted."""

    kv_cache_bytes_peak: int
    """The bytes of the KV cache for the longest context of any request to it, for one sequence in fp16."""
    kv_cache_bytes_per_token: int
    """The bytes of the KV cache for one token of one sequence, in fp16."""
    weights_bytes: int
    """The bytes of the weights in the number format `weights_dtype`, in addition to the KV cache."""
    weights_dtype: str
    """The number format in which the weights are published."""
    parameters: int
    """The number of weights."""
    method: Method
    """How the bytes of this answer are known: `exact`, `rule` (a published formula), `calibrated` (fitted
    to measurements) or `assumed` (a default, or a shape that is taken for granted)."""
    assumptions: list[str] = Field(default=[])
    """What these numbers take for granted, one statement each; empty: nothing."""
