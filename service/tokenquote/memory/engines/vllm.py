"""vLLM by version: its defaults, what it takes from its share of the memory, and how it counts its pool.

Read in the published sources of 0.6.4, 0.7.3, 0.8.5, 0.9.2, 0.10.2, 0.11.0, 0.13.0, 0.16.0, 0.17.1, 0.19.1,
0.20.0 to 0.20.2, 0.21.0 to 0.33.0: `config/cache.py` (share of the memory), `engine/arg_utils.py` (size of a
step), `v1/worker/gpu_worker.py` (what is subtracted), `v1/core/kv_cache_utils.py`, from 0.33
`kv_cache_planning.py` (blocks, groups, tokens), `v1/kv_cache_interface.py` (blocks of a request).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

__all__ = ["VLLM_LINES", "VllmRules"]

_GIB = 2**30


@dataclass(frozen=True, slots=True)
class VllmRules:
    """What is known of one line of versions."""

    since: tuple[int, ...]
    """The first version of the line."""
    newest: str
    """The newest version of the line that was read."""
    utilization: Fraction
    """The share of a GPU's memory unless told otherwise (`gpu_memory_utilization`)."""
    sampler_bytes: int
    """The bytes for each sequence and word of the vocabulary at the peak of sampling."""
    peak_rest: int
    """The rest of the peak, in bytes."""
    alone: int
    """The bytes outside of PyTorch on a GPU that works alone."""
    graphs_inside: bool
    """Whether CUDA graphs are taken from the engine's share; else they lie outside."""
    graphs_disputed: bool
    """Whether vLLM disagrees with itself on that: `envs.py` of 0.20 has it on, and says "as of v0.21.0"."""
    groups_layers: bool
    """Whether layers of different kinds have groups of their own; else all hold every token."""
    tokens_by_requests: bool
    """Whether the logged tokens of the pool are those of the longest requests that it serves; else the blocks
    of each group."""
    recurrent_blocks: int
    """The blocks of a sequence in a group of recurrent layers while prefixes are cached; 1 without."""
    steps_in_flight: int
    """The steps whose tokens windows hold at once: 2 where one is scheduled while another runs."""
    latent_alignment: int
    """The tokens of which a block of MLA beside recurrent layers is a multiple."""
    large_card_gib: int = 70
    """The memory from which steps of a server have 1,024 sequences."""
    spares_a100: bool = True
    """Whether the A100 has the small steps whatever its memory."""
    spares_gb10: bool = False
    """Whether the GB10 has the small steps whatever its memory."""
    huge_card_gib: int | None = None
    """The memory from which steps read 16,384 tokens; None: on no card."""
    large_sequences: int = 1024
    """The sequences of a step on a large card."""
    large_tokens: int = 8192
    """The tokens of a step on a large card."""

    def default_batch(self, usable_bytes: int, gpu_name: str) -> tuple[int, int]:
        """Return the sequences and the tokens of a server's step at most (`get_batch_defaults`)."""
        if self.huge_card_gib is not None and usable_bytes >= self.huge_card_gib * _GIB:
            return self.large_sequences, 16384
        name = gpu_name.lower()
        spared = (self.spares_a100 and "a100" in name) or (self.spares_gb10 and "gb10" in name)
        if usable_bytes >= self.large_card_gib * _GIB and not spared:
            return self.large_sequences, self.large_tokens
        return 256, 2048


# Up to 0.16 sampling sorts the vocabulary: 38 bytes fit logs of 0.11, 0.15 and 0.16, and 14 those of 0.17 to
# 0.19: 16-bit logits, fp32 logits, probabilities and noise (2 + 4 + 4 + 4). 0.13 GiB outside of PyTorch in
# logs up to 0.17, 0.25 after; the engine before V1 logged 0.25 (vllm#13061).
_FIRST = VllmRules(
    since=(0, 6, 4),
    newest="0.7.3",
    utilization=Fraction(9, 10),
    sampler_bytes=38,
    peak_rest=round(0.15 * _GIB),
    alone=round(0.25 * _GIB),
    graphs_inside=False,
    graphs_disputed=False,
    groups_layers=False,
    tokens_by_requests=False,
    recurrent_blocks=1,
    steps_in_flight=1,
    latent_alignment=64,
    large_sequences=256,
    large_tokens=2048,
)
_V1 = replace(
    _FIRST, since=(0, 8), newest="0.8.5", alone=round(0.13 * _GIB), spares_a100=False, large_sequences=1024,
    large_tokens=8192,
)  # fmt: skip
_A100 = replace(_V1, since=(0, 9), newest="0.9.0", spares_a100=True)
_GROUPS = replace(_A100, since=(0, 9, 2), newest="0.13.0", groups_layers=True)
# Blocks of a prefix and of the running state (`mamba_cache_mode: align`).
_ALIGNED = replace(_GROUPS, since=(0, 16), newest="0.16.0", recurrent_blocks=2)
_GUMBEL = replace(
    _ALIGNED, since=(0, 17), newest="0.17.1", sampler_bytes=14, peak_rest=round(0.115 * _GIB)
)  # fmt: skip
_LOGGED = replace(_GUMBEL, since=(0, 18), newest="0.19.1", alone=round(0.25 * _GIB))
_LARGER_SHARE = replace(
    _LOGGED, since=(0, 20), newest="0.20.0", utilization=Fraction(92, 100), graphs_disputed=True
)
# vllm#40691: tokens = concurrency x longest request. The line of 0.20.0 still divides blocks by groups.
_BY_REQUESTS = replace(_LARGER_SHARE, since=(0, 20, 1), newest="0.20.2", tokens_by_requests=True)
# "Enabled by default as of v0.21.0" (envs.py, and the log of each start).
_GRAPHS = replace(
    _BY_REQUESTS, since=(0, 21), newest="0.25.1", graphs_inside=True, graphs_disputed=False
)  # fmt: skip
# `max_in_flight_tokens` (kv_cache_interface.py): a step is scheduled while another runs.
_IN_FLIGHT = replace(_GRAPHS, since=(0, 26), newest="0.26.0", steps_in_flight=2)
_LATENT = replace(_IN_FLIGHT, since=(0, 27), newest="0.27.1", latent_alignment=128)
_HUGE = replace(_LATENT, since=(0, 28), newest="0.32.0", huge_card_gib=160)
_NEWEST = replace(_HUGE, since=(0, 33), newest="0.33", spares_gb10=True)

VLLM_LINES = (
    _FIRST, _V1, _A100, _GROUPS, _ALIGNED, _GUMBEL, _LOGGED, _LARGER_SHARE, _BY_REQUESTS, _GRAPHS, _IN_FLIGHT,
    _LATENT, _HUGE, _NEWEST,
)  # fmt: skip
"""All lines, the oldest first."""
