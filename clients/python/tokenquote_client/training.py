"""The contract of POST /v1/memory/training: full fine-tuning, LoRA and QLoRA on one GPU or many."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tokenquote_client.memory import Subject
from tokenquote_client.wire import Method, Received, Sent

__all__ = ["Lora", "TrainingAnswer", "TrainingQuestion"]


class Lora(Sent):
    """Adapters of low rank beside frozen weights."""

    rank: Annotated[int, Field(strict=True, ge=1, le=65_536)] = 16
    targets: list[Annotated[str, Field(max_length=64)]] = Field(
        default=["q_proj", "v_proj"], min_length=1, max_length=64
    )
    """q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, or all-linear."""


class TrainingQuestion(Subject):
    """How much memory a training step takes on each GPU."""

    batch_size: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """Sequences of one GPU in one step, without accumulation."""
    sequence_tokens: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] = 2048
    lora: Lora | None = None
    """None: all weights are trained."""
    quantization: str | None = Field(default=None, min_length=1, max_length=64)
    """Format of frozen weights beside LoRA: nf4-dq for QLoRA, int8, …; 16 bit unless stated."""
    precision: Literal["mixed", "mixed-fp32-gradients", "bf16", "fp32"] = "mixed"
    """mixed: 16-bit weights and gradients with fp32 master weights; bf16 and fp32: that alone."""
    optimizer: Literal["adamw", "adamw-8bit", "lion", "muon", "sgd-momentum", "sgd", "adafactor"] = "adamw"
    checkpointing: Literal["none", "full"] = "none"
    """full: only the input of each layer is kept."""
    attention: Literal["flash", "eager"] = "flash"
    fused_loss: bool = False
    """Whether logits are made in pieces, never whole (chunked cross entropy)."""
    zero_stage: Literal[0, 1, 2, 3] = 0
    """What is sharded: 1 the optimizer's states, 2 gradients too, 3 weights too (FSDP)."""
    data_parallel: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """GPUs that each work on sequences of their own."""


class TrainingAnswer(Received):
    """Bytes on each GPU."""

    bytes_per_gpu: int
    components: dict[str, int]
    """weights, gradients, master_weights, optimizer, frozen, gathered, activations, logits; they add up to
    `bytes_per_gpu`."""
    parameters: int
    trainable_parameters: int
    formula: str
    method: Method
    assumptions: list[str] = Field(default=[])
    warnings: list[str] = Field(default=[])
