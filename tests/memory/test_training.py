"""Training: what ZeRO and LoRA papers print, and each term by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote import Estimator, InvalidRequest
from tokenquote.catalog import Catalog
from tokenquote.memory import Architecture, parameters, read_architecture
from tokenquote.memory.training import LoraError, StateSharding, adapter_parameters, states
from tokenquote.memory.training.activations import TrainingStep, activations

LLAMA: dict[str, Any] = {
    "model_type": "llama", "num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 160,
    "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 500, "tie_word_embeddings": False,
}  # fmt: skip


def architecture_of(catalog: Catalog, name: str) -> Architecture:
    entry = catalog.resolve(name).weights
    assert entry is not None
    return read_architecture(entry.architecture)


@pytest.mark.parametrize(("stage", "gigabytes"), [(0, 120.0), (1, 31.40625), (2, 16.640625), (3, 1.875)])
def test_zero_shards_as_its_paper_prints(stage: int, gigabytes: float) -> None:
    """7.5 billion weights over 64 GPUs: 120, 31.4, 16.6 and 1.9 GB (arXiv:1910.02054, figure 1)."""
    weights = 7_500_000_000
    held = states(weights, "mixed", 8 * weights, StateSharding(stage, 64))
    assert held.bytes == gigabytes * 1e9


def test_adapters_of_q_and_v_are_what_peft_prints(catalog: Catalog) -> None:
    """`trainable params: 3,686,400`: 36 x 16 x (2048 + 2048 + 2048 + 256)."""
    qwen = architecture_of(catalog, "Qwen/Qwen2.5-3B-Instruct")
    assert adapter_parameters(qwen, 16, ["q_proj", "v_proj"]) == 3_686_400


def test_all_linear_leaves_experts_and_ends_alone(catalog: Catalog) -> None:
    """Llama-3.1-8B, rank 1: 32 x [2 x (4096 + 4096) + 2 x (4096 + 1024) + 3 x (4096 + 14336)]."""
    llama = architecture_of(catalog, "meta-llama/Llama-3.1-8B")
    assert adapter_parameters(llama, 1, ["all-linear"]) == 32 * (2 * 8192 + 2 * 5120 + 3 * 18_432)


def test_a_target_that_no_matrix_has_is_refused(catalog: Catalog) -> None:
    with pytest.raises(LoraError, match="wq"):
        adapter_parameters(architecture_of(catalog, "meta-llama/Llama-3.1-8B"), 8, ["wq"])


def test_activations_of_a_layer_by_hand() -> None:
    """Per token: two norms of 4 x 64 + 4 + 2 x 2 x 64, attention 2 x (2 x 64 + 2 x 32) + 4 x 4, block
    4 x 2 x 160: 2,712; the last norm 516; logits 500 x (2 + 8).
    """
    kept = activations(read_architecture(LLAMA), TrainingStep(batch=2, tokens=64))
    assert kept.layers == 128 * (2 * 2712 + 516)
    assert kept.logits == 128 * 5000
    assert kept.known


def test_checkpointing_keeps_inputs_and_one_layer() -> None:
    kept = activations(read_architecture(LLAMA), TrainingStep(batch=2, tokens=64, checkpointing="full"))
    assert kept.layers == 128 * (2 * 2 * 64 + 2712 + 516)


def test_eager_attention_grows_with_the_square_of_the_sequence() -> None:
    shape = read_architecture(LLAMA)
    short, long = (activations(shape, TrainingStep(1, tokens, flash=False)).layers for tokens in (512, 1024))
    assert long > 3 * short
    flash_short, flash_long = (activations(shape, TrainingStep(1, tokens)).layers for tokens in (512, 1024))
    assert flash_long == 2 * flash_short


def test_an_answer_adds_up_and_says_how() -> None:
    with Estimator() as estimator:
        full = estimator.training(model="meta-llama/Llama-3.1-8B", sequence_tokens=1)
        weights = 8_030_261_248
        assert full.trainable_parameters == full.parameters == weights
        assert full.components["optimizer"] == 8 * weights
        assert full.bytes_per_gpu == sum(full.components.values())
        assert "(4 master + 8 adamw)" in full.formula
        qlora = estimator.training(
            model="meta-llama/Llama-3.1-8B", lora={"rank": 8, "targets": ["q_proj"]}, quantization="nf4-dq"
        )
        assert qlora.trainable_parameters == 32 * 8 * 8192
        frozen = estimator.weights(model="meta-llama/Llama-3.1-8B", quantization="nf4-dq").bytes
        assert qlora.components["frozen"] == frozen
        sharded = estimator.training(
            model="meta-llama/Llama-3.1-8B", zero_stage=3, data_parallel=8, sequence_tokens=1
        )
        assert sharded.components["weights"] == 2 * weights // 8
        # The embedding is larger than a layer: 128,256 x 4,096 of 2 bytes.
        assert sharded.components["gathered"] == 2 * 128_256 * 4096


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"quantization": "nf4"}, "/quantization"),
        ({"lora": {"targets": ["wq"]}}, "/lora/targets"),
        ({"lora": {}, "quantization": "nf5"}, "/quantization"),
        ({"zero_stage": 4}, "/zero_stage"),
        ({"batch_size": 0}, "/batch_size"),
        ({"lora": {"rank": True}}, "/lora/rank"),
    ],
)
def test_what_cannot_be_trained_so_names_its_field(fields: dict[str, Any], pointer: str) -> None:
    with Estimator() as estimator, pytest.raises(InvalidRequest) as caught:
        estimator.training(model="meta-llama/Llama-3.1-8B", **fields)
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_trained_weights_are_all_of_them(catalog: Catalog) -> None:
    mixtral = architecture_of(catalog, "mistralai/Mixtral-8x7B-Instruct-v0.1")
    assert parameters(mixtral) == 46_702_792_704
    assert not activations(mixtral, TrainingStep(1, 8)).known
