"""Encoders of texts by the `model_type` of their config: what their code does and the config does not say.

Read from the modelling files of transformers 5.23.0; tests compare with the classes themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["ENCODERS", "EncoderKind"]


@dataclass(frozen=True, slots=True)
class EncoderKind:
    """A kind of encoder; every default is what BERT does."""

    names: Mapping[str, str] = field(default_factory=dict)
    """The kind's own names of fields, by the usual name: `{"hidden_size": "dim"}`."""
    defaults: Mapping[str, int] = field(default_factory=dict)
    """The class defaults of fields that configs leave out."""
    bias: bool = True
    """Whether the matrices of attention have biases."""
    bias_field: str | None = None
    """The field that says so; None: no field does."""
    gated: bool = False
    mlp_bias: bool = True
    down_bias: bool = False
    """Whether the last matrix of a block has a bias though the others have none (GTE)."""
    fused: bool = False
    """Whether gate and up are one matrix."""
    norm_bias: bool = True
    embedding_norm: bool = True
    final_norm: bool = False
    first_norm: bool = True
    """Whether the first layer norms its input, which ModernBERT leaves to the embedding's norm."""
    positions: bool = True
    """Whether positions are learned, as many as `max_position_embeddings`."""
    token_types: bool = True
    """Whether the segments of a text have embeddings, as many as `type_vocab_size`."""
    pooler: bool = True
    """Whether the bare model has a matrix that pools the first token."""
    classifier: Literal["pooler", "dense"] = "dense"
    """What stands before the matrix of classes: the pooler of the bare model, or a matrix of its own."""
    mask_head: Literal["dense", "none"] = "dense"
    """What predicts masked tokens: a matrix, a norm and biases of the vocabulary before the embedding's own
    matrix, or a matrix of the vocabulary alone."""
    head_bias: bool = True
    """Whether that matrix has a bias."""
    relative: Literal["none", "buckets", "deberta"] = "none"
    """What attention adds by distance: nothing, MPNet's buckets of each head, or DeBERTa's table."""
    shared_layers: bool = False
    """Whether all layers of a group are the same (ALBERT)."""
    embedding_size: bool = False
    """Whether the embedding may be narrower than the layers, with a matrix between (ELECTRA, ALBERT)."""


_ROBERTA = EncoderKind(defaults={"type_vocab_size": 2, "max_position_embeddings": 512})
_BERT = EncoderKind(defaults={"type_vocab_size": 2, "max_position_embeddings": 512}, classifier="pooler")

ENCODERS: Mapping[str, EncoderKind] = {
    "albert": EncoderKind(
        defaults={"type_vocab_size": 2, "max_position_embeddings": 512, "embedding_size": 128,
                  "num_hidden_groups": 1},
        classifier="pooler", shared_layers=True, embedding_size=True,
    ),
    "bert": _BERT,
    "camembert": _ROBERTA,
    "clip_text_model": EncoderKind(
        defaults={"max_position_embeddings": 77}, embedding_norm=False, final_norm=True, token_types=False,
        pooler=False,
    ),
    "data2vec-text": _ROBERTA,
    "deberta-v2": EncoderKind(
        defaults={"type_vocab_size": 0, "max_position_embeddings": 512}, pooler=False, relative="deberta",
        classifier="dense",
    ),
    "distilbert": EncoderKind(
        names={"hidden_size": "dim", "intermediate_size": "hidden_dim", "num_hidden_layers": "n_layers",
               "num_attention_heads": "n_heads"},
        defaults={"max_position_embeddings": 512}, token_types=False, pooler=False,
    ),
    "electra": EncoderKind(
        defaults={"type_vocab_size": 2, "max_position_embeddings": 512, "embedding_size": 128}, pooler=False,
        embedding_size=True,
    ),
    "ernie": _BERT,
    "esm": EncoderKind(
        defaults={"max_position_embeddings": 1026}, token_types=False, embedding_norm=False, final_norm=True,
    ),
    "eurobert": EncoderKind(
        bias=False, bias_field="attention_bias", gated=True, mlp_bias=False, norm_bias=False,
        embedding_norm=False, final_norm=True, positions=False, token_types=False, pooler=False,
        mask_head="none",
    ),
    "gte": EncoderKind(
        defaults={"type_vocab_size": 1}, gated=True, mlp_bias=False, down_bias=True, positions=False,
        pooler=False,
    ),
    "jina_embeddings_v3": EncoderKind(
        defaults={"type_vocab_size": 1}, positions=False,
    ),
    "megatron-bert": EncoderKind(
        defaults={"type_vocab_size": 2, "max_position_embeddings": 512}, embedding_norm=False,
        final_norm=True, classifier="pooler",
    ),
    "modernbert": EncoderKind(
        bias=False, bias_field="attention_bias", gated=True, mlp_bias=False, fused=True, norm_bias=False,
        final_norm=True, first_norm=False, positions=False, token_types=False, pooler=False, head_bias=False,
    ),
    "mpnet": EncoderKind(
        defaults={"max_position_embeddings": 512, "relative_attention_num_buckets": 32}, token_types=False,
        relative="buckets",
    ),
    "new": EncoderKind(
        defaults={"type_vocab_size": 1}, gated=True, mlp_bias=False, down_bias=True, positions=False,
        pooler=False,
    ),
    "nomic_bert": EncoderKind(
        names={"hidden_size": "n_embd", "num_hidden_layers": "n_layer", "num_attention_heads": "n_head",
               "intermediate_size": "n_inner"},
        defaults={"type_vocab_size": 2}, bias=False, gated=True, mlp_bias=False, positions=False,
        pooler=False,
    ),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "xlm-roberta-xl": EncoderKind(
        defaults={"type_vocab_size": 1, "max_position_embeddings": 514}, embedding_norm=False,
        final_norm=True,
    ),
}  # fmt: skip
