"""Adapters of LoRA (arXiv:2106.09685): how many weights they have, and what they keep for their gradients.

An adapter of a matrix with `c` inputs and rank `r` keeps the input of its first matrix and of its second,
(c + r) elements per token. PEFT makes adapters in fp32 (`autocast_adapter_dtype`), so that each keeps an
fp32 copy of its own; adapters in the type of the model share the input with each other. With dropout each
keeps what dropout left, and a mask of a byte for each element.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tokenquote.errors import LocatedError
from tokenquote.memory.layers import Architecture, Layer
from tokenquote.memory.layers.parameters import layer_tensors, tensors
from tokenquote.memory.layers.saved_activations import Saving
from tokenquote.memory.layers.tensors import Tensors

__all__ = ["Adapters", "LoraError", "adapter_activations", "adapter_parameters", "adapter_tensors"]

# The names of modules in transformers, which PEFT finds matrices by; the first are those that answers name.
_TARGETS = {
    "q_proj": ("attn_q", "attn_q_b"),
    "k_proj": ("attn_k",),
    "v_proj": ("attn_v",),
    "o_proj": ("attn_output",),
    "qkv_proj": ("attn_qkv",),
    "gate_proj": ("ffn_gate",),
    "up_proj": ("ffn_up",),
    "down_proj": ("ffn_down",),
    # T5 and Whisper; OPT, Phi and BART; GPT-NeoX, Bloom and Falcon; GPT-2; Phi-3; Mixtral.
    "q": ("attn_q",), "k": ("attn_k",), "v": ("attn_v",), "o": ("attn_output",),
    "wi": ("ffn_up",), "wi_0": ("ffn_gate",), "wi_1": ("ffn_up",), "wo": ("ffn_down",),
    "out_proj": ("attn_output",), "fc1": ("ffn_up",), "fc2": ("ffn_down",),
    "query_key_value": ("attn_qkv",), "dense": ("attn_output",), "dense_h_to_4h": ("ffn_up",),
    "dense_4h_to_h": ("ffn_down",),
    "c_attn": ("attn_qkv",), "c_proj": ("attn_output", "ffn_down"), "c_fc": ("ffn_up",),
    "gate_up_proj": ("ffn_up",), "w1": ("ffn_gate",), "w2": ("ffn_down",), "w3": ("ffn_up",),
}  # fmt: skip
# What reads one and the same tensor of a layer.
_READERS = {
    "attn_q": "attention", "attn_k": "attention", "attn_v": "attention", "attn_qkv": "attention",
    "ffn_gate": "block", "ffn_up": "block",
}  # fmt: skip


class LoraError(LocatedError):
    """No matrix of the model has one of the names."""


@dataclass(frozen=True, slots=True)
class Adapters:
    """Low-rank adapters that are trained beside frozen weights."""

    rank: int
    targets: frozenset[str]
    """The names of the matrices that have one; `all-linear`: every matrix of the layers, without those of
    experts and routers."""
    element: int = 4
    """The bytes of an adapter's weight."""
    dropout: bool = False


def adapter_parameters(architecture: Architecture, rank: int, targets: Iterable[str]) -> int:
    """Return the weights of LoRA adapters: rank x (inputs + outputs) of each matrix of these names.

    Raises:
        LoraError: the model has no such matrices.
    """
    return sum(tensor.elements for tensor in adapter_tensors(architecture, rank, targets))


def adapter_tensors(architecture: Architecture, rank: int, targets: Iterable[str]) -> tuple[Tensors, ...]:
    """Return the two matrices of every adapter: rank x inputs, and outputs x rank.

    Raises:
        LoraError: the model has no such matrices.
    """
    wanted = frozenset(targets)
    found = tuple(_adapted(tensors(architecture), wanted))
    if not found:
        there = {tensor.name for tensor in tensors(architecture) if tensor.role == "linear"}
        named = [word for word, names in _TARGETS.items() if there & {*names}][:8]
        detail = f"no matrix is one of: {', '.join(sorted(wanted))}; the model's are {', '.join(named)}"
        raise LoraError(("lora", "targets"), detail)
    return tuple(
        matrix
        for tensor in found
        for matrix in (
            Tensors("adapters", "linear", rank, tensor.columns, tensor.copies),
            Tensors("adapters", "linear", tensor.rows, rank, tensor.copies),
        )
    )


def adapter_activations(layer: Layer, architecture: Architecture, adapters: Adapters, saving: Saving) -> int:
    """Return the bytes per token that the adapters of one layer keep."""
    size, kept, shared = adapters.element, 0, set()
    for tensor in _adapted(layer_tensors(layer, architecture), adapters.targets):
        kept += size * adapters.rank * tensor.copies
        own_copy = adapters.dropout or size != saving.element
        if own_copy:
            kept += (size + adapters.dropout) * tensor.columns * tensor.copies
        elif not saving.inputs and tensor.name != "attn_output":
            # The output of attention is kept anyway, and of several readers one input.
            reader = _READERS.get(tensor.name, tensor.name)
            kept += 0 if reader in shared else size * tensor.columns
            shared.add(reader)
    return kept


def _adapted(found: Iterable[Tensors], wanted: frozenset[str]) -> Iterator[Tensors]:
    for tensor in found:
        adaptable = tensor.role == "linear" and tensor.name
        if adaptable and ("all-linear" in wanted or _is_target(tensor.name, wanted)):
            yield tensor


def _is_target(name: str, wanted: Iterable[str]) -> bool:
    return any(name in _TARGETS.get(target, (target,)) for target in wanted)
