"""The networks of layers of attention (DiT) that take noise from a latent image cut into patches.

Each is a class of diffusers 0.42.1 and counted as it is built there: DiT (arXiv:2212.09748), PixArt
(arXiv:2310.00426), Stable Diffusion 3 (arXiv:2403.03206) and Flux.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tokenquote.memory.diffusion.parts import attention, conv, embedder, linear, refuse_other, vectors
from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import MAX_LAYERS, ConfigFields

__all__ = ["TRANSFORMERS", "DiffusionTransformer", "TransformerKind", "read_transformer"]

# Widths of the sinusoids that times are given in (diffusers `embeddings.py`).
_TIME = 256


@dataclass(frozen=True, slots=True)
class TransformerKind:
    """A kind of such a network: how it is built, and what its class takes where a config says nothing."""

    tensors: Callable[[ConfigFields], Iterator[Tensors]]
    defaults: Mapping[str, int] = field(default_factory=dict)
    packs: int = 1
    """The places of a latent image on a side of what the pipeline packs into one before the network."""
    image_widths: int = 12
    """What a layer holds at most of each token of the image, in widths of the network (`activations.py`)."""
    text_widths: int = 0
    """The same of each token of the text."""
    text_tokens: int = 0
    """The tokens of text that the pipeline of diffusers fills up to, where they count in every layer."""
    rotary: bool = False
    """Whether every run makes tables of angles, one row for each token."""
    guided_by_pair: bool = True
    """Whether the pipeline of diffusers runs an empty prompt beside the prompt to guide the image."""


@dataclass(frozen=True, slots=True)
class DiffusionTransformer:
    """A network of layers of attention, with what its activations depend on."""

    kind: TransformerKind
    width: int
    head: int
    patch: int
    """The places of a latent image on a side of one token."""
    more_widths: int
    """What a layer holds besides of each token of the image where some layers attend twice."""


def read_transformer(fields: ConfigFields, kind: TransformerKind) -> DiffusionTransformer:
    """Return the sizes of a network that a config describes.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    return DiffusionTransformer(
        kind=kind,
        width=_width(fields),
        head=fields.size("attention_head_dim"),
        patch=fields.size("patch_size", most=1000) * kind.packs,
        more_widths=1 if fields.layer_numbers("dual_attention_layers") else 0,
    )


def _width(fields: ConfigFields) -> int:
    return fields.size("num_attention_heads") * fields.size("attention_head_dim")


def _layers(fields: ConfigFields, name: str = "num_layers") -> int:
    return fields.optional_size(name, least=0, most=MAX_LAYERS) or 0


def _feed_forward(width: int, copies: int) -> Iterator[Tensors]:
    yield from linear(4 * width, width, copies)
    yield from linear(width, 4 * width, copies)


def _patches(fields: ConfigFields, width: int) -> Iterator[Tensors]:
    yield from conv(width, fields.size("in_channels"), fields.size("patch_size", most=1000))


def _output(fields: ConfigFields, width: int) -> Iterator[Tensors]:
    channels = fields.optional_size("out_channels") or fields.size("in_channels")
    yield from linear(channels * fields.size("patch_size", most=1000) ** 2, width)


def _dit(fields: ConfigFields) -> Iterator[Tensors]:
    """Yield DiT, in which every layer has an embedding of times and classes of its own."""
    refuse_other(fields, {"norm_type": "ada_norm_zero", "norm_elementwise_affine": False,
                          "activation_fn": "gelu-approximate"})  # fmt: skip
    width, layers = _width(fields), _layers(fields)
    yield from _patches(fields, width)
    for _ in range(layers):
        yield from embedder(width, _TIME)
    yield Tensors("network", "kept", fields.size("num_embeds_ada_norm") + 1, width, layers)
    yield from linear(6 * width, width, layers)
    yield from attention(width, width, layers, bias=fields.flag("attention_bias", True))
    yield from _feed_forward(width, layers)
    yield from linear(2 * width, width)
    yield from _output(fields, width)


def _pixart(fields: ConfigFields) -> Iterator[Tensors]:
    """Yield PixArt, whose layers share one embedding of times and look at the text by cross attention."""
    refuse_other(fields, {"norm_type": "ada_norm_single", "norm_elementwise_affine": False,
                          "activation_fn": "gelu-approximate", "attention_type": "default"})  # fmt: skip
    width, layers = _width(fields), _layers(fields)
    bias = fields.flag("attention_bias", True)
    yield from _patches(fields, width)
    yield from embedder(width, _TIME)
    if fields.flag("use_additional_conditions", fields.size("sample_size") == 128):
        for _ in range(2):  # of sizes, and of ratios of sides
            yield from embedder(width // 3, _TIME)
    yield from linear(6 * width, width)
    if (caption := fields.optional_size("caption_channels")) is not None:
        yield from embedder(width, caption)
    yield vectors(width, 6 * layers + 2)
    yield from attention(width, width, layers, bias=bias)
    yield from attention(width, fields.size("cross_attention_dim"), layers, bias=bias)
    yield from _feed_forward(width, layers)
    yield from _output(fields, width)


def _stable_diffusion_3(fields: ConfigFields) -> Iterator[Tensors]:
    """Yield MMDiT, in which text and image have matrices of their own and attend to each other."""
    refuse_other(fields, {"qk_norm": "rms_norm"})
    width, layers = _width(fields), _layers(fields)
    yield from _patches(fields, width)
    side = fields.size("pos_embed_max_size", most=10_000)
    yield vectors(width * side * side)  # a table of positions, which files hold
    yield from embedder(width, _TIME)
    yield from embedder(width, fields.size("pooled_projection_dim"))
    yield from linear(fields.size("caption_projection_dim"), fields.size("joint_attention_dim"))
    yield from _joint_layers(width, layers, last_writes_text=False)
    head = fields.size("attention_head_dim")
    norms = 2 if fields.has("qk_norm") else 0
    yield vectors(head, 2 * norms * layers)
    dual = len({layer for layer in fields.layer_numbers("dual_attention_layers") if layer < layers})
    yield from linear(3 * width, width, dual)
    yield from attention(width, width, dual, bias=True)
    yield vectors(head, norms * dual)
    yield from linear(2 * width, width)
    yield from _output(fields, width)


def _joint_layers(width: int, layers: int, *, last_writes_text: bool) -> Iterator[Tensors]:
    """Yield layers with two sets of matrices; the last may only read the text, and then has fewer."""
    writing = layers if last_writes_text else max(0, layers - 1)
    yield from linear(6 * width, width, layers + writing)
    yield from linear(2 * width, width, layers - writing)
    yield from linear(width, width, 7 * layers + writing)
    yield from _feed_forward(width, layers + writing)


def _flux(fields: ConfigFields) -> Iterator[Tensors]:
    """Yield Flux: layers for text and image apart, then layers for both in one row of tokens."""
    width, joint = _width(fields), _layers(fields)
    single = _layers(fields, "num_single_layers")
    head = fields.size("attention_head_dim")
    yield from linear(width, fields.size("in_channels"))
    yield from linear(width, fields.size("joint_attention_dim"))
    for _ in range(2 if fields.flag("guidance_embeds", False) else 1):
        yield from embedder(width, _TIME)
    yield from embedder(width, fields.size("pooled_projection_dim"))
    yield from _joint_layers(width, joint, last_writes_text=True)
    yield vectors(head, 4 * joint + 2 * single)
    yield from linear(3 * width, width, 2 * single)  # scales and shifts; queries, keys and values
    yield from linear(4 * width, width, single)
    yield from linear(width, 5 * width, single)
    yield from linear(2 * width, width)
    yield from _output(fields, width)


_DIT = {"num_attention_heads": 16, "attention_head_dim": 72, "in_channels": 4, "num_layers": 28,
        "patch_size": 2, "num_embeds_ada_norm": 1000}  # fmt: skip

TRANSFORMERS: Mapping[str, TransformerKind] = {
    "DiTTransformer2DModel": TransformerKind(_dit, _DIT),
    "FluxTransformer2DModel": TransformerKind(
        _flux,
        {"num_attention_heads": 24, "attention_head_dim": 128, "in_channels": 64, "num_layers": 19,
         "num_single_layers": 38, "patch_size": 1, "joint_attention_dim": 4096, "pooled_projection_dim": 768},
        packs=2, image_widths=17, text_widths=17, text_tokens=512, rotary=True, guided_by_pair=False,
    ),
    "PixArtTransformer2DModel": TransformerKind(
        _pixart, {**_DIT, "out_channels": 8, "cross_attention_dim": 1152, "sample_size": 128},
        text_widths=1, text_tokens=120,
    ),
    "SD3Transformer2DModel": TransformerKind(
        _stable_diffusion_3,
        {"num_attention_heads": 18, "attention_head_dim": 64, "in_channels": 16, "out_channels": 16,
         "num_layers": 18, "patch_size": 2, "joint_attention_dim": 4096, "caption_projection_dim": 1152,
         "pooled_projection_dim": 2048, "pos_embed_max_size": 96},
        image_widths=13, text_widths=3, text_tokens=77 + 256,
    ),
}  # fmt: skip
