"""The feed-forward block of each layer of a config: dense, experts with a router, or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tokenquote.counts import round_up
from tokenquote.memory.layers import Attention, Experts, FeedForward, Mlp, NoFeedForward
from tokenquote.memory.model_config.families import Family
from tokenquote.memory.model_config.fields import ConfigFields, as_mapping, as_number

__all__ = ["expert_number", "read_feed_forward", "refuse_unknown_experts"]

_NUMBERS = ("n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts")
_ACTIVE = (
    "num_experts_per_tok", "num_experts_per_token", "moe_k", "moe_topk", "top_k_experts",
    "num_selected_experts",
)  # fmt: skip
_WIDTHS = ("moe_intermediate_size", "expert_ffn_hidden_size")
_SHARED_WIDTHS = (
    "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "share_expert_dim",
)  # fmt: skip
_SHARED_NUMBERS = ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts", "num_shared_expert")


def read_feed_forward(
    attention: Sequence[Attention], fields: ConfigFields, family: Family
) -> Sequence[FeedForward]:
    """Return the block of each layer, first to last.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    if family.shape == "nemotron_h":
        return _by_letters(attention, fields, family)
    if family.shape == "nemotron_nas":
        return [_nas_mlp(fields, block) for block in fields.raw("block_configs")]
    layers = len(attention)
    if family.norms_per_layer == 1 and family.mixer in ("mamba", "mamba2") and family.shape == "decoder":
        return [NoFeedForward()] * layers  # pure Mamba
    number = expert_number(fields)
    if number is None and family.sparse and not any(fields.has(name) for name in _NUMBERS):
        raise fields.missing("n_routed_experts, or num_experts: the model type is a mixture of experts")
    if number is None or (family.shape == "gemma4" and not fields.flag("enable_moe_block", False)):
        return [_dense(fields, family, i) for i in range(layers)]
    has_experts = [_has_experts(i, layers, fields) for i in range(layers)]
    experts = _experts(fields, family, number)
    return [experts if moe else _dense(fields, family, i) for i, moe in enumerate(has_experts)]


def refuse_unknown_experts(fields: ConfigFields) -> None:
    """Refuse experts that an unknown model has under other names, since they are most of its weights.

    Raises:
        ArchitectureError: there are such experts.
    """
    if expert_number(fields) is not None:
        return
    for name in fields.names():
        if "expert" in name and fields.raw(name):
            raise fields.error(name, "experts of an unknown model type: not counted yet")


def expert_number(fields: ConfigFields) -> int | None:
    """Return the number of routed experts of a layer; None: it has none."""
    for name in _NUMBERS:
        number = fields.optional_size(name, least=0)
        if number:
            return number
    return None


def _has_experts(layer: int, layers: int, fields: ConfigFields) -> bool:
    """Return whether a layer has experts; configs say in several ways which layers are dense."""
    types = fields.per_layer("mlp_layer_types", layers)
    if types is not None:
        return bool(types[layer] != "dense")
    frequency = fields.listed("moe_layer_freq")
    if frequency is not None:
        return layer >= len(frequency) or frequency[layer] not in (0, False)
    if layer in fields.layer_numbers("mlp_only_layers"):
        return False
    if layer < fields.count("first_k_dense_replace", "num_dense_layers", "moe_layer_start_index"):
        return False
    if fields.has("moe_layer_end_index") and layer > fields.count("moe_layer_end_index"):
        return False
    if fields.has("expert_layer_period"):
        return layer % fields.size("expert_layer_period") == fields.count("expert_layer_offset")
    step = fields.optional_size("decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_interval") or 1
    return (layer + 1) % step == 0 and layer % (fields.optional_size("moe_layer_freq") or 1) == 0


def _experts(fields: ConfigFields, family: Family, number: int) -> Experts:
    if (widths := fields.listed("moe_intermediate_size")) is not None:  # ERNIE 4.5 VL: of text, of images
        fields = fields.with_layer({"moe_intermediate_size": widths[0] if widths else None})
    width = fields.optional_size(*_WIDTHS) or fields.size("intermediate_size")
    shared = fields.count(*_SHARED_WIDTHS)
    if not shared:
        shared = fields.count(*_SHARED_NUMBERS) * width or fields.count("shared_intermediate_size")
    return Experts(
        number=number,
        width=width,
        bias=family.expert_bias,
        gated=family.experts_gated,
        active=_read_active(fields, number),
        latent=fields.optional_size("moe_latent_size"),
        shared_width=width if family.shared_is_expert else shared,
        shared_gate=family.shared_gate and shared > 0,
        router_bias=fields.any_flag(
            ("use_routing_bias", "moe_router_enable_expert_bias"), family.router_bias
        ),
        dense=_dense(fields, family, 0) if family.shape == "gemma4" else None,
    )


def _read_active(fields: ConfigFields, number: int) -> int | None:
    """Return how many of the experts a token goes to; None: the config does not say."""
    active = fields.optional_size(*_ACTIVE)
    if active is not None and active > number:
        stated = next(name for name in _ACTIVE if fields.has(name))
        raise fields.error(stated, f"more than the {number} experts that there are")
    return active


def _dense(fields: ConfigFields, family: Family, layer: int) -> Mlp:
    default = family.bias_default and family.mlp_bias_field in family.bias_fields
    bias = fields.flag(family.mlp_bias_field, default) if family.mlp_bias is None else family.mlp_bias
    return Mlp(_width(fields, family, layer), family.gated, bias, family.fused_gate_up)


def _width(fields: ConfigFields, family: Family, layer: int) -> int:
    stated = fields.listed("intermediate_size")
    if stated is not None:  # Gemma 3n: each layer its own
        widths = fields.per_layer("intermediate_size", fields.layers())
        return fields.with_layer({"intermediate_size": (widths or stated)[layer]}).size("intermediate_size")
    names = ("intermediate_size_mlp", "dense_intermediate_size", "ffn_hidden_size", "intermediate_size")
    if family.mlp_times is not None and not any(fields.has(name) for name in names):
        return family.mlp_times * fields.size("hidden_size")
    width = fields.size("intermediate_size", *names)
    width = next((fields.size(name) for name in names if fields.has(name)), width)
    if family.mlp_adjusted and fields.flag("block_auto_adjust_ff_dim", True):
        return _adjusted(width, fields)
    if family.mixer == "lru":  # RecurrentGemma states the width of both halves together
        return width // 2
    if not expert_number(fields) and family.mixer == "mamba2" and fields.count("shared_intermediate_size"):
        return fields.count("shared_intermediate_size")  # Granite 4 without experts
    if not fields.flag("use_double_wide_mlp", False):
        return width
    first_shared = fields.layers() - fields.count("num_kv_shared_layers")
    return width * 2 if layer >= first_shared else width


def _adjusted(width: int, fields: ConfigFields) -> int:
    """Return LFM2's width: two thirds of what the config says, times its multiplier, in whole steps."""
    multiplier = as_number(fields.raw("block_ffn_dim_multiplier"))
    width = 2 * width // 3
    if multiplier is not None:
        if not 0 < multiplier <= 1000:
            raise fields.error("block_ffn_dim_multiplier", "a number up to 1000 is expected")
        width = int(multiplier * width)
    return round_up(width, fields.optional_size("block_multiple_of") or 256)


def _by_letters(
    attention: Sequence[Attention], fields: ConfigFields, family: Family
) -> Sequence[FeedForward]:
    """Return Nemotron-H's blocks; each of its layers is attention, a recurrence or a block alone."""
    letters = fields.text("hybrid_override_pattern")
    if letters is None:
        words = fields.per_layer("layers_block_type", len(attention)) or []
        letters = "".join("E" if word == "moe" else "-" for word in words)
    found: list[FeedForward] = []
    for layer, letter in zip(attention, letters, strict=True):
        if layer.is_present:
            found.append(NoFeedForward())
        elif letter == "E":
            number = expert_number(fields)
            if number is None:
                raise fields.error("n_routed_experts", "missing: the layers named E have experts")
            found.append(_experts(fields, family, number))
        else:
            found.append(_dense(fields, family, 0))
    return found


def _nas_mlp(fields: ConfigFields, block: Any) -> FeedForward:
    """Return Nemotron-NAS's block: 2/3 of `ffn_mult` times the hidden size, gated, in steps of 256."""
    ffn = as_mapping((as_mapping(block) or {}).get("ffn"))
    if ffn is None:
        raise fields.error("block_configs", "an object with `attention` and `ffn` is expected for each layer")
    if ffn.get("no_op"):
        return NoFeedForward()
    times = as_number(ffn.get("ffn_mult"))
    if ffn.get("replace_with_linear") or times is None or not 0 < times < 1000:
        raise fields.error("block_configs", "ffn_mult: a number is expected")
    return Mlp(round_up(int(2 * times * fields.size("hidden_size") / 3), 256))
