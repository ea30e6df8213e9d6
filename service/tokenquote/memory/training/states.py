"""The bytes of weights with their gradients and states, by precision and optimizer, and their sharding.

Bytes of a trained weight, mixed precision with Adam (ZeRO, arXiv:1910.02054, section 3):

    2 weight + 2 gradient + 4 master copy + 4 momentum + 4 variance = 16

PyTorch's optimizers make their states in the type of the weight that they step (`torch/optim/adamw.py`:
`zeros_like(p)`), which is the fp32 master copy in mixed precision; a model that is bf16 alone has states of
2 bytes each. bitsandbytes keeps states of 1 byte with an fp32 constant for each 256 of them.

ZeRO shards over N GPUs: stage 1 the optimizer's states with the master copy, stage 2 gradients too, stage 3
(FSDP) weights too. ZeRO-Offload (arXiv:2101.06840) moves states, master copy and gradients into the host's
memory, and ZeRO-Infinity weights too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tokenquote.counts import ceil_div
from tokenquote.memory.layers.tensors import Tensors

__all__ = [
    "OPTIMIZERS",
    "PRECISIONS",
    "Offload",
    "Optimizer",
    "Precision",
    "StateSharding",
    "States",
    "WeightBytes",
    "factored_bytes",
    "optimizer_bytes",
    "states",
]

Optimizer = Literal[
    "adamw", "adamw-8bit", "paged-adamw", "paged-adamw-8bit", "lion", "muon", "sgd-momentum", "sgd",
    "adafactor",
]  # fmt: skip
Precision = Literal["mixed", "mixed-fp32-gradients", "autocast", "bf16", "fp32"]
Offload = Literal["none", "optimizer", "optimizer-and-weights"]

_BLOCK = 256
"""The states of bitsandbytes that share one fp32 constant (`optim/optimizer.py`, `blocksize=256`)."""


@dataclass(frozen=True, slots=True)
class OptimizerStates:
    """What an optimizer keeps for each trained weight."""

    number: int
    """The states: momentum and variance are two."""
    in_8_bits: bool = False
    paged: bool = False
    """Whether the states lie in the host's memory, from where they come page by page (bitsandbytes)."""
    copies_weights: bool = False
    """Whether PyTorch's default step makes one more copy of all weights: AdamW's square root of the variance
    (`_foreach_sqrt` in `torch/optim/adam.py`)."""

    def bytes(self, trained: int, stepped: int) -> int:
        """Return the bytes of the states of all trained weights, whose stepped copy has `stepped` each."""
        if self.in_8_bits:
            return self.number * (trained + 4 * ceil_div(trained, _BLOCK))
        return self.number * trained * stepped


OPTIMIZERS: dict[Optimizer, OptimizerStates] = {
    "adamw": OptimizerStates(2, copies_weights=True),
    "adamw-8bit": OptimizerStates(2, in_8_bits=True),
    "paged-adamw": OptimizerStates(2, paged=True),
    "paged-adamw-8bit": OptimizerStates(2, in_8_bits=True, paged=True),
    "lion": OptimizerStates(1),
    "muon": OptimizerStates(1),
    "sgd-momentum": OptimizerStates(1),
    "sgd": OptimizerStates(0),
    "adafactor": OptimizerStates(0),  # rows and columns of each matrix instead: `factored_bytes`
}


@dataclass(frozen=True, slots=True)
class WeightBytes:
    """The bytes of a trained weight without the optimizer's states."""

    weight: int
    gradient: int
    master: int

    @property
    def stepped(self) -> int:
        """The bytes of the copy that the optimizer steps: the master copy, if there is one."""
        return self.master or self.weight


PRECISIONS: dict[Precision, WeightBytes] = {
    "mixed": WeightBytes(2, 2, 4),
    "mixed-fp32-gradients": WeightBytes(2, 4, 4),  # Megatron, DeepSpeed: gradients are accumulated in fp32
    "autocast": WeightBytes(4, 4, 0),  # 16-bit copies of weights are activations: `TrainingRun.cast_weights`
    "bf16": WeightBytes(2, 2, 0),
    "fp32": WeightBytes(4, 4, 0),
}


@dataclass(frozen=True, slots=True)
class StateSharding:
    """The sharding of weights, gradients and states over GPUs."""

    stage: int = 0
    """The stage of ZeRO, from 0 for none to 3, which is FSDP's full shard."""
    gpus: int = 1
    """The number of GPUs."""
    offload: Offload = "none"
    """What lies in the host's memory instead."""

    def share(self, size: int, from_stage: int) -> int:
        """Return one GPU's part of bytes that are sharded from this stage on."""
        return ceil_div(size, self.gpus) if self.stage >= from_stage else size


@dataclass(frozen=True, slots=True)
class States:
    """The bytes on one GPU without activations."""

    weights: int
    gradients: int
    master: int
    optimizer: int
    frozen: int
    host: int = 0
    """The bytes in the host's memory for this GPU."""

    @property
    def bytes(self) -> int:
        """The bytes on the GPU, all together."""
        return self.weights + self.gradients + self.master + self.optimizer + self.frozen


def states(
    trained: int,
    precision: WeightBytes,
    optimizer_bytes: int,
    sharding: StateSharding,
    *,
    frozen_bytes: int = 0,
    paged: bool = False,
) -> States:
    """Return the bytes of trained and of frozen weights, gradients and states on one GPU.

    Args:
        trained: the number of trained weights.
        precision: the bytes of a weight and its gradient.
        optimizer_bytes: the bytes of all states of the optimizer.
        sharding: how the GPUs share them, and what lies in the host's memory.
        frozen_bytes: the bytes of the weights that are not trained, in their own format.
        paged: whether the optimizer's states lie in the host's memory.
    """
    weights = sharding.share(trained * precision.weight, 3)
    gradients = sharding.share(trained * precision.gradient, 2)
    master = sharding.share(trained * precision.master, 1)
    optimizer = sharding.share(optimizer_bytes, 1)
    frozen = sharding.share(frozen_bytes, 3)
    host = 0
    if paged:
        host, optimizer = optimizer, 0
    if sharding.offload != "none":
        # On the host the optimizer has a master copy and fp32 gradients, whatever the GPU computes with.
        host += optimizer + sharding.share(trained * 4, 1) + sharding.share(trained * 4, 2)
        optimizer = master = gradients = 0
    if sharding.offload == "optimizer-and-weights":
        host += weights + frozen
        weights = frozen = 0
    return States(weights, gradients, master, optimizer, frozen, host)


def optimizer_bytes(
    optimizer: Optimizer, trained: int, precision: WeightBytes, found: Iterable[Tensors] = ()
) -> int:
    """Return the bytes of the optimizer's states of the trained weights; of Adafactor, of the tensors."""
    if optimizer == "adafactor":
        return factored_bytes(found)
    return OPTIMIZERS[optimizer].bytes(trained, precision.stepped)


def factored_bytes(found: Iterable[Tensors]) -> int:
    """Return Adafactor's bytes: fp32 sums of rows and columns; each element of vectors (arXiv:1804.04235)."""
    return sum(
        4 * tensor.copies * (tensor.rows + tensor.columns if tensor.rows > 1 else tensor.columns)
        for tensor in found
    )
