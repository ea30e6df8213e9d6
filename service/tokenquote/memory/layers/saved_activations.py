"""What PyTorch's autograd keeps of each token until the gradient is known, as far as kinds of layers differ.

A matrix that is trained keeps its input, which its own gradient needs; a frozen one keeps nothing, since the
gradient of its input needs its weights only. So adapters beside frozen matrices keep less than full training.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Saving", "input_copies", "layer_norm_bytes", "rms_norm_bytes", "score_bytes"]


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
    autocast: bool = False
    """Whether weights are fp32 under `torch.autocast`: what flows between layers is fp32 too, and each matrix
    keeps a 16-bit copy of its input of its own."""
    norm_weights: bool = True
    """Whether the weights of norms are trained, so that the normed values are kept for their gradient."""


def rms_norm_bytes(width: int, saving: Saving) -> int:
    """Return the bytes per token of an RMSNorm as transformers writes it.

    The input in fp32 and its scale; the normed values in the model's type, if the norm's weights are trained;
    the result, if the matrices that read it keep their inputs.
    """
    normed = 4 if saving.autocast else saving.element
    return 4 * width + 4 + (saving.norm_weights * normed + saving.inputs * saving.element) * width


def layer_norm_bytes(width: int, saving: Saving) -> int:
    """Return the bytes per token of PyTorch's LayerNorm: the input, mean and scale in fp32, the result."""
    stream = 4 if saving.autocast else saving.element
    return width * (stream + saving.inputs * saving.element) + 8


def input_copies(width: int, readers: int, saving: Saving) -> int:
    """Return the bytes per token of the copies that several matrices have of one input, beyond the first.

    Only under `torch.autocast`: each casts the fp32 input for itself.
    """
    if not saving.autocast or not saving.inputs:
        return 0
    return saving.element * width * (readers - 1)


def score_bytes(heads: int, saving: Saving) -> int:
    """Return the bytes per token of the scores of eager attention: in fp32, and in the model's type.

    Where the model's type is fp32 they are kept once.
    """
    each = 4 if saving.element == 4 else 4 + saving.element
    return each * heads * (saving.scored_tokens or 0)
