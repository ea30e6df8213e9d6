"""Rows on weights: parameters, files, what an engine loads on one GPU, training."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from benchmarks.figures.memory_cache_rows import NotAttempted
from benchmarks.figures.memory_rows import Configs, Row

from tokenquote.memory import (
    Architecture,
    Formats,
    Weights,
    active_parameters,
    parameters,
    read_architecture,
    weigh_architecture,
)
from tokenquote.memory.training import PRECISIONS, StateSharding, states

__all__ = ["WeightRows"]

_GIB = 2**30
_DTYPE_BYTES = {"bfloat16": 2, "float16": 2, "bf16": 2, "fp16": 2, "float32": 4, "fp32": 4}

# Words of models, quantisations and mixes, to formats of quantization.yaml; the first that is found counts.
_FORMATS = (
    (r"\b(i?q\d_(?:k_[sml]|k|xxs|xs|nl|[sm01]))\b", None),
    (r"mxfp4 moe", "mxfp4_moe"),
    (r"mxfp4", "mxfp4"),
    (r"^openai/gpt-oss", "mxfp4"),  # whatever dtype the log says of the rest
    (r"nvfp4", "nvfp4"),
    (r"w4a16|autoround", "compressed-4bit-g128"),
    (r"\bawq", "awq-4bit-g128"),
    (r"\bgptq", "gptq-4bit-g128"),
    (r"fp8[- ]dynamic|w8a8|compressed-tensors", "fp8-dynamic"),
    (r"\bfp8\b", "fp8"),
    (r"\b([234568])-?bits?\b", "mlx"),
    (r"\bf16\b|float16|\bfp16\b", "fp16"),
    (r"float32|\bfp32\b", "fp32"),
    (r"bf16|bfloat16|f16", "bf16"),
)


class WeightRows:
    """The predictors of rows on parameters and weights."""

    def __init__(self, configs: Configs, formats: Formats) -> None:
        self._configs = configs
        self._formats = formats

    def predictors(self) -> Mapping[str, Callable[[Row], float]]:
        """Return a predictor for each quantity, which answers in the row's own unit."""
        return {
            "total_params": self._total,
            "unique_params": self._unique,
            "active_params": lambda row: active_parameters(self._architecture(row)),
            "total_params_with_lora": lambda row: _given(row, "base") + _given(row, "lora"),
            "lora_trainable_params": self._adapters,
            "bits_per_weight": lambda row: float(self._weights(row).bits_per_weight),
            "file_gib": self._file,
            "file_gb": self._file,
            "gguf_file_gib": self._file,
            "checkpoint_bytes": self._checkpoint,
            "weights_bytes": self._file,
            "weights_gib_per_gpu": self._per_gpu,
            "compute_buffer_mib": lambda row: _given(row, "n_ubatch") * _given(row, "n_vocab") * 4 / row.unit,
            "double_quant_saving_gb": self._double_quantisation,
            "training_gb_per_gpu_baseline": lambda row: _training(row, 0),
            "training_gb_per_gpu_P_os": lambda row: _training(row, 1),
            "training_gb_per_gpu_P_os+g": lambda row: _training(row, 2),
            "training_gb_per_gpu_P_os+g+p": lambda row: _training(row, 3),
            "full_finetune_gpu_gb": lambda row: _training(row, 0),
        }

    def _architecture(self, row: Row) -> Architecture:
        return read_architecture(self._configs.config(row))

    def _total(self, row: Row) -> float:
        counted = _counted_by_type(row)
        return parameters(self._architecture(row)) if counted is None else counted

    def _unique(self, row: Row) -> float:
        raise NotAttempted("layers that predict further tokens are not counted")

    def _weights(self, row: Row) -> Weights:
        return self._weigh(row, self._architecture(row))

    def _weigh(self, row: Row, architecture: Architecture) -> Weights:
        name = format_name(row)
        if name is None:
            raise NotAttempted(f"no format of quantization.yaml for {row.text()[:60]!r}")
        return weigh_architecture(architecture, self._formats.weight(name), self._formats)

    def _file(self, row: Row) -> float:
        """Return the bytes of a file of weights; a header and a vocabulary of some MB are left out."""
        if row.inputs.get("bpw") is not None and row.inputs.get("params_b") is not None:
            return float(row.inputs["params_b"]) * 1e9 * float(row.inputs["bpw"]) / 8 / row.unit
        return self._weights(row).bytes / row.unit

    def _checkpoint(self, row: Row) -> float:
        inputs = row.inputs
        if inputs.get("quantised_elems") and inputs.get("bpw"):
            return float(inputs["quantised_elems"] * inputs["bpw"] / 8 + inputs["fp16_elems"] * 2)
        if (stated := row.first("params", "params_total", "total_parameters")) is not None and _is_half(row):
            return float(stated) * 2
        total = self._configs.published_total(row)
        if total is not None and _is_half(row):  # what the files hold beside the text model too
            return total * 2
        whole = read_architecture(self._configs.with_tower(row))
        return self._weigh(row, whole).bytes / row.unit

    def _per_gpu(self, row: Row) -> float:
        return self._total_bytes(row) / row.unit

    def _total_bytes(self, row: Row) -> float:
        """Return the checkpoint's parameters if the row states them, else those of the config."""
        stated, dtype = row.number("params_total"), str(row.inputs.get("dtype"))
        name = format_name(row)
        if stated is not None and name in ("bf16", "fp16", "fp32"):
            return stated * _DTYPE_BYTES.get(dtype.removeprefix("torch."), 2)
        return self._weigh(row, read_architecture(self._configs.with_tower(row))).bytes

    def _adapters(self, row: Row) -> float:
        """Return rank x (inputs + outputs) of each matrix that is adapted."""
        rank, layers, hidden = (_given(row, name) for name in ("r", "layers", "hidden"))
        sizes = {
            "q_proj": hidden,
            "o_proj": hidden,
            "k_proj": row.number("kv_dim"),
            "v_proj": row.number("kv_dim"),
        }
        widths = [sizes.get(name) for name in row.inputs.get("targets", ())]
        if not widths or None in widths:
            raise NotAttempted("the row does not say how wide the adapted matrices are")
        return rank * layers * sum(hidden + width for width in widths if width is not None)

    def _double_quantisation(self, row: Row) -> float:
        """Return the bits of NF4 less those with its constants quantised too (QLoRA, section 3)."""
        plain, double = (self._formats.weight(name).storage.bits_per_weight for name in ("nf4", "nf4-dq"))
        return float((plain - double) * int(row.inputs["params"]) / 8 / row.unit)


def _training(row: Row, stage: int) -> float:
    """Return weights, gradients and Adam's states of mixed precision, without activations."""
    weights = row.first("params") or 1e9 * (row.first("params_b") or 0)
    if not weights:
        raise NotAttempted("the row does not say how many weights are trained")
    sharding = StateSharding(stage, row.number("Nd", "gpus") or 1)
    return states(int(weights), PRECISIONS["mixed"], 8 * int(weights), sharding).bytes / row.unit


def format_name(row: Row) -> str | None:
    """Return the format that a row's words mean."""
    text = row.text().replace("quantized.", "")
    for pattern, name in _FORMATS:
        found = re.search(pattern, text)
        if found is not None:
            if name == "mlx":
                return f"mlx-{found[1]}bit-g64"
            return name or found[1]
    return "bf16" if row.category in ("vllm_log", "index_total_size") else None


def _is_half(row: Row) -> bool:
    return format_name(row) in ("bf16", "fp16")


def _given(row: Row, name: str) -> int:
    value = row.number(name)
    if value is None:
        raise NotAttempted(f"the row does not say its {name}")
    return value


def _counted_by_type(row: Row) -> int | None:
    """Return a total that the row's source gives by type; packed types count what they unpack to."""
    words = ("F64", "F32", "F16", "BF16", "F8_E4M3", "I64", "I32", "I8", "U8", "I32_unpacked", "U8_unpacked")
    found = [row.inputs[word] for word in words if isinstance(row.inputs.get(word), int)]
    return sum(found) if found else None
