"""A question about training as the run that the core counts: trained and frozen weights, states, a step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tokenquote.errors import LocatedError, under
from tokenquote.memory import Architecture, Formats, Tensors, WeightFormat, parameters, tensors, weigh
from tokenquote.memory.layers.parameters import layer_tensors, tensors_outside
from tokenquote.memory.training import (
    ENCODER,
    PRECISIONS,
    Adapters,
    StateSharding,
    TrainingRun,
    TrainingStep,
    WeightBytes,
    adapter_tensors,
    optimizer_bytes,
)
from tokenquote_client.training import Lora, TrainingQuestion

__all__ = ["frozen_format", "training_run"]

# The formats that bitsandbytes makes when a model is loaded (`Linear4bit`).
_OF_BITSANDBYTES = frozenset({"nf4", "nf4-dq", "nf4-double-quant"})


def training_run(question: TrainingQuestion, architecture: Architecture, formats: Formats) -> TrainingRun:
    """Return the run of a model of this architecture.

    Raises:
        LocatedError: a format is not known, no matrix has one of the adapters' names, or a model without an
            encoder is to have tokens of a decoder.
    """
    if question.decoder_tokens is not None and not _has_two_stacks(architecture):
        detail = "the model has no encoder whose text a decoder answers: state `sequence_tokens` alone"
        raise LocatedError(("decoder_tokens",), detail)
    if question.lora is not None:
        return _with_adapters(question, question.lora, architecture, formats)
    precision = PRECISIONS[question.precision]
    trained = parameters(architecture)
    layers = [tuple(layer_tensors(layer, architecture)) for layer in set(architecture.layers)]
    largest = max(layers, key=_elements, default=())
    embedding = architecture.vocabulary * architecture.hidden
    return TrainingRun(
        architecture,
        trained,
        precision,
        question.optimizer,
        optimizer_bytes(question.optimizer, trained, precision, tensors(architecture)),
        _step(question, architecture),
        _sharding(question),
        root_bytes=precision.weight * _elements(tensors_outside(architecture)),
        layer_bytes=precision.weight * _elements(largest),
        layer_weights=_elements(largest),
        outside_weights=embedding,
        last_weights=_elements(tensor for tensor in largest if not tensor.name.startswith("ffn_down"))
        + (0 if architecture.tied else embedding),
        cast_weights=_matrices(tensors(architecture)) if question.precision == "autocast" else 0,
        cast_layer=_matrices(largest) if question.precision == "autocast" else 0,
        accumulates=question.gradient_accumulation_steps > 1,
        steps_in_backward=question.optimizer_in_backward,
    )


def _with_adapters(
    question: TrainingQuestion, lora: Lora, architecture: Architecture, formats: Formats
) -> TrainingRun:
    found = adapter_tensors(architecture, lora.rank, lora.targets)
    trained = _elements(found)
    precision = _adapter_precision(question, lora)
    format_ = frozen_format(question, formats)
    sizes = [
        weigh(layer_tensors(layer, architecture), format_, formats).bytes
        for layer in set(architecture.layers)
    ]
    return TrainingRun(
        architecture,
        trained,
        precision,
        question.optimizer,
        optimizer_bytes(question.optimizer, trained, precision, found),
        _step(question, architecture),
        _sharding(question),
        frozen_bytes=weigh(tensors(architecture), format_, formats).bytes,
        root_bytes=weigh(tensors_outside(architecture), format_, formats).bytes,
        layer_bytes=max(sizes, default=0),
        layer_weights=trained // len(architecture.layers),
        quantised=(question.quantization or "").lower() in _OF_BITSANDBYTES,
        accumulates=question.gradient_accumulation_steps > 1,
        steps_in_backward=question.optimizer_in_backward,
    )


def frozen_format(question: TrainingQuestion, formats: Formats) -> WeightFormat:
    """Return the format of weights that are not trained.

    Raises:
        LocatedError: it is not known.
    """
    with under("quantization"):
        usual = "fp32" if question.precision == "fp32" else "bf16"
        found = formats.weight(usual if question.quantization is None else question.quantization)
    return replace(found, rest_bits=32) if question.upcast_frozen else found


def _adapter_precision(question: TrainingQuestion, lora: Lora) -> WeightBytes:
    """Return the bytes of adapters: fp32 alone, or 16-bit ones as the precision says."""
    if lora.dtype == "fp32" or question.precision == "fp32":
        return PRECISIONS["fp32"]
    return PRECISIONS[question.precision]


def _step(question: TrainingQuestion, architecture: Architecture) -> TrainingStep:
    adapters = None
    if question.lora is not None:
        size = 4 if question.lora.dtype == "fp32" or question.precision == "fp32" else 2
        targets = frozenset(question.lora.targets)
        adapters = Adapters(question.lora.rank, targets, size, question.lora.dropout > 0)
    pairs = question.objective is not None and question.objective.kind == "dpo"
    return TrainingStep(
        batch=question.batch_size * (2 if pairs else 1),
        tokens=question.sequence_tokens,
        element=4 if question.precision == "fp32" or question.upcast_frozen else 2,
        flash=question.attention == "flash",
        checkpointing=question.checkpointing,
        fused_loss=question.fused_loss,
        loss_in_place=question.loss_in_place,
        packed=question.packing,
        autocast=question.precision == "autocast",
        adapters=adapters,
        decoder_tokens=_decoder_tokens(question, architecture),
    )


def _decoder_tokens(question: TrainingQuestion, architecture: Architecture) -> int | None:
    if not _has_two_stacks(architecture):
        return None
    return question.decoder_tokens or question.sequence_tokens


def _has_two_stacks(architecture: Architecture) -> bool:
    kinds = {layer.attention.kind for layer in architecture.layers}
    return ENCODER in kinds and len(kinds) > 1


def _sharding(question: TrainingQuestion) -> StateSharding:
    return StateSharding(question.zero_stage, question.data_parallel, question.offload)


def _matrices(found: Iterable[Tensors]) -> int:
    """Return the weights of what multiplies: all matrices but the embedding, a row of which is read."""
    return _elements(tensor for tensor in found if tensor.role in ("linear", "expert", "head"))


def _elements(found: Iterable[Tensors]) -> int:
    return sum(tensor.elements for tensor in found)
