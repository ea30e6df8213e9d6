"""`UNet2DConditionModel`: the network of Stable Diffusion 1, 2 and XL that takes noise from a latent image.

Its way down halves the sides of the image block by block, its way up doubles them again and takes in what
each step of the way down put out (arXiv:2112.10752). Counted as diffusers 0.42.1 builds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenquote.memory.diffusion.parts import (
    attention,
    block_names,
    conv,
    embedder,
    linear,
    per_block,
    refuse_other,
    resnet,
    vectors,
)
from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import MAX_LAYERS, ConfigFields

__all__ = ["Unet", "UnetBlock", "read_unet"]

_USUAL: dict[str, object] = {
    "only_cross_attention": False, "dual_cross_attention": False, "class_embed_type": None,
    "num_class_embeds": None, "encoder_hid_dim": None, "encoder_hid_dim_type": None,
    "resnet_time_scale_shift": "default", "time_embedding_type": "positional", "attention_type": "default",
    "cross_attention_norm": None, "time_cond_proj_dim": None, "mid_block_only_cross_attention": None,
    "reverse_transformer_layers_per_block": None,
}  # fmt: skip
# More than any block has; it keeps the work of one request small.
_MAX_RESNETS = 100
_DOWN = {"CrossAttnDownBlock2D": True, "DownBlock2D": False}
_UP = {"CrossAttnUpBlock2D": True, "UpBlock2D": False}
_MIDDLE = {"UNetMidBlock2DCrossAttn": True}


@dataclass(frozen=True, slots=True)
class UnetBlock:
    """Resnets, of which some have a stack of attention behind them, and a change of sides at the end."""

    resnets: tuple[tuple[int, int], ...]
    """The channels that come into each resnet, and those that go out."""
    stacks: int
    """The stacks of attention; 0 in a block without."""
    layers: int
    """The layers of each stack."""
    context: int
    """The width of the text that attention looks at."""
    resamples: bool
    """Whether the sides are halved, or doubled, at the end."""

    @property
    def channels(self) -> int:
        """The channels that go out."""
        return self.resnets[-1][1]

    def tensors(self, time: int, *, linear_projection: bool) -> Iterator[Tensors]:
        """Yield every tensor of the block.

        Args:
            time: the width of the time's embedding.
            linear_projection: whether linear layers, and no convolutions, lead into a stack and out of it.
        """
        for inner, outer in self.resnets:
            yield from resnet(inner, outer, time)
        width, copies = self.channels, self.stacks * self.layers
        if copies:
            yield vectors(width, 2 * self.stacks)
            if linear_projection:
                yield from linear(width, width, 2 * self.stacks)
            else:
                yield from conv(width, width, 1, 2 * self.stacks)
            yield vectors(width, 6 * copies)
            yield from attention(width, width, copies)
            yield from attention(width, self.context, copies)
            yield from linear(8 * width, width, copies)  # gate and up in one (GEGLU)
            yield from linear(width, 4 * width, copies)
        if self.resamples:
            yield from conv(width, width)


@dataclass(frozen=True, slots=True)
class Unet:
    """The network, block by block."""

    down: tuple[UnetBlock, ...]
    middle: UnetBlock
    up: tuple[UnetBlock, ...]
    others: tuple[Tensors, ...]
    """What stands before the blocks and behind them."""
    time: int
    linear_projection: bool

    def tensors(self) -> Iterator[Tensors]:
        """Yield every tensor."""
        yield from self.others
        for block in (*self.down, self.middle, *self.up):
            yield from block.tensors(self.time, linear_projection=self.linear_projection)


def read_unet(fields: ConfigFields) -> Unet:
    """Return the network that a config describes.

    Raises:
        ArchitectureError: a field is missing or wrong, or states a choice that is not counted.
    """
    refuse_other(fields, _USUAL)
    attends_down = block_names(fields, "down_block_types", _DOWN)
    attends_up = block_names(fields, "up_block_types", _UP)
    number = len(attends_down)
    if len(attends_up) != number:
        raise fields.error("up_block_types", f"{len(attends_up)} blocks up for {number} down")
    if fields.has("mid_block_type") and fields.text("mid_block_type") not in _MIDDLE:
        raise fields.error("mid_block_type", f"only {next(iter(_MIDDLE))} is counted")
    widths = per_block(fields, "block_out_channels", number)
    sizes = _Sizes(
        widths,
        per_block(fields, "layers_per_block", number, 2, most=_MAX_RESNETS),
        per_block(fields, "transformer_layers_per_block", number, 1, most=MAX_LAYERS),
        per_block(fields, "cross_attention_dim", number),
    )
    time = fields.optional_size("time_embedding_dim") or 4 * widths[0]
    return Unet(
        down=sizes.down(attends_down),
        middle=sizes.middle(),
        up=sizes.up(attends_up),
        others=tuple(_others(fields, widths[0], time)),
        time=time,
        linear_projection=fields.flag("use_linear_projection", False),
    )


def _others(fields: ConfigFields, width: int, time: int) -> Iterator[Tensors]:
    yield from conv(width, fields.size("in_channels"), fields.optional_size("conv_in_kernel", most=99) or 3)
    yield from embedder(time, width)
    added = fields.text("addition_embed_type")
    if added == "text_time":
        yield from embedder(time, fields.size("projection_class_embeddings_input_dim"))
    elif fields.has("addition_embed_type"):
        refuse_other(fields, {"addition_embed_type": "text_time"})
    yield vectors(width, 2)
    yield from conv(fields.size("out_channels"), width, fields.optional_size("conv_out_kernel", most=99) or 3)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The sizes of each level, from the widest sides to the smallest."""

    widths: Sequence[int]
    resnets: Sequence[int]
    layers: Sequence[int]
    contexts: Sequence[int]

    def down(self, attends: Sequence[bool]) -> tuple[UnetBlock, ...]:
        """Return the way down: the last block keeps the sides."""
        blocks, inner = [], self.widths[0]
        for level, width in enumerate(self.widths):
            pairs = ((inner, width), *((width, width),) * (self.resnets[level] - 1))
            last = level == len(self.widths) - 1
            blocks.append(self._block(level, pairs, attends=attends[level], resamples=not last))
            inner = width
        return tuple(blocks)

    def middle(self) -> UnetBlock:
        """Return the block between: two resnets with one stack of attention between them."""
        width = self.widths[-1]
        return UnetBlock(((width, width),) * 2, 1, self.layers[-1], self.contexts[-1], resamples=False)

    def up(self, attends: Sequence[bool]) -> tuple[UnetBlock, ...]:
        """Return the way up: one resnet more in each block, each with what the way down put out."""
        blocks, before = [], self.widths[-1]
        for level in reversed(range(len(self.widths))):
            width = self.widths[level]
            skipped = [width] * self.resnets[level] + [self.widths[max(0, level - 1)]]
            inner = [before] + [width] * self.resnets[level]
            pairs = tuple((first + kept, width) for first, kept in zip(inner, skipped, strict=True))
            turn = len(self.widths) - 1 - level
            blocks.append(self._block(level, pairs, attends=attends[turn], resamples=level > 0))
            before = width
        return tuple(blocks)

    def _block(
        self, level: int, pairs: tuple[tuple[int, int], ...], *, attends: bool, resamples: bool
    ) -> UnetBlock:
        stacks = len(pairs) if attends else 0
        return UnetBlock(pairs, stacks, self.layers[level], self.contexts[level], resamples)
