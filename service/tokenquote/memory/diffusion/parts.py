"""What the networks of image generators are built of: linear layers, convolutions, norms and blocks of them.

Counted as diffusers 0.42.1 builds them. A number format may take the matrices of linear layers (`linear`);
convolutions, norms and biases are `kept`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import MAX_SIZE, ConfigFields, as_whole_number

__all__ = [
    "attention",
    "block_names",
    "conv",
    "embedder",
    "linear",
    "per_block",
    "refuse_other",
    "resnet",
    "vectors",
]

_PART = "network"
# More than any network has; it keeps the work of one request small.
_MAX_BLOCKS = 16


def linear(rows: int, columns: int, copies: int = 1, *, bias: bool = True) -> Iterator[Tensors]:
    """Yield equal linear layers of `rows` outputs by `columns` inputs, and their biases."""
    yield Tensors(_PART, "linear", rows, columns, copies)
    if bias:
        yield vectors(rows, copies)


def conv(rows: int, columns: int, kernel: int = 3, copies: int = 1) -> Iterator[Tensors]:
    """Yield equal convolutions of `columns` channels to `rows`, with a square kernel, and their biases."""
    yield Tensors(_PART, "kept", rows, columns * kernel * kernel, copies)
    yield vectors(rows, copies)


def vectors(elements: int, copies: int = 1) -> Tensors:
    """Return norms, biases or other tensors that are no matrices."""
    return Tensors(_PART, "kept", 1, elements, copies)


def embedder(width: int, columns: int) -> Iterator[Tensors]:
    """Yield two linear layers that make a vector of the network's width from a time or a text."""
    yield from linear(width, columns)
    yield from linear(width, width)


def resnet(inner: int, outer: int, time: int) -> Iterator[Tensors]:
    """Yield a `ResnetBlock2D`: two norms, two convolutions, the time's layer and a shortcut where needed.

    Args:
        inner: the channels that come in.
        outer: the channels that go out.
        time: the width of the time's embedding; 0 without one, as in an autoencoder.
    """
    yield vectors(inner, 2)
    yield from conv(outer, inner)
    if time:
        yield from linear(outer, time)
    yield vectors(outer, 2)
    yield from conv(outer, outer)
    if inner != outer:
        yield from conv(outer, inner, 1)


def attention(width: int, context: int, copies: int = 1, *, bias: bool = False) -> Iterator[Tensors]:
    """Yield attention of a width over a context of another; `bias` is that of queries, keys and values."""
    yield from linear(width, width, copies, bias=bias)
    yield from linear(width, context, 2 * copies, bias=bias)
    yield from linear(width, width, copies)


def per_block(
    fields: ConfigFields, name: str, blocks: int, default: int | None = None, most: int = MAX_SIZE
) -> tuple[int, ...]:
    """Return a size for each block, of which the config states one, or a list.

    Raises:
        ArchitectureError: it is missing, no whole number, out of bounds, or a list of another length.
    """
    items = fields.listed(name)
    if items is None:
        stated = fields.optional_size(name, most=most)
        if stated is None and default is None:
            raise fields.missing(name)
        return (stated or default or 1,) * blocks
    sizes = tuple(size for item in items if (size := as_whole_number(item)) is not None and size > 0)
    if len(sizes) != len(items) or len(items) != blocks or max(sizes) > most:
        raise fields.error(name, f"a whole number of 1 to {most} is expected, or a list of {blocks}")
    return sizes


def block_names(fields: ConfigFields, name: str, kinds: Mapping[str, bool]) -> tuple[bool, ...]:
    """Return for each block of a list what its kind says, such as whether it attends.

    Raises:
        ArchitectureError: it is missing, or names a kind that is not counted.
    """
    items = fields.listed(name)
    if not items or len(items) > _MAX_BLOCKS:
        raise fields.error(name, f"a list of 1 to {_MAX_BLOCKS} names is expected")
    unknown = [item for item in items if not isinstance(item, str) or item not in kinds]
    if unknown:
        detail = f"{str(unknown[0])[:64]!r} is not counted, only {', '.join(kinds)}"
        raise fields.error(name, f"{detail}: post the `header` of the file instead")
    return tuple(kinds[item] for item in items)


def refuse_other(fields: ConfigFields, usual: Mapping[str, object]) -> None:
    """Refuse a network whose config states another choice than the one that is counted.

    Raises:
        ArchitectureError: it does.
    """
    for name, value in usual.items():
        stated = fields.raw(name)
        if stated is not None and stated != value:
            said = "leave it out" if value is None else f"only {value!r} is"
            detail = f"{str(stated)[:64]!r} is not counted, {said}: post the `header` of the file instead"
            raise fields.error(name, detail)
