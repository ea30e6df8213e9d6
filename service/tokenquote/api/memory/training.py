"""POST /v1/memory/training: the bytes of a training step on each GPU."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.api.memory import MAX_BYTES, figure_method, read_config, resolve_subject
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError, under
from tokenquote.memory import (
    Architecture,
    Formats,
    number_formats,
    parameters,
    read_architecture,
    tensors,
    weigh_architecture,
)
from tokenquote.memory.training import (
    OPTIMIZERS,
    PRECISIONS,
    States,
    StateSharding,
    adapter_parameters,
    factored_bytes,
    gathered_bytes,
    states,
)
from tokenquote.memory.training.activations import Activations, TrainingStep, activations
from tokenquote_client.training import TrainingAnswer, TrainingQuestion

__all__ = ["answer_training"]


def answer_training(question: TrainingQuestion, catalog: Catalog) -> TrainingAnswer:
    """Return the bytes of a training step on each GPU.

    Raises:
        LocatedError: the model, its architecture, a format or the adapters are unknown or wrong.
    """
    architecture = read_config(read_architecture, *resolve_subject(question, catalog))
    trained = _trained(question, architecture)
    held = states(
        trained,
        question.precision,
        _optimizer_bytes(question, architecture, trained),
        StateSharding(question.zero_stage, question.data_parallel),
        frozen_bytes=_frozen_bytes(question, architecture, number_formats(catalog.quantization)),
    )
    kept = activations(architecture, _training_step(question))
    gathered = 0
    if question.zero_stage == 3 and question.data_parallel > 1:
        gathered = gathered_bytes(architecture, PRECISIONS[question.precision].weight)
    components = _components(held, kept, gathered)
    total = sum(components.values())
    if total > MAX_BYTES:
        raise LocatedError(("batch_size",), f"a GPU would hold more than 2^53 bytes, {MAX_BYTES}")
    return TrainingAnswer(
        bytes_per_gpu=total,
        components=components,
        parameters=parameters(architecture),
        trainable_parameters=trained,
        formula=_formula(question, trained),
        method=figure_method(architecture.known and kept.known),
        assumptions=[*architecture.assumptions, *_assumptions(question, kept)],
        warnings=list(architecture.warnings),
    )


def _trained(question: TrainingQuestion, architecture: Architecture) -> int:
    if question.lora is None:
        if question.quantization is not None:
            raise LocatedError(("quantization",), "weights that are trained have no format: state `lora` too")
        return parameters(architecture)
    return adapter_parameters(architecture, question.lora.rank, question.lora.targets)


def _frozen_bytes(question: TrainingQuestion, architecture: Architecture, formats: Formats) -> int:
    if question.lora is None:
        return 0
    with under("quantization"):
        format_ = formats.weight(question.quantization or "bf16")
    return weigh_architecture(architecture, format_, formats).bytes


def _optimizer_bytes(question: TrainingQuestion, architecture: Architecture, trained: int) -> int:
    if question.optimizer == "adafactor" and question.lora is None:
        return factored_bytes(tensors(architecture))
    return trained * OPTIMIZERS[question.optimizer]


def _training_step(question: TrainingQuestion) -> TrainingStep:
    return TrainingStep(
        batch=question.batch_size,
        tokens=question.sequence_tokens,
        element=4 if question.precision == "fp32" else 2,
        flash=question.attention == "flash",
        checkpointing=question.checkpointing,
        fused_loss=question.fused_loss,
    )


def _components(held: States, kept: Activations, gathered: int) -> dict[str, int]:
    found = {
        "weights": held.weights,
        "gradients": held.gradients,
        "master_weights": held.master,
        "optimizer": held.optimizer,
        "frozen": held.frozen,
        "gathered": gathered,
        "activations": kept.layers,
        "logits": kept.logits,
    }
    return {part: size for part, size in found.items() if size}


def _formula(question: TrainingQuestion, trained: int) -> str:
    each, gpus = PRECISIONS[question.precision], question.data_parallel
    sharded = [f" / {gpus}" if question.zero_stage >= stage and gpus > 1 else "" for stage in (3, 2, 1)]
    each_state = "rows and columns" if question.optimizer == "adafactor" else OPTIMIZERS[question.optimizer]
    frozen = "" if question.lora is None else f" + frozen weights{sharded[0]}"
    optimizer = f"({each.master} master + {each_state} {question.optimizer}){sharded[2]}"
    return (
        f"{trained} trained x [{each.weight} weight{sharded[0]} + {each.gradient} gradient{sharded[1]} + "
        f"{optimizer}]{frozen} + activations + logits"
    )


def _assumptions(question: TrainingQuestion, kept: Activations) -> Iterator[str]:
    yield (
        "activations as PyTorch's autograd keeps them for blocks written as in transformers; fused kernels "
        "keep less; an allocator's fragments and what a library reserves are not counted"
    )
    if not kept.known:
        yield "activations of experts, and of layers other than attention with heads, were not measured"
    if question.lora is not None:
        yield "activations as in full training, of which adapters save few"
    if question.optimizer == "adamw-8bit":
        yield "the constants of 8-bit states, 8 bytes for each 256 weights, are not counted"
    if question.zero_stage == 3 and question.data_parallel > 1:
        yield "one layer at a time is gathered, the largest; prefetching gathers another one besides"
