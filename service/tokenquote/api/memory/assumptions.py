"""What an answer on memory says of how it was come by."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.memory import (
    Attention,
    CacheLayout,
    CachePlan,
    GroupedAttention,
    KvCache,
    LatentAttention,
    Parallel,
    WeightFormat,
    Weights,
)
from tokenquote.memory.weights.quantization import Storage

__all__ = ["cache_assumptions", "format_assumptions"]


def cache_assumptions(layout: CacheLayout, plan: CachePlan, held: KvCache) -> Iterator[str]:
    """What the bytes of a cache rest on."""
    for kind, window in sorted({(one.kind, w) for one in layout.layers if (w := _window(one))}):
        yield (
            f"{kind} layers hold {window} tokens of a sequence at most, and more only while a prompt is read"
        )
    if held.state_bytes:
        yield (
            f"recurrent layers hold {held.state_bytes} bytes of a sequence, however long it is: their "
            f"convolution in {8 * plan.conv_bytes} bit, their state in {8 * plan.state_bytes}"
        )
    reading = sum(isinstance(one, GroupedAttention) and not one.owns_cache for one in layout.layers)
    if reading:
        yield f"{reading} layers read the keys and values of earlier layers and keep none"
    if any(isinstance(one, LatentAttention) and one.indexer for one in layout.layers):
        yield "the sparse-attention indexer keeps fp8 keys with fp32 scales, whatever the dtype"
    if plan.tensor_parallel > 1:
        yield from _replication(layout, plan.tensor_parallel)


def _window(layer: Attention) -> int | None:
    return layer.window if isinstance(layer, GroupedAttention) else None


def _replication(layout: CacheLayout, ranks: int) -> Iterator[str]:
    if any(isinstance(one, LatentAttention) for one in layout.layers):
        yield f"each of the {ranks} tensor-parallel GPUs holds all of the compressed MLA rows"
    grouped = [one.attention if isinstance(one, Parallel) else one for one in layout.layers]
    for heads in sorted({one.kv_heads for one in grouped if isinstance(one, GroupedAttention)}):
        if heads < ranks:
            yield f"each of the {heads} KV heads is held by {ranks // heads} of the {ranks} GPUs"


def format_assumptions(format_: WeightFormat, weights: Weights) -> Iterator[str]:
    """What the bytes of weights rest on."""
    if format_.mix is not None:
        shares = ", ".join(f"{name}: {size}" for name, size in sorted(weights.types.items()))
        yield f"{format_.name}: a type for each tensor, as llama.cpp's quantize assigns it; bytes: {shares}"
        yield "the file's header, its vocabulary and a projector for pictures come on top"
        return
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
