"""What accelerate and DeepSpeed estimate for the same runs, by their own formulas.

accelerate 1.15, `commands/estimate.py`, prints for training in 16 bits the largest of: the model in fp32, its
gradients (fp32 and 16 bits), Adam's states, the step. It knows no GPUs, batches, adapters or activations.

DeepSpeed, `estimate_zero2_model_states_mem_needs` and `estimate_zero3_model_states_mem_needs`, adds up model
states alone: 2 P + 18 P / N at stage 2, and at stage 3 18 P / N and 4 bytes for each weight of the largest
module. On one GPU both come to 20 P and 18 P.
"""

from __future__ import annotations

from tokenquote.memory import Architecture, parameters

__all__ = ["accelerate_bytes", "deepspeed_bytes"]


def accelerate_bytes(architecture: Architecture) -> int:
    """Return what `accelerate estimate-memory` prints for training in bfloat16."""
    model = 4 * parameters(architecture)
    gradients, optimizer = model + model // 2, 2 * model
    return max(model, gradients, optimizer)


def deepspeed_bytes(architecture: Architecture, stage: int, gpus: int, *, offload: bool = False) -> int:
    """Return the bytes on each GPU of DeepSpeed's estimate, with the optimizer's states offloaded or not."""
    weights = parameters(architecture)
    if stage == 2:
        return 2 * weights if offload else 2 * weights + 18 * weights // gpus
    # The largest module is the embedding in every model here: modules are counted without those within.
    largest = 4 * architecture.vocabulary * architecture.hidden
    return largest + (2 if offload else 18) * weights // gpus
