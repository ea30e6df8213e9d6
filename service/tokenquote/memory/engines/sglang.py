"""SGLang by version: the memory that it keeps free for activations and CUDA graphs, and its steps.

The pool is what weights leave of `mem_fraction_static` of the memory; the rest is kept for activations and
graphs. 0.5 works the fraction out from the sizes of a step (`server_args.py`, from 0.5.23
`arg_groups/memory_hook.py`), 0.4 reads it from a table. All sizes here are in MiB, as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["SGLANG_LINES", "Reserve", "SglangRules", "StepSizes"]

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class StepSizes:
    """The sizes of a step that SGLang chooses by the memory of a GPU."""

    below_mib: int | None
    """The memory below which they hold; None: on all larger GPUs."""
    chunk: int
    """The tokens of a chunk of a prompt (`chunked_prefill_size`)."""
    graphs: int
    """The sequences of the largest CUDA graph, on fewer than four GPUs."""
    wide_graphs: int
    """The same on four GPUs and more."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """The bytes of a GPU that are kept free."""

    activations: int
    cuda_graphs: int

    @property
    def bytes(self) -> int:
        """The bytes of both together."""
        return self.activations + self.cuda_graphs


@dataclass(frozen=True, slots=True)
class SglangRules:
    """What is known of one line of versions."""

    since: tuple[int, ...]
    """The first version of the line."""
    newest: str
    """The newest version of the line that was read."""
    sizes: tuple[StepSizes, ...]
    """The sizes of a step, those of the smallest GPUs first."""
    from_table: bool
    """Whether the fraction stands in a table by the number of GPUs (0.4)."""
    prefill_graphs: int
    """The MiB for each captured size of prefill; 0: prefill is not captured."""
    swa_full_tokens_ratio: Fraction = Fraction(8, 10)
    """The tokens of windows for each token of full attention (`server_args.py`)."""
    mamba_full_memory_ratio: Fraction = Fraction(9, 10)
    """The bytes of recurrent states for each byte of keys and values (`server_args.py`)."""
    slots_of_request: int = 3
    """The slots of states that a request takes while prefixes are cached (`kv_cache_configurator.py`)."""

    def step(self, usable_bytes: int) -> StepSizes:
        """Return the sizes of a step on a GPU of this memory."""
        mib = usable_bytes // _MIB
        return next(sizes for sizes in self.sizes if sizes.below_mib is None or mib < sizes.below_mib)

    def reserve(self, usable_bytes: int, gpus: int, chunk: int, graphs: int, *, latent: bool) -> Reserve:
        """Return what is kept free, by the version's own formula.

        Args:
            usable_bytes: the memory of a GPU.
            gpus: the GPUs over which the model is spread.
            chunk: the tokens of a chunk of a prompt.
            graphs: the sequences of the largest CUDA graph; 0: none are captured.
            latent: whether the model has MLA, for whose prefill graphs 1.5 GiB are kept.
        """
        if self.from_table:
            return Reserve(round(usable_bytes * (1 - _table_fraction(usable_bytes, gpus))), 0)
        mib = usable_bytes // _MIB
        captured = 2 * graphs
        if graphs and self.prefill_graphs:
            captured += 1536 if latent else self.prefill_graphs * _captured_sizes(chunk)
        rest = 512 + 1.5 * max(chunk, 2048) + gpus * 128
        if mib > 60 * 1024:
            rest = max(rest, 10 * 1024 - captured)
        return Reserve(round(rest) * _MIB, captured * _MIB)


def _table_fraction(usable_bytes: int, gpus: int) -> Fraction:
    """Return `mem_fraction_static` of 0.4 (`server_args.py`), which large GPUs raise."""
    mib = usable_bytes // _MIB
    by_gpus = ((16, 79), (8, 81), (4, 85), (2, 87)) if mib <= 80 * 1024 else ()
    fraction = next((Fraction(share, 100) for least, share in by_gpus if gpus >= least), Fraction(88, 100))
    if mib <= 96 * 1024:
        return fraction
    return min(fraction + 48 * 1024 * (1 - fraction) / mib, Fraction(mib - 18 * 1024, mib))


def _captured_sizes(largest: int) -> int:
    """Return how many sizes of prefill are captured: every 4 up to 32, 16 to 256, 32 to 512, 64 to 1024 and
    so on (`generate_prefill_cuda_graph_batch_sizes`).
    """
    steps = ((32, 4), (256, 16), (512, 32), (1024, 64), (4096, 256), (16384, 512))
    count = last = 0
    for end, step in steps:
        reached = min(end, largest)
        count += max(0, reached - last) // step
        last = max(last, reached)
    return count


_OLD_SIZES = (StepSizes(25_000, 2048, 8, 80), StepSizes(None, 8192, 160, 160))
_SIZES = (
    StepSizes(20 * 1024, 2048, 8, 8),
    StepSizes(35 * 1024, 2048, 24, 80),
    StepSizes(60 * 1024, 4096, 32, 160),
    StepSizes(160 * 1024, 8192, 256, 512),
    StepSizes(None, 16384, 512, 512),
)
_NEW_SIZES = (_SIZES[0], StepSizes(35 * 1024, 4096, 48, 160), *_SIZES[2:])

SGLANG_LINES = (
    SglangRules((0, 4), "0.4.6", _OLD_SIZES, from_table=True, prefill_graphs=0),
    SglangRules((0, 5), "0.5.5", _SIZES, from_table=False, prefill_graphs=0),
    SglangRules((0, 5, 23), "0.5.23", _NEW_SIZES, from_table=False, prefill_graphs=8),
)
"""All lines, the oldest first."""
