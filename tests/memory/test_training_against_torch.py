"""What autograd saves for a step of tiny models, beside what is counted (`make references`)."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.memory import read_architecture
from tokenquote.memory.training.activations import Checkpointing, TrainingStep, activations

pytestmark = [pytest.mark.references, pytest.mark.filterwarnings("ignore")]

BATCH, TOKENS = 2, 64
SHAPE = {
    "hidden_size": 64, "intermediate_size": 160, "num_attention_heads": 4, "num_key_value_heads": 2,
    "vocab_size": 500,
}  # fmt: skip


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_what_autograd_saves_is_counted(layers: int, dtype: str, attention: str) -> None:
    saved, config = _saved("llama", layers, dtype, attention, checkpointing=False)
    kept = TrainingStep(BATCH, TOKENS, element=2 if dtype == "bfloat16" else 4, flash=attention == "sdpa")
    counted = activations(read_architecture(config), kept)
    # Beside layers: token numbers, and tables of rotary angles; of the logits only the fp32 copy is saved.
    assert saved - 4 * SHAPE["vocab_size"] * BATCH * TOKENS == pytest.approx(counted.layers, rel=0.02)


@pytest.mark.parametrize("model_type", ["llama", "qwen2", "qwen3", "mistral", "granite"])
def test_families_differ_in_norms_and_heads(model_type: str) -> None:
    """Two layers more are what is compared: the ends are the same."""
    one, small = _saved(model_type, 1, "bfloat16", "sdpa", checkpointing=False)
    three, large = _saved(model_type, 3, "bfloat16", "sdpa", checkpointing=False)
    more, fewer = (
        activations(read_architecture(config), TrainingStep(BATCH, TOKENS)) for config in (large, small)
    )
    assert three - one == pytest.approx(more.layers - fewer.layers, rel=0.12)


def test_checkpointing_saves_the_inputs_of_layers() -> None:
    (one, _), (three, _) = (_saved("llama", n, "bfloat16", "sdpa", checkpointing=True) for n in (1, 3))
    assert three - one == 2 * 2 * SHAPE["hidden_size"] * BATCH * TOKENS


def _saved(
    model_type: str, layers: int, dtype: str, attention: str, *, checkpointing: bool
) -> tuple[int, dict[str, Any]]:
    """Bytes of every storage that the graph of one step holds, but parameters and buffers."""
    torch: Any = pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.CONFIG_MAPPING[model_type](**SHAPE, num_hidden_layers=layers, head_dim=16)
    config._attn_implementation = attention
    config.use_cache = False
    model = transformers.AutoModelForCausalLM.from_config(config).to(getattr(torch, dtype)).train()
    if checkpointing:
        model.gradient_checkpointing_enable()
    own = {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    saved: dict[int, int] = {}
    alive = []

    def pack(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            saved[storage.data_ptr()] = storage.nbytes()
            alive.append(tensor)
        return tensor

    tokens = torch.randint(0, SHAPE["vocab_size"], (BATCH, TOKENS))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(tokens, labels=tokens)
    return sum(saved.values()), config.to_dict()


def test_the_two_ways_of_checkpointing_are_named() -> None:
    choices: tuple[Checkpointing, ...] = ("none", "full")
    shape = read_architecture({"model_type": "llama", "num_hidden_layers": 8, **SHAPE})
    sizes = [activations(shape, TrainingStep(1, 8, checkpointing=choice)).layers for choice in choices]
    assert sizes[0] > 3 * sizes[1]
