"""The contract of POST /v1/memory/training: full fine-tuning, LoRA and QLoRA on one GPU or many."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tokenquote_client.memory import Subject
from tokenquote_client.wire_types import Method, Received, Sent

__all__ = ["Lora", "TrainingAnswer", "TrainingQuestion"]


class Lora(Sent):
    """LoRA: low-rank adapters that are trained beside frozen weights."""

    rank: Annotated[int, Field(strict=True, ge=1, le=65_536)] = 16
    """The rank of the adapters; 16 by default."""
    targets: list[Annotated[str, Field(max_length=64)]] = Field(
        default=["q_proj", "v_proj"], min_length=1, max_length=64
    )
    """The matrices that get adapters: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, or
    all-linear for every matrix of the layers but those of experts and routers; q_proj and v_proj by
    default."""


class TrainingQuestion(Subject):
    """How much memory a training step takes on each GPU."""

    batch_size: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """The number of sequences that one GPU works on in one step, without gradient accumulation; 1 by
    default."""
    sequence_tokens: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] = 2048
    """The length of each sequence in tokens; 2,048 by default."""
    lora: Lora | None = None
    """The adapters that are trained; null, the default: all weights are trained."""
    quantization: str | None = Field(default=None, min_length=1, max_length=64)
    """The number format of the frozen weights beside LoRA: nf4-dq for QLoRA, int8, …; null, the default:
    bf16. Without `lora` it is an error."""
    precision: Literal["mixed", "mixed-fp32-gradients", "bf16", "fp32"] = "mixed"
    """The number formats of trained weights: `mixed`, the default, has 16-bit weights and gradients with fp32
    master weights, `mixed-fp32-gradients` the same with fp32 gradients; `bf16` and `fp32` have that format
    alone."""
    optimizer: Literal["adamw", "adamw-8bit", "lion", "muon", "sgd-momentum", "sgd", "adafactor"] = "adamw"
    """The optimizer, which decides the bytes of state for each trained weight; `adamw` by default."""
    checkpointing: Literal["none", "full"] = "none"
    """How much activation checkpointing there is: `none`, the default, keeps all activations, `full` keeps
    only the input of each layer."""
    attention: Literal["flash", "eager"] = "flash"
    """The attention kernel: `flash`, the default, keeps no matrix of attention scores, `eager` keeps them
    whole."""
    fused_loss: bool = False
    """Whether the loss makes the logits in pieces, never whole (chunked cross entropy); false by default."""
    zero_stage: Literal[0, 1, 2, 3] = 0
    """The ZeRO stage, which says what is sharded over the GPUs: 0, the default, nothing, 1 the optimizer's
    states with the master weights, 2 gradients too, 3 weights too (FSDP)."""
    data_parallel: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """The number of GPUs that each work on sequences of their own; 1 by default."""


class TrainingAnswer(Received):
    """How much memory a training step takes on each GPU, in bytes."""

    bytes_per_gpu: int
    """The bytes on each GPU, which all hold the same."""
    components: dict[str, int]
    """The bytes by part: weights, gradients, master_weights, optimizer, frozen, gathered, activations and
    logits; they add up to `bytes_per_gpu`. Parts of 0 bytes are left out."""
    parameters: int
    """The number of weights of the model, without adapters."""
    trainable_parameters: int
    """The number of weights that are trained: all, or those of the adapters."""
    formula: str
    """The formula of the bytes with its numbers filled in."""
    method: Method
    """How `bytes_per_gpu` is known: `exact`, `rule` (a published formula), `calibrated` (fitted to
    measurements) or `assumed` (a default, or a shape that is taken for granted)."""
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each; empty: nothing."""
    warnings: list[str] = Field(default=[])
    """What could mislead a reader who sees only the numbers; empty: nothing that is known."""
