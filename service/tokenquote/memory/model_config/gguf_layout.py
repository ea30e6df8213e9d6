"""The layers of a GGUF file from the keys of its header (gguf/constants.py of llama.cpp)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tokenquote.memory.layers import Attention, CacheLayout, GroupedAttention, LatentAttention
from tokenquote.memory.layers.recurrent import Mamba, Mamba2, Recurrent, ShortConvolution
from tokenquote.memory.model_config.fields import (
    MAX_LAYERS,
    MAX_SIZE,
    ArchitectureError,
    as_list,
    as_text,
    as_whole_number,
)

__all__ = ["read_gguf_layout"]

# For architectures whose files do not say which layers slide: all but every n-th (src/models of llama.cpp).
_FULL_EVERY = {"gemma2": 2, "gemma3": 6, "gpt-oss": 2, "cohere2": 4, "olmo2": 4, "exaone4": 4, "llama4": 4}
_ALL_SLIDE = ("phi3", "starcoder2")


def read_gguf_layout(metadata: Mapping[str, Any]) -> CacheLayout:
    """Return the layers of the file's model.

    Raises:
        ArchitectureError: a key is missing or wrong; its location is the key.
    """
    name = as_text(metadata.get("general.architecture"))
    if not name:
        raise ArchitectureError(("general.architecture",), "missing: it says how the other keys are named")
    keys = _Keys(metadata, name)
    layers = keys.size("block_count", most=MAX_LAYERS)
    sliding = _sliding(keys, name, layers)
    heads = keys.each("attention.head_count", layers)
    kv_heads = keys.each("attention.head_count_kv", layers, default=heads)
    kept = tuple(_layer(keys, i, heads[i], kv_heads[i], sliding=sliding[i]) for i in range(layers))
    shared = keys.optional("attention.shared_kv_layers") or 0
    return CacheLayout(kept[: layers - shared] if shared < layers else kept, True, (), ())


class _Keys:
    """The keys of one architecture, read strictly."""

    def __init__(self, metadata: Mapping[str, Any], architecture: str) -> None:
        self._metadata = metadata
        self._prefix = f"{architecture}."

    def raw(self, name: str) -> Any:
        """Return the value of the key; None if it is absent."""
        return self._metadata.get(self._prefix + name)

    def size(self, name: str, *, most: int = MAX_SIZE) -> int:
        """Return a required whole number from 1."""
        value = self.optional(name, most=most)
        if not value:
            raise self.error(name, "missing: a whole number from 1 is expected")
        return value

    def optional(self, name: str, *, most: int = MAX_SIZE) -> int | None:
        """Return a whole number from 0; None if the key is absent."""
        stated = self.raw(name)
        if stated is None:
            return None
        value = as_whole_number(stated)
        if value is None or not 0 <= value <= most:
            raise self.error(name, f"a whole number up to {most} is expected")
        return value

    def each(self, name: str, layers: int, default: Sequence[int] | None = None) -> list[int]:
        """Return a number for each layer; a single one holds for all."""
        items = as_list(self.raw(name))
        if items is not None:
            numbers = [
                number for item in items if (number := as_whole_number(item)) is not None and number >= 0
            ]
            if not len(numbers) == len(items) == layers:
                raise self.error(name, f"{layers} whole numbers are expected")
            return numbers
        if self.raw(name) is None and default is not None:
            return list(default)
        return [self.optional(name) or 0] * layers

    def error(self, name: str, detail: str) -> ArchitectureError:
        """Return an error at the key."""
        return ArchitectureError((self._prefix + name,), detail)


def _layer(keys: _Keys, index: int, heads: int, kv_heads: int, *, sliding: bool) -> Attention:
    if kv_heads == 0:
        return _recurrent(keys)
    if (rank := keys.optional("attention.kv_lora_rank")) is not None:
        rope = keys.size("rope.dimension_count")
        return LatentAttention(max(heads, 1), None, rank, rope, nope_dim=0, value_dim=0)
    if heads == 0:
        raise keys.error(
            "attention.head_count", f"missing: a layer with {kv_heads} key heads has query heads"
        )
    if heads % kv_heads:
        raise keys.error("attention.head_count_kv", f"{heads} query heads do not divide over {kv_heads}")
    suffix = "_swa" if sliding else ""
    width = keys.size("embedding_length")
    key = (
        keys.optional(f"attention.key_length{suffix}")
        or keys.optional("attention.key_length")
        or width // heads
    )
    value = keys.optional(f"attention.value_length{suffix}") or keys.optional("attention.value_length") or key
    return GroupedAttention(
        heads,
        kv_heads,
        key,
        kind="sliding_window" if sliding else "attention",
        window=keys.size("attention.sliding_window") if sliding else None,
        value_dim=None if value == key else value,
    )


def _recurrent(keys: _Keys) -> Recurrent:
    """Return a recurrent layer from Mamba's keys, with which Gated DeltaNet is written too."""
    if (kernel := keys.optional("shortconv.l_cache")) is not None:
        return ShortConvolution(keys.size("embedding_length"), kernel)
    inner, state = keys.size("ssm.inner_size"), keys.size("ssm.state_size")
    kernel, groups = keys.size("ssm.conv_kernel"), keys.optional("ssm.group_count")
    if not groups:
        return Mamba(inner, state, kernel, keys.optional("ssm.time_step_rank") or 1)
    heads = keys.size("ssm.time_step_rank")
    return Mamba2(heads, inner // heads, groups, state, kernel)


def _sliding(keys: _Keys, architecture: str, layers: int) -> list[bool]:
    """Return for each layer whether it keeps a window only."""
    window = keys.optional("attention.sliding_window")
    if not window:
        return [False] * layers
    pattern = keys.raw("attention.sliding_window_pattern")
    flags = as_list(pattern)
    if flags is not None and len(flags) == layers:
        return [bool(flag) for flag in flags]
    every = as_whole_number(pattern) or 0
    if every <= 0:
        every = _FULL_EVERY.get(architecture, 0)
    if every:
        return [(i + 1) % every != 0 for i in range(layers)]
    return [architecture in _ALL_SLIDE] * layers
