"""The storage of weights in a number format: bits, scales and zeros, exactly."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tokenquote.catalog.schema.quantization import Quantises
from tokenquote.counts import ceil_div
from tokenquote.errors import LocatedError
from tokenquote.memory.cache_plan import CacheElement
from tokenquote.memory.weights.gguf_mixes import FileMix

__all__ = [
    "Formats",
    "GroupedFormat",
    "Storage",
    "UnknownFormat",
    "WeightFormat",
]

_GROUPED = re.compile(r"^([a-z0-9]+)(?:-(\d)bit(?:-g(\d{1,5}))?)?$")


class UnknownFormat(LocatedError):
    """No format has this name; `near` holds up to four names that resemble it."""

    def __init__(self, name: str, near: Sequence[str], known: Iterable[str]) -> None:
        listed = ", ".join(near) or ", ".join(sorted(known)[:12])
        super().__init__((), f"no such format; {'near names' if near else 'some of those known'}: {listed}")
        self.name = name
        self.near = near


@dataclass(frozen=True, slots=True)
class Storage:
    """The storage of a matrix."""

    bits: Fraction
    """The bits of an element without scales."""
    group: int | None = None
    """The elements of a row that share a scale; None: no groups."""
    group_bits: Fraction = Fraction(0)
    """The bits of a group's scale and zero."""
    row_bits: int = 0
    """The bits of a row's scale."""
    tensor_bits: int = 0
    """The bits of the whole matrix's scale."""
    tile: int | None = None
    """The side of the square tiles that share a scale; None: no tiles."""
    tile_bits: int = 0
    """The bits of a tile's scale."""
    otherwise: str | None = None
    """The format of a matrix whose rows are not whole groups; None: a part of a group has a scale as well."""

    def matrix_bytes(self, rows: int, columns: int) -> int:
        """Return the bytes of a matrix, rounded up to whole ones."""
        bits = self.bits * rows * columns + self.row_bits * rows + self.tensor_bits
        if self.group is not None:
            bits += self.group_bits * rows * ceil_div(columns, self.group)
        if self.tile is not None:
            bits += self.tile_bits * ceil_div(rows, self.tile) * ceil_div(columns, self.tile)
        return ceil_div(bits.numerator, 8 * bits.denominator)

    @property
    def bits_per_weight(self) -> Fraction:
        """The bits of a weight of a large matrix, with the scales of groups and tiles."""
        grouped = self.group_bits / self.group if self.group else Fraction(0)
        tiled = Fraction(self.tile_bits, self.tile**2) if self.tile else Fraction(0)
        return self.bits + grouped + tiled


@dataclass(frozen=True, slots=True)
class WeightFormat:
    """A number format by name, and what it leaves in a wider type."""

    name: str
    storage: Storage
    quantises: Quantises
    rest_bits: int
    """The bits of what is not quantised: norms, biases, routers, and more if `quantises` says so."""
    mix: FileMix | None = None
    """The types of single tensors, where they differ; None: all have one."""


@dataclass(frozen=True, slots=True)
class GroupedFormat:
    """A family of formats by bits and group, such as gptq-4bit-g128; a name may leave out the usual ones."""

    bits: tuple[int, ...]
    usual_bits: int
    usual_group: int
    scale_bits: int
    zeros: bool
    """Whether each group has a zero point, as wide as an element."""
    quantises: Quantises
    rest_bits: int


@dataclass(frozen=True)
class Formats:
    """All number formats by name and by other names."""

    weights: Mapping[str, WeightFormat]
    mixes: Mapping[str, WeightFormat]
    grouped: Mapping[str, GroupedFormat]
    cache: Mapping[str, CacheElement]

    def weight(self, name: str) -> WeightFormat:
        """Return the format of this name; letter case does not matter.

        A name of llama.cpp is that of a file type, which mixes types; `-pure` after it means the type alone.

        Raises:
            UnknownFormat: there is no such format.
        """
        wanted = name.strip().lower()
        if (mix := self.mixes.get(wanted)) is not None:
            return mix
        if (format_ := self.weights.get(wanted.removesuffix("-pure"))) is not None:
            return format_
        match = _GROUPED.match(wanted)
        if match is not None and (family := self.grouped.get(match[1])) is not None:
            bits, group = int(match[2] or family.usual_bits), int(match[3] or family.usual_group)
            if bits in family.bits and group > 0:
                return _grouped_format(f"{match[1]}-{bits}bit-g{group}", family, bits, group)
        known = [
            *self.weights,
            *self.mixes,
            *(f"{start}-{width}bit-g128" for start, known in self.grouped.items() for width in known.bits),
        ]
        raise UnknownFormat(name, _near(wanted, known), [*self.weights, *self.mixes])

    def block_type(self, name: str) -> Storage:
        """Return the storage of a type that a mix names."""
        return self.weights[name].storage

    def cache_element(self, name: str) -> CacheElement:
        """Return the cache type of this name; letter case does not matter.

        Raises:
            UnknownFormat: there is no such format.
        """
        wanted = name.strip().lower()
        if wanted not in self.cache:
            raise UnknownFormat(name, _near(wanted, self.cache), self.cache)
        return self.cache[wanted]


def _grouped_format(name: str, family: GroupedFormat, bits: int, group: int) -> WeightFormat:
    group_bits = Fraction(family.scale_bits + (bits if family.zeros else 0))
    storage = Storage(Fraction(bits), group=group, group_bits=group_bits)
    return WeightFormat(name, storage, family.quantises, family.rest_bits)


def _near(name: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(name[:64], list(known), n=4, cutoff=0.4)
