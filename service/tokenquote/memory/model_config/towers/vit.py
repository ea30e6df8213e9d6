"""A tower of ViT layers: what modelling codes choose differently, and the sizes that configs state.

A ViT cuts an image into patches, makes a vector of each with one matrix, adds where it lay, and sends all of
them through layers of attention and a block (arXiv:2010.11929). The towers of many models differ from it, and
from each other, by the few choices of `Vit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import ConfigFields, as_number, as_whole_number
from tokenquote.memory.model_config.towers.tower_tensors import tower_matrix, tower_vector

__all__ = ["Vit", "inner_width", "layer_number", "patch_elements", "patch_number", "side", "tower_width"]


@dataclass(frozen=True, slots=True)
class Vit:
    """The choices of a modelling code; every default is what SigLIP does."""

    frames: bool = False
    """Whether a patch spans several frames of a video."""
    patch_bias: bool = True
    positions: Literal["patches", "stated", "none"] = "patches"
    """How many positions are learned: one for each patch of an image of the stated size, as many as the
    config says, or none."""
    class_token: bool = False
    """Whether a vector for the class stands before the patches, with a position of its own."""
    norms_before: int = 0
    norms_after: int = 1
    rms: bool = False
    """Whether norms have no bias."""
    gated: bool = False
    qkv_bias: bool = True
    out_bias: bool = True
    mlp_bias: bool = True
    scales: int = 0
    """The vectors that scale what attention and block of a layer add."""
    head_norms: bool = False
    """Whether queries and keys of a head are normed."""

    def tensors(self, fields: ConfigFields) -> Iterator[Tensors]:
        """Yield the patch matrix, positions, layers and norms.

        Raises:
            ArchitectureError: a size is missing or wrong.
        """
        width = tower_width(fields)
        yield from tower_matrix(width, patch_elements(fields, frames=self.frames), bias=self.patch_bias)
        if self.positions != "none":
            stated = (
                fields.size("num_position_embeddings", "num_patches") if self.positions == "stated" else 0
            )
            yield Tensors("vision", "tower", (stated or patch_number(fields)) + self.class_token, width)
        if self.class_token:
            yield tower_vector(width)
        yield from self._layers(fields, width)
        if norms := self.norms_before + self.norms_after:
            yield tower_vector(width, norms * (1 if self.rms else 2))

    def _layers(self, fields: ConfigFields, width: int) -> Iterator[Tensors]:
        layers, inner = layer_number(fields), inner_width(fields, width)
        yield from tower_matrix(width, width, layers, bias=self.qkv_bias)
        yield from tower_matrix(_kv_width(fields, width), width, 2 * layers, bias=self.qkv_bias)
        yield from tower_matrix(width, width, layers, bias=self.out_bias)
        yield from tower_matrix(inner, width, (2 if self.gated else 1) * layers, bias=self.mlp_bias)
        yield from tower_matrix(width, inner, layers, bias=self.mlp_bias)
        yield tower_vector(width, ((2 if self.rms else 4) + self.scales) * layers)
        if self.head_norms:
            heads = fields.size("num_heads", "num_attention_heads")
            yield tower_vector(width // heads, 2 * layers)


def _kv_width(fields: ConfigFields, width: int) -> int:
    """Return the width of keys and of values, less than the tower's where heads share them."""
    heads = fields.optional_size("num_heads", "num_attention_heads")
    kv_heads = fields.optional_size("num_key_value_heads")
    if heads is None or kv_heads is None:
        return width
    if width % heads:
        raise fields.error("num_heads", f"{width} does not divide by {heads}")
    return width // heads * kv_heads


def tower_width(fields: ConfigFields) -> int:
    """Return the width of the activations between layers.

    Raises:
        ArchitectureError: it is missing or wrong.
    """
    return fields.size("hidden_size", "embed_dim", "d_model")


def layer_number(fields: ConfigFields) -> int:
    """Return the number of layers.

    Raises:
        ArchitectureError: it is missing or wrong.
    """
    return fields.size("num_hidden_layers", "depth", "num_layers", "encoder_layers")


def inner_width(fields: ConfigFields, width: int) -> int:
    """Return the width of the feed-forward block, which some configs state as a multiple of the tower's.

    Raises:
        ArchitectureError: neither is stated, or one is wrong.
    """
    times = as_number(fields.raw("mlp_ratio"))
    if fields.has("intermediate_size") or times is None:
        return fields.size("intermediate_size", "encoder_ffn_dim", "mlp_dim")
    if not 0 < times <= 1000:
        raise fields.error("mlp_ratio", "a number up to 1000 is expected")
    return int(width * Fraction(times))


def side(fields: ConfigFields, name: str) -> tuple[int, int]:
    """Return height and width of a square, or of a rectangle that is stated as a pair.

    Raises:
        ArchitectureError: it is missing, or neither a size nor a pair of sizes.
    """
    pair = fields.listed(name)
    if pair is None:
        both = fields.size(name)
        return both, both
    sizes = [as_whole_number(item) for item in pair]
    if len(sizes) != 2 or any(size is None or size < 1 for size in sizes):
        raise fields.error(name, "a whole number, or two, are expected")
    return sizes[0] or 1, sizes[1] or 1


def patch_number(fields: ConfigFields) -> int:
    """Return the patches of an image of the stated size.

    Raises:
        ArchitectureError: a size is missing or wrong.
    """
    height, width = side(fields, "image_size")
    rows, columns = side(fields, "patch_size")
    return (height // rows) * (width // columns)


def patch_elements(fields: ConfigFields, *, frames: bool) -> int:
    """Return the values of a patch: of each colour and pixel, and of each frame where it spans several.

    Raises:
        ArchitectureError: a size is missing or wrong.
    """
    channels = fields.optional_size("num_channels", "in_channels") or 3
    times = (fields.optional_size("temporal_patch_size", "patch_temporal") or 2) if frames else 1
    rows, columns = side(fields, "patch_size")
    return channels * times * rows * columns
