"""Measure training steps of tiny models with PyTorch on a CPU: python -m tests.memory.torch_steps.

It writes `measured_steps.json`. Every tensor that an operation makes is followed until its storage is free,
so that the sum at any moment is what an allocator would hold; weights and optimizer states are left out.
It needs torch, transformers and peft (`make references`).
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

__all__ = ["measure"]

_FILE = Path(__file__).parent / "measured_steps.json"
_SHAPE = {
    "hidden_size": 64, "intermediate_size": 176, "num_attention_heads": 4, "num_key_value_heads": 2,
    "vocab_size": 480, "head_dim": 16, "max_position_embeddings": 256,
}  # fmt: skip
_NEOX = {
    "model_type": "gpt_neox", "hidden_size": 64, "intermediate_size": 176, "num_attention_heads": 4,
    "vocab_size": 480, "max_position_embeddings": 256,
}  # fmt: skip
_QV, _QKVO = ["q_proj", "v_proj"], ["q_proj", "k_proj", "v_proj", "o_proj"]
_BLOCK = ["gate_proj", "up_proj", "down_proj"]


def _settings() -> Iterator[dict[str, Any]]:
    for (attention, checkpointing), element in product(product(("sdpa", "eager"), ("none", "full")), (2, 4)):
        yield _setting("llama", attention=attention, checkpointing=checkpointing, element=element)
    for model_type in ("qwen2", "qwen3", "mistral"):
        yield _setting(model_type)
    for targets, element, checkpointing in (
        (_QV, 4, "none"), (_QV, 4, "full"), (_QV, 2, "none"), (_QKVO, 4, "none"), (_QKVO, 2, "none"),
        (_BLOCK, 4, "none"), (_BLOCK, 2, "none"),
    ):  # fmt: skip
        yield _setting(
            "llama", checkpointing=checkpointing, lora={"rank": 4, "targets": targets, "element": element}
        )
    for checkpointing in ("none", "full"):
        yield _setting("llama", checkpointing=checkpointing, autocast=True)
    wide = {**_SHAPE, "intermediate_size": 704}
    for lora in (None, {"rank": 4, "targets": _QV, "element": 4}):
        yield _setting("llama", shape=wide, checkpointing="full", lora=lora)


def _setting(
    model_type: str,
    *,
    shape: dict[str, int] | None = None,
    attention: str = "sdpa",
    checkpointing: str = "none",
    element: int = 2,
    lora: dict[str, Any] | None = None,
    autocast: bool = False,
) -> dict[str, Any]:
    config = {"model_type": model_type, **(shape or _SHAPE)}
    adapted = "" if lora is None else f" {lora['element']}-byte adapters of {'+'.join(lora['targets'])}"
    adapted += " autocast" if autocast else ""
    name = f"{model_type} {config['intermediate_size']} {element} {attention} {checkpointing}{adapted}"
    return {
        "name": name, "config": config, "attention": attention, "checkpointing": checkpointing,
        "element": element, "lora": lora, "autocast": autocast, "batch": 2, "tokens": 64,
    }  # fmt: skip


def measure(setting: dict[str, Any]) -> dict[str, Any]:
    """Return the setting with what was measured for one and for three layers."""
    found = {layers: _measure(setting, layers) for layers in (1, 3)}
    return {
        **setting,
        **{
            kind: {str(layers): found[layers][kind] for layers in found} for kind in ("saved", "peak", "step")
        },
    }


def _measure(setting: dict[str, Any], layers: int) -> dict[str, int]:
    torch: Any = import_module("torch")
    model, config = _model(setting, layers)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, foreach=True)
    words = torch.randint(0, config.vocab_size, (setting["batch"], setting["tokens"]))

    def loss() -> Any:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=setting["autocast"]):
            return model(input_ids=words, labels=words).loss

    loss().backward()
    optimizer.step()
    optimizer.zero_grad()
    own = _storages(*model.parameters(), *model.buffers())
    saved = _saved(loss, own)
    passes = _follower(own)
    with passes:
        loss().backward()
    states = _storages(*(state for each in optimizer.state.values() for state in each.values()))
    step = _follower(own | states | _storages(*(weight.grad for weight in trained)))
    with step:
        optimizer.step()
    return {"saved": saved, "peak": passes.peak, "step": step.peak}


def _model(setting: dict[str, Any], layers: int) -> tuple[Any, Any]:
    torch, transformers, peft = (import_module(name) for name in ("torch", "transformers", "peft"))
    torch.manual_seed(0)
    fields = {key: value for key, value in setting["config"].items() if key != "model_type"}
    config = transformers.CONFIG_MAPPING[setting["config"]["model_type"]](**fields, num_hidden_layers=layers)
    config._attn_implementation = setting["attention"]
    config.use_cache = False
    config.tie_word_embeddings = False
    in_16_bits = setting["element"] == 2 and not setting["autocast"]
    dtype = torch.bfloat16 if in_16_bits else torch.float32
    model = transformers.AutoModelForCausalLM.from_config(config).to(dtype).train()
    lora = setting["lora"]
    if lora is not None:
        adapters = peft.LoraConfig(r=lora["rank"], target_modules=lora["targets"])
        model = peft.get_peft_model(model, adapters, autocast_adapter_dtype=lora["element"] == 4)
        model.enable_input_require_grads()
    if setting["checkpointing"] == "full":
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model, config


def _storages(*tensors: Any) -> set[int]:
    return {tensor.untyped_storage()._cdata for tensor in tensors if hasattr(tensor, "untyped_storage")}


def _saved(loss: Any, own: set[int]) -> int:
    """Return the bytes of every storage that the graph of a pass holds."""
    torch: Any = import_module("torch")
    found: dict[int, int] = {}
    alive = []

    def pack(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage._cdata not in own:
            found[storage._cdata] = storage.nbytes()
            alive.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss()
    return sum(found.values())


def _follower(own: set[int]) -> Any:
    """Return a mode that follows every storage which operations make, and knows the most at a time."""
    mode: Any = import_module("torch.utils._python_dispatch").TorchDispatchMode
    leaves: Any = import_module("torch.utils._pytree").tree_leaves

    class Follower(mode):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.live: dict[int, int] = {}
            self.now = self.peak = 0

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            made = func(*args, **(kwargs or {}))
            for tensor in leaves(made):
                if hasattr(tensor, "untyped_storage"):
                    self._follow(tensor.untyped_storage())
            return made

        def _follow(self, storage: Any) -> None:
            key = storage._cdata
            if key in self.live or key in own:
                return
            self.live[key] = storage.nbytes()
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._free, key)

        def _free(self, key: int) -> None:
            self.now -= self.live.pop(key, 0)

    return Follower()


if __name__ == "__main__":
    steps = [measure(setting) for setting in _settings()]
    rows = ",\n".join(json.dumps(step) for step in steps)
    _FILE.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
