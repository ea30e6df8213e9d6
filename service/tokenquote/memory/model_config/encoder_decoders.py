"""Models of an encoder and a decoder (T5, BART, Whisper): what both weigh, and what the decoder caches.

A layer of the decoder attends to the text that it writes, then to the encoder's output. It is read as two
layers here: the first without a block, the second with the cross attention. Read from the modelling files of
transformers 5.23.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from typing import Any

from tokenquote.memory.layers import (
    Architecture,
    CacheLayout,
    CrossAttention,
    GroupedAttention,
    Layer,
    Mlp,
    NoFeedForward,
)
from tokenquote.memory.layers.grouped import EncoderAttention
from tokenquote.memory.layers.tensors import Tensors, vector
from tokenquote.memory.model_config.fields import MAX_LAYERS, ConfigFields

__all__ = ["EncoderDecoder", "encoder_decoder_kind", "read_encoder_decoder", "read_encoder_decoder_layout"]


@dataclass(frozen=True, slots=True)
class EncoderDecoder:
    """A kind of such models; every default is what BART does."""

    defaults: Mapping[str, int] = field(default_factory=dict)
    t5: bool = False
    """Whether it is built like T5: RMSNorms, no biases, distances in buckets for each head."""
    buckets_everywhere: bool = False
    """Whether every layer has buckets of its own (umT5); False: the first of each stack."""
    positions_more: int | None = 2
    """The positions beyond `max_position_embeddings` that are learned; None: none are."""
    embedding_norm: bool = True
    final_norm: bool = False
    logits_bias: bool = True
    """Whether files hold a bias for each token of the vocabulary, of zeros."""
    audio: bool = False
    """Whether the encoder hears: two convolutions over mel frames in place of an embedding (Whisper)."""


_MBART = EncoderDecoder(final_norm=True)
_T5 = EncoderDecoder(t5=True, defaults={"relative_attention_num_buckets": 32, "d_kv": 64})
_KINDS: Mapping[str, EncoderDecoder] = {
    "bart": EncoderDecoder(),
    "blenderbot": EncoderDecoder(positions_more=0, embedding_norm=False, final_norm=True),
    "blenderbot-small": EncoderDecoder(positions_more=0),
    "longt5": _T5,
    "m2m_100": EncoderDecoder(
        positions_more=None, embedding_norm=False, final_norm=True, logits_bias=False
    ),
    "marian": EncoderDecoder(positions_more=0, embedding_norm=False),
    "mbart": _MBART,
    "mt5": _T5,
    "mvp": EncoderDecoder(),
    "pegasus": EncoderDecoder(positions_more=0, embedding_norm=False, final_norm=True),
    "t5": _T5,
    "umt5": EncoderDecoder(
        t5=True, buckets_everywhere=True, defaults={"relative_attention_num_buckets": 32, "d_kv": 64}
    ),
    "whisper": EncoderDecoder(
        defaults={"num_mel_bins": 80, "max_source_positions": 1500, "max_target_positions": 448},
        embedding_norm=False, final_norm=True, logits_bias=False, audio=True,
    ),
}  # fmt: skip


def encoder_decoder_kind(config: Mapping[str, Any]) -> EncoderDecoder | None:
    """Return the kind that a config describes; None: it describes none."""
    return _KINDS.get(str(config.get("model_type")))


def read_encoder_decoder_layout(config: Mapping[str, Any], kind: EncoderDecoder) -> CacheLayout:
    """Return the layers of both stacks, of which those of the decoder keep a cache.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    reader = _Stacks(config, kind)
    layers = tuple(layer.attention for layer in (*reader.encoder(), *reader.decoder()))
    encoder_tokens = reader.fields.optional_size("max_source_positions") if kind.audio else None
    said = "the encoder's layers keep nothing; the decoder's keep their own tokens and the encoder's output"
    return CacheLayout(layers, True, (said,), (), encoder_tokens=encoder_tokens)


def read_encoder_decoder(config: Mapping[str, Any], kind: EncoderDecoder) -> Architecture:
    """Return the architecture of both stacks; of a class that is an encoder alone, of that one.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    reader = _Stacks(config, kind)
    fields = reader.fields
    alone = str((fields.listed("architectures") or [""])[0]).endswith("EncoderModel")
    decoder = () if alone else reader.decoder()
    return Architecture(
        hidden=fields.size("d_model"),
        vocabulary=fields.size("vocab_size"),
        tied=alone or fields.flag("tie_word_embeddings", True),
        layers=(*reader.encoder(), *decoder),
        final_norm=kind.t5 or kind.final_norm,
        norm_bias=not kind.t5,
        norm_weight=True,
        head_bias=False,
        other=tuple(reader.outside(alone=alone)),
        model_type=str(config.get("model_type")),
        known=True,
        assumptions=("the encoder alone, as the class says",) if alone else (),
        warnings=(),
        scores=0 if alone else None,
    )


class _Stacks:
    """The two stacks of a config."""

    def __init__(self, config: Mapping[str, Any], kind: EncoderDecoder) -> None:
        self.fields = ConfigFields(config, (), kind.defaults)
        self._kind = kind
        if not kind.t5:
            self.fields.require("d_model", "vocab_size", "encoder_layers", "decoder_layers")

    def encoder(self) -> tuple[Layer, ...]:
        """Return the encoder's layers."""
        number = self.fields.size(*self._names("num_layers", "encoder_layers"), most=MAX_LAYERS)
        attention = EncoderAttention(**self._sizes("encoder"))
        return (Layer(attention, self._block("encoder"), 2, self._key_less_biases()),) * number

    def decoder(self) -> tuple[Layer, ...]:
        """Return the decoder's layers, each as one of self attention and one of cross attention."""
        number = self.fields.optional_size(
            *self._names("num_decoder_layers", "decoder_layers"), most=MAX_LAYERS
        ) or self.fields.size("num_layers", most=MAX_LAYERS)
        own = GroupedAttention(**self._sizes("decoder"))
        sizes = {item.name: getattr(own, item.name) for item in dataclass_fields(own)}
        crossed = CrossAttention(**{**sizes, "kind": "cross_attention"})
        biases = self._key_less_biases()
        pair = (
            Layer(own, NoFeedForward(), 1, biases),
            Layer(crossed, self._block("decoder"), 2, biases),
        )
        return pair * number

    def _names(self, t5: str, other: str) -> tuple[str, ...]:
        return (t5,) if self._kind.t5 else (other,)

    def _sizes(self, stack: str) -> dict[str, Any]:
        fields, bias = self.fields, not self._kind.t5
        hidden = fields.size("d_model")
        heads = fields.size(*self._names("num_heads", f"{stack}_attention_heads"))
        if not self._kind.t5 and hidden % heads:
            raise fields.error(f"{stack}_attention_heads", f"{hidden} does not divide by {heads}")
        head_dim = fields.size("d_kv") if self._kind.t5 else hidden // heads
        return {
            "query_heads": heads, "kv_heads": heads, "head_dim": head_dim,
            "qkv_bias": bias and not self._kind.audio, "out_bias": bias,
        }  # fmt: skip

    def _key_less_biases(self) -> tuple[Tensors, ...]:
        """Return the biases of queries and values where keys have none, as in Whisper."""
        return (vector("attention", self.fields.size("d_model"), 2),) if self._kind.audio else ()

    def _block(self, stack: str) -> Mlp:
        inner = self.fields.size(*self._names("d_ff", f"{stack}_ffn_dim"))
        gated = self._kind.t5 and "gated" in str(self.fields.raw("feed_forward_proj") or "")
        return Mlp(inner, gated=gated, bias=not self._kind.t5)

    def outside(self, *, alone: bool) -> Iterator[Tensors]:
        """Yield what stands outside the layers beside embedding and output, such as positions."""
        fields, hidden = self.fields, self.fields.size("d_model")
        if self._kind.t5:
            yield from self._buckets(alone=alone)
            if not alone:
                yield vector("norms", hidden)
            return
        if self._kind.audio:
            bins = fields.size("num_mel_bins")
            yield Tensors("convolution", "kept", hidden, 3 * bins)
            yield Tensors("convolution", "kept", hidden, 3 * hidden)
            yield vector("convolution", hidden, 2)
            yield Tensors("positions", "kept", fields.size("max_source_positions"), hidden)
            yield Tensors("positions", "kept", fields.size("max_target_positions"), hidden)
        elif self._kind.positions_more is not None:
            rows = fields.size("max_position_embeddings") + self._kind.positions_more
            yield Tensors("positions", "kept", rows, hidden, 2)
        if self._kind.embedding_norm:
            yield vector("norms", hidden, 4)
        if self._kind.final_norm:
            yield vector("norms", hidden, 2)  # the decoder's; the encoder's counts as the model's last
        if self._kind.logits_bias:
            yield vector("lm_head", fields.size("vocab_size"))

    def _buckets(self, *, alone: bool) -> Iterator[Tensors]:
        rows, heads = self.fields.size("relative_attention_num_buckets"), self.fields.size("num_heads")
        encoder, decoder = 1, 1
        if self._kind.buckets_everywhere:
            encoder, decoder = len(self.encoder()), len(self.decoder()) // 2
        yield Tensors("positions", "kept", rows, heads, encoder + (0 if alone else decoder))
