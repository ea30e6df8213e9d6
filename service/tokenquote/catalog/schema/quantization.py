"""What quantization.yaml may say: in which number formats weights and the KV cache are stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Money, Word

__all__ = [
    "CacheType",
    "Mix",
    "NumberFormat",
    "NumberFormatFamily",
    "Quantises",
    "QuantizationFile",
    "TypeChoice",
]

Bits = Annotated[StrictInt, Field(ge=1, le=4096)]
Where = Literal[
    "everywhere", "first 2", "first 4", "first sixteenth", "first eighth", "middle", "some layers",
    "four queries share", "four queries share, or four experts", "without imatrix", "falcon",
    "first eighth, without imatrix", "falcon, first sixteenth", "falcon, some layers",
]  # fmt: skip
"""The layers and models that a choice holds for. `some layers` are the first and the last eighth, and each
third between them; `middle` is what lies between the two; `four queries share`: at least four query heads
share a KV head."""
Quantises = Literal["everything", "matrices", "linears", "experts"]
"""The tensors that a format quantises. `matrices` are all but norms, biases and routers, `linears` the
matrices of the layers, and `experts` only those of the experts (all of the layers in a model that has
none)."""


class NumberFormat(Entry):
    """How weights are stored: elements with their scales and zeros, or blocks of a row."""

    bits: Money | None = None
    """The bits of an element. None: the format stores blocks."""
    group: StrictInt | None = Field(default=None, ge=1)
    """The elements of a row that share a scale. None: there are no such groups."""
    group_bits: Money = Decimal(0)
    """The bits of a group's scale and zero point together."""
    row_bits: StrictInt = Field(default=0, ge=0)
    """The bits of the scale of a whole row."""
    tensor_bits: StrictInt = Field(default=0, ge=0)
    """The bits of the scale of a whole matrix."""
    tile: StrictInt | None = Field(default=None, ge=1)
    """The side, in elements, of the square tiles that share a scale. None: there are no tiles."""
    tile_bits: StrictInt = Field(default=0, ge=0)
    """The bits of a tile's scale."""
    block: StrictInt | None = Field(default=None, ge=1)
    """The elements of a block, which has its scales inside. None: the format states `bits` instead."""
    block_bytes: StrictInt | None = Field(default=None, ge=1)
    """The bytes of a block; stated together with `block`."""
    otherwise: Word | None = None
    """The format of a matrix whose rows are not whole blocks. None: every matrix has this format."""
    output: Word | None = None
    """The format of the output matrix. None: it has this format too."""
    quantises: Quantises
    """The tensors that have this format."""
    rest_bits: Bits = 16
    """The bits of an element that is not quantised."""
    aliases: tuple[Word, ...] = ()
    """Other words for this format."""
    source: str = Field(min_length=1)
    """Where the figures stand."""

    @model_validator(mode="after")
    def _elements_or_blocks(self) -> Self:
        if (self.bits is None) == (self.block is None) or (self.block is None) != (self.block_bytes is None):
            raise ValueError("state either `bits`, or `block` and `block_bytes`")
        if self.block is not None and (self.group is not None or self.tile is not None):
            raise ValueError("a block has its scales inside: leave out `group` and `tile`")
        return self


class TypeChoice(Entry):
    """The type of a kind of tensor, in all layers or in some of them."""

    type: Word
    """The number format, by its name among `weight_formats`."""
    where: Where = "everywhere"
    """The layers and models that have it."""


class Mix(Entry):
    """A file type of llama.cpp: a base type, and tensors that have another one."""

    base: Word
    """The type of every tensor that nothing else here names."""
    output: Word = "q6_k"
    """The type of the output matrix, or of the embedding that serves as it."""
    embedding: Word | None = None
    """The type of an embedding that does not serve as the output. None: the base type."""
    rest: Word | None = None
    """The type of every matrix but those of experts (MXFP4). None: the choices below decide."""
    attn_q: tuple[TypeChoice, ...] = ()
    """The types of the query projections; the first choice that holds decides, else the base type."""
    attn_k: tuple[TypeChoice, ...] = ()
    """The types of the key projections; the first choice that holds decides, else the base type."""
    attn_v: tuple[TypeChoice, ...] = ()
    """The types of the value projections; the first choice that holds decides, else the base type."""
    attn_output: tuple[TypeChoice, ...] = ()
    """The types of the output projections of attention; the first choice that holds decides, else the base
    type."""
    ffn_gate: tuple[TypeChoice, ...] = ()
    """The types of the gate projections; the first choice that holds decides, else the base type."""
    ffn_up: tuple[TypeChoice, ...] = ()
    """The types of the up projections; the first choice that holds decides, else the base type."""
    ffn_down: tuple[TypeChoice, ...] = ()
    """The types of the down projections; the first choice that holds decides, else the base type."""
    eight_experts: dict[Word, Word] = Field(default={})
    """The types in models of eight experts, by kind of tensor; they go before all other choices."""
    imatrix: StrictBool = False
    """Whether such files need an importance matrix."""
    aliases: tuple[Word, ...] = ()
    """Other words for this file type."""
    source: str = Field(min_length=1)
    """Where the file type is defined."""


class NumberFormatFamily(Entry):
    """Number formats whose name says bits and group, such as `gptq-4bit-g128`."""

    bits: tuple[Bits, ...] = Field(min_length=1)
    """The bits of an element that the names may say."""
    usual_bits: Bits = 4
    """The bits of an element where a name leaves them out: `awq`."""
    usual_group: StrictInt = Field(default=128, ge=1)
    """The elements of a group where a name leaves them out: `mlx-4bit`."""
    scale_bits: StrictInt = Field(ge=0)
    """The bits of a group's scale."""
    zeros: StrictBool
    """Whether each group has a zero point, as wide as an element."""
    quantises: Quantises
    """The tensors that have this format."""
    rest_bits: Bits = 16
    """The bits of an element that is not quantised."""
    source: str = Field(min_length=1)
    """Where the formats are defined."""


class CacheType(Entry):
    """A type of the KV cache's elements."""

    bits: StrictInt | None = Field(default=None, ge=1)
    """The bits of an element. None: the type stores blocks."""
    block: StrictInt | None = Field(default=None, ge=1)
    """The elements of a block. None: the type states `bits` instead."""
    block_bytes: StrictInt | None = Field(default=None, ge=1)
    """The bytes of a block; stated together with `block`."""
    scale_bytes: StrictInt = Field(default=0, ge=0)
    """The bytes of the scale that each head of each token has."""
    aliases: tuple[Word, ...] = ()
    """Other words for this type."""
    source: str = Field(min_length=1)
    """Where the figures stand."""

    @model_validator(mode="after")
    def _elements_or_blocks(self) -> Self:
        if (self.bits is None) == (self.block is None) or (self.block is None) != (self.block_bytes is None):
            raise ValueError("state either `bits`, or `block` and `block_bytes`")
        return self


class QuantizationFile(Entry):
    """The file quantization.yaml."""

    weight_formats: dict[Word, NumberFormat] = Field(default={})
    """The number formats of weights, by the word that questions name them by."""
    format_families: dict[Annotated[str, Field(pattern=r"^[a-z0-9]+$")], NumberFormatFamily] = Field(
        default={}
    )
    """The families of number formats, by the word that their names begin with."""
    mixes: dict[Word, Mix] = Field(default={})
    """The file types of llama.cpp that mix number formats."""
    cache_types: dict[Word, CacheType] = Field(default={})
    """The types of the KV cache's elements."""

    def with_more(self, other: Self) -> Self:
        """Return both together; what the other defines replaces what has the same name here."""
        return self.model_copy(
            update={
                "weight_formats": self.weight_formats | other.weight_formats,
                "format_families": self.format_families | other.format_families,
                "mixes": self.mixes | other.mixes,
                "cache_types": self.cache_types | other.cache_types,
            }
        )
