"""What PyTorch's autograd keeps of each token until the gradient is known, as far as kinds of layers differ.

A matrix that is trained keeps its input, which its own gradient needs; a frozen one keeps nothing, since the
gradient of its input needs its weights only. So adapters beside frozen matrices keep less than full training.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Saving", "layer_norm_bytes", "rms_norm_bytes"]


@dataclass(frozen=True, slots=True)
class Saving:
    """What a training step keeps."""

    element: int
    """The bytes of an activation."""
    scored_tokens: int | None = None
    """The tokens whose scores each head keeps (eager attention); None: none are kept (flash)."""
    inputs: bool = True
    """Whether matrices keep their inputs: all that are trained do, and 4-bit ones of bitsandbytes before
    0.43, which put them in `ctx.tensors` of `MatMul4Bit` without a use."""
    norm_weights: bool = True
    """Whether the weights of norms are trained, so that the normed values are kept for their gradient."""


def rms_norm_bytes(width: int, saving: Saving) -> int:
    """Return the bytes per token of an RMSNorm as transformers writes it.

    The input in fp32 and its scale; the normed values in the model's type, if the norm's weights are trained;
    the result, if the matrices that read it keep their inputs.
    """
    kept = saving.norm_weights + saving.inputs
    return 4 * width + 4 + kept * saving.element * width


def layer_norm_bytes(width: int, saving: Saving) -> int:
    """Return the bytes per token of PyTorch's LayerNorm: the input, mean and scale in fp32, the result."""
    return saving.element * width * (1 + saving.inputs) + 8
