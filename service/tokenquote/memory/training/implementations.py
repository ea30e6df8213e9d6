"""What libraries do differently from one version to the next, and a question does not state.

The answer is what the usual ones take; its band goes from the least to the most. Where each figure is from:

- `copies_of_weights`: PyTorch's default step of AdamW (`foreach`) makes one copy of all weights, the fused
  one and the plain loop none; DeepSpeed makes fp32 gradients of its shard (`stage_1_and_2.py`, `step`).
- `bytes_per_logit`: 12 in transformers 4.44 and before, and 5; 14 from 4.46 to 4.49, whose loss copies the
  logits to shift them; 8 where a kernel works on fp32 logits in place. With such a kernel (Unsloth, Liger,
  foak) 8 is the usual; 4 if the logits stay in 16 bits, 10 if those are held besides.
- `keeps_quantised_inputs`: bitsandbytes before 0.43 keeps the input of each 4-bit matrix, later ones do not.
  The usual is what was measured: runs without checkpointing are of an earlier one, those with it of later.
- `has_16_bit_shard`: DeepSpeed keeps 16-bit weights beside the fp32 ones, FSDP makes them of these anew.
- `inputs_of_sharded_layers`: FSDP with adapters and checkpointing holds the inputs of layers twice, as each
  of 20 runs in fms-acceleration's tables shows (Mistral, Mixtral, Llama 2 and 3) and those of PowerLM do not.
- `gathered_layers`: FSDP gathers a layer while it computes, and the next one besides if it prefetches.
- `spread`: what is left of measured peaks after all of this (docs/training.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

__all__ = ["LEAST", "MOST", "USUAL", "Implementation", "OptimizerStep", "with_step"]

OptimizerStep = Literal["foreach", "fused", "loop"]


@dataclass(frozen=True, slots=True)
class Implementation:
    """A choice for everything that a question leaves open."""

    copies_of_weights: int
    """The copies of all weights that a step of AdamW makes."""
    bytes_per_logit: int
    bytes_per_logit_in_place: int
    """The same with a kernel that writes the gradient over the logits."""
    keeps_quantised_inputs: Literal["always", "unless checkpointed", "never"]
    """Whether 4-bit matrices keep their inputs."""
    has_16_bit_shard: bool
    """Whether stage 3 has 16-bit weights beside the fp32 ones."""
    inputs_of_sharded_layers: int
    """How often the inputs of layers are held, with adapters and checkpointing under stage 3."""
    gathered_layers: int
    spread: Fraction
    """What the bytes of this choice are multiplied with at the end of a band."""


USUAL = Implementation(1, 12, 8, "unless checkpointed", True, 2, 1, Fraction(1))
LEAST = Implementation(0, 8, 4, "never", False, 1, 1, Fraction(95, 100))
MOST = Implementation(1, 14, 10, "always", True, 2, 2, Fraction(105, 100))


def with_step(implementation: Implementation, step: OptimizerStep | None) -> Implementation:
    """Return the implementation with the optimizer's step as it is stated; None: it is not."""
    if step is None:
        return implementation
    return replace(implementation, copies_of_weights=1 if step == "foreach" else 0)
