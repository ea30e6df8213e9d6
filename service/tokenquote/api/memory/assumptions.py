"""The assumptions that answers on memory state, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tokenquote.memory import Attention, CacheLayout, CachePlan, KvCache, WeightFormat, Weights
from tokenquote.memory.weights.quantization import Storage

__all__ = ["cache_assumptions", "format_assumptions", "replication_assumptions"]


def cache_assumptions(layout: CacheLayout, plan: CachePlan, held: KvCache) -> Iterator[str]:
    """Yield the assumptions behind the bytes of a cache, one sentence each."""
    windows = {(layer.kind, window) for layer in layout.layers if (window := layer.held_window)}
    for kind, window in sorted(windows):
        if plan.whole_windows:
            yield f"{kind} layers hold every token, though they look at {window} at most (vLLM before 0.9.2)"
            continue
        yield (
            f"{kind} layers hold {window} tokens of a sequence at most, and more only while a prompt is read"
        )
    if held.state_bytes:
        yield (
            f"recurrent layers hold {held.state_bytes} bytes of a sequence, however long it is: their "
            f"convolution in {8 * plan.conv_bytes} bit, their state in {8 * plan.state_bytes} bit"
        )
    reading = sum(layer.reads_earlier for layer in layout.layers)
    if reading:
        yield f"{reading} layers read the keys and values of earlier layers and keep none"
    if any(layer.has_fp8_index for layer in layout.layers):
        yield "the sparse-attention indexer keeps fp8 keys with fp32 scales, whatever the dtype"
    yield from replication_assumptions(layout.layers, plan.tensor_parallel)


def replication_assumptions(layers: Iterable[Attention], ranks: int) -> Iterator[str]:
    """Yield a sentence for each part of a cache that several of the tensor-parallel GPUs hold whole."""
    said = dict.fromkeys(layer.replication(ranks) for layer in layers)
    yield from (sentence for sentence in said if sentence is not None)


def format_assumptions(format_: WeightFormat, weights: Weights) -> Iterator[str]:
    """Yield the assumptions behind the bytes of weights, one sentence each."""
    if format_.mix is not None:
        shares = ", ".join(f"{name}: {size}" for name, size in sorted(weights.types.items()))
        yield f"{format_.name}: a type for each tensor, as llama.cpp's quantize assigns it; bytes: {shares}"
        yield "the file's header, its vocabulary and a projector for images are not counted"
        return
    if format_.quantises == "everything":
        return
    parts = ", ".join(part for part in weights.components if part in weights.quantised)
    storage = format_.storage
    charged = storage.bits_per_weight != storage.bits
    scales = "with scales and zeros" if charged else _uncharged_scales(storage)
    bits = f"{float(storage.bits_per_weight):.6g} bits per weight"
    yield f"{format_.name}: {bits}, {scales}, in matrices of: {parts}"
    yield f"norms, biases, routers and all other parts in {format_.rest_bits} bit"


def _uncharged_scales(storage: Storage) -> str:
    """Return a phrase on scales that no single weight can be charged with."""
    if storage.row_bits or storage.tile or storage.tensor_bits:
        return "and scales for each row, tile or tensor"
    return "without scales: a format that has them, such as gptq-4bit-g128, takes more"
