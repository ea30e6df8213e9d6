"""Training: what ZeRO and LoRA papers print, and each term by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote import Estimator, InvalidRequest
from tokenquote.catalog import Catalog
from tokenquote.memory import Architecture, parameters, read_architecture
from tokenquote.memory.training import (
    PRECISIONS,
    Adapters,
    LoraError,
    Optimizer,
    StateSharding,
    TrainingStep,
    activations,
    adapter_parameters,
    optimizer_bytes,
    states,
)

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
    held = states(weights, PRECISIONS["mixed"], 8 * weights, StateSharding(stage, 64))
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


@pytest.mark.parametrize(
    ("optimizer", "in_mixed", "in_bf16"),
    [
        ("adamw", 8 * 512, 4 * 512),
        ("adamw-8bit", 2 * 512 + 2 * 4 * 2, 2 * 512 + 2 * 4 * 2),
        ("lion", 4 * 512, 2 * 512),
        ("sgd-momentum", 4 * 512, 2 * 512),
        ("sgd", 0, 0),
    ],
)
def test_states_have_the_type_of_the_weight_that_is_stepped(
    optimizer: Optimizer, in_mixed: int, in_bf16: int
) -> None:
    """PyTorch makes them with `zeros_like`; 8-bit ones have an fp32 constant for each 256."""
    assert optimizer_bytes(optimizer, 512, PRECISIONS["mixed"]) == in_mixed
    assert optimizer_bytes(optimizer, 512, PRECISIONS["bf16"]) == in_bf16


def test_what_is_offloaded_lies_on_the_host() -> None:
    """ZeRO-Offload: fp32 master weights, gradients and two states, 16 bytes, over 8 GPUs; weights at 3."""
    at_two = states(800, PRECISIONS["mixed"], 6400, StateSharding(2, 8, "optimizer"))
    assert (at_two.bytes, at_two.host) == (2 * 800, 16 * 100)
    at_three = states(800, PRECISIONS["mixed"], 6400, StateSharding(3, 8, "optimizer-and-weights"))
    assert (at_three.bytes, at_three.host) == (0, 18 * 100)


def test_activations_of_a_layer_by_hand() -> None:
    """Per token: two norms of 4 x 64 + 4 + 2 x 2 x 64, attention 2 x (2 x 64 + 2 x 32) + 4 x 4, block
    4 x 2 x 160: 2,712; the last norm 516; logits 500 x 12; gradients of the block 2 x 2 x 160 and of its
    output.
    """
    kept = activations(read_architecture(LLAMA), TrainingStep(batch=2, tokens=64))
    assert kept.layers == 128 * 2 * 2712
    assert kept.last_norm == 128 * 516
    assert kept.logits == 128 * 6000
    assert kept.gradients == 128 * (640 + 128)
    assert kept.known


def test_checkpointing_keeps_inputs_and_one_layer() -> None:
    kept = activations(read_architecture(LLAMA), TrainingStep(batch=2, tokens=64, checkpointing="full"))
    assert kept.layers == 128 * 2 * 2 * 64
    assert kept.remade == kept.one_layer == 128 * 2712


@pytest.mark.parametrize(
    ("adapters", "by_hand"),
    [
        # Frozen: norms 2 x (4 x 64 + 4), attention 400, block 3 x 2 x 160; then each adapter's own.
        (Adapters(4, frozenset({"q_proj", "v_proj"})), 1880 + 2 * 4 * 64 + 2 * 4 * 4),
        (Adapters(4, frozenset({"q_proj", "v_proj"}), element=2), 1880 + 2 * 64 + 2 * 2 * 4),
        (Adapters(4, frozenset({"q_proj"}), dropout=True), 1880 + 5 * 64 + 4 * 4),
        (Adapters(4, frozenset({"o_proj"}), element=2), 1880 + 2 * 4),
        (Adapters(4, frozenset({"gate_proj", "up_proj"}), element=2), 1880 + 2 * 64 + 2 * 2 * 4),
        (Adapters(4, frozenset({"all-linear"})), 1880 + 4 * (6 * 64 + 160) + 7 * 4 * 4),
    ],
)
def test_adapters_keep_their_inputs_and_frozen_matrices_nothing(adapters: Adapters, by_hand: int) -> None:
    kept = activations(read_architecture(LLAMA), TrainingStep(batch=1, tokens=1, adapters=adapters))
    assert kept.one_layer == by_hand


def test_a_fused_loss_never_has_all_logits() -> None:
    """Liger's pieces: 8 for 500 words of 64 wide, so 16 of 128 tokens; and the gradient of hidden states."""
    shape = read_architecture(LLAMA)
    kept = activations(shape, TrainingStep(batch=2, tokens=64, fused_loss=True))
    assert kept.logits == 2 * (16 * 500 + 128 * 64)


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
        assert full.bytes_per_gpu == sum(full.components.values()) == full.moments[full.peak]
        assert full.formula.endswith("trained weights of 2 bytes + 2 gradient + 4 master + 8 adamw")
        qlora = estimator.training(
            model="meta-llama/Llama-3.1-8B", lora={"rank": 8, "targets": ["q_proj"]}, quantization="nf4-dq"
        )
        assert qlora.trainable_parameters == 32 * 8 * 8192
        frozen = estimator.weights(model="meta-llama/Llama-3.1-8B", quantization="nf4-dq").bytes
        assert qlora.components["frozen"] == frozen
        sharded = estimator.training(
            model="meta-llama/Llama-3.1-8B", zero_stage=3, data_parallel=8, sequence_tokens=8192
        )
        assert sharded.peak == "forward"
        assert sharded.components["weights"] == 2 * weights // 8
        # Embedding, output and last norm, and one layer, in 2 bytes.
        layer = 2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14_336 + 2 * 4096
        assert sharded.components["gathered"] == 2 * (2 * 128_256 * 4096 + 4096 + layer)


def test_pure_16_bit_training_peaks_in_the_step() -> None:
    """Mistral-7B: 2 bytes each of weights, gradients, momentum, variance and the copy that a step makes,
    72.42 GB; measured 72.43 in fms-acceleration's table, at any batch.
    """
    with Estimator() as estimator:
        asked = {"precision": "bf16", "checkpointing": "full", "sequence_tokens": 4096, "batch_size": 4}
        answer = estimator.training(model="mistralai/Mistral-7B-v0.1", **asked)
        assert answer.bytes_per_gpu == 10 * 7_241_732_096
        assert answer.peak == "step"
        fused = estimator.training(model="mistralai/Mistral-7B-v0.1", optimizer_step="fused", **asked)
        assert fused.peak == "backward"
        assert answer.low <= fused.bytes_per_gpu < answer.bytes_per_gpu
        in_backward = estimator.training(
            model="mistralai/Mistral-7B-v0.1", optimizer_in_backward=True, **asked
        )
        assert in_backward.bytes_per_gpu < fused.bytes_per_gpu - 7 * 10**9
        accumulated = estimator.training(
            model="mistralai/Mistral-7B-v0.1", gradient_accumulation_steps=4, **asked
        )
        assert accumulated.moments["forward"] == answer.moments["forward"] + 2 * 7_241_732_096


def test_models_beside_the_policy_count() -> None:
    with Estimator() as estimator:
        model = "Qwen/Qwen2.5-3B-Instruct"
        weights = 3_085_938_688
        plain = estimator.training(model=model, batch_size=2, sequence_tokens=512)
        dpo = estimator.training(model=model, sequence_tokens=512, objective={"kind": "dpo"})
        assert dpo.bytes_per_gpu == plain.bytes_per_gpu + 2 * weights
        assert dpo.components["reference"] == 2 * weights
        with_adapters = estimator.training(model=model, lora={}, objective={"kind": "dpo"})
        assert "reference" not in with_adapters.components
        rollout = {"sequences": 16, "prompt_tokens": 256, "answer_tokens": 768}
        grpo = estimator.training(model=model, objective={"kind": "grpo", "rollout": rollout})
        cache = estimator.kv_cache(model=model, context_tokens=1024, sequences=16, dtype="bf16").bytes
        logits = 16 * 151_936 * 6
        assert grpo.moments["rollout"] == (2 + 4 + 8) * weights + cache + logits
        ppo = estimator.training(model=model, objective={"kind": "ppo", "rollout": rollout})
        assert ppo.trainable_parameters == 2 * weights
        assert ppo.components["critic_optimizer"] == 8 * weights
        assert ppo.components["reward_model"] == ppo.components["reference"] == 2 * weights
        colocated = estimator.training(
            model=model, objective={"kind": "grpo", "rollout": {**rollout, "engine": "vllm"}}
        )
        assert colocated.bytes_per_gpu == grpo.bytes_per_gpu + 2 * weights


QLORA = {"lora": {}, "quantization": "nf4-dq"}
ROLLOUT = {"sequences": 1, "prompt_tokens": 1, "answer_tokens": 1}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"quantization": "nf4"}, "/quantization"),
        ({"lora": {"targets": ["wq"]}}, "/lora/targets"),
        ({"lora": {}, "quantization": "nf5"}, "/quantization"),
        ({**QLORA, "precision": "fp32"}, "/quantization"),
        ({"upcast_frozen": True}, "/upcast_frozen"),
        ({"zero_stage": 4}, "/zero_stage"),
        ({"batch_size": 0}, "/batch_size"),
        ({"lora": {"rank": True}}, "/lora/rank"),
        ({"optimizer": "lion", "optimizer_step": "fused"}, "/optimizer_step"),
        ({"optimizer_in_backward": True, "optimizer_step": "loop"}, "/optimizer_step"),
        ({"optimizer_in_backward": True, "gradient_accumulation_steps": 2}, "/gradient_accumulation_steps"),
        ({"optimizer_in_backward": True, "zero_stage": 1}, "/zero_stage"),
        ({"loss_in_place": True, "fused_loss": True}, "/loss_in_place"),
        ({"offload": "optimizer"}, "/offload"),
        ({"offload": "optimizer-and-weights", "zero_stage": 2}, "/offload"),
        ({"offload": "optimizer", "zero_stage": 2, "optimizer": "paged-adamw"}, "/offload"),
        ({"objective": {"kind": "dpo", "reference": "adapters_off"}}, "/objective/reference"),
        ({"objective": {"kind": "dpo", "rollout": ROLLOUT}}, "/objective/rollout"),
        ({"objective": {"kind": "grpo"}}, "/objective/rollout"),
        (
            {"objective": {"kind": "ppo", "rollout": ROLLOUT, "critic": {"model": "gpt-4o"}}},
            "/objective/critic/model",
        ),
        (
            {"objective": {"kind": "grpo", "rollout": {**ROLLOUT, "cache_dtype": "nf5"}}},
            "/objective/rollout/cache_dtype",
        ),
        (
            {
                "zero_stage": 3,
                "offload": "optimizer-and-weights",
                "objective": {"kind": "grpo", "rollout": ROLLOUT},
            },
            "/objective/rollout/engine",
        ),
        ({"objective": {"kind": "kto"}}, "/objective"),
    ],
)
def test_what_cannot_be_trained_so_names_its_field(fields: dict[str, Any], pointer: str) -> None:
    with Estimator() as estimator, pytest.raises(InvalidRequest) as caught:
        estimator.training(model="meta-llama/Llama-3.1-8B", **fields)
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_stage_3_on_one_gpu_shards_nothing() -> None:
    with Estimator() as estimator:
        whole = estimator.training(model="Qwen/Qwen2.5-3B-Instruct")
        alone = estimator.training(model="Qwen/Qwen2.5-3B-Instruct", zero_stage=3)
        assert alone.bytes_per_gpu == whole.bytes_per_gpu
        assert "one GPU shards nothing" in alone.assumptions


def test_trained_weights_are_all_of_them(catalog: Catalog) -> None:
    mixtral = architecture_of(catalog, "mistralai/Mixtral-8x7B-Instruct-v0.1")
    assert parameters(mixtral) == 46_702_792_704
    assert not activations(mixtral, TrainingStep(1, 8)).known


T5_3B: dict[str, Any] = {
    "model_type": "t5", "d_model": 1024, "d_ff": 16_384, "d_kv": 128, "num_heads": 32, "num_layers": 24,
    "vocab_size": 32_128, "feed_forward_proj": "relu", "is_encoder_decoder": True,
}  # fmt: skip


def test_states_of_t5_are_those_of_deepspeeds_estimate() -> None:
    """`estimate_zero2_model_states_mem_needs`: 2 P + 18 P / N, 11.29 GiB; 2 P with states offloaded."""
    asked: dict[str, Any] = {"architecture": T5_3B, "sequence_tokens": 1, "zero_stage": 2, "data_parallel": 8}
    weights = 2_851_598_336
    with Estimator() as estimator:
        answer = estimator.training(**asked)
        assert answer.parameters == weights
        assert (
            answer.bytes_per_gpu
            == answer.moments["step"]
            == pytest.approx(2 * weights + 18 * weights / 8, abs=8)
        )
        offloaded = estimator.training(**asked, offload="optimizer")
        assert offloaded.moments["step"] == 2 * weights
        assert offloaded.host_bytes_per_gpu == 16 * weights // 8


def test_encoder_and_decoder_have_tokens_of_their_own() -> None:
    """Keys and values of cross attention are of the encoder's tokens."""
    shape = read_architecture({**T5_3B, "num_layers": 1})
    one = TrainingStep(1, 1, decoder_tokens=1)
    longer_source = TrainingStep(1, 2, decoder_tokens=1)
    longer_answer = TrainingStep(1, 1, decoder_tokens=2)
    kept = [activations(shape, step).layers for step in (one, longer_source, longer_answer)]
    norm, attention, block = 4 * 1024 + 4 + 4 * 1024, 8 * 4096 + 4 * 32, 4 * 16_384
    assert kept[1] - kept[0] == 2 * norm + attention + block + 2 * 2 * 4096
    assert kept[2] - kept[0] == 3 * norm + 2 * attention + block - 2 * 2 * 4096
    assert activations(shape, longer_answer).logits == 2 * 32_128 * 12


def test_tokens_of_a_decoder_need_an_encoder() -> None:
    with Estimator() as estimator, pytest.raises(InvalidRequest) as caught:
        estimator.training(model="meta-llama/Llama-3.1-8B", decoder_tokens=8)
    assert [error.pointer for error in caught.value.errors] == ["/decoder_tokens"]


def test_autocast_keeps_copies_of_weights_beside_fp32_ones() -> None:
    """Llama-3.1-8B: 4 bytes each of weights, gradients, two states and the copy that a step makes."""
    with Estimator() as estimator:
        answer = estimator.training(
            model="meta-llama/Llama-3.1-8B", precision="autocast", sequence_tokens=1, checkpointing="full"
        )
        assert answer.bytes_per_gpu == 20 * 8_030_261_248
        matrices = 8_030_261_248 - 128_256 * 4096 - 65 * 4096
        norm_and_inputs = 4 * 4096 + 4 + 4 * 4096 + 2 * 4096 + 32 * 4 * 4096
        assert answer.moments["forward"] == (
            12 * 8_030_261_248 + 2 * matrices + norm_and_inputs + 12 * 128_256
        )
