"""The recurrent layers of a config, in which every family has its own names for the same sizes."""

from __future__ import annotations

from collections.abc import Callable

from tokenquote.counts import ceil_div
from tokenquote.memory.layers.linear_attention import KeyDelta, LightningAttention, LinearAttention
from tokenquote.memory.layers.recurrent import GatedRecurrence, Mamba, Mamba2, Recurrent, ShortConvolution
from tokenquote.memory.model_config.families import Family
from tokenquote.memory.model_config.fields import ConfigFields

__all__ = ["read_mamba2", "read_recurrent"]


def read_recurrent(fields: ConfigFields, family: Family) -> Recurrent:
    """Return a recurrent layer; a config without a known model type is taken to mean Gated DeltaNet.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    if family.mixer == "mamba":
        return _mamba(fields, inner_norms=family.inner_norms)
    readers: dict[str, Callable[[ConfigFields], Recurrent]] = {
        "mamba2": read_mamba2, "kimi_delta": _kimi_delta, "lightning": _lightning,
        "convolution": _convolution, "lru": _lru, "gated_delta": _gated_delta,
    }  # fmt: skip
    return readers[family.mixer or "gated_delta"](fields)


def _gated_delta(fields: ConfigFields) -> LinearAttention:
    stated = ("num_key_heads", "num_value_heads", "key_head_dim", "value_head_dim", "conv_kernel_dim")
    fields.require(*(f"linear_{name}" for name in stated))
    key_heads, value_heads = fields.size("linear_num_key_heads"), fields.size("linear_num_value_heads")
    if value_heads % key_heads:
        raise fields.error(
            "linear_num_value_heads", f"{value_heads} do not divide over {key_heads} key heads"
        )
    return LinearAttention(
        key_heads=key_heads,
        value_heads=value_heads,
        key_dim=fields.size("linear_key_head_dim"),
        value_dim=fields.size("linear_value_head_dim"),
        kernel=fields.size("linear_conv_kernel_dim"),
    )


def _kimi_delta(fields: ConfigFields) -> KeyDelta:
    inner = fields.within("linear_attn_config")
    if inner is not None:
        return KeyDelta(
            inner.size("num_heads"),
            inner.size("head_dim"),
            inner.optional_size("short_conv_kernel_size") or 4,
        )
    if fields.has("short_conv_kernel_size"):  # Bailing: heads as those of attention
        heads = fields.size("num_attention_heads")
        width = fields.size("v_head_dim")
        return KeyDelta(heads, width, fields.size("short_conv_kernel_size"), low_rank=False)
    return KeyDelta(
        fields.size("linear_num_heads"), fields.size("linear_head_dim"), fields.size("linear_conv_kernel_dim")
    )


def _lightning(fields: ConfigFields) -> LightningAttention:
    heads = fields.size("num_attention_heads")
    return LightningAttention(heads, fields.optional_size("head_dim") or fields.size("hidden_size") // heads)


def _convolution(fields: ConfigFields) -> ShortConvolution:
    width = fields.size("hidden_size")
    return ShortConvolution(width, fields.size("conv_L_cache"), bias=fields.flag("conv_bias", False))


def _lru(fields: ConfigFields) -> GatedRecurrence:
    width = fields.optional_size("lru_width") or fields.size("hidden_size")
    return GatedRecurrence(width, fields.size("num_attention_heads"), fields.size("conv1d_width"))


def _mamba(fields: ConfigFields, *, inner_norms: bool) -> Mamba:
    hidden = fields.size("hidden_size")
    expand = fields.optional_size("mamba_expand", "expand") or 2
    inner = expand * hidden
    if not fields.has("mamba_expand"):
        inner = fields.optional_size("intermediate_size", "d_inner") or inner
    heads = fields.optional_size("n_mamba_heads") or 1
    return Mamba(
        inner=inner,
        state=fields.size("mamba_d_state", "state_size"),
        kernel=fields.size("mamba_d_conv", "conv_kernel"),
        rank=_size_or_auto(fields, "mamba_dt_rank", "time_step_rank") or ceil_div(hidden, 16),
        heads=heads,
        conv_bias=fields.any_flag(("mamba_conv_bias", "use_conv_bias"), True),
        bias=fields.any_flag(("mamba_proj_bias", "use_bias"), False),
        inner_norms=inner_norms,
    )


def read_mamba2(fields: ConfigFields, *, norm: bool = True) -> Mamba2:
    """Return Mamba 2, under the names of Bamba, Nemotron-H, Zamba 2 or Mamba 2 itself.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    expand = fields.optional_size("mamba_expand", "expand") or 2
    inner = fields.optional_size("mamba_d_ssm") or expand * fields.size("hidden_size")
    heads = fields.size("mamba_n_heads", "mamba_num_heads", "n_mamba_heads", "num_heads")
    own = "mamba_n_heads" not in fields.names() and "n_mamba_heads" not in fields.names()
    head_dim = _size_or_auto(
        fields, "mamba_d_head", "mamba_head_dim", "mamba_headdim", *(("head_dim",) if own else ())
    )
    if head_dim is None and inner % heads:
        raise fields.error("mamba_n_heads", f"a width of {inner} does not divide over {heads} heads")
    return Mamba2(
        heads=heads,
        head_dim=head_dim or inner // heads,
        groups=fields.optional_size("mamba_n_groups", "n_groups", "mamba_ngroups") or 1,
        state=fields.size("mamba_d_state", "ssm_state_size", "state_size"),
        kernel=fields.size("mamba_d_conv", "conv_kernel"),
        conv_bias=fields.any_flag(("mamba_conv_bias", "use_conv_bias"), True),
        bias=fields.any_flag(("mamba_proj_bias", "use_bias", "add_bias_linear"), False),
        norm=fields.flag("mamba_rms_norm", norm),
    )


def _size_or_auto(fields: ConfigFields, *names: str) -> int | None:
    """Return a size that may also be `auto`, for which it is None."""
    stated = [name for name in names if fields.has(name) and fields.raw(name) != "auto"]
    return fields.optional_size(*stated) if stated else None
