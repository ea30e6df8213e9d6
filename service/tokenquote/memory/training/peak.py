"""The moments of a training step in which memory is most, and what is held in each.

    forward    the loss is known and its gradient begins: all activations and logits, no gradients of weights
    backward   gradients go back: at the beginning most activations, at the end most gradients of weights
    step       the optimizer steps: all gradients, the states, and what the step itself copies
    rollout    answers are generated (PPO, GRPO): the KV cache, no activations and no gradients

The peak is the largest of them, not their sum: activations are free before the optimizer steps. With gradient
accumulation the gradients of weights outlive a pass, so that the forward one holds them too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from tokenquote.counts import ceil_div
from tokenquote.memory.layers import Architecture
from tokenquote.memory.training.activations import Activations, TrainingStep, activations
from tokenquote.memory.training.implementations import Implementation
from tokenquote.memory.training.states import (
    OPTIMIZERS,
    Optimizer,
    States,
    StateSharding,
    WeightBytes,
    states,
)

__all__ = ["Parts", "StepMoment", "TrainingRun", "largest_moment", "moments"]

StepMoment = Literal["forward", "backward", "step", "rollout"]
Parts = dict[str, int]


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A model that is trained, with all that stands beside it on each GPU."""

    architecture: Architecture
    trained: int
    """The number of trained weights."""
    precision: WeightBytes
    optimizer: Optimizer
    optimizer_bytes: int
    step: TrainingStep
    sharding: StateSharding = field(default_factory=StateSharding)
    frozen_bytes: int = 0
    """The bytes of the weights that are not trained."""
    root_bytes: int = 0
    """The bytes of what lies outside the layers, as it is computed with: embedding, output and last norm."""
    layer_bytes: int = 0
    """The bytes of the largest layer, as it is computed with."""
    layer_weights: int = 0
    """The trained weights of the largest layer."""
    outside_weights: int = 0
    """The trained weights whose gradient is made first: those of the output."""
    last_weights: int = 0
    """The trained weights whose gradient is made last, after the activations of the first layer are free: its
    own without the block's last matrix, and the embedding's unless it is the output's too."""
    cast_weights: int = 0
    """The weights of matrices of which a pass makes 16-bit copies (`torch.autocast`)."""
    cast_layer: int = 0
    """The weights of matrices in the largest layer of which a pass makes such copies."""
    quantised: bool = False
    """Whether the weights that are not trained are quantised by bitsandbytes."""
    accumulates: bool = False
    """Whether gradients are added up over several passes before the optimizer steps."""
    steps_in_backward: bool = False
    """Whether each weight is stepped as soon as its gradient is known."""
    other_models: Parts = field(default_factory=dict)
    """The bytes of frozen models beside it: reference, reward model."""


def largest_moment(found: dict[StepMoment, Parts]) -> StepMoment:
    """Return the moment in which memory is most."""
    return max(found, key=lambda moment: sum(found[moment].values()))


def moments(run: TrainingRun, implementation: Implementation) -> dict[StepMoment, Parts]:
    """Return the bytes on each GPU, moment by moment and part by part; parts of 0 bytes are left out."""
    paged = OPTIMIZERS[run.optimizer].paged
    held = states(
        run.trained, run.precision, run.optimizer_bytes, run.sharding,
        frozen_bytes=run.frozen_bytes, paged=paged,
    )  # fmt: skip
    step = _step(run, implementation)
    in_place = step.loss_in_place
    kept = activations(
        run.architecture,
        step,
        implementation.bytes_per_logit_in_place if in_place else implementation.bytes_per_logit,
    )
    always = {
        "weights": _weights(run, held, implementation),
        "master_weights": held.master,
        "optimizer": held.optimizer,
        "frozen": held.frozen,
        **run.other_models,
    }
    gathered = _gathered(run, implementation)
    found: dict[StepMoment, Parts] = {
        "forward": {
            **always,
            "gradients": held.gradients if run.accumulates else 0,
            "gathered": gathered,
            "cast_weights": 2 * run.cast_weights,
            "activations": _kept(run, kept, implementation) + kept.last_norm,
            "logits": kept.logits,
        },
        "backward": {**always, "gathered": gathered, **_backward(run, held, kept, implementation)},
        "step": {
            **always,
            "gradients": 0 if run.steps_in_backward else held.gradients,
            "step_buffers": _step_buffers(run, implementation),
        },
    }
    return {moment: {part: size for part, size in parts.items() if size} for moment, parts in found.items()}


def _step(run: TrainingRun, implementation: Implementation) -> TrainingStep:
    keeps = implementation.keeps_quantised_inputs
    keeps_inputs = keeps == "always" or (keeps != "never" and run.step.checkpointing == "none")
    return replace(run.step, keeps_inputs=run.quantised and keeps_inputs)


def _weights(run: TrainingRun, held: States, implementation: Implementation) -> int:
    sharded = run.sharding.stage == 3 and run.sharding.gpus > 1
    if sharded and held.master and not implementation.has_16_bit_shard:
        return 0
    return held.weights


def _gathered(run: TrainingRun, implementation: Implementation) -> int:
    """Return the bytes that stage 3 brings together: the root as long as a pass runs, and layers in turn."""
    sharded = run.sharding.stage == 3 and run.sharding.gpus > 1
    if not sharded and run.sharding.offload != "optimizer-and-weights":
        return 0
    return run.root_bytes + implementation.gathered_layers * run.layer_bytes


def _kept(run: TrainingRun, kept: Activations, implementation: Implementation) -> int:
    twice = (
        run.sharding.stage == 3
        and run.sharding.gpus > 1
        and run.step.adapters is not None
        and run.step.checkpointing == "full"
    )
    return kept.layers * (implementation.inputs_of_sharded_layers if twice else 1)


def _backward(run: TrainingRun, held: States, kept: Activations, implementation: Implementation) -> Parts:
    """Return activations and gradients at the beginning of the way back or at its end, whichever is more."""
    first, last = _weight_gradients(run, held)
    remade = run.step.checkpointing == "full"
    beginning = {
        "cast_weights": 2 * (run.cast_layer if remade else run.cast_weights),
        "activations": _kept(run, kept, implementation) + kept.remade + kept.gradients,
        "gradients": first,
    }
    end = {
        "cast_weights": 2 * run.cast_layer,
        "activations": kept.one_layer + kept.gradients,
        "gradients": last,
    }
    return max(beginning, end, key=lambda parts: sum(parts.values()))


def _weight_gradients(run: TrainingRun, held: States) -> tuple[int, int]:
    """Return the bytes of the gradients of weights in the last layer and in the first one."""
    each = run.precision.gradient
    one_layer = each * run.layer_weights
    if run.steps_in_backward or run.sharding.offload != "none":
        at_a_time = max(one_layer, each * run.outside_weights)
        return at_a_time, at_a_time
    shards = run.sharding.gpus if run.sharding.stage >= 2 else 1
    # What is reduced over the GPUs is whole for one layer at a time.
    whole = one_layer if shards > 1 else 0
    if run.accumulates:
        return held.gradients + whole, held.gradients + whole
    first = ceil_div(each * (run.outside_weights + run.layer_weights), shards)
    last = held.gradients - ceil_div(each * run.last_weights, shards)
    return min(first, held.gradients) + whole, last + whole


def _step_buffers(run: TrainingRun, implementation: Implementation) -> int:
    if run.steps_in_backward or run.sharding.offload != "none":
        return 0
    if not OPTIMIZERS[run.optimizer].copies_weights:
        return 0
    copy = run.sharding.share(run.trained * run.precision.stepped, 1)
    return implementation.copies_of_weights * copy
