"""What open_weights/*.yaml and quantization.yaml may say: models that one can host, and number formats.

maker: Meta
models:
  - id: meta-llama/Llama-3.1-8B        the Hugging Face id, no provider before it
    counting: llama
    context: {window: 131072}
    published_as: bf16                 a format of quantization.yaml
    architecture: {model_type: llama, hidden_size: 4096, ...}      fields of its config.json
    source: https://...
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictInt, model_validator

from tokenquote.catalog.schema.entry import Entry, Money, Word
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import DescribedModel

__all__ = [
    "CacheType",
    "Mix",
    "NumberFormat",
    "NumberFormatFamily",
    "OpenWeightsEntry",
    "OpenWeightsFile",
    "QuantizationFile",
    "TypeChoice",
]

Bits = Annotated[StrictInt, Field(ge=1, le=4096)]
Where = Literal[
    "everywhere", "first 2", "first 4", "first sixteenth", "first eighth", "middle", "some layers",
    "four queries share", "four queries share, or four experts", "without imatrix", "falcon",
    "first eighth, without imatrix", "falcon, first sixteenth", "falcon, some layers",
]  # fmt: skip
"""Layers and models: `some layers` are the first and the last eighth, and each third between them;
`middle` is what lies between the two; `four queries share`: at least four query heads share a KV head."""
Quantises = Literal["everything", "matrices", "linears", "experts"]
"""`matrices`: all but norms, biases and routers. `linears`: those of the layers. `experts`: of these only
the experts' (all of the layers in a model that has none)."""


class OpenWeightsEntry(DescribedModel):
    """A model whose weights are public; its id is the one on Hugging Face."""

    architecture: dict[str, Any] = Field(min_length=1)
    """Fields of its `config.json`; what the model class says by itself may be left out."""
    published_as: Word
    """The number format of the published weights, by its name in quantization.yaml."""
    source: str = Field(min_length=1)
    """Where the fields stand."""

    @property
    def prices(self) -> tuple[PriceBlock, ...]:
        """Nobody sells it under this id."""
        return ()


class OpenWeightsFile(Entry):
    """open_weights/*.yaml"""

    maker: str
    models: tuple[OpenWeightsEntry, ...] = Field(min_length=1)


class NumberFormat(Entry):
    """How weights are stored: elements with their scales and zeros, or blocks of a row."""

    bits: Money | None = None
    """Of an element."""
    group: StrictInt | None = Field(default=None, ge=1)
    """Elements of a row that share a scale."""
    group_bits: Money = Decimal(0)
    """Scale and zero of a group."""
    row_bits: StrictInt = Field(default=0, ge=0)
    """Scale of a whole row."""
    tensor_bits: StrictInt = Field(default=0, ge=0)
    """Scale of a whole matrix."""
    tile: StrictInt | None = Field(default=None, ge=1)
    """Side of the square tiles that share a scale."""
    tile_bits: StrictInt = Field(default=0, ge=0)
    block: StrictInt | None = Field(default=None, ge=1)
    """Elements of a block, instead of all the above."""
    block_bytes: StrictInt | None = Field(default=None, ge=1)
    otherwise: Word | None = None
    """The format of a matrix whose rows are not whole blocks."""
    output: Word | None = None
    """The format of the output matrix, where it has another one."""
    quantises: Quantises
    rest_bits: Bits = 16
    """What is not quantised is stored in so many bits."""
    aliases: tuple[Word, ...] = ()
    source: str = Field(min_length=1)

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
    where: Where = "everywhere"


class Mix(Entry):
    """A file type of llama.cpp: a base type, and tensors that have another one."""

    base: Word
    output: Word = "q6_k"
    """Of the output matrix, or of the embedding that serves as it."""
    embedding: Word | None = None
    """Of an embedding that does not serve as the output."""
    rest: Word | None = None
    """Of every matrix but those of experts (MXFP4)."""
    attn_q: tuple[TypeChoice, ...] = ()
    attn_k: tuple[TypeChoice, ...] = ()
    attn_v: tuple[TypeChoice, ...] = ()
    attn_output: tuple[TypeChoice, ...] = ()
    ffn_gate: tuple[TypeChoice, ...] = ()
    ffn_up: tuple[TypeChoice, ...] = ()
    ffn_down: tuple[TypeChoice, ...] = ()
    """Of each kind the first choice that holds; none: the base type."""
    eight_experts: dict[Word, Word] = Field(default={})
    """Types in models of eight experts, before any of these."""
    imatrix: bool = False
    """Whether such files need an importance matrix."""
    aliases: tuple[Word, ...] = ()
    source: str = Field(min_length=1)


class NumberFormatFamily(Entry):
    """Formats whose name says bits and group: `gptq-4bit-g128`."""

    bits: tuple[Bits, ...] = Field(min_length=1)
    scale_bits: StrictInt = Field(ge=0)
    zeros: bool
    """Whether each group has a zero point, as wide as an element."""
    quantises: Quantises
    rest_bits: Bits = 16
    source: str = Field(min_length=1)


class CacheType(Entry):
    """A type of the KV cache's elements."""

    bits: StrictInt | None = Field(default=None, ge=1)
    block: StrictInt | None = Field(default=None, ge=1)
    """Elements of a block, instead of `bits`."""
    block_bytes: StrictInt | None = Field(default=None, ge=1)
    scale_bytes: StrictInt = Field(default=0, ge=0)
    """Of the scale that each head of each token has."""
    aliases: tuple[Word, ...] = ()
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _elements_or_blocks(self) -> Self:
        if (self.bits is None) == (self.block is None) or (self.block is None) != (self.block_bytes is None):
            raise ValueError("state either `bits`, or `block` and `block_bytes`")
        return self


class QuantizationFile(Entry):
    """quantization.yaml"""

    weight_formats: dict[Word, NumberFormat] = Field(default={})
    format_families: dict[Annotated[str, Field(pattern=r"^[a-z0-9]+$")], NumberFormatFamily] = Field(
        default={}
    )
    mixes: dict[Word, Mix] = Field(default={})
    cache_types: dict[Word, CacheType] = Field(default={})

    def with_more(self, other: Self) -> Self:
        """What the other defines takes the place of what has the same name here."""
        return self.model_copy(
            update={
                "weight_formats": self.weight_formats | other.weight_formats,
                "format_families": self.format_families | other.format_families,
                "mixes": self.mixes | other.mixes,
                "cache_types": self.cache_types | other.cache_types,
            }
        )
