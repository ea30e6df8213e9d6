"""llama.cpp, and Ollama on top of it, by version: which layers go to the GPUs, and how long a cache is.

`-ngl` (Ollama: `num_gpu`) counts layers from the end of the model. In newer builds the output matrix is the
last of them (`llama-model.cpp`: i_gpu_start = layers + 1 - n_gpu_layers); before, it went to the GPU only
where more were asked for than the model has layers (layers - n_gpu_layers). The input embedding stays in RAM.
Versions read: llama.cpp c392e50 (February 2025), and the one of llama_cpp_python 0.3.36; Ollama fb30760. In
which build between those two the rule changed was not found: b7000 is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from tokenquote.counts import round_up

__all__ = ["LLAMA_CPP_LINES", "OLLAMA_LINES", "LlamaCppRules", "OffloadedLayers", "share_layers"]

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class OffloadedLayers:
    """The part of a model that is on the GPUs."""

    first: int
    """The first layer on the GPUs; those before it are in RAM."""
    output: bool
    """Whether the output matrix is on a GPU."""


@dataclass(frozen=True, slots=True)
class LlamaCppRules:
    """What is known of one line of versions."""

    since: tuple[int, ...]
    """The first version of the line; a build of llama.cpp."""
    newest: str
    """The newest version of the line that was read; in words where it has no number of a build."""
    counts_output: bool
    """Whether the output matrix is the last of the layers that are counted."""
    pad: int = 256
    """The tokens of which the length of a cache is a multiple (`llama-context.cpp`)."""
    batch: int = 512
    """The tokens of a step at most (`n_ubatch`)."""
    context_bytes: tuple[int, int, int] = (150 * _MIB, 375 * _MIB, 600 * _MIB)
    """The bytes of the CUDA context and of libraries in logs: the least, the middle, the most."""

    def offloaded(self, layers: int, gpu_layers: int) -> OffloadedLayers:
        """Return which layers are on the GPUs if `gpu_layers` are asked for."""
        if self.counts_output:
            return OffloadedLayers(min(layers, max(0, layers + 1 - gpu_layers)), gpu_layers > 0)
        return OffloadedLayers(max(0, layers - gpu_layers), gpu_layers > layers)

    def compute_bytes(self, batch: int, hidden: int, width: int, vocabulary: int, *, samples: bool) -> int:
        """Return the bytes of a GPU's compute buffer.

        A log of gpt-oss-20b has 396.27 MiB for 512 x 201,088 x 4 bytes, which are 392.75.

        Args:
            batch: the tokens of a step.
            hidden: the width of the model.
            width: the width of its widest feed-forward block.
            vocabulary: the size of its vocabulary.
            samples: whether the output matrix is on this GPU.
        """
        blocks = 4 * batch * (3 * width + 2 * hidden)
        logits = 4 * batch * vocabulary if samples else 0
        return round_up(max(blocks, logits) + 4 * batch * hidden, 256)


def share_layers(count: int, memory: Sequence[int]) -> list[int]:
    """Return how many of the offloaded layers, the output counted, each GPU gets by its memory.

    As `llama-model.cpp` does: the i-th of n goes to the first GPU whose running share is above i / n.
    """
    whole = sum(memory)
    ends = [Fraction(part, whole) for part in accumulate(memory)]
    found = [0] * len(memory)
    for i in range(count):
        found[next(gpu for gpu, end in enumerate(ends) if Fraction(i, count) < end)] += 1
    return found


LLAMA_CPP_LINES = (
    LlamaCppRules((4700,), "b6999", counts_output=False),
    LlamaCppRules((7000,), "as in llama_cpp_python 0.3.36", counts_output=True),
)
"""All lines, the oldest first."""
OLLAMA_LINES = (LlamaCppRules((0, 5), "0.13", counts_output=False),)
"""All lines of Ollama: one rule holds for those that were read."""
