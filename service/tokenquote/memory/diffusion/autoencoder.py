"""`AutoencoderKL`: the network (VAE) that makes a latent image of an image, and an image of a latent one.

Counted as diffusers 0.42.1 builds it: both ways, of which a pipeline from text to image loads both and uses
the decoder alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tokenquote.memory.diffusion.parts import block_names, conv, linear, per_block, resnet, vectors
from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import ConfigFields

__all__ = ["Autoencoder", "read_autoencoder"]


@dataclass(frozen=True, slots=True)
class Autoencoder:
    """Both ways of the network."""

    widths: tuple[int, ...]
    """The channels of each level, from the widest sides to the smallest; each level halves the sides."""
    resnets: int
    """The resnets of each level of the way down; the way up has one more."""
    colours: int
    """The channels of an image that comes in."""
    colours_out: int
    latent: int
    """The channels of a latent image."""
    attends: bool
    """Whether the middle has attention over all places of the latent image."""
    latent_matrices: tuple[bool, bool]
    """Whether a convolution of one place stands behind the encoder, and before the decoder."""
    upcast: bool
    """Whether the config says that 16-bit floats are too narrow for it (`force_upcast`)."""

    @property
    def scale(self) -> int:
        """The pixels of an image on a side of one place of the latent image."""
        return int(2 ** (len(self.widths) - 1))

    def tensors(self) -> Iterator[Tensors]:
        """Yield every tensor."""
        first, last = self.widths[0], self.widths[-1]
        yield from conv(first, self.colours)
        inner = first
        for level, width in enumerate(self.widths):
            yield from _resnets(inner, width, self.resnets, resamples=level < len(self.widths) - 1)
            inner = width
        yield from self._middle()
        yield vectors(last, 2)
        yield from conv(2 * self.latent, last)
        yield from conv(last, self.latent)
        yield from self._middle()
        for level in reversed(range(len(self.widths))):
            yield from _resnets(inner, self.widths[level], self.resnets + 1, resamples=level > 0)
            inner = self.widths[level]
        yield vectors(first, 2)
        yield from conv(self.colours_out, first)
        behind, before = self.latent_matrices
        if behind:
            yield from conv(2 * self.latent, 2 * self.latent, 1)
        if before:
            yield from conv(self.latent, self.latent, 1)

    def _middle(self) -> Iterator[Tensors]:
        width = self.widths[-1]
        yield from resnet(width, width, 0)
        yield from resnet(width, width, 0)
        if self.attends:
            yield vectors(width, 2)
            yield from linear(width, width, 4)


def _resnets(inner: int, width: int, number: int, *, resamples: bool) -> Iterator[Tensors]:
    for each in range(number):
        yield from resnet(inner if each == 0 else width, width, 0)
    if resamples:
        yield from conv(width, width)


def read_autoencoder(fields: ConfigFields) -> Autoencoder:
    """Return the network that a config describes.

    Raises:
        ArchitectureError: a field is missing or wrong, or a block is of another kind.
    """
    number = len(block_names(fields, "down_block_types", {"DownEncoderBlock2D": False}))
    if len(block_names(fields, "up_block_types", {"UpDecoderBlock2D": False})) != number:
        raise fields.error("up_block_types", f"as many as `down_block_types`, {number}, are expected")
    return Autoencoder(
        widths=per_block(fields, "block_out_channels", number),
        resnets=fields.size("layers_per_block", most=100),
        colours=fields.optional_size("in_channels") or 3,
        colours_out=fields.optional_size("out_channels") or 3,
        latent=fields.size("latent_channels"),
        attends=fields.flag("mid_block_add_attention", True),
        latent_matrices=(fields.flag("use_quant_conv", True), fields.flag("use_post_quant_conv", True)),
        upcast=fields.flag("force_upcast", True),
    )
