"""The number format that a config publishes its weights in: its `quantization_config`, else its dtype."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tokenquote.memory.model_config.fields import (
    ArchitectureError,
    Config,
    as_list,
    as_mapping,
    as_text,
    as_whole_number,
)

__all__ = ["published_format"]

_TEXT_MODELS = ("text_config", "llm_config", "language_config", "thinker_config")


def published_format(config: Config) -> str | None:
    """Return the name of the format by `quantization.yaml`; None: the config says neither format nor dtype.

    What a `quantization_config` leaves out of quantisation is taken to be what its format usually leaves out.

    Raises:
        ArchitectureError: the weights are quantised in a way that no format here is.
    """
    for name in ("quantization_config", "compression_config", "quantization"):
        for holder in (config, *_inner(config)):
            if (stated := as_mapping(holder.get(name))) is not None:
                return _format(stated, name)
    return next((found for holder in (config, *_inner(config)) if (found := _dtype(holder))), None)


def _inner(config: Config) -> list[Mapping[str, Any]]:
    return [inner for name in _TEXT_MODELS if (inner := as_mapping(config.get(name))) is not None]


def _dtype(config: Mapping[str, Any]) -> str | None:
    stated = as_text(config.get("dtype") or config.get("torch_dtype"))
    return None if stated is None else _DTYPES.get(stated.removeprefix("torch."))


_DTYPES = {"bfloat16": "bf16", "float16": "fp16", "half": "fp16", "float32": "fp32", "float": "fp32"}


def _format(stated: Mapping[str, Any], name: str) -> str:
    method = str(stated.get("quant_method") or "").lower()
    if not method:
        method = next((word for mark, word in _MARKS.items() if mark in stated), "")
    read = _METHODS.get(method)
    found = None if read is None else read(stated)
    if found is None:
        said = f"{method[:40]!r}" if method else "a method that it does not name"
        raise ArchitectureError(
            (name,), f"{said} with these settings is not counted: state the format as `quantization`"
        )
    return found


def _fp8(stated: Mapping[str, Any]) -> str | None:
    block = as_list(stated.get("weight_block_size"))
    if block is None:
        return "fp8"
    return "fp8-block128" if block == [128, 128] else None


def _grouped(family: str) -> Callable[[Mapping[str, Any]], str | None]:
    def read(stated: Mapping[str, Any]) -> str | None:
        bits = as_whole_number(stated.get("bits") or stated.get("w_bit"))
        group = as_whole_number(stated.get("group_size") or stated.get("q_group_size"))
        if bits is None:
            return None
        if group == -1:
            group = 99_999  # one scale for a whole row, whatever its length
        return f"{family}-{bits}bit" + ("" if group is None else f"-g{group}")

    return read


def _bitsandbytes(stated: Mapping[str, Any]) -> str | None:
    if stated.get("load_in_4bit") or stated.get("_load_in_4bit"):
        return "nf4-dq" if stated.get("bnb_4bit_use_double_quant") else "nf4"
    return "int8" if stated.get("load_in_8bit") or stated.get("_load_in_8bit") else None


def _compressed(stated: Mapping[str, Any]) -> str | None:
    groups = as_mapping(stated.get("config_groups")) or {}
    found = {_scheme(as_mapping(group) or {}, stated) for group in groups.values()}
    return found.pop() if len(found) == 1 else None  # several schemes: a mix that no single format is


def _scheme(group: Mapping[str, Any], stated: Mapping[str, Any]) -> str | None:
    weights = as_mapping(group.get("weights")) or {}
    bits, size = as_whole_number(weights.get("num_bits")), as_whole_number(weights.get("group_size"))
    packed = str(group.get("format") or stated.get("format") or "")
    if weights.get("type") == "float":
        return _float_scheme(bits, size, packed, weights)
    if bits == 8 and weights.get("strategy") in ("channel", "tensor", None) and size is None:
        return "fp8-dynamic"  # eight bits and a scale for each row, integers or not
    if bits not in (4, 8):
        return None
    return f"compressed-{bits}bit-g{size or 99_999}"


def _float_scheme(bits: int | None, size: int | None, packed: str, weights: Mapping[str, Any]) -> str | None:
    if bits == 4:
        return "mxfp4" if "mxfp4" in packed or size == 32 else "nvfp4"
    if bits != 8:
        return None
    return {"channel": "fp8-dynamic", "block": "fp8-block128"}.get(str(weights.get("strategy")), "fp8")


def _modelopt(stated: Mapping[str, Any]) -> str | None:
    inner = as_mapping(stated.get("quantization")) or stated
    return {"NVFP4": "nvfp4", "FP8": "fp8", "MXFP4": "mxfp4", "W4A16_AWQ": "awq-4bit-g128"}.get(
        str(inner.get("quant_algo"))
    )


# A field that tells the method where none is named.
_MARKS = {"load_in_4bit": "bitsandbytes", "_load_in_4bit": "bitsandbytes", "quant_algo": "modelopt",
          "config_groups": "compressed-tensors", "mode": "mlx", "group_size": "mlx"}  # fmt: skip
_METHODS: Mapping[str, Callable[[Mapping[str, Any]], str | None]] = {
    "awq": _grouped("awq"),
    "bitsandbytes": _bitsandbytes,
    "compressed-tensors": _compressed,
    "fbgemm_fp8": lambda stated: "fp8-dynamic",
    "fp8": _fp8,
    "gptq": _grouped("gptq"),
    "mlx": _grouped("mlx"),
    "modelopt": _modelopt,
    "modelopt_fp4": lambda stated: "nvfp4",
    "mxfp4": lambda stated: "mxfp4",
}
