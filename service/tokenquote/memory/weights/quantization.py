"""How a number format stores weights and cache elements: bits, scales and zeros, exactly."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tokenquote.errors import LocatedError
from tokenquote.memory.weights.gguf_mixes import FileMix

__all__ = [
    "CacheElement",
    "Formats",
    "GroupedFormat",
    "Quantises",
    "Storage",
    "UnknownFormat",
    "WeightFormat",
]

Quantises = Literal["everything", "matrices", "linears", "experts"]
"""Which tensors the format applies to: all, all but norms, biases and routers, those of the layers, or only
those of experts (all of the layers where there are none)."""

_GROUPED = re.compile(r"^([a-z0-9]+)-(\d)bit-g(\d{1,5})$")


class UnknownFormat(LocatedError):
    """No format has this name; `near` holds up to four that resemble it."""

    def __init__(self, name: str, near: Sequence[str], known: Iterable[str]) -> None:
        listed = ", ".join(near) or ", ".join(sorted(known)[:12])
        super().__init__((), f"no such format; {'near names' if near else 'some of those known'}: {listed}")
        self.name = name
        self.near = near


@dataclass(frozen=True, slots=True)
class Storage:
    """How one matrix is stored."""

    bits: Fraction
    """Of an element, without scales."""
    group: int | None = None
    """Elements of a row that share a scale."""
    group_bits: Fraction = Fraction(0)
    """Scale and zero of a group."""
    row_bits: int = 0
    tensor_bits: int = 0
    tile: int | None = None
    """Side of the square tiles that share a scale."""
    tile_bits: int = 0
    otherwise: str | None = None
    """The format of a matrix whose rows are not whole groups; None: a part of a group has a scale as well."""

    def bytes_of(self, rows: int, columns: int) -> int:
        """Bytes of one matrix, rounded up to whole ones."""
        bits = self.bits * rows * columns + self.row_bits * rows + self.tensor_bits
        if self.group is not None:
            bits += self.group_bits * rows * -(-columns // self.group)
        if self.tile is not None:
            bits += self.tile_bits * -(-rows // self.tile) * -(-columns // self.tile)
        return -(-bits.numerator // (8 * bits.denominator))

    @property
    def bits_per_weight(self) -> Fraction:
        """Of a large matrix, with the scales of its groups and tiles."""
        grouped = self.group_bits / self.group if self.group else Fraction(0)
        tiled = Fraction(self.tile_bits, self.tile**2) if self.tile else Fraction(0)
        return self.bits + grouped + tiled


@dataclass(frozen=True, slots=True)
class WeightFormat:
    """A format by name, and what it leaves in a wider type."""

    name: str
    storage: Storage
    quantises: Quantises
    rest_bits: int
    """Of what is not quantised: norms, biases, routers, and as `quantises` says more."""
    mix: FileMix | None = None
    """Types of single tensors, where they are not all the same."""


@dataclass(frozen=True, slots=True)
class GroupedFormat:
    """A family of formats by bits and group, such as gptq-4bit-g128."""

    bits: tuple[int, ...]
    scale_bits: int
    zeros: bool
    """Whether each group has a zero point, as wide as an element."""
    quantises: Quantises
    rest_bits: int


@dataclass(frozen=True, slots=True)
class CacheElement:
    """The type of a cached element; block types hold whole blocks of a row."""

    name: str
    block: int
    block_bytes: Fraction
    scale_bytes: int = 0
    """Of the scale that each head of each token has, in types that scale so."""

    def bytes_of(self, elements: int) -> Fraction | None:
        """Bytes of one row; None if it is not made of whole blocks."""
        return self.block_bytes * (elements // self.block) if elements % self.block == 0 else None


@dataclass(frozen=True)
class Formats:
    """All formats by name and by other names."""

    weights: Mapping[str, WeightFormat]
    mixes: Mapping[str, WeightFormat]
    grouped: Mapping[str, GroupedFormat]
    cache: Mapping[str, CacheElement]

    def weight(self, name: str) -> WeightFormat:
        """The format of this name; letter case does not matter.

        A name of llama.cpp is that of a file type, which mixes types; `-pure` behind it means the type alone.

        Raises:
            UnknownFormat: there is none.
        """
        wanted = name.strip().lower()
        if (mix := self.mixes.get(wanted)) is not None:
            return mix
        if (format_ := self.weights.get(wanted.removesuffix("-pure"))) is not None:
            return format_
        match = _GROUPED.match(wanted)
        if match is not None and (family := self.grouped.get(match[1])) is not None:
            bits, group = int(match[2]), int(match[3])
            if bits in family.bits and group > 0:
                return _of_family(wanted, family, bits, group)
        known = [
            *self.weights,
            *self.mixes,
            *(f"{n}-{b}bit-g128" for n, f in self.grouped.items() for b in f.bits),
        ]
        raise UnknownFormat(name, _near(wanted, known), [*self.weights, *self.mixes])

    def block_type(self, name: str) -> Storage:
        """How a type of a mix stores a matrix."""
        return self.weights[name].storage

    def cache_element(self, name: str) -> CacheElement:
        """The cache type of this name; letter case does not matter.

        Raises:
            UnknownFormat: there is none.
        """
        wanted = name.strip().lower()
        if wanted not in self.cache:
            raise UnknownFormat(name, _near(wanted, self.cache), self.cache)
        return self.cache[wanted]


def _of_family(name: str, family: GroupedFormat, bits: int, group: int) -> WeightFormat:
    group_bits = Fraction(family.scale_bits + (bits if family.zeros else 0))
    storage = Storage(Fraction(bits), group=group, group_bits=group_bits)
    return WeightFormat(name, storage, family.quantises, family.rest_bits)


def _near(name: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(name[:64], list(known), n=4, cutoff=0.4)
