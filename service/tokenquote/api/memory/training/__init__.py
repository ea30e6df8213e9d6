"""POST /v1/memory/training: the bytes of a training step on each GPU."""

from __future__ import annotations

from tokenquote.api.memory import MAX_BYTES, figure_method, read_config, resolve_subject
from tokenquote.api.memory.training.contradictions import refuse_contradictions
from tokenquote.api.memory.training.explanations import assumptions, formula
from tokenquote.api.memory.training.objectives import Ensemble, ensemble
from tokenquote.api.memory.training.runs import training_run
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError
from tokenquote.memory import number_formats, parameters, read_architecture
from tokenquote.memory.training import (
    LEAST,
    MOST,
    USUAL,
    Implementation,
    Parts,
    StepMoment,
    activations,
    largest_moment,
    with_step,
)
from tokenquote_client.training import TrainingAnswer, TrainingQuestion

__all__ = ["answer_training"]


def answer_training(question: TrainingQuestion, catalog: Catalog) -> TrainingAnswer:
    """Return the bytes of a training step on each GPU.

    Raises:
        LocatedError: the model, its architecture, a format or the adapters are unknown or wrong, or options
            contradict each other.
    """
    refuse_contradictions(question)
    formats = number_formats(catalog.quantization)
    architecture = read_config(read_architecture, *resolve_subject(question, catalog))
    run = training_run(question, architecture, formats)
    together = ensemble(question, run, catalog, formats)
    found = together.moments(with_step(USUAL, question.optimizer_step))
    peak = largest_moment(found)
    total = sum(found[peak].values())
    kept = activations(architecture, run.step)
    if total > MAX_BYTES:
        raise LocatedError(("batch_size",), f"a GPU would hold more than 2^53 bytes, {MAX_BYTES}")
    return TrainingAnswer(
        bytes_per_gpu=total,
        low=min(total, _end(together, LEAST, question)),
        high=max(total, _end(together, MOST, question)),
        peak=peak,
        moments={moment: sum(parts.values()) for moment, parts in found.items()},
        components=found[peak],
        host_bytes_per_gpu=together.host_bytes,
        parameters=parameters(architecture),
        trainable_parameters=together.trained,
        formula=formula(peak, found[peak], run),
        method=figure_method(architecture.known and kept.known),
        assumptions=[*architecture.assumptions, *assumptions(question, run, kept, peak)],
        warnings=list(architecture.warnings),
    )


def _end(together: Ensemble, implementation: Implementation, question: TrainingQuestion) -> int:
    """Return the end of the band that this implementation makes."""
    found: dict[StepMoment, Parts] = together.moments(with_step(implementation, question.optimizer_step))
    return int(implementation.spread * sum(found[largest_moment(found)].values()))
