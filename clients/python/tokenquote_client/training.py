"""The contract of POST /v1/memory/training: full fine-tuning, LoRA and QLoRA on one GPU or many."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tokenquote_client.memory import Subject
from tokenquote_client.training_objectives import Objective
from tokenquote_client.wire_types import Method, Received, Sent, either, exactly_one, having

__all__ = ["Lora", "TrainingAnswer", "TrainingQuestion"]

_SIXTEEN_BITS = ("mixed", "mixed-fp32-gradients", "bf16")
_WITHOUT_ADAPTERS = {"objective": {"properties": {"reference": {"not": {"const": "adapters_off"}}}}}
_TOGETHER = (
    either(
        having(lora=(None,), quantization=(None,), upcast_frozen=(False,), **_WITHOUT_ADAPTERS),
        having("lora", quantization=(None,), upcast_frozen=(False,), precision=(*_SIXTEEN_BITS, "fp32")),
        having("lora", "quantization", precision=_SIXTEEN_BITS),
    ),
    either(having(loss_in_place=(False,)), having(fused_loss=(False,))),
)
"""Which options of weights and loss go together. That of optimizer, sharding and offloading too the service
says alone: the branches of a schema multiply, and no tool would take in a schema with all of them."""


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
    dtype: Literal["fp32", "bf16"] = "fp32"
    """The number format of adapters, with their gradients and states: `fp32`, the default, which PEFT casts
    them to whatever the model has, or `bf16`."""
    dropout: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.0
    """The share of an adapter's input that is dropped; 0, the default, keeps no mask, any other one byte for
    each element."""


class TrainingQuestion(Subject):
    """How much memory a training step takes on each GPU."""

    model_config = exactly_one("model", "architecture", also=_TOGETHER)

    batch_size: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """The number of sequences that one GPU works on in one step, without gradient accumulation; 1 by
    default."""
    sequence_tokens: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] = 2048
    """The length of each sequence in tokens, in the encoder if the model has one; 2,048 by default."""
    decoder_tokens: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = None
    """The length of each answer in the decoder of a model with an encoder (T5, BART); null, the default: the
    same as `sequence_tokens`. For other models it is an error."""
    lora: Lora | None = None
    """The adapters that are trained; null, the default: all weights are trained."""
    quantization: str | None = Field(default=None, min_length=1, max_length=64)
    """The number format of the frozen weights beside LoRA: nf4-dq for QLoRA, int8, …; null, the default:
    fp32 where `precision` is fp32, else bf16. Without `lora`, or with fp32, it is an error."""
    upcast_frozen: bool = False
    """Whether norms, embeddings and the output are cast to fp32 beside quantised matrices, as PEFT's
    `prepare_model_for_kbit_training` does, so that the activations between them are fp32 too; false by
    default. Without `quantization` it is an error."""
    precision: Literal["mixed", "mixed-fp32-gradients", "autocast", "bf16", "fp32"] = "mixed"
    """The number formats of trained weights: `mixed`, the default, has 16-bit weights and gradients with fp32
    master weights, `mixed-fp32-gradients` the same with fp32 gradients; `autocast` has fp32 weights that are
    cast where they are used (`torch.autocast`: the Trainer's `bf16` on a model loaded in fp32); `bf16` and
    `fp32` have that format alone, the optimizer's states too. With `lora` it is the format that the model
    computes in, and of frozen weights without a `quantization`; adapters have their own `dtype`."""
    optimizer: Literal[
        "adamw", "adamw-8bit", "paged-adamw", "paged-adamw-8bit", "lion", "muon", "sgd-momentum", "sgd",
        "adafactor",
    ] = "adamw"  # fmt: skip
    """The optimizer, which decides the states of each trained weight; `adamw` by default. Those of `paged-…`
    lie in the host's memory and come page by page."""
    optimizer_step: Literal["foreach", "fused", "loop"] | None = None
    """How AdamW steps: `foreach` copies all weights once, `fused` and `loop` copy nothing. Null, the default:
    as `foreach`, PyTorch's default, and `low` as `fused`. It is an error with another optimizer."""
    optimizer_in_backward: bool = False
    """Whether each weight is stepped as soon as its gradient is known, so that gradients never stand
    together; false by default. It is an error with accumulation or sharding."""
    gradient_accumulation_steps: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """The passes whose gradients are added up before the optimizer steps; 1 by default. With more, gradients
    stay through the next pass."""
    checkpointing: Literal["none", "full"] = "none"
    """How much activation checkpointing there is: `none`, the default, keeps all activations, `full` keeps
    only the input of each layer."""
    attention: Literal["flash", "eager"] = "flash"
    """The attention kernel: `flash`, the default, keeps no matrix of attention scores, `eager` keeps them
    whole."""
    packing: bool = False
    """Whether all sequences of a step are laid end to end in one row, without padding; false by default. With
    `flash` the bytes are the same, with `eager` each token has scores of the whole row."""
    fused_loss: bool = False
    """Whether the loss makes the logits in pieces, never whole (chunked cross entropy); false by default."""
    loss_in_place: bool = False
    """Whether a kernel writes the gradient of the cross entropy over the logits (Unsloth's and Liger's
    cross entropy, foak); false by default. Beside `fused_loss`, which has no whole logits, it is an error."""
    zero_stage: Literal[0, 1, 2, 3] = 0
    """The ZeRO stage, which says what is sharded over the GPUs: 0, the default, nothing, 1 the optimizer's
    states with the master weights, 2 gradients too, 3 weights too (FSDP)."""
    data_parallel: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    """The number of GPUs that each work on sequences of their own; 1 by default."""
    offload: Literal["none", "optimizer", "optimizer-and-weights"] = "none"
    """What lies in the host's memory (ZeRO-Offload, FSDP's CPU offload): `none`, the default, nothing;
    `optimizer` the states, master weights and gradients, from stage 1 on; `optimizer-and-weights` all weights
    too, at stage 3. Otherwise it is an error."""
    objective: Objective | None = Field(default=None)
    """What is optimised: dpo, ppo or grpo, with the models beside the trained one; null, the default: the
    next token (pretraining, supervised fine-tuning)."""


class TrainingAnswer(Received):
    """How much memory a training step takes on each GPU, in bytes."""

    bytes_per_gpu: int
    """The bytes on each GPU at the peak, as PyTorch allocates them; all GPUs hold the same."""
    low: int = 0
    """The lower end of the band, which comes from what is not stated: how the optimizer steps, how logits are
    made, which version of a library runs."""
    high: int = 0
    """The upper end of the band."""
    peak: Literal["forward", "backward", "step", "rollout"] = "step"
    """The moment in which memory is most: `forward` (the loss is known), `backward`, `step` (the optimizer
    steps) or `rollout` (answers are generated)."""
    moments: dict[str, int] = Field(default={})
    """The bytes on each GPU at the peak of each moment; the largest is `bytes_per_gpu`."""
    components: dict[str, int]
    """The bytes by part at the peak: weights, cast_weights (16-bit copies), gradients, master_weights,
    optimizer, step_buffers, frozen, gathered, activations, logits, kv_cache, and those of other models, whose
    names begin with reference, reward_model, critic or rollout; they add up to `bytes_per_gpu`. Parts of 0
    bytes are left out."""
    host_bytes_per_gpu: int = 0
    """The bytes in the host's memory for each GPU: what is offloaded or paged, without buffers."""
    parameters: int
    """The number of weights of the model, without adapters."""
    trainable_parameters: int
    """The number of weights that are trained: all, or those of the adapters; a critic's included."""
    formula: str
    """The formula of the bytes with its numbers filled in."""
    method: Method
    """How `bytes_per_gpu` is known: `exact`, `rule` (a published formula), `calibrated` (fitted to
    measurements) or `assumed` (a default, or a shape that is taken for granted)."""
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each; empty: nothing."""
    warnings: list[str] = Field(default=[])
    """What could mislead a reader who sees only the numbers; empty: nothing that is known."""
