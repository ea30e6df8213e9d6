"""What the networks of a pipeline hold at once while they run: the tensors alive in the widest place.

The counts follow the code of diffusers 0.42.1, in which a caller keeps what it has handed on; a tracker of
live tensors on torch's meta device finds the same (`benchmarks/references/live_tensors.py`). What kernels
take besides is not in them: `copies` says what they may copy into a layout of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tokenquote.counts import ceil_div
from tokenquote.memory.diffusion import Pipeline
from tokenquote.memory.diffusion.autoencoder import Autoencoder
from tokenquote.memory.diffusion.transformers import DiffusionTransformer
from tokenquote.memory.diffusion.unet import Unet, UnetBlock

__all__ = ["Held", "LiveTensors", "held_while_decoding", "held_while_denoising"]

# Widths that a layer of attention of a UNet holds of each place: gate and up in one (8), the gate's GELU (4)
# and their product (4), then its input, the normed input, attention's output, and the input that the stack
# and the block of it have kept (diffusers `attention.py`, `transformer_2d.py`).
_STACK_WIDTHS = 21
# Queries, keys, values and output, which some kernels of attention want in one piece.
_ATTENTION_COPIES = 4


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes that are held at once, from the tensors alone to those with copies."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class LiveTensors:
    """The numbers that are alive at once."""

    elements: int
    """The elements of one image."""
    copies: int
    """The elements of one image that kernels may copy besides, at most."""
    table_bytes: int = 0
    """The bytes that do not depend on how many images there are."""

    def bytes(self, images: int, element: int, more: int = 0) -> Held:
        """Return the bytes of a number of images at once.

        Args:
            images: the number of images, each of which counts twice where it runs twice.
            element: the bytes of an element.
            more: bytes that are held besides.
        """
        low = images * element * self.elements + self.table_bytes + more
        return Held(low, low + images * element * self.copies)


def held_while_denoising(pipeline: Pipeline, size: tuple[int, int]) -> LiveTensors | None:
    """Return what is alive in a step over one image of a width and height in pixels; None: no network."""
    network, scale = pipeline.denoiser, pipeline.scale
    if network is None:
        return None
    width, height = (ceil_div(pixels, scale) for pixels in size)
    if isinstance(network, Unet):
        return live_in_unet(network, height, width)
    return live_in_transformer(network, height, width)


def held_while_decoding(network: Autoencoder, size: tuple[int, int]) -> LiveTensors:
    """Return what is alive while one image of a width and height in pixels is decoded."""
    width, height = (ceil_div(pixels, network.scale) for pixels in size)
    return live_in_decoder(network, height, width)


def live_in_unet(unet: Unet, height: int, width: int) -> LiveTensors:
    """Return what a UNet holds of one latent image of a height and width."""
    places = _places(len(unet.down), height, width)
    return LiveTensors(max(_unet_moments(unet, places)), max(_unet_convolutions(unet, places)))


def _places(levels: int, height: int, width: int) -> list[int]:
    """Return the places of each level, of which each halves both sides and rounds up."""
    return [ceil_div(height, 2**level) * ceil_div(width, 2**level) for level in range(levels)]


def _unet_moments(unet: Unet, places: list[int]) -> Iterator[int]:
    """Yield what is alive in each block; the way up takes in what the way down has kept."""
    kept = [places[0] * unet.down[0].resnets[0][0]]
    for level, block in enumerate(unet.down):
        outputs = [places[level] * block.channels] * len(block.resnets)
        yield sum(kept) + sum(outputs[:-1]) + places[level] * _block_widths(block)
        kept += outputs
        if block.resamples:
            kept.append(places[level + 1] * block.channels)
    yield sum(kept) + places[-1] * _block_widths(unet.middle)
    inner = unet.middle.channels
    for level, block in zip(reversed(range(len(places))), unet.up, strict=True):
        yield sum(kept) + places[level] * (inner + _block_widths(block))
        kept = kept[: -len(block.resnets)]
        inner = block.channels


def _block_widths(block: UnetBlock) -> int:
    """Return the channels that a block holds of each place besides what its caller keeps."""
    resnets = max(max(3 * inner, inner + 4 * outer) for inner, outer in block.resnets)
    return max(resnets, _STACK_WIDTHS * block.channels if block.stacks else 0)


def _unet_convolutions(unet: Unet, places: list[int]) -> Iterator[int]:
    """Yield the elements that go into the convolutions of each block and come out of them."""
    ways = (enumerate(unet.down), zip(reversed(range(len(places))), unet.up, strict=True))
    for level, block in (pair for way in ways for pair in way):
        yield places[level] * max(inner + outer for inner, outer in block.resnets)


def live_in_decoder(network: Autoencoder, height: int, width: int) -> LiveTensors:
    """Return what an autoencoder holds while it makes one image of a latent one of a height and width."""
    levels = len(network.widths)
    moments, convolutions = [], []
    inner = network.widths[-1]
    for level in reversed(range(levels)):
        outer, side = network.widths[level], 2 ** (levels - 1 - level)
        places = height * side * width * side
        first = max(3 * inner, inner + 4 * outer)
        moments.append(places * max(first, (inner if network.resnets else 0) + 4 * outer))
        convolutions.append(places * (inner + outer))
        if level:
            moments.append(places * (inner + 9 * outer))  # the sides are doubled, then a convolution follows
            convolutions.append(4 * places * 2 * outer)
        inner = outer
    latent = height * width * network.latent if network.latent_matrices[1] else 0
    return LiveTensors(latent + max(moments), max(convolutions))


def live_in_transformer(network: DiffusionTransformer, height: int, width: int) -> LiveTensors:
    """Return what a network of layers of attention holds of one latent image of a height and width."""
    kind = network.kind
    tokens = ceil_div(height, network.patch) * ceil_div(width, network.patch)
    widths = tokens * (kind.image_widths + network.more_widths) + kind.text_tokens * kind.text_widths
    both = tokens + kind.text_tokens
    # Flux turns pairs by cosines and sines of every place in fp32, made once for all images.
    tables = 2 * 4 * both * network.head if kind.rotary else 0
    return LiveTensors(widths * network.width, _ATTENTION_COPIES * both * network.width, tables)
