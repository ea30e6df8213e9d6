"""A `config.json` as it is: defaults, nesting, layer kinds, and errors that name the field."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tokenquote.memory import ArchitectureError, parameters, read_architecture, read_cache_layout

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "num_hidden_layers": 4,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "vocab_size": 100,
}


def config(**fields: Any) -> dict[str, Any]:
    return {**LLAMA, **fields}


def kinds(**fields: Any) -> list[str]:
    return [layer.kind for layer in read_cache_layout(config(**fields)).layers]


@pytest.mark.parametrize(
    ("fields", "location", "said"),
    [
        pytest.param({"num_hidden_layers": 0}, ("num_hidden_layers",), "1 to 2000", id="zero layers"),
        pytest.param({"num_hidden_layers": 10**9}, ("num_hidden_layers",), "1 to 2000", id="endless layers"),
        pytest.param({"hidden_size": -64}, ("hidden_size",), "1 to 100000000", id="negative"),
        pytest.param({"hidden_size": 64.0}, ("hidden_size",), "a whole number", id="float"),
        pytest.param({"hidden_size": True}, ("hidden_size",), "a whole number", id="boolean"),
        pytest.param({"vocab_size": "100"}, ("vocab_size",), "a whole number", id="digits in a string"),
        pytest.param({"num_key_value_heads": 3}, ("num_key_value_heads",), "8 query heads", id="heads"),
        pytest.param(
            {"num_attention_heads": 6}, ("num_attention_heads",), "64 does not divide by 6", id="head_dim"
        ),
        pytest.param({"tie_word_embeddings": 1}, ("tie_word_embeddings",), "true or false", id="tied"),
        pytest.param({"layer_types": ["full_attention"]}, ("layer_types",), "1 items for 4", id="too few"),
        pytest.param({"layer_types": "all"}, ("layer_types",), "a list", id="layer types"),
        pytest.param({"layer_types": ["mamba"] * 4}, ("layer_types",), "not counted yet", id="mamba layer"),
        pytest.param({"layer_types": [["x"]] * 4}, ("layer_types",), "not counted yet", id="no word"),
        pytest.param({"num_kv_shared_layers": 2}, ("num_kv_shared_layers",), "share", id="shared KV"),
        pytest.param({"attention_k_eq_v": True}, ("attention_k_eq_v",), "values are their keys", id="K = V"),
        pytest.param({"hybrid_override_pattern": "M*-"}, ("hybrid_override_pattern",), "Mamba", id="hybrid"),
        pytest.param({"compress_ratios": [4]}, ("compress_ratios",), "compressed", id="DeepSeek V4"),
        pytest.param({"model_type": 5}, ("model_type",), "a word", id="model type"),
        pytest.param({"kv_lora_rank": 8}, (), "missing: qk_rope_head_dim", id="MLA"),
        pytest.param(
            {
                "kv_lora_rank": 8,
                "qk_rope_head_dim": 2,
                "qk_nope_head_dim": 2,
                "v_head_dim": 2,
                "layer_types": ["linear_attention", "full_attention"] * 2,
            },
            (),
            "missing: linear_num_key_heads",
            id="MLA and linear layers",
        ),
        pytest.param({"linear_num_value_heads": 2}, (), "missing: linear_num_key_heads", id="linear"),
        pytest.param({"mlp_only_layers": [0.5], "num_experts": 2}, ("mlp_only_layers",), "a list", id="mlp"),
        pytest.param(
            {"num_experts": 8, "num_experts_per_tok": 9},
            ("num_experts_per_tok",),
            "more than the 8 experts that there are",
            id="more experts than there are",
        ),
        pytest.param(
            {"model_type": "unheard_of", "ffn_experts": 64}, ("ffn_experts",), "unknown model", id="experts"
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_field(fields: Any, location: tuple[str, ...], said: str) -> None:
    with pytest.raises(ArchitectureError) as caught:
        read_architecture(config(**fields))
    assert caught.value.location == location
    assert said in caught.value.detail


def test_all_missing_fields_are_named_at_once() -> None:
    with pytest.raises(ArchitectureError) as caught:
        read_architecture({"model_type": "llama", "hidden_size": 64, "num_attention_heads": None})
    assert (
        caught.value.detail
        == "missing: num_hidden_layers, num_attention_heads, vocab_size, intermediate_size"
    )


def test_a_cache_needs_no_more_than_layers_and_heads() -> None:
    layout = read_cache_layout({"num_hidden_layers": 2, "num_attention_heads": 4, "head_dim": 16})
    assert [(layer.kind, layer.kv_head_count) for layer in layout.layers] == [("attention", 4)] * 2
    assert layout.known
    assert layout.assumptions == (
        "no model_type: every layer is taken to attend to all tokens, or as stated",
    )
    assert not layout.warnings


@pytest.mark.parametrize("model_type", ["xlstm", "rwkv"])
def test_what_keeps_other_things_than_heads_is_refused(model_type: str) -> None:
    with pytest.raises(ArchitectureError, match=f"{model_type} keeps other things"):
        read_cache_layout(config(model_type=model_type))


def test_an_unknown_model_type_is_counted_like_llama_and_says_so() -> None:
    known, unknown = read_architecture(LLAMA), read_architecture(config(model_type="zaphod"))
    assert parameters(known) == parameters(unknown)
    assert known.known
    assert not unknown.known
    assert "model type 'zaphod' is not known" in unknown.warnings[0]


def test_the_window_of_an_unknown_model_type_is_not_applied_and_says_so() -> None:
    layout = read_cache_layout(config(model_type="zaphod", sliding_window=16))
    assert {layer.kind for layer in layout.layers} == {"attention"}
    assert "an upper bound" in layout.warnings[1]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"model_type": "mistral", "sliding_window": 16}, "s s s s", id="all"),
        pytest.param({"model_type": "mistral", "sliding_window": None}, "a a a a", id="null"),
        pytest.param({"model_type": "gemma2", "sliding_window": 16}, "s a s a", id="every other"),
        pytest.param({"model_type": "gpt_oss", "sliding_window": 16}, "s a s a", id="gpt-oss"),
        pytest.param(
            {"model_type": "gemma3_text", "sliding_window": 16, "sliding_window_pattern": 4},
            "s s s a",
            id="nth",
        ),
        pytest.param({"model_type": "qwen2", "sliding_window": 16}, "a a a a", id="not asked for"),
        pytest.param(
            {
                "model_type": "qwen2",
                "sliding_window": 16,
                "use_sliding_window": True,
                "max_window_layers": 3,
            },
            "a a a s",
            id="from a layer on",
        ),
        pytest.param(
            {"sliding_window": 16, "layer_types": ["full_attention", "sliding_attention"] * 2},
            "a s a s",
            id="stated",
        ),
        pytest.param(
            {"model_type": "llama4_text", "attention_chunk_size": 16, "no_rope_layers": [1, 1, 0, 1]},
            "c c a c",
            id="chunked",
        ),
        pytest.param({"model_type": "llama4_text", "attention_chunk_size": 16}, "c c c a", id="Llama 4"),
        pytest.param(
            {
                "model_type": "qwen3_next",
                "full_attention_interval": 2,
                "linear_num_key_heads": 2,
                "linear_num_value_heads": 4,
                "linear_key_head_dim": 8,
                "linear_value_head_dim": 8,
                "linear_conv_kernel_dim": 4,
            },
            "l a l a",
            id="linear",
        ),
    ],
)
def test_layer_kinds(fields: Any, expected: str) -> None:
    words = {"a": "attention", "s": "sliding_window", "c": "chunked", "l": "linear_attention"}
    assert kinds(**fields) == [words[letter] for letter in expected.split()]


def test_the_text_model_of_a_multimodal_config_is_found_and_the_rest_is_named() -> None:
    """As published for Gemma 3 4B: its text_config states only what differs from the model class."""
    gemma = {
        "model_type": "gemma3",
        "text_config": {
            "model_type": "gemma3_text",
            "hidden_size": 2560,
            "intermediate_size": 10240,
            "num_hidden_layers": 34,
            "sliding_window": 1024,
        },
        "vision_config": {"model_type": "unheard_of", "hidden_size": 1152},
        "quantization_config": None,
    }
    architecture = read_architecture(gemma)
    assert architecture.vocabulary == 262_208
    assert architecture.tied
    assert any("vision_config: a tower of the unknown kind" in line for line in architecture.warnings)
    assert any("vocab_size: 262208, the default of gemma3_text" in line for line in architecture.assumptions)
    assert Counter(layer.kind for layer in read_cache_layout(gemma).layers) == {
        "sliding_window": 29,
        "attention": 5,
    }


def test_an_error_in_the_text_model_leads_there() -> None:
    with pytest.raises(ArchitectureError) as caught:
        read_architecture({"text_config": config(hidden_size=-1)})
    assert caught.value.location == ("text_config", "hidden_size")


def test_tied_embeddings_may_be_stated_outside_of_the_text_model() -> None:
    assert read_architecture({"tie_word_embeddings": True, "text_config": LLAMA}).tied
    assert not read_architecture({"text_config": LLAMA}).tied


def test_dense_layers_of_a_mixture_of_experts() -> None:
    def experts(**fields: Any) -> str:
        moe = config(num_experts=4, moe_intermediate_size=32, **fields)
        return "".join("e" if layer.mlp.expert_count else "d" for layer in read_architecture(moe).layers)

    assert experts() == "eeee"
    assert experts(first_k_dense_replace=1) == "deee"
    assert experts(mlp_only_layers=[1, 3]) == "eded"
    assert experts(decoder_sparse_step=2) == "dede"


def test_layers_that_predict_further_tokens_count_only_where_they_draft() -> None:
    with_mtp, without = read_architecture(config(num_nextn_predict_layers=1)), read_architecture(LLAMA)
    assert parameters(with_mtp) == parameters(without)
    # One more layer, a matrix over two hidden states and three norms.
    hidden, layers = without.hidden, without.layers
    each = (parameters(replace(without, layers=layers * 2)) - parameters(without)) // len(layers)
    assert parameters(with_mtp.drafting()) - parameters(without) == each + 2 * hidden**2 + 3 * hidden


def test_the_type_of_a_whole_model_stands_for_that_of_its_text_model() -> None:
    config = {
        "num_hidden_layers": 4, "hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2,
        "head_dim": 16, "vocab_size": 100, "intermediate_size": 128,
    }  # fmt: skip
    assert read_architecture({"model_type": "qwen3_vl", **config}).known
    with pytest.raises(
        ArchitectureError, match="missing: linear_num_key_heads"
    ):  # not four layers of attention
        read_cache_layout({"model_type": "qwen3_5", **config})
