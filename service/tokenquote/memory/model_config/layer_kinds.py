"""The kind of each layer of a config. A kind that is not known here is refused, never guessed.

A word for a kind of its own stands in `_WORDS`, beside the function that reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tokenquote.memory.model_config.attention_kinds import (
    ReadAttention,
    read_chunked,
    read_full,
    read_nothing,
    read_sliding,
)
from tokenquote.memory.model_config.families import Family
from tokenquote.memory.model_config.fields import ConfigFields, as_text
from tokenquote.memory.model_config.recurrent import read_recurrent

__all__ = ["layer_kinds"]

_WORDS: dict[str, ReadAttention] = {
    "full_attention": read_full,
    "attention": read_full,
    "global": read_full,
    "indexed_attention": read_full,
    "deepseek_sparse_attention": read_full,
    "minimax_m3_sparse": read_full,
    "sliding_attention": read_sliding,
    "local": read_sliding,
    "chunked_attention": read_chunked,
    "linear_attention": read_recurrent,
    "mamba": read_recurrent,
    "mamba2": read_recurrent,
    "recurrent": read_recurrent,
    "conv": read_recurrent,
    "mlp": read_nothing,
    "moe": read_nothing,
}
# Only the model type says what these are.
_DEFINED_BY_FAMILY = ("mamba", "mamba2", "recurrent", "conv", "mlp", "moe")
# Nemotron-H writes its layers as letters.
_LETTERS: dict[str, ReadAttention] = {
    "M": read_recurrent,
    "*": read_full,
    "-": read_nothing,
    "E": read_nothing,
}


def layer_kinds(fields: ConfigFields, family: Family) -> Sequence[ReadAttention]:
    """Return the reader of each layer, first to last.

    Raises:
        ArchitectureError: a layer is of a kind that is not counted, or the list does not fit.
    """
    layers = _layer_count(fields, family)
    stated = _stated(fields, family, layers)
    if stated is not None:
        return stated
    if family.mixer is not None and (recurrent := _recurrent(fields, family, layers)) is not None:
        return recurrent
    if fields.has("full_attention_interval") or fields.has("linear_num_value_heads"):
        every = fields.optional_size("full_attention_interval") or family.full_every or 4
        return _all_but_every(every, layers, read_recurrent)
    if fields.has("no_rope_layers") or fields.has("attention_chunk_size"):
        return _chunked(fields, layers)
    if fields.optional_size("sliding_window", least=0):
        return _sliding(fields, family, layers)
    return [read_full] * layers


def _layer_count(fields: ConfigFields, family: Family) -> int:
    words = fields.listed("layers_block_type")
    if family.shape == "nemotron_h" and not fields.has("num_hidden_layers") and words is not None:
        return len(words)
    return fields.layers()


def _stated(fields: ConfigFields, family: Family, layers: int) -> Sequence[ReadAttention] | None:
    """Return the layers that the config names one by one; None if it does not."""
    if fields.has("hybrid_override_pattern"):
        return _letters(fields, layers)
    if family.shape == "nemotron_h" and not fields.has("layers_block_type"):
        raise fields.missing("hybrid_override_pattern, or layers_block_type: which layers attend")
    for name in ("layer_types", "layers_block_type", "attention_layers"):
        words = fields.per_layer(name, layers)
        if words is not None:
            return [_kind(fields, family, name, word) for word in words]
    if cycle := fields.listed("block_types"):
        return [_kind(fields, family, "block_types", cycle[i % len(cycle)]) for i in range(layers)]
    flags = fields.per_layer("hybrid_layer_pattern", layers)  # MiMo-V2: 1 for a window
    if flags is not None:
        return [read_sliding if flag else read_full for flag in flags]
    flags = fields.per_layer("attn_type_list", layers)  # MiniMax-01: 1 for full attention
    return None if flags is None else [read_full if flag else read_recurrent for flag in flags]


def _kind(fields: ConfigFields, family: Family, name: str, word: Any) -> ReadAttention:
    read = _WORDS.get(as_text(word) or "")
    if read is None or (family.mixer is None and word in _DEFINED_BY_FAMILY):
        raise fields.error(name, f"{str(word)[:40]!r} layers: not counted yet")
    return read


def _letters(fields: ConfigFields, layers: int) -> Sequence[ReadAttention]:
    letters = fields.text("hybrid_override_pattern")
    if letters is None or len(letters) != layers or set(letters) - set(_LETTERS):
        raise fields.error("hybrid_override_pattern", f"{layers} of the letters M, *, E and - are expected")
    return [_LETTERS[letter] for letter in letters]


def _recurrent(fields: ConfigFields, family: Family, layers: int) -> Sequence[ReadAttention] | None:
    """Return the layers of a hybrid, by one of the ways to say which of them attend; None: it uses none."""
    if family.parallel:
        return [read_full] * layers
    if fields.has("attn_layer_period"):
        period, offset = fields.size("attn_layer_period"), fields.count("attn_layer_offset")
        return [read_full if i % period == offset else read_recurrent for i in range(layers)]
    for name in ("full_attn_idxs", "attn_layer_indices"):
        if fields.has(name):
            numbers = fields.layer_numbers(name)
            return [read_full if i in numbers else read_recurrent for i in range(layers)]
    linear = fields.within("linear_attn_config")
    if linear is not None and linear.has("full_attn_layers"):
        numbers = linear.layer_numbers("full_attn_layers")  # counted from 1
        return [read_full if i + 1 in numbers else read_recurrent for i in range(layers)]
    every = fields.optional_size("full_attention_interval", "layer_group_size") or family.full_every
    if every:
        return _all_but_every(every, layers, read_recurrent)
    return [read_recurrent] * layers if family.mixer in ("mamba", "mamba2") else None


def _sliding(fields: ConfigFields, family: Family, layers: int) -> Sequence[ReadAttention]:
    if family.local == "all":
        return [read_sliding] * layers
    pattern = fields.raw("sliding_window_pattern")
    if (letters := as_text(pattern)) is not None:  # EXAONE 4: LLLG
        return [read_full if letters[i % len(letters)] == "G" else read_sliding for i in range(layers)]
    if family.local == "pattern" or pattern is not None:
        every = (
            fields.optional_size("sliding_window_pattern", "global_attn_every_n_layers") or family.full_every
        )
        return _all_but_every(every or 1, layers, read_sliding)
    # The others follow Qwen: windows only if asked for, and then from a layer on.
    if not fields.flag("use_sliding_window", False):
        return [read_full] * layers
    first = fields.count("max_window_layers")
    return [read_full if i < first else read_sliding for i in range(layers)]


def _chunked(fields: ConfigFields, layers: int) -> Sequence[ReadAttention]:
    """Return Llama 4's layers: those with rotary positions attend within their chunk, the others to all."""
    if not fields.has("attention_chunk_size"):
        return [read_full] * layers
    rotary = fields.per_layer("no_rope_layers", layers) if fields.raw("no_rope_layers") else None
    if rotary is not None:
        return [read_chunked if with_rope else read_full for with_rope in rotary]
    return _all_but_every(fields.optional_size("no_rope_layer_interval") or 4, layers, read_chunked)


def _all_but_every(every: int, layers: int, kind: ReadAttention) -> Sequence[ReadAttention]:
    """Return layers of the kind, of which each `every`-th is full instead."""
    return [read_full if (i + 1) % every == 0 else kind for i in range(layers)]
