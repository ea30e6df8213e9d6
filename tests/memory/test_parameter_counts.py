"""Parameters counted from a config: the published totals to the unit, and a slow sum over every tensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.written_catalog import open_weights

from tokenquote.catalog import Catalog
from tokenquote.memory import parameters, read_architecture, tensors

# Totals of the safetensors files on the Hugging Face hub, as embedded in llmfit 1.1.17 (hf_models.json).
PUBLISHED = {
    "meta-llama/Llama-3.1-8B": 8_030_261_248,
    "meta-llama/Llama-3.1-70B": 70_553_706_496,
    "meta-llama/Llama-3.1-405B": 405_853_388_800,
    "meta-llama/Llama-3.2-1B": 1_235_814_400,
    "meta-llama/Llama-3.2-3B": 3_212_749_824,
    "meta-llama/Llama-3.3-70B-Instruct": 70_553_706_496,
    "codellama/CodeLlama-7b-hf": 6_738_546_688,
    "Qwen/Qwen2.5-0.5B-Instruct": 494_032_768,
    "Qwen/Qwen2.5-1.5B-Instruct": 1_543_714_304,
    "Qwen/Qwen2.5-3B-Instruct": 3_085_938_688,
    "Qwen/Qwen2.5-7B-Instruct": 7_615_616_512,
    "Qwen/Qwen2.5-14B-Instruct": 14_770_033_664,
    "Qwen/Qwen2.5-32B-Instruct": 32_763_876_352,
    "Qwen/Qwen2.5-72B-Instruct": 72_706_203_648,
    "Qwen/QwQ-32B": 32_763_876_352,
    "Qwen/Qwen3-0.6B-Base": 596_049_920,
    "Qwen/Qwen3-1.7B-Base": 1_720_574_976,
    "Qwen/Qwen3-4B": 4_022_468_096,
    "Qwen/Qwen3-8B": 8_190_735_360,
    "Qwen/Qwen3-14B": 14_768_307_200,
    "Qwen/Qwen3-32B": 32_762_123_264,
    "Qwen/Qwen3-30B-A3B": 30_532_122_624,
    "Qwen/Qwen3-30B-A3B-Instruct-2507": 30_532_122_624,
    "Qwen/Qwen3-235B-A22B": 235_093_634_560,
    "Qwen/Qwen3-235B-A22B-Instruct-2507": 235_093_634_560,
    "Qwen/Qwen3-Coder-480B-A35B-Instruct": 480_154_875_392,
    "Qwen/Qwen1.5-MoE-A2.7B": 14_315_784_192,
    "deepseek-ai/DeepSeek-V2-Lite": 15_706_484_224,
    "openai/gpt-oss-20b": 20_914_757_184,
    "openai/gpt-oss-120b": 116_829_156_672,
    "mistralai/Mistral-7B-v0.1": 7_241_732_096,
    "mistralai/Mistral-7B-Instruct-v0.3": 7_248_023_552,
    "mistralai/Mixtral-8x7B-Instruct-v0.1": 46_702_792_704,
    "mistralai/Mixtral-8x22B-Instruct-v0.1": 140_630_071_296,
    "mistralai/Mistral-Large-Instruct-2407": 122_610_069_504,
    "google/gemma-2b": 2_506_172_416,
    "google/gemma-2-9b": 9_241_705_984,
    "google/gemma-2-27b": 27_227_128_320,
    "google/gemma-3-1b-it": 999_885_952,
    "MiniMaxAI/MiniMax-M2.7": 228_689_764_864,
    "microsoft/phi-4": 14_659_507_200,
    "microsoft/Phi-3.5-mini-instruct": 3_821_079_552,
    "microsoft/Phi-4-mini-instruct": 3_836_021_760,
    "HuggingFaceTB/SmolLM3-3B": 3_075_098_624,
    "HuggingFaceTB/SmolLM2-1.7B": 1_711_376_384,
    "allenai/OLMo-2-0325-32B": 32_234_279_936,
    "tiiuae/Falcon3-7B-Base": 7_455_550_464,
}

# Published totals that hold something besides the text model, and what that is.
PUBLISHED_WITH_MORE = {
    # One layer more that predicts a second token: attention with indexer, experts, a projection of 2h x h and
    # three norms. It shares embedding and output.
    "zai-org/GLM-5": (753_864_139_008, 9_952_920_576),
    "zai-org/GLM-5.1": (753_864_139_008, 9_952_920_576),
    # Rotary buffers of older checkpoints: 64 inverse frequencies in each of 32 layers.
    "meta-llama/Llama-2-7b-hf": (6_738_417_664, 32 * 64),
    # Of the text model alone (DeepSeek-V3, README_WEIGHTS.md: 671B without the MTP module).
    "deepseek-ai/DeepSeek-V3": (671_026_419_200, 0),
    # The scales of its fp8 tiles, 128 x 128: 288 in each of 3 x 256 matrices of experts, 2,688 of attention.
    "MiniMaxAI/MiniMax-M2.5": (228_703_644_928, 62 * (3 * 256 * 288 + 2688)),
}


def count(catalog: Catalog, name: str) -> int:
    weights = catalog.resolve(name).weights
    assert weights is not None
    return parameters(read_architecture(weights.architecture))


@pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
def test_the_count_is_the_published_total_to_the_unit(catalog: Catalog, name: str, published: int) -> None:
    assert count(catalog, name) == published


@pytest.mark.parametrize(("name", "total", "besides"), [(n, *t) for n, t in PUBLISHED_WITH_MORE.items()])
def test_the_count_and_what_else_is_in_the_files_are_the_published_total(
    catalog: Catalog, name: str, total: int, besides: int
) -> None:
    assert count(catalog, name) + besides == total


def test_every_open_weight_model_of_the_catalog_is_of_a_known_type(catalog: Catalog) -> None:
    models = [model for model in catalog.models.values() if model.weights is model.entry]
    assert sorted(model.id for model in models) == sorted(open_weights())
    for model in models:
        assert model.weights is not None
        architecture = read_architecture(model.weights.architecture)
        assert architecture.known, model.id
        assert architecture.warnings == (), model.id


# --- the slow, obvious way: the name and shape of every tensor, as the safetensors files list them ---


@dataclass(frozen=True)
class Slow:
    """Every tensor of a Llama-like or DeepSeek-like checkpoint by name."""

    c: Mapping[str, Any]

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        c = self.c
        yield "model.embed_tokens.weight", (c["vocab_size"], c["hidden_size"])
        for i in range(c["num_hidden_layers"]):
            for name, shape in (*self.attention(), *self.mlp(i)):
                yield f"model.layers.{i}.{name}", shape
            yield f"model.layers.{i}.input_layernorm.weight", (c["hidden_size"],)
            yield f"model.layers.{i}.post_attention_layernorm.weight", (c["hidden_size"],)
        yield "model.norm.weight", (c["hidden_size"],)
        if not c["tie_word_embeddings"]:
            yield "lm_head.weight", (c["vocab_size"], c["hidden_size"])

    def attention(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        c, hidden, heads = self.c, self.c["hidden_size"], self.c["num_attention_heads"]
        if "kv_lora_rank" in c:
            rope, nope, value = c["qk_rope_head_dim"], c["qk_nope_head_dim"], c["v_head_dim"]
            yield "self_attn.q_a_proj.weight", (c["q_lora_rank"], hidden)
            yield "self_attn.q_a_layernorm.weight", (c["q_lora_rank"],)
            yield "self_attn.q_b_proj.weight", (heads * (rope + nope), c["q_lora_rank"])
            yield "self_attn.kv_a_proj_with_mqa.weight", (c["kv_lora_rank"] + rope, hidden)
            yield "self_attn.kv_a_layernorm.weight", (c["kv_lora_rank"],)
            yield "self_attn.kv_b_proj.weight", (heads * (nope + value), c["kv_lora_rank"])
            yield "self_attn.o_proj.weight", (hidden, heads * value)
            return
        dim = c.get("head_dim") or hidden // heads
        for letter, count in (("q", heads), ("k", c["num_key_value_heads"]), ("v", c["num_key_value_heads"])):
            yield f"self_attn.{letter}_proj.weight", (count * dim, hidden)
            if c["model_type"] in ("qwen2", "gpt_oss"):
                yield f"self_attn.{letter}_proj.bias", (count * dim,)
        yield "self_attn.o_proj.weight", (hidden, heads * dim)
        if c["model_type"] in ("qwen3", "qwen3_moe"):
            yield "self_attn.q_norm.weight", (dim,)
            yield "self_attn.k_norm.weight", (dim,)
        if c["model_type"] == "gpt_oss":
            yield "self_attn.o_proj.bias", (hidden,)
            yield "self_attn.sinks", (heads,)

    def mlp(self, layer: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        c, hidden = self.c, self.c["hidden_size"]
        experts = c.get("n_routed_experts") or c.get("num_experts") or c.get("num_local_experts")
        if not experts or layer < c.get("first_k_dense_replace", 0):
            yield from self.gated("mlp", c["intermediate_size"])
            return
        width = c.get("moe_intermediate_size") or c["intermediate_size"]
        yield "mlp.gate.weight", (experts, hidden)
        if c["model_type"] == "deepseek_v3":
            yield "mlp.gate.e_score_correction_bias", (experts,)
        for e in range(experts):
            yield from self.gated(f"mlp.experts.{e}", width)
        if c["model_type"] == "gpt_oss":
            yield "mlp.router.bias", (experts,)
            yield "mlp.experts.gate_up_proj_bias", (experts, 2 * width)
            yield "mlp.experts.down_proj_bias", (experts, hidden)
        if "n_shared_experts" in c:
            yield from self.gated("mlp.shared_experts", c["n_shared_experts"] * width)

    def gated(self, name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.gate_proj.weight", (width, self.c["hidden_size"])
        yield f"{name}.up_proj.weight", (width, self.c["hidden_size"])
        yield f"{name}.down_proj.weight", (self.c["hidden_size"], width)


@pytest.mark.parametrize(
    "name",
    [
        "meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.2-1B", "Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen3-32B",
        "Qwen/Qwen3-30B-A3B", "mistralai/Mixtral-8x7B-Instruct-v0.1", "openai/gpt-oss-20b",
        "deepseek-ai/DeepSeek-V3",
    ],
)  # fmt: skip
def test_the_sum_over_every_tensor_of_the_checkpoint_is_the_same(catalog: Catalog, name: str) -> None:
    weights = catalog.resolve(name).weights
    assert weights is not None
    listed = dict(Slow(weights.architecture).tensors())
    assert sum(prod(shape) for shape in listed.values()) == count(catalog, name)


small = st.integers(1, 6)


@given(
    layers=st.integers(1, 5), dense=st.integers(0, 3), hidden=small, kv=small, groups=small, dim=small,
    width=small, vocab=small, experts=small, shared=st.integers(0, 2), tied=st.booleans(),
    rank=small, rope=small, nope=small, value=small,
)  # fmt: skip
def test_any_small_deepseek_is_the_sum_over_its_tensors(
    layers: int, dense: int, hidden: int, kv: int, groups: int, dim: int, width: int, vocab: int,
    experts: int, shared: int, tied: bool, rank: int, rope: int, nope: int, value: int,
) -> None:  # fmt: skip
    config = {
        "model_type": "deepseek_v3", "num_hidden_layers": layers, "hidden_size": hidden, "vocab_size": vocab,
        "num_attention_heads": kv * groups, "intermediate_size": dim, "moe_intermediate_size": width,
        "n_routed_experts": experts, "n_shared_experts": shared, "first_k_dense_replace": dense,
        "tie_word_embeddings": tied, "kv_lora_rank": rank, "q_lora_rank": rank + 1, "qk_rope_head_dim": rope,
        "qk_nope_head_dim": nope, "v_head_dim": value,
    }  # fmt: skip
    listed = dict(Slow(config).tensors())
    assert sum(prod(shape) for shape in listed.values()) == parameters(read_architecture(config))


def test_the_parts_of_llama_by_hand(catalog: Catalog) -> None:
    weights = catalog.resolve("meta-llama/Llama-3.1-8B").weights
    assert weights is not None
    parts: dict[str, int] = {}
    for tensor in tensors(read_architecture(weights.architecture)):
        parts[tensor.part] = parts.get(tensor.part, 0) + tensor.elements
    assert parts == {
        "embedding": 128_256 * 4096,
        "attention": 32 * (4096 * 4096 + 2 * 1024 * 4096 + 4096 * 4096),
        "mlp": 32 * 3 * 4096 * 14_336,
        "norms": 65 * 4096,
        "lm_head": 128_256 * 4096,
    }


def test_an_mlp_that_is_not_gated_has_two_matrices_and_its_biases() -> None:
    # Pythia-1b by hand: 1.01 billion (EleutherAI's README); the hub's 1,078,891,008 are these and the causal
    # masks (16 x 2048 x 2048), mask values (16) and rotary frequencies of 16 layers.
    pythia = {
        "model_type": "gpt_neox", "num_hidden_layers": 16, "hidden_size": 2048, "intermediate_size": 8192,
        "num_attention_heads": 8, "vocab_size": 50304,
    }  # fmt: skip
    assert parameters(read_architecture(pythia)) == 1_011_781_632
