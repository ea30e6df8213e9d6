"""Encoders of texts: weights, and no KV cache, since they read a whole text at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.memory.layers import Architecture, CacheLayout, Layer, Mlp
from tokenquote.memory.layers.grouped import EncoderAttention
from tokenquote.memory.layers.tensors import Tensors, vector
from tokenquote.memory.model_config.encoders.encoder_kinds import ENCODERS, EncoderKind
from tokenquote.memory.model_config.encoders.output_heads import output_head
from tokenquote.memory.model_config.fields import ConfigFields

__all__ = ["NO_CACHE", "encoder_kind", "read_encoder", "read_encoder_layout"]

NO_CACHE = "an encoder reads a whole text at once and keeps no keys and values: there is no KV cache"


def encoder_kind(config: Mapping[str, Any]) -> EncoderKind | None:
    """Return the kind of encoder that a config describes; None: it describes none."""
    return ENCODERS.get(str(config.get("model_type")))


def read_encoder_layout(config: Mapping[str, Any], kind: EncoderKind) -> CacheLayout:
    """Return the layers of an encoder, of which none keeps anything.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    fields = ConfigFields(config, (), kind.defaults, kind.names)
    fields.require("num_hidden_layers", "hidden_size", "num_attention_heads")
    return CacheLayout((_attention(fields, kind),) * fields.layers(), True, (NO_CACHE,), ())


def read_encoder(config: Mapping[str, Any], kind: EncoderKind) -> Architecture:
    """Return the architecture of an encoder, with the head that its class has.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    fields = ConfigFields(config, (), kind.defaults, kind.names)
    fields.require(
        "num_hidden_layers", "hidden_size", "num_attention_heads", "vocab_size", "intermediate_size"
    )
    hidden, width = fields.size("hidden_size"), _embedding_width(fields, kind)
    head = output_head(fields, kind, width)
    layers = _layers(fields, kind)
    taken = tuple(
        f"{name}: {value}, the default of {config.get('model_type')}, which the config does not state"
        for name, value in fields.taken_defaults.items()
    )
    return Architecture(
        hidden=hidden,
        vocabulary=fields.size("vocab_size"),
        tied=True,
        layers=layers,
        final_norm=kind.final_norm,
        norm_bias=kind.norm_bias,
        norm_weight=True,
        head_bias=False,
        other=(*_embeddings(fields, kind, width), *_relative(fields, kind), *head.tensors),
        model_type=str(config.get("model_type")),
        known=True,
        assumptions=(*taken, *head.assumptions),
        warnings=head.warnings,
        embedding_width=width,
        scores=head.scores,
    )


def _embedding_width(fields: ConfigFields, kind: EncoderKind) -> int:
    hidden = fields.size("hidden_size")
    return (fields.optional_size("embedding_size") or hidden) if kind.embedding_size else hidden


def _attention(fields: ConfigFields, kind: EncoderKind) -> EncoderAttention:
    hidden, heads = fields.size("hidden_size"), fields.size("num_attention_heads")
    head_dim = fields.optional_size("head_dim")
    if head_dim is None and hidden % heads:
        raise fields.error("num_attention_heads", f"{hidden} does not divide by {heads}: state `head_dim`")
    kv_heads = fields.optional_size("num_key_value_heads") or heads
    if heads % kv_heads:
        raise fields.error("num_key_value_heads", f"{heads} query heads do not divide over {kv_heads}")
    bias = fields.flag(kind.bias_field, kind.bias) if kind.bias_field else kind.bias
    return EncoderAttention(heads, kv_heads, head_dim or hidden // heads, qkv_bias=bias, out_bias=bias)


def _layers(fields: ConfigFields, kind: EncoderKind) -> tuple[Layer, ...]:
    hidden, number = fields.size("hidden_size"), fields.layers()
    if kind.shared_layers:
        number = min(number, fields.size("num_hidden_groups"))
    attention = _attention(fields, kind)
    block = Mlp(fields.size("intermediate_size"), kind.gated, kind.mlp_bias, kind.fused)
    other = (vector("mlp", hidden),) if kind.down_bias else ()
    first = Layer(attention, block, 2 if kind.first_norm else 1, other)
    return (first, *((Layer(attention, block, 2, other),) * (number - 1)))


def _embeddings(fields: ConfigFields, kind: EncoderKind, width: int) -> Iterator[Tensors]:
    """Yield what stands beside the tokens' embeddings: positions, segments, a norm, a matrix."""
    hidden = fields.size("hidden_size")
    learned = kind.positions and fields.raw("position_biased_input") is not False
    if learned and fields.raw("position_embedding_type") not in ("rotary", "rope"):
        yield Tensors("positions", "kept", fields.size("max_position_embeddings"), width)
    if kind.token_types and (segments := fields.count("type_vocab_size")):
        yield Tensors("positions", "kept", segments, width)
    if kind.embedding_norm:
        yield vector("norms", width, 2 if kind.norm_bias else 1)
    if width != hidden:
        yield Tensors("embedding", "linear", hidden, width)
        yield vector("embedding", hidden)


def _relative(fields: ConfigFields, kind: EncoderKind) -> Iterator[Tensors]:
    """Yield the weights of distances between tokens."""
    hidden = fields.size("hidden_size")
    if kind.relative == "buckets":
        heads = fields.size("num_attention_heads")
        yield Tensors("positions", "kept", fields.size("relative_attention_num_buckets"), heads)
    if kind.relative == "deberta" and fields.flag("relative_attention", False):
        yield from _deberta_distances(fields, hidden)
    if kind.relative == "deberta" and (kernel := fields.count("conv_kernel_size")):
        yield Tensors("convolution", "kept", hidden, hidden * kernel)
        yield vector("convolution", hidden, 3)


def _deberta_distances(fields: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield DeBERTa's table of distances, its norm, and a matrix a layer for each way that it is read."""
    stated = fields.raw("max_relative_positions")
    reach = stated if isinstance(stated, int) and stated > 0 else fields.size("max_position_embeddings")
    buckets = fields.raw("position_buckets")
    rows = buckets if isinstance(buckets, int) and buckets > 0 else reach
    yield Tensors("positions", "kept", 2 * rows, hidden)
    if "layer_norm" in str(fields.raw("norm_rel_ebd") or ""):
        yield vector("norms", hidden, 2)
    if not fields.flag("share_att_key", False):
        ways = [way for way in ("c2p", "p2c") if way in (fields.raw("pos_att_type") or ())]
        yield Tensors("attention", "linear", hidden, hidden, fields.layers() * len(ways))
        yield vector("attention", hidden, fields.layers() * len(ways))
