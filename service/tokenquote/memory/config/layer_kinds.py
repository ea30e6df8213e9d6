"""Which kind each layer of a config is. A kind that is not known here is refused, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from tokenquote.memory.config.families import Family
from tokenquote.memory.config.fields import Fields

__all__ = ["Kind", "layer_kinds"]

Kind = Literal["full", "sliding", "chunked", "recurrent", "none"]

_WORDS: dict[str, Kind] = {
    "full_attention": "full",
    "attention": "full",
    "global": "full",
    "indexed_attention": "full",
    "deepseek_sparse_attention": "full",
    "minimax_m3_sparse": "full",
    "sliding_attention": "sliding",
    "local": "sliding",
    "chunked_attention": "chunked",
    "linear_attention": "recurrent",
    "mamba": "recurrent",
    "mamba2": "recurrent",
    "recurrent": "recurrent",
    "conv": "recurrent",
    "mlp": "none",
    "moe": "none",
}
# What these are, only the model type says.
_OF_FAMILIES = ("mamba", "mamba2", "recurrent", "conv", "mlp", "moe")
# Nemotron-H writes its layers as letters.
_LETTERS: dict[str, Kind] = {"M": "recurrent", "*": "full", "-": "none", "E": "none"}


def layer_kinds(fields: Fields, family: Family) -> Sequence[Kind]:
    """The kind of each layer, first to last.

    Raises:
        ArchitectureError: a layer is of a kind that is not counted, or the list does not fit.
    """
    layers = _number(fields, family)
    stated = _stated(fields, family, layers)
    if stated is not None:
        return stated
    if family.mixer is not None and (recurrent := _recurrent(fields, family, layers)) is not None:
        return recurrent
    if fields.has("full_attention_interval") or fields.has("linear_num_value_heads"):
        every = fields.optional_size("full_attention_interval") or family.full_every or 4
        return _all_but_every(every, layers, "recurrent")
    if fields.has("no_rope_layers") or fields.has("attention_chunk_size"):
        return _chunked(fields, layers)
    if fields.optional_size("sliding_window", least=0):
        return _sliding(fields, family, layers)
    return ["full"] * layers


def _number(fields: Fields, family: Family) -> int:
    words = fields.raw("layers_block_type")
    if family.shape == "nemotron_h" and not fields.has("num_hidden_layers") and isinstance(words, list):
        return len(words)
    return fields.layers()


def _stated(fields: Fields, family: Family, layers: int) -> Sequence[Kind] | None:
    """Layers that the config names one by one."""
    if fields.has("hybrid_override_pattern"):
        return _letters(fields, layers)
    for name in ("layer_types", "layers_block_type", "attention_layers"):
        words = fields.per_layer(name, layers)
        if words is not None:
            return [_kind(fields, family, name, word) for word in words]
    if isinstance(fields.raw("block_types"), list) and (cycle := fields.raw("block_types")):
        return [_kind(fields, family, "block_types", cycle[i % len(cycle)]) for i in range(layers)]
    flags = fields.per_layer("hybrid_layer_pattern", layers)  # MiMo-V2: 1 for a window
    if flags is not None:
        return ["sliding" if flag else "full" for flag in flags]
    flags = fields.per_layer("attn_type_list", layers)  # MiniMax-01: 1 for full attention
    return None if flags is None else ["full" if flag else "recurrent" for flag in flags]


def _kind(fields: Fields, family: Family, name: str, word: Any) -> Kind:
    known = isinstance(word, str) and word in _WORDS
    if not known or (family.mixer is None and word in _OF_FAMILIES):
        raise fields.error(name, f"{str(word)[:40]!r} layers: not counted yet")
    return _WORDS[word]


def _letters(fields: Fields, layers: int) -> Sequence[Kind]:
    letters = fields.raw("hybrid_override_pattern")
    if not isinstance(letters, str) or len(letters) != layers or set(letters) - set(_LETTERS):
        raise fields.error("hybrid_override_pattern", f"{layers} of the letters M, *, E and - are expected")
    return [_LETTERS[letter] for letter in letters]


def _recurrent(fields: Fields, family: Family, layers: int) -> Sequence[Kind] | None:
    """The ways of hybrids to say which of their layers attend."""
    if family.parallel:
        return ["full"] * layers
    if fields.has("attn_layer_period"):
        period, offset = fields.size("attn_layer_period"), fields.count("attn_layer_offset")
        return ["full" if i % period == offset else "recurrent" for i in range(layers)]
    for name in ("full_attn_idxs", "attn_layer_indices"):
        if fields.has(name):
            numbers = fields.layer_numbers(name)
            return ["full" if i in numbers else "recurrent" for i in range(layers)]
    linear = fields.within("linear_attn_config")
    if linear is not None and linear.has("full_attn_layers"):
        numbers = linear.layer_numbers("full_attn_layers")  # counted from 1
        return ["full" if i + 1 in numbers else "recurrent" for i in range(layers)]
    every = fields.optional_size("full_attention_interval", "layer_group_size") or family.full_every
    if every:
        return _all_but_every(every, layers, "recurrent")
    return ["recurrent"] * layers if family.mixer in ("mamba", "mamba2") else None


def _sliding(fields: Fields, family: Family, layers: int) -> Sequence[Kind]:
    if family.local == "all":
        return ["sliding"] * layers
    pattern = fields.raw("sliding_window_pattern")
    if isinstance(pattern, str):  # EXAONE 4: LLLG
        return ["full" if pattern[i % len(pattern)] == "G" else "sliding" for i in range(layers)]
    if family.local == "pattern" or pattern is not None:
        every = (
            fields.optional_size("sliding_window_pattern", "global_attn_every_n_layers") or family.full_every
        )
        return _all_but_every(every or 1, layers, "sliding")
    # Of the others, Qwen's convention: only if asked for, and then from a layer on.
    if not fields.flag("use_sliding_window", False):
        return ["full"] * layers
    first = fields.count("max_window_layers")
    return ["full" if i < first else "sliding" for i in range(layers)]


def _chunked(fields: Fields, layers: int) -> Sequence[Kind]:
    """Llama 4: layers with rotary positions attend within their chunk, those without to everything."""
    if not fields.has("attention_chunk_size"):
        return ["full"] * layers
    rotary = fields.per_layer("no_rope_layers", layers) if fields.raw("no_rope_layers") else None
    if rotary is not None:
        return ["chunked" if with_rope else "full" for with_rope in rotary]
    return _all_but_every(fields.optional_size("no_rope_layer_interval") or 4, layers, "chunked")


def _all_but_every(every: int, layers: int, kind: Kind) -> Sequence[Kind]:
    """Each `every`-th layer is full, the others are of the kind."""
    return ["full" if (i + 1) % every == 0 else kind for i in range(layers)]
