"""POST /v1/memory/kv-cache, and the memory that a quoted conversation would hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from tokenquote.api.memory.assumptions import cache_assumptions
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry
from tokenquote.errors import LocatedError, under
from tokenquote.memory import (
    ArchitectureError,
    CacheElement,
    CacheLayout,
    CachePlan,
    Config,
    Formats,
    Weights,
    cache_formula,
    kv_cache,
    number_formats,
    read_architecture,
    read_cache_layout,
    weigh_architecture,
)
from tokenquote.memory.engines import ServingEngine, find_engine
from tokenquote.memory.engines.llama_cpp import LlamaCppRules
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.model_config.gguf_layout import read_gguf_layout
from tokenquote_client.memory import (
    KvCacheAnswer,
    KvCacheQuestion,
    MemoryUse,
    Subject,
)
from tokenquote_client.wire_types import Method

__all__ = [
    "answer_kv_cache",
    "conversation_memory",
    "figure_method",
    "read_config",
    "resolve_subject",
]

LayoutT = TypeVar("LayoutT")

# What a quoted conversation's cache is counted in: what vLLM and llama.cpp use unless told otherwise.
_QUOTED_CACHE_TYPE = "fp16"

MAX_BYTES = 2**53
"""The largest number of bytes that is answered; above it, JSON readers begin to round."""


def answer_kv_cache(question: KvCacheQuestion, catalog: Catalog) -> KvCacheAnswer:
    """Return the bytes of the keys and values of running sequences.

    Raises:
        LocatedError: the model, its architecture or the layout is unknown or wrong.
    """
    layout = _layout(question, catalog)
    if question.prediction_layers:
        layout = _drafting(layout)
    plan = _plan(question, layout, number_formats(catalog.quantization))
    held = kv_cache(layout.layers, plan)
    if held.bytes > MAX_BYTES:
        raise LocatedError(("sequences",), f"the cache would take more than 2^53 bytes, {MAX_BYTES}")
    return KvCacheAnswer(
        bytes=held.bytes,
        bytes_per_token=held.bytes_per_token,
        bytes_per_gpu=held.bytes_per_gpu,
        state_bytes=held.state_bytes,
        rounding_bytes=held.rounding_bytes,
        contiguous_bytes=held.contiguous_bytes,
        layers=dict(Counter(layer.kind for layer in layout.layers)),
        formula=cache_formula(layout.layers, plan),
        method=figure_method(layout.known),
        assumptions=[
            *layout.assumptions,
            *([] if (engine := _engine(question)) is None else [engine.assumption]),
            *cache_assumptions(layout, plan, held),
        ],
        warnings=list(layout.warnings),
    )


def _layout(question: KvCacheQuestion, catalog: Catalog) -> CacheLayout:
    if question.header is None:
        return read_config(read_cache_layout, *resolve_subject(question, catalog))
    if question.header.format == "safetensors":
        detail = (
            "a safetensors header says nothing of layers and heads: post the config.json as `architecture`"
        )
        raise LocatedError(("header", "format"), detail)
    with under("header", "metadata"):
        return read_gguf_layout(question.header.metadata)


def _drafting(layout: CacheLayout) -> CacheLayout:
    if not layout.predictors:
        detail = "the model's config names no layers that predict further tokens"
        raise LocatedError(("prediction_layers",), detail)
    return replace(layout, layers=(*layout.layers, *layout.predictors))


def _plan(question: KvCacheQuestion, layout: CacheLayout, formats: Formats) -> CachePlan:
    engine = _engine(question)
    rules = engine.rules if engine is not None else None
    llama_cpp = rules if isinstance(rules, LlamaCppRules) else None
    in_flight = question.in_flight_tokens
    with under("dtype"):
        element = formats.cache_element(question.dtype)
    with under("value_dtype"):
        value_element = formats.cache_element(question.value_dtype) if question.value_dtype else None
    return CachePlan(
        tokens=question.context_tokens,
        element=element,
        sequences=question.sequences,
        block=question.block_tokens,
        tensor_parallel=question.tensor_parallel,
        pipeline_parallel=question.pipeline_parallel,
        context_parallel=question.context_parallel,
        value_element=value_element,
        shared_prefix=question.shared_prefix_tokens,
        beams=question.beams,
        prompt=question.prompt_tokens,
        encoder_tokens=question.encoder_tokens or layout.encoder_tokens,
        in_flight=(llama_cpp.batch if llama_cpp else 0) if in_flight is None else in_flight,
        pad=llama_cpp.pad if llama_cpp else None,
        one_buffer=llama_cpp is not None,
        whole_windows=isinstance(rules, VllmRules) and not rules.groups_layers,
        conv_bytes=4 if llama_cpp else 2,
        state_bytes=4 if llama_cpp or question.state_dtype == "fp32" else 2,
    )


def _engine(question: KvCacheQuestion) -> ServingEngine | None:
    """Return the engine whose cache layout applies; None: the question names none.

    Raises:
        LocatedError: the version is not known.
    """
    asked = question.engine
    if asked is None:
        return None
    if isinstance(asked, str):
        return find_engine(asked, None)
    with under("engine"):
        return find_engine(asked.name, asked.version)


def conversation_memory(model: Model, peak_tokens: int, catalog: Catalog) -> MemoryUse | None:
    """Return the memory that a conversation with the model takes on GPUs; None: its weights are not public.

    Raises:
        LocatedError: the catalog's own entry cannot be read, which only an overlay of the user's can cause.
    """
    if model.weights is None:
        return None
    listed = catalog.models.get(model.id)
    if listed is None or listed.weights is not model.weights:
        hosted = _read_hosted(model, model.weights, catalog)
    else:
        hosted = catalog.kept.find(_read_hosted, model.weights.id, of=(model, model.weights, catalog))
    held = kv_cache(hosted.layout.layers, CachePlan(peak_tokens, hosted.cache_element))
    return MemoryUse(
        kv_cache_bytes_peak=held.bytes,
        kv_cache_bytes_per_token=held.bytes_per_token,
        weights_bytes=hosted.weights.bytes,
        weights_dtype=model.weights.published_as,
        parameters=hosted.weights.parameters,
        method=hosted.method,
        assumptions=list(hosted.assumptions),
    )


@dataclass(frozen=True, slots=True)
class _Hosted:
    """What the memory of any conversation with a self-hosted model rests on."""

    layout: CacheLayout
    cache_element: CacheElement
    weights: Weights
    method: Method
    assumptions: tuple[str, ...]


def _read_hosted(model: Model, weights: OpenWeightsEntry, catalog: Catalog) -> _Hosted:
    """Read the config of public weights, and add their bytes up.

    Raises:
        LocatedError: the catalog's own entry cannot be read.
    """
    layout = read_config(read_cache_layout, weights.architecture, model)
    architecture = read_config(read_architecture, weights.architecture, model)
    formats = number_formats(catalog.quantization)
    return _Hosted(
        layout,
        formats.cache_element(_QUOTED_CACHE_TYPE),
        weigh_architecture(architecture, formats.weight(weights.published_as), formats),
        figure_method(layout.known and architecture.known),
        (
            f"{weights.id} hosted on one GPU, weights as published, KV cache of one conversation in "
            f"{_QUOTED_CACHE_TYPE}; what an engine needs besides is not counted",
            *architecture.assumptions,
        ),
    )


def resolve_subject(question: Subject, catalog: Catalog) -> tuple[Config, Model | None]:
    """Return the config that is asked about, and the model of the catalog that it belongs to, if any.

    Raises:
        ModelNotFound, AmbiguousModel: there is no such model, or more than one.
        LocatedError: its weights are not public.
    """
    if question.architecture is not None:
        return question.architecture, None
    with under("model"):
        model = catalog.resolve(question.model or "")
    if model.weights is None:
        detail = f"the catalog knows no public weights of {model.id}: post its config.json as `architecture`"
        raise LocatedError(("model",), detail)
    return model.weights.architecture, model


def read_config(read: Callable[[Config], LayoutT], config: Config, model: Model | None) -> LayoutT:
    """Return the architecture or cache layout that `read` finds in the config.

    Raises:
        LocatedError: a field is missing or wrong, of the question or of the catalog's own entry.
    """
    try:
        return read(config)
    except ArchitectureError as error:
        located = error.under("architecture")
        if model is None:
            raise located from None
        field = ".".join(map(str, located.location))
        raise LocatedError(
            ("model",), f"the catalog's entry of {model.id}: {field}: {error.detail}"
        ) from None


def figure_method(known: bool) -> Method:
    """Return the method of a figure: a published formula over known shapes, or over assumed ones."""
    return "rule" if known else "assumed"
