"""The memory of training and fine-tuning: weights with their gradients and states, and their sharding.

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

from tokenquote.counts import ceil_div
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
"""The bytes of the optimizer's states for each trained weight."""


@dataclass(frozen=True, slots=True)
class WeightBytes:
    """The bytes of a trained weight without the optimizer's states."""

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
    """No matrix of the model has one of the names."""


@dataclass(frozen=True, slots=True)
class StateSharding:
    """The sharding of weights, gradients and states over GPUs."""

    stage: int = 0
    """The stage of ZeRO, from 0 for none to 3, which is FSDP's full shard."""
    gpus: int = 1
    """The number of GPUs."""


@dataclass(frozen=True, slots=True)
class States:
    """The bytes on one GPU without activations."""

    weights: int
    gradients: int
    master: int
    optimizer: int
    frozen: int

    @property
    def bytes(self) -> int:
        """The bytes of all five together."""
        return self.weights + self.gradients + self.master + self.optimizer + self.frozen


def states(
    trained: int,
    precision: Precision,
    optimizer_bytes: int,
    sharding: StateSharding,
    *,
    frozen_bytes: int = 0,
) -> States:
    """Return the bytes of trained and of frozen weights, gradients and states on one GPU.

    Args:
        trained: the number of trained weights.
        precision: the types of weights and gradients.
        optimizer_bytes: the bytes of all states of the optimizer.
        sharding: how the GPUs share them.
        frozen_bytes: the bytes of the weights that are not trained, in their own format.
    """
    each = PRECISIONS[precision]

    def share(size: int, from_stage: int) -> int:
        return ceil_div(size, sharding.gpus) if sharding.stage >= from_stage else size

    return States(
        weights=share(trained * each.weight, 3),
        gradients=share(trained * each.gradient, 2),
        master=share(trained * each.master, 1),
        optimizer=share(optimizer_bytes, 1),
        frozen=share(frozen_bytes, 3),
    )


def factored_bytes(found: Iterable[Tensors]) -> int:
    """Return Adafactor's bytes: fp32 sums of rows and columns; each element of vectors (arXiv:1804.04235)."""
    return sum(
        4 * tensor.copies * (tensor.rows + tensor.columns if tensor.rows > 1 else tensor.columns)
        for tensor in found
    )


def gathered_bytes(architecture: Architecture, weight_bytes: int) -> int:
    """Return the bytes of the largest layer, or of the embedding: what stage 3 brings together at a time."""
    sizes = [
        sum(tensor.elements for tensor in layer_tensors(layer, architecture))
        for layer in set(architecture.layers)
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
    """Return the weights of LoRA adapters: rank x (inputs + outputs) of each matrix of these names.

    `all-linear` names every matrix of the layers without those of experts and routers.

    Raises:
        LoraError: the model has no such matrices.
    """
    wanted = set(targets)
    found = [
        tensor
        for tensor in tensors(architecture)
        if tensor.role == "linear"
        and tensor.name
        and ("all-linear" in wanted or _is_target(tensor.name, wanted))
    ]
    if not found:
        raise LoraError(("lora", "targets"), f"no matrix is one of: {', '.join(sorted(wanted))}")
    return sum(rank * (tensor.rows + tensor.columns) * tensor.copies for tensor in found)


def _is_target(name: str, wanted: Iterable[str]) -> bool:
    return any(name in _TARGETS.get(target, (target,)) for target in wanted)
