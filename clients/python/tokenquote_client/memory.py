"""The contract of POST /v1/memory/kv-cache and /v1/memory/weights: how many bytes a model takes."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tokenquote_client.model_header import ModelHeader
from tokenquote_client.wire_types import Method, Received, Sent, exactly_one

__all__ = ["KvCacheAnswer", "KvCacheQuestion", "MemoryUse", "Subject", "WeightsAnswer", "WeightsQuestion"]

Parallel = Annotated[int, Field(strict=True, ge=1, le=1024)]


class Subject(Sent):
    """An open-weight model: one of the catalog, or any by its `config.json`."""

    model_config = exactly_one("model", "architecture")

    model: str | None = Field(default=None, min_length=1, max_length=200)
    """The model of the catalog, in place of `architecture`: its id is the Hugging Face id, such as
    `meta-llama/Llama-3.1-8B`. Without public weights it is an error."""
    architecture: dict[str, Any] | None = None
    """The `config.json` of a Hugging Face model as it is, in place of `model`; fields that cost no memory are
    ignored."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.model is None) == (self.architecture is None):
            raise PydanticCustomError("contradiction", "state either `model` or `architecture`")
        return self


class SubjectOrHeader(Subject):
    """An open-weight model: one of the catalog, any by its `config.json`, or the header of its file."""

    model_config = exactly_one("model", "architecture", "header")

    header: ModelHeader | None = None
    """The header of a model file: the keys of a GGUF file tell the cache, and the tensors of a GGUF or
    safetensors file tell the weights."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if sum(given is not None for given in (self.model, self.architecture, self.header)) != 1:
            raise PydanticCustomError("contradiction", "state one of `model`, `architecture` and `header`")
        return self


class KvCacheQuestion(SubjectOrHeader):
    """How much memory the keys and values of running sequences take."""

    context_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
    """The number of tokens that each sequence holds."""
    sequences: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """The number of sequences at the same time."""
    dtype: str = Field(default="fp16", max_length=32)
    """The number format of a cache element: fp32, fp16, bf16, fp8, int8, q8_0, q4_0 and others."""
    block_tokens: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """The number of tokens in a block of the cache, if the engine pages: 16 for vLLM. Each sequence is
    rounded up to whole blocks; null: nothing is rounded."""
    tensor_parallel: Parallel = 1
    """The number of GPUs that each layer is split over (tensor parallelism)."""
    pipeline_parallel: Parallel = 1
    """The number of pipeline stages that the layers are divided into."""
    context_parallel: Parallel = 1
    """The number of GPUs that each hold a part of every sequence's tokens (decode context parallelism)."""
    value_dtype: str | None = Field(default=None, min_length=1, max_length=32)
    """The number format of values; null: the same as that of keys, `dtype`."""
    shared_prefix_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] = 0
    """The number of tokens at the beginning of each sequence that all have in common, held once."""
    beams: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1
    """The number of beams, or parallel samples, of each sequence, which hold its prompt once."""
    prompt_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """The tokens of `context_tokens` that are the prompt; null: all of them. Beams differ in the rest."""
    encoder_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """The tokens of each sequence that layers of cross attention hold: an image's, or a source text's; null:
    what the model's config says, and an error if such layers exist and it says nothing."""
    engine: Literal["vllm", "llama.cpp"] | None = None
    """The engine whose layout applies: llama.cpp lays sliding windows of all sequences into one buffer,
    rounds lengths up to 256 tokens and keeps recurrent states in fp32. Null: as vLLM."""
    in_flight_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """The tokens that sliding windows have room for besides their own: the most that one step adds; null: 512
    for llama.cpp, else 0."""
    state_dtype: Literal["fp32", "fp16", "bf16"] = "fp32"
    """The number format of recurrent states (`mamba_ssm_cache_dtype`); llama.cpp keeps them in fp32
    whatever this says."""

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
    """The bytes over all GPUs; what several GPUs hold counts as often as it is held."""
    bytes_per_token: int
    """The bytes of one token of one sequence over all layers, without replication."""
    bytes_per_gpu: int
    """The bytes on the GPU that holds the most."""
    state_bytes: int = 0
    """The bytes that recurrent layers keep for one sequence, whatever its length; 0 without such layers."""
    rounding_bytes: int = 0
    """The bytes of `bytes` that are only rounding, in blocks or buffers that are not full."""
    contiguous_bytes: int = 0
    """The bytes over all GPUs if each sequence and each beam had a buffer of its own of the full length,
    windows or not."""
    layers: dict[str, int]
    """The number of layers of each kind: `attention`, `sliding_window`, `mla`, `mamba2` and others."""
    formula: str
    """The formula of the bytes with its numbers filled in."""
    method: Method
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each."""
    warnings: list[str] = Field(default=[])
    """What could mislead a reader who sees only the numbers."""


class WeightsQuestion(SubjectOrHeader):
    """How much memory the weights of a model take."""

    quantization: str | None = Field(default=None, max_length=64)
    """The number format of the weights: fp32, fp16, bf16, fp8, int8, int4, gptq-4bit-g128, awq-4bit-g128,
    nf4, nf4-dq, q4_k_m, q8_0 and others. It is required unless a `header` says the types, and an
    error beside one."""
    imatrix: bool | None = None
    """Whether a GGUF file was made with an importance matrix, which changes the types of some tensors; null:
    where its format asks for one."""

    @model_validator(mode="after")
    def _types_once(self) -> Self:
        if self.quantization is not None and self.header is not None:
            detail = "a `header` has its types: leave `quantization` out"
            raise PydanticCustomError("contradiction", detail)
        return self


class WeightsAnswer(Received):
    """How much memory the weights take, in bytes."""

    bytes: int
    """The bytes of all weights together."""
    bits_per_weight: float
    """The average bits per weight over all parameters, scales and zeros included."""
    parameters: int
    """The number of weights."""
    active_parameters: int | None = None
    """The number of weights that one token goes through: of experts only those that the router chooses, and
    no vision tower; null: the question brought a `header`."""
    components: dict[str, int]
    """The bytes by part: `embedding`, `attention`, `mlp`, `experts`, `norms`, `lm_head`, …; they add up to
    `bytes`."""
    types: dict[str, int] = Field(default={})
    """The bytes by number format, where the format mixes several, such as `q4_k` and `q6_k`; they add up to
    `bytes`. Empty: it mixes none."""
    method: Method
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each."""
    warnings: list[str] = Field(default=[])
    """What could mislead a reader who sees only the numbers."""


class MemoryUse(Received):
    """What a quoted conversation holds in memory if the model is self-hosted."""

    kv_cache_bytes_peak: int
    """The bytes of the KV cache at the longest context of the conversation, for one sequence in fp16."""
    kv_cache_bytes_per_token: int
    """The bytes of the KV cache for one token, in fp16."""
    weights_bytes: int
    """The bytes of the weights in the number format `weights_dtype`."""
    weights_dtype: str
    """The number format in which the weights are published."""
    parameters: int
    """The number of weights."""
    method: Method
    assumptions: list[str] = Field(default=[])
    """What these numbers take for granted, one statement each."""
