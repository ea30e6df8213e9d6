"""Small real architectures with random weights on a GPU: what they hold, beside what is answered here.

    python benchmarks/gpu_memory.py          on the first CUDA GPU: weights, KV cache, peak of a training step
    python benchmarks/gpu_memory.py --cpu    weights and KV cache alone, counted tensor by tensor

Nothing is downloaded: transformers makes each model from its config. All six settings take less than ten
minutes and 16 GB; on a CPU they are two layers each. Exit status: 0 all was measured, 2 torch or transformers
is missing, 3 there is no CUDA GPU.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tokenquote import Estimator

NO_PACKAGES, NO_GPU = 2, 3
_PROMPT, _BATCH, _TOKENS = 1024, 4, 1024
_MIB = 2**20
_SHAPE = {
    "hidden_size": 1536, "intermediate_size": 6144, "num_hidden_layers": 12, "num_attention_heads": 12,
    "num_key_value_heads": 4, "head_dim": 128, "vocab_size": 32_000, "max_position_embeddings": 8192,
}  # fmt: skip
_TINY = {"num_hidden_layers": 2, "hidden_size": 384, "intermediate_size": 512}
_WINDOWS = {"sliding_window": 512}
_EXPERTS = {"num_experts": 16, "num_experts_per_tok": 2, "moe_intermediate_size": 768, "norm_topk_prob": True}


@dataclass(frozen=True)
class Setting:
    """A model and how it is trained."""

    name: str
    model_type: str
    more: dict[str, Any]
    dtype: str = "bfloat16"
    checkpointing: bool = False


SETTINGS = (
    Setting("llama, bf16", "llama", {}),
    Setting("llama, bf16, checkpointing", "llama", {}, checkpointing=True),
    Setting("llama, fp32", "llama", {}, dtype="float32"),
    Setting("qwen3, norms of heads", "qwen3", {}),
    Setting("gemma3, windows", "gemma3_text", _WINDOWS),
    Setting("qwen3, experts", "qwen3_moe", _EXPERTS),
)


@dataclass(frozen=True)
class Figure:
    """One measured number of bytes beside the one that is answered."""

    setting: str
    what: str
    measured: int | None
    answered: int


def main() -> int:
    """Measure all settings and print them; return the exit status."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--cpu", action="store_true", help="weights and KV cache alone, without a GPU")
    on_cpu = arguments.parse_args().cpu
    try:
        torch, transformers = import_module("torch"), import_module("transformers")
    except ImportError as error:
        print(f"{error.name} is not installed: pip install torch transformers", file=sys.stderr)
        return NO_PACKAGES
    if not on_cpu and not torch.cuda.is_available():
        print("there is no CUDA GPU here: nothing was measured (--cpu counts tensors)", file=sys.stderr)
        return NO_GPU
    device = "cpu" if on_cpu else "cuda"
    print(
        f"torch {torch.__version__}, transformers {transformers.__version__}, {_device_name(torch, device)}"
    )
    print(f"KV cache of {_BATCH} x {_PROMPT} tokens; a training step of {_BATCH} x {_TOKENS}\n")
    print(f"{'':<28}{'':<10}{'measured':>12}{'answered':>12}   MiB")
    with Estimator() as estimator:
        for setting in SETTINGS:
            for figure in _measure(setting, estimator, torch, transformers, device):
                print(_line(figure))
    return 0


def _device_name(torch: Any, device: str) -> str:
    return "CPU" if device == "cpu" else str(torch.cuda.get_device_name(0))


def _line(figure: Figure) -> str:
    answered = f"{figure.answered / _MIB:>12,.1f}"
    if figure.measured is None:
        return f"{figure.setting:<28}{figure.what:<10}{'needs a GPU':>12}{answered}"
    off = (figure.answered - figure.measured) / figure.measured
    return f"{figure.setting:<28}{figure.what:<10}{figure.measured / _MIB:>12,.1f}{answered}   {off:+.1%}"


def _measure(
    setting: Setting, estimator: Estimator, torch: Any, transformers: Any, device: str
) -> Iterator[Figure]:
    shape = {**_SHAPE, **setting.more, **(_TINY if device == "cpu" else {})}
    if "sliding_window" in shape:
        shape["layer_types"] = ["sliding_attention", "full_attention"] * (shape["num_hidden_layers"] // 2)
    config = transformers.CONFIG_MAPPING[setting.model_type](**shape)
    architecture = config.to_dict()
    dtype = "bf16" if setting.dtype == "bfloat16" else "fp32"
    before = _allocated(torch, device)
    torch.manual_seed(0)
    with torch.device(device):
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=getattr(torch, setting.dtype))
    weights = estimator.weights(architecture=architecture, quantization=dtype).bytes
    yield Figure(setting.name, "weights", _weights(model, torch, device, before), weights)
    cache = estimator.kv_cache(
        architecture=architecture, context_tokens=_PROMPT, sequences=_BATCH, dtype=dtype
    )
    yield Figure(setting.name, "KV cache", _cache(model, torch, device), cache.bytes)
    training = estimator.training(
        architecture=architecture,
        batch_size=_BATCH,
        sequence_tokens=_TOKENS,
        precision=dtype,
        checkpointing="full" if setting.checkpointing else "none",
    )
    peak = None if device == "cpu" else _training_peak(model, setting, torch, before)
    yield Figure(setting.name, "training", peak, training.bytes_per_gpu)
    del model
    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()


def _allocated(torch: Any, device: str) -> int:
    return 0 if device == "cpu" else int(torch.cuda.memory_allocated())


def _weights(model: Any, torch: Any, device: str, before: int) -> int:
    """Return what the model takes: on a GPU of the allocator, else its parameters, shared ones once."""
    if device == "cuda":
        return _allocated(torch, device) - before
    return _bytes_of(model.parameters())


def _bytes_of(tensors: Any) -> int:
    return sum({tensor.data_ptr(): tensor.nbytes for tensor in tensors}.values())


def _cache(model: Any, torch: Any, device: str) -> int:
    """Return the bytes of the keys and values that a prompt leaves."""
    tokens = torch.zeros((_BATCH, _PROMPT), dtype=torch.long, device=device)
    with torch.no_grad():
        cache = model.eval()(tokens, use_cache=True, logits_to_keep=1).past_key_values
    return _bytes_of(tensor for layer in cache.layers for tensor in (layer.keys, layer.values))


def _training_peak(model: Any, setting: Setting, torch: Any, before: int) -> int:
    """Return the most that is allocated in the second step of AdamW, when its states are there."""
    model.train()
    if setting.checkpointing:
        model.gradient_checkpointing_enable()
    optimizer = torch.optim.AdamW(model.parameters())
    tokens = torch.zeros((_BATCH, _TOKENS), dtype=torch.long, device="cuda")
    for _ in range(2):
        torch.cuda.reset_peak_memory_stats()
        model(tokens, labels=tokens, use_cache=False).loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return int(torch.cuda.max_memory_allocated()) - before


if __name__ == "__main__":
    sys.exit(main())
