"""Memory of training and fine-tuning: what each weight costs besides itself, and how it is sharded.

Bytes of a trained weight, mixed precision with Adam (ZeRO, arXiv:1910.02054, section 3):

    2 weight + 2 gradient + 4 master copy + 4 momentum + 4 variance = 16

ZeRO shards over N GPUs: stage 1 the optimizer's states with the master copy, stage 2 gradients too, stage 3
(FSDP) weights too, which are gathered layer by layer. LoRA (arXiv:2106.09685) trains rank x (inputs +
outputs) weights beside frozen ones; QLoRA (arXiv:2305.14314) keeps those in NF4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tokenquote.errors import LocatedError
from tokenquote.memory.layers import Architecture
from tokenquote.memory.layers.parameters import layer_tensors, tensors
from tokenquote.memory.layers.tensors import Tensors

__all__ = [
    "OPTIMIZERS",
    "PRECISIONS",
    "LoraError",
    "StateSharding",
    "States",
    "adapter_parameters",
    "factored_bytes",
    "gathered_bytes",
    "states",
]

Optimizer = Literal["adamw", "adamw-8bit", "lion", "muon", "sgd-momentum", "sgd", "adafactor"]
Precision = Literal["mixed", "mixed-fp32-gradients", "bf16", "fp32"]

OPTIMIZERS: dict[Optimizer, int] = {
    "adamw": 8,  # momentum and variance in fp32
    "adamw-8bit": 2,  # bitsandbytes, without the constants of its blocks, 2 x 4 bytes for each 256
    "lion": 4,
    "muon": 4,
    "sgd-momentum": 4,
    "sgd": 0,
    "adafactor": 0,  # rows and columns of each matrix instead: `factored_bytes`
}
"""Bytes of the optimizer's states for each trained weight."""


@dataclass(frozen=True, slots=True)
class WeightBytes:
    """Bytes of a trained weight, but for the optimizer's states."""

    weight: int
    gradient: int
    master: int


PRECISIONS: dict[Precision, WeightBytes] = {
    "mixed": WeightBytes(2, 2, 4),
    "mixed-fp32-gradients": WeightBytes(2, 4, 4),  # Megatron, DeepSpeed: gradients are accumulated in fp32
    "bf16": WeightBytes(2, 2, 0),
    "fp32": WeightBytes(4, 4, 0),
}


class LoraError(LocatedError):
    """No matrix of the model has one of these names."""


@dataclass(frozen=True, slots=True)
class StateSharding:
    """Over how many GPUs, and what of it."""

    stage: int = 0
    """0 to 3, as ZeRO counts; 3 is FSDP's full shard."""
    gpus: int = 1


@dataclass(frozen=True, slots=True)
class States:
    """Bytes on one GPU, but for activations."""

    weights: int
    gradients: int
    master: int
    optimizer: int
    frozen: int

    @property
    def bytes(self) -> int:
        return self.weights + self.gradients + self.master + self.optimizer + self.frozen


def states(
    trained: int,
    precision: Precision,
    optimizer_bytes: int,
    sharding: StateSharding,
    *,
    frozen_bytes: int = 0,
) -> States:
    """What one GPU holds of so many trained weights, and of frozen ones.

    Args:
        trained: weights.
        precision: of weights and gradients.
        optimizer_bytes: of all states together.
        sharding: how the GPUs share.
        frozen_bytes: of the weights that are not trained, in their own format.
    """
    each = PRECISIONS[precision]

    def share(size: int, from_stage: int) -> int:
        return -(-size // sharding.gpus) if sharding.stage >= from_stage else size

    return States(
        weights=share(trained * each.weight, 3),
        gradients=share(trained * each.gradient, 2),
        master=share(trained * each.master, 1),
        optimizer=share(optimizer_bytes, 1),
        frozen=share(frozen_bytes, 3),
    )


def factored_bytes(found: Iterable[Tensors]) -> int:
    """Adafactor (arXiv:1804.04235): fp32 sums of rows and of columns; of vectors each element."""
    return sum(4 * one.copies * (one.rows + one.columns if one.rows > 1 else one.columns) for one in found)


def gathered_bytes(architecture: Architecture, weight_bytes: int) -> int:
    """The largest layer, or the embedding, whole: what stage 3 brings together at a time."""
    sizes = [
        sum(one.elements for one in layer_tensors(layer, architecture)) for layer in set(architecture.layers)
    ]
    return weight_bytes * max([architecture.vocabulary * architecture.hidden, *sizes])


_TARGETS = {
    "q_proj": ("attn_q", "attn_q_b"),
    "k_proj": ("attn_k",),
    "v_proj": ("attn_v",),
    "o_proj": ("attn_output",),
    "qkv_proj": ("attn_qkv",),
    "gate_proj": ("ffn_gate",),
    "up_proj": ("ffn_up",),
    "down_proj": ("ffn_down",),
}


def adapter_parameters(architecture: Architecture, rank: int, targets: Iterable[str]) -> int:
    """Weights of LoRA adapters: rank x (inputs + outputs) of each matrix of these names.

    `all-linear` names every matrix of the layers but experts' and routers'.

    Raises:
        LoraError: the model has no such matrices.
    """
    wanted = set(targets)
    found = [
        one
        for one in tensors(architecture)
        if one.role == "linear" and one.name and ("all-linear" in wanted or _is_target(one.name, wanted))
    ]
    if not found:
        raise LoraError(("lora", "targets"), f"no matrix is one of: {', '.join(sorted(wanted))}")
    return sum(rank * (one.rows + one.columns) * one.copies for one in found)


def _is_target(name: str, wanted: Iterable[str]) -> bool:
    return any(name in _TARGETS.get(target, (target,)) for target in wanted)
