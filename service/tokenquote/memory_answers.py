"""POST /v1/memory/kv-cache and /v1/memory/weights, and what a quoted conversation would hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from tokenquote.catalog import Catalog, Model
from tokenquote.memory import (
    Architecture,
    ArchitectureError,
    Attention,
    CacheError,
    CacheLayout,
    CachePlan,
    Formats,
    GroupedAttention,
    KvCache,
    LatentAttention,
    UnknownFormat,
    WeightFormat,
    Weights,
    cache_formula,
    formats_of,
    kv_cache,
    read_architecture,
    read_cache_layout,
    tensors,
    weigh,
)
from tokenquote.memory.quantization import Storage
from tokenquote.plan_errors import PlanError
from tokenquote_client.memory import (
    KvCacheAnswer,
    KvCacheQuestion,
    MemoryUse,
    Subject,
    WeightsAnswer,
    WeightsQuestion,
)
from tokenquote_client.wire import Method

__all__ = [
    "answer_kv_cache",
    "answer_weights",
    "memory_of",
    "method_of",
    "read_as",
    "subject_of",
    "unknown_format",
]

LayoutT = TypeVar("LayoutT")

# What a quoted conversation's cache is counted in: what vLLM and llama.cpp use unless told otherwise.
_QUOTED_CACHE_TYPE = "fp16"

MAX_BYTES = 2**53
"""Above it, JSON readers begin to round."""


def answer_kv_cache(question: KvCacheQuestion, catalog: Catalog) -> KvCacheAnswer:
    """Bytes of the keys and values of running sequences.

    Raises:
        one of `problems.KNOWN_ERRORS`: the model, its architecture or the layout is not known or not right.
    """
    layout = read_as(read_cache_layout, *subject_of(question, catalog))
    formats = formats_of(catalog.quantization)
    try:
        plan = CachePlan(
            tokens=question.context_tokens,
            element=formats.cache_element(question.dtype),
            sequences=question.sequences,
            block=question.block_tokens,
            tensor_parallel=question.tensor_parallel,
            pipeline_parallel=question.pipeline_parallel,
        )
        held = kv_cache(layout.layers, plan)
    except UnknownFormat as error:
        raise PlanError(("dtype",), unknown_format(error, formats.cache)) from None
    except CacheError as error:
        raise PlanError((error.field,), error.detail) from None
    if held.bytes > MAX_BYTES:
        raise PlanError(("sequences",), f"the cache would take more than 2^53 bytes, {MAX_BYTES}")
    return KvCacheAnswer(
        bytes=held.bytes,
        bytes_per_token=held.bytes_per_token,
        bytes_per_gpu=held.bytes_per_gpu,
        layers=dict(Counter(layer.kind for layer in layout.layers)),
        formula=cache_formula(layout.layers, plan),
        method=method_of(layout.known),
        assumptions=[*layout.assumptions, *_cache_assumptions(layout, plan, held)],
        warnings=list(layout.warnings),
    )


def answer_weights(question: WeightsQuestion, catalog: Catalog) -> WeightsAnswer:
    """Bytes of the weights in a number format.

    Raises:
        one of `problems.KNOWN_ERRORS`: the model, its architecture or the format is not known or not right.
    """
    architecture = read_as(read_architecture, *subject_of(question, catalog))
    formats = formats_of(catalog.quantization)
    try:
        format_ = formats.weight(question.quantization)
    except UnknownFormat as error:
        raise PlanError(("quantization",), unknown_format(error, formats.weights)) from None
    weights = _weigh(architecture, format_, formats)
    mixed = () if format_.mix_of is None else (_mix_warning(format_),)
    return WeightsAnswer(
        bytes=weights.bytes,
        bits_per_weight=float(weights.bits_per_weight),
        parameters=weights.parameters,
        components=weights.components,
        method=method_of(architecture.known and not mixed),
        assumptions=[*architecture.assumptions, *_format_assumptions(format_, weights)],
        warnings=[*architecture.warnings, *mixed],
    )


def memory_of(model: Model, peak_tokens: int, catalog: Catalog) -> MemoryUse | None:
    """What the conversation would hold if one hosted the model; None where its weights are not public.

    Raises:
        PlanError: the catalog's own entry cannot be read, which only an overlay of one's own can cause.
    """
    if model.weights is None:
        return None
    layout = read_as(read_cache_layout, model.weights.architecture, model)
    architecture = read_as(read_architecture, model.weights.architecture, model)
    formats = formats_of(catalog.quantization)
    held = kv_cache(layout.layers, CachePlan(peak_tokens, formats.cache_element(_QUOTED_CACHE_TYPE)))
    format_ = formats.weight(model.weights.published_as)
    weights = _weigh(architecture, format_, formats)
    return MemoryUse(
        kv_cache_bytes_peak=held.bytes,
        kv_cache_bytes_per_token=held.bytes_per_token,
        weights_bytes=weights.bytes,
        weights_dtype=model.weights.published_as,
        parameters=weights.parameters,
        method=method_of(layout.known and architecture.known),
        assumptions=[
            f"{model.weights.id} hosted on one GPU, weights as published, KV cache of one conversation in "
            f"{_QUOTED_CACHE_TYPE}; what an engine needs besides is not counted",
            *architecture.assumptions,
        ],
    )


def subject_of(question: Subject, catalog: Catalog) -> tuple[Mapping[str, Any], Model | None]:
    """The config that is asked about, and the model of the catalog that it belongs to.

    Raises:
        UnknownModel, AmbiguousModel: no such model.
        PlanError: its weights are not public.
    """
    if question.architecture is not None:
        return question.architecture, None
    model = catalog.resolve(question.model or "")
    if model.weights is None:
        detail = f"the catalog knows no public weights of {model.id}: post its config.json as `architecture`"
        raise PlanError(("model",), detail)
    return model.weights.architecture, model


def read_as(
    read: Callable[[Mapping[str, Any]], LayoutT], config: Mapping[str, Any], model: Model | None
) -> LayoutT:
    """What `read` makes of the config.

    Raises:
        PlanError: naming the field, of the question or of the catalog's own entry.
    """
    try:
        return read(config)
    except ArchitectureError as error:
        if model is None:
            raise PlanError(("architecture", *error.location), error.detail) from None
        field = ".".join(map(str, ("architecture", *error.location)))
        raise PlanError(("model",), f"the catalog's entry of {model.id}: {field}: {error.detail}") from None


def _weigh(architecture: Architecture, format_: WeightFormat, formats: Formats) -> Weights:
    return weigh(tensors(architecture), format_, formats, tied=architecture.tied)


def method_of(known: bool) -> Method:
    """A published formula over known shapes, or over shapes that are taken for granted."""
    return "rule" if known else "assumed"


def _cache_assumptions(layout: CacheLayout, plan: CachePlan, held: KvCache) -> Iterator[str]:
    for kind, window in sorted({(one.kind, w) for one in layout.layers if (w := _window(one))}):
        yield (
            f"{kind} layers hold {window} tokens of a sequence at most, and more only while a prompt is read"
        )
    if held.state_bytes:
        yield (
            f"linear attention holds {held.state_bytes} bytes of a sequence, however long it is: "
            "its convolution in 16 bit, its state in 32"
        )
    if any(isinstance(one, LatentAttention) and one.indexer for one in layout.layers):
        yield "the sparse-attention indexer keeps fp8 keys with fp32 scales, whatever the dtype"
    if plan.tensor_parallel > 1:
        yield from _replication(layout, plan.tensor_parallel)


def _window(layer: Attention) -> int | None:
    return layer.window if isinstance(layer, GroupedAttention) else None


def _replication(layout: CacheLayout, ranks: int) -> Iterator[str]:
    if any(isinstance(one, LatentAttention) for one in layout.layers):
        yield f"each of the {ranks} tensor-parallel GPUs holds all of the compressed MLA rows"
    for heads in sorted({one.kv_heads for one in layout.layers if isinstance(one, GroupedAttention)}):
        if heads < ranks:
            yield f"each of the {heads} KV heads is held by {ranks // heads} of the {ranks} GPUs"


def _format_assumptions(format_: WeightFormat, weights: Weights) -> Iterator[str]:
    if format_.quantises == "everything":
        return
    parts = ", ".join(part for part in weights.components if part in weights.quantised)
    storage = format_.storage
    scales = "with scales and zeros" if storage.bits_per_weight != storage.bits else _scales_of(storage)
    bits = f"{float(storage.bits_per_weight):.6g} bits per weight"
    yield f"{format_.name}: {bits}, {scales}, in matrices of: {parts}"
    yield f"norms, biases, routers and all other parts in {format_.rest_bits} bit"


def _scales_of(storage: Storage) -> str:
    """Scales that no single weight can be charged with."""
    if storage.row_bits or storage.tile or storage.tensor_bits:
        return "and scales for each row, tile or tensor"
    return "without scales: a format that has them, such as gptq-4bit-g128, takes more"


def _mix_warning(format_: WeightFormat) -> str:
    return (
        f"{format_.mix_of} mixes types from tensor to tensor, which is not counted yet: taken as "
        f"{format_.name} throughout, usually a few percent too little"
    )


def unknown_format(error: UnknownFormat, known: Iterable[str]) -> str:
    """What is wrong with the name of a format."""
    listed = ", ".join(error.near) or ", ".join(sorted(known)[:12])
    return f"no such format; {'near names' if error.near else 'some of those known'}: {listed}"
