"""The memory of training and fine-tuning: states, activations, adapters, and the moment that takes most."""

from tokenquote.memory.training.activations import (
    ENCODER,
    Activations,
    Checkpointing,
    TrainingStep,
    activations,
)
from tokenquote.memory.training.adapters import (
    Adapters,
    LoraError,
    adapter_parameters,
    adapter_tensors,
)
from tokenquote.memory.training.implementations import LEAST, MOST, USUAL, Implementation, with_step
from tokenquote.memory.training.peak import Parts, StepMoment, TrainingRun, largest_moment, moments
from tokenquote.memory.training.states import (
    OPTIMIZERS,
    PRECISIONS,
    Optimizer,
    States,
    StateSharding,
    WeightBytes,
    factored_bytes,
    optimizer_bytes,
    states,
)

__all__ = [
    "ENCODER",
    "LEAST",
    "MOST",
    "OPTIMIZERS",
    "PRECISIONS",
    "USUAL",
    "Activations",
    "Adapters",
    "Checkpointing",
    "Implementation",
    "LoraError",
    "Optimizer",
    "Parts",
    "StateSharding",
    "States",
    "StepMoment",
    "TrainingRun",
    "TrainingStep",
    "WeightBytes",
    "activations",
    "adapter_parameters",
    "adapter_tensors",
    "factored_bytes",
    "largest_moment",
    "moments",
    "optimizer_bytes",
    "states",
    "with_step",
]
