"""What stands behind an encoder, by the class that `architectures` names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tokenquote.memory.layers.tensors import Tensors, matrix, vector
from tokenquote.memory.model_config.encoders.encoder_kinds import EncoderKind
from tokenquote.memory.model_config.fields import ConfigFields, as_text

__all__ = ["OutputHead", "output_head"]


@dataclass(frozen=True, slots=True)
class OutputHead:
    """The tensors behind the last layer, and what is to be said of them."""

    tensors: tuple[Tensors, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    scores: int | None = 0
    """The numbers that it gives for each token; 0: vectors, or one answer for a text; None: one for each
    token of the vocabulary."""


def output_head(fields: ConfigFields, kind: EncoderKind, width: int) -> OutputHead:
    """Return what the class of the config has behind the layers.

    Args:
        fields: the config.
        kind: the kind of encoder.
        width: the width of the embedding.

    Raises:
        ArchitectureError: a field is wrong.
    """
    stated = fields.listed("architectures")
    name = as_text(stated[0]) if stated else None
    if name is None:
        said = "the config names no `architectures`: taken to be the bare model"
        return OutputHead(tuple(_pooler(fields, kind)), (said,), ())
    hidden = fields.size("hidden_size")
    if name.endswith("Model"):
        return OutputHead(tuple(_pooler(fields, kind)), (), ())
    if name.endswith("ModelWithProjection"):
        return OutputHead((matrix("pooler", fields.size("projection_dim"), hidden),), (), ())
    if name.endswith("ForMaskedLM"):
        return OutputHead(tuple(_mask_head(fields, kind, width)), (), (), scores=None)
    if name.endswith("ForSequenceClassification"):
        return OutputHead((*_classifier(fields, kind), *_classes(fields, hidden)), (), ())
    if name.endswith(("ForTokenClassification", "ForQuestionAnswering")):
        return OutputHead(tuple(_classes(fields, hidden)), (), (), scores=_label_count(fields))
    warning = f"the output of {name[:64]!r} is not counted: the weights are a lower bound"
    return OutputHead((), (), (warning,), scores=None)


def _pooler(fields: ConfigFields, kind: EncoderKind) -> Iterator[Tensors]:
    if kind.pooler and fields.flag("add_pooling_layer", True):
        hidden = fields.size("hidden_size")
        yield matrix("pooler", hidden, hidden)
        yield vector("pooler", hidden)


def _mask_head(fields: ConfigFields, kind: EncoderKind, width: int) -> Iterator[Tensors]:
    """Yield a matrix, a norm and a bias for each token over the embedding's own matrix."""
    hidden, vocabulary = fields.size("hidden_size"), fields.size("vocab_size")
    if not fields.flag("tie_word_embeddings", kind.mask_head != "none"):
        yield Tensors("lm_head", "head", vocabulary, width)
    if kind.mask_head == "none":
        return
    yield matrix("lm_head", width, hidden)
    yield vector("lm_head", width if kind.head_bias else 0)
    yield vector("norms", width, 2 if kind.norm_bias else 1)
    yield vector("lm_head", vocabulary)


def _classifier(fields: ConfigFields, kind: EncoderKind) -> Iterator[Tensors]:
    hidden = fields.size("hidden_size")
    yield matrix("pooler", hidden, hidden)
    yield vector("pooler", hidden)
    if kind.first_norm is False:  # ModernBERT's head has a norm
        yield vector("norms", hidden)


def _classes(fields: ConfigFields, hidden: int) -> Iterator[Tensors]:
    number = _label_count(fields)
    yield Tensors("lm_head", "kept", number, hidden)
    yield vector("lm_head", number)


def _label_count(fields: ConfigFields) -> int:
    labels = fields.mapping("id2label")
    return fields.optional_size("num_labels") or (len(labels) if labels else 2)
