"""The contract of POST /v1/memory/kv-cache and /v1/memory/weights."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tokenquote_client.model_header import ModelHeader
from tokenquote_client.wire import Method, Received, Sent, one_of

__all__ = ["KvCacheAnswer", "KvCacheQuestion", "MemoryUse", "Subject", "WeightsAnswer", "WeightsQuestion"]

Parallel = Annotated[int, Field(strict=True, ge=1, le=1024)]


class Subject(Sent):
    """An open-weight model of the catalog, or an architecture of one's own."""

    model_config = one_of("model", "architecture")

    model: str | None = Field(default=None, min_length=1, max_length=200)
    """Catalog id: the Hugging Face id, such as `meta-llama/Llama-3.1-8B`."""
    architecture: dict[str, Any] | None = None
    """A Hugging Face `config.json` as it is; fields that cost no memory are ignored."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.model is None) == (self.architecture is None):
            raise PydanticCustomError("contradiction", "state either `model` or `architecture`")
        return self


class _OfFile(Subject):
    """A model as above, or the header of its file."""

    model_config = one_of("model", "architecture", "header")

    header: ModelHeader | None = None
    """Of a GGUF file its keys tell the cache; of either format its tensors tell the weights."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if sum(one is not None for one in (self.model, self.architecture, self.header)) != 1:
            raise PydanticCustomError("contradiction", "state one of `model`, `architecture` and `header`")
        return self


class KvCacheQuestion(_OfFile):
    """How much memory the keys and values of running sequences take."""

    context_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
    """Tokens that each sequence holds."""
    sequences: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """How many at the same time."""
    dtype: str = Field(default="fp16", max_length=32)
    """Type of a cache element: fp32, fp16, bf16, fp8, int8, q8_0, q4_0, …"""
    block_tokens: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """Tokens of a cache block, if the engine pages: 16 for vLLM. Sequences are rounded up to whole blocks."""
    tensor_parallel: Parallel = 1
    pipeline_parallel: Parallel = 1
    context_parallel: Parallel = 1
    """GPUs that each hold a part of every sequence's tokens (decode context parallelism)."""
    value_dtype: str | None = Field(default=None, min_length=1, max_length=32)
    """Type of values, if it is another one than that of keys."""
    shared_prefix_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] = 0
    """Tokens at the beginning of each sequence that all have in common, held once."""
    beams: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1
    """Beams, or parallel samples, of each sequence, which hold its prompt once."""
    prompt_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """Of `context_tokens`, those that are the prompt; all of them unless stated. Beams differ in the rest."""
    encoder_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """Tokens of each sequence that layers of cross attention hold: a picture's, or a source text's."""
    engine: Literal["vllm", "llama.cpp"] | None = None
    """llama.cpp lays windows of all sequences into one buffer, rounds lengths up to 256 tokens and keeps
    recurrent states in fp32."""
    in_flight_tokens: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)] | None = None
    """Tokens that windows have room for besides: what one step adds at most. 512 for llama.cpp, else 0."""
    state_dtype: Literal["fp32", "fp16", "bf16"] = "fp32"
    """Type of recurrent states (`mamba_ssm_cache_dtype`)."""

    @model_validator(mode="after")
    def _within_context(self) -> Self:
        for name in ("shared_prefix_tokens", "prompt_tokens"):
            if (getattr(self, name) or 0) > self.context_tokens:
                raise PydanticCustomError(
                    "contradiction", f"`{name}` is part of `context_tokens`, which is less"
                )
        return self


class KvCacheAnswer(Received):
    """Bytes of a KV cache."""

    bytes: int
    """Over all GPUs, what is replicated counted as often as it is held."""
    bytes_per_token: int
    """Of one sequence, over all layers, on one set of GPUs without replication."""
    bytes_per_gpu: int
    """On the GPU that holds most."""
    state_bytes: int = 0
    """Of one sequence: what recurrent layers keep, whatever its length."""
    rounding_bytes: int = 0
    """Of `bytes`, what lies in blocks that are not full."""
    contiguous_bytes: int = 0
    """What it would be if each sequence and each beam had a buffer of its own, windows or not."""
    layers: dict[str, int]
    """Number of layers by kind: attention, mla, …"""
    formula: str
    method: Method
    assumptions: list[str] = Field(default=[])
    warnings: list[str] = Field(default=[])


class WeightsQuestion(_OfFile):
    """How much memory the weights take."""

    quantization: str | None = Field(default=None, max_length=64)
    """Needed unless a `header` says the types: fp32, fp16, bf16, fp8, int8, int4, gptq-4bit-g128,
    awq-4bit-g128, nf4, nf4-dq, q4_k_m, q8_0, …"""
    imatrix: bool | None = None
    """Whether a GGUF file was made with an importance matrix; unless stated, where its type asks for one."""

    @model_validator(mode="after")
    def _types_once(self) -> Self:
        if self.quantization is not None and self.header is not None:
            detail = "a `header` has its types: leave `quantization` out"
            raise PydanticCustomError("contradiction", detail)
        return self


class WeightsAnswer(Received):
    """Bytes of the weights."""

    bytes: int
    bits_per_weight: float
    """Over all parameters, scales and zeros included."""
    parameters: int
    active_parameters: int | None = None
    """Those that one token goes through: fewer than all in a mixture of experts."""
    components: dict[str, int]
    """Bytes by part: embedding, attention, mlp, experts, norms, lm_head, …; they add up to `bytes`."""
    types: dict[str, int] = Field(default={})
    """Bytes by type, of formats that mix several; they add up to `bytes`."""
    method: Method
    assumptions: list[str] = Field(default=[])
    warnings: list[str] = Field(default=[])


class MemoryUse(Received):
    """What a quoted conversation holds in memory if one hosts the model oneself."""

    kv_cache_bytes_peak: int
    """At the longest context of the conversation, fp16, one sequence."""
    kv_cache_bytes_per_token: int
    weights_bytes: int
    """At the width of `weights_dtype`."""
    weights_dtype: str
    parameters: int
    method: Method
    assumptions: list[str] = Field(default=[])
