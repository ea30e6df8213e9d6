"""Encoders, and models of an encoder and a decoder: weights to the unit, and what of them keeps a cache."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from tokenquote import Estimator
from tokenquote.catalog import Catalog
from tokenquote.memory import (
    ArchitectureError,
    CachePlan,
    cache_formula,
    kv_cache,
    parameters,
    read_architecture,
    read_cache_layout,
)
from tokenquote.memory.cache_plan import CacheElement
from tokenquote.memory.training import TrainingStep, activations

FP16 = CacheElement("fp16", 1, Fraction(2))
BERT = {
    "num_hidden_layers": 12, "hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12,
    "vocab_size": 30_522,
}  # fmt: skip
T5 = {
    "model_type": "t5", "d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_decoder_layers": 6,
    "num_heads": 8, "vocab_size": 32_128, "relative_attention_num_buckets": 32,
}  # fmt: skip
WHISPER = {
    "model_type": "whisper", "d_model": 1280, "encoder_layers": 32, "decoder_layers": 32,
    "encoder_attention_heads": 20, "decoder_attention_heads": 20, "encoder_ffn_dim": 5120,
    "decoder_ffn_dim": 5120, "vocab_size": 51_866, "num_mel_bins": 128,
}  # fmt: skip
BART = {
    "d_model": 1024, "encoder_layers": 12, "decoder_layers": 12, "encoder_attention_heads": 16,
    "decoder_attention_heads": 16, "encoder_ffn_dim": 4096, "decoder_ffn_dim": 4096,
    "max_position_embeddings": 1024, "vocab_size": 50_265,
}  # fmt: skip

# Models that transformers 5.23.0 builds of these configs on the meta device.
BUILT = [
    ({**BERT, "model_type": "bert", "architectures": ["BertModel"]}, 109_482_240),
    ({**BERT, "model_type": "bert", "architectures": ["BertForMaskedLM"]}, 109_514_298),
    ({**BERT, "model_type": "mpnet", "vocab_size": 30_527, "architectures": ["MPNetForMaskedLM"]},
     109_516_991),
    ({**BERT, "model_type": "nomic_bert", "vocab_size": 30_528, "architectures": ["NomicBertForMaskedLM"]},
     137_354_304),
    ({**BERT, "model_type": "gte", "vocab_size": 250_048, "architectures": ["GteForMaskedLM"]}, 306_210_496),
    ({**BERT, "model_type": "eurobert", "vocab_size": 128_256, "tie_word_embeddings": False,
      "architectures": ["EuroBertForMaskedLM"]}, 310_266_624),
    ({**BERT, "model_type": "modernbert", "num_hidden_layers": 22, "intermediate_size": 1152,
      "vocab_size": 50_368, "architectures": ["ModernBertModel"]}, 149_014_272),
    ({"model_type": "distilbert", "n_layers": 6, "n_heads": 12, "dim": 768, "hidden_dim": 3072,
      "vocab_size": 30_522, "architectures": ["DistilBertForMaskedLM"]}, 66_985_530),
    ({"model_type": "electra", "embedding_size": 128, "hidden_size": 256, "num_hidden_layers": 12,
      "num_attention_heads": 4, "intermediate_size": 1024, "vocab_size": 30_522,
      "architectures": ["ElectraForMaskedLM"]}, 13_546_682),
    ({"model_type": "albert", "embedding_size": 128, "hidden_size": 4096, "num_hidden_layers": 12,
      "num_hidden_groups": 1, "num_attention_heads": 64, "intermediate_size": 16_384, "vocab_size": 30_000,
      "architectures": ["AlbertForMaskedLM"]}, 206_368_944),
    (T5, 60_506_624),
    ({**T5, "feed_forward_proj": "gated-gelu"}, 73_089_536),
    ({**BART, "model_type": "bart"}, 406_341_721),
    ({**BART, "model_type": "mbart"}, 406_345_817),
    ({**BART, "model_type": "pegasus"}, 406_337_625),
    ({**BART, "model_type": "m2m_100", "vocab_size": 128_112}, 483_905_536),
    # The Hub's total of openai/whisper-large-v3.
    (WHISPER, 1_543_490_560),
]  # fmt: skip


@pytest.mark.parametrize(("config", "built"), BUILT)
def test_parameters_are_those_of_the_class(config: Mapping[str, Any], built: int) -> None:
    architecture = read_architecture(config)
    assert parameters(architecture) == built
    assert architecture.known
    assert not architecture.warnings


def test_an_encoder_has_weights_and_no_cache(catalog: Catalog) -> None:
    weights = catalog.resolve("BAAI/bge-m3").weights
    assert weights is not None
    layout = read_cache_layout(weights.architecture)
    plan = CachePlan(8192, FP16, sequences=4)
    assert kv_cache(layout.layers, plan).bytes == 0
    assert cache_formula(layout.layers, plan) == "0 bytes"
    assert any("there is no KV cache" in line for line in layout.assumptions)
    # 567.75 million parameters, as its GGUF file says (gpustack/gguf-parser-go#2).
    assert parameters(read_architecture(weights.architecture)) == 567_754_752


def test_a_decoder_keeps_its_own_tokens_and_the_encoders() -> None:
    layout = read_cache_layout(T5)
    row = 6 * 8 * (64 + 64) * 2
    assert kv_cache(layout.layers, CachePlan(100, FP16, encoder_tokens=512)).bytes == row * (100 + 512)
    heard = read_cache_layout(WHISPER)
    assert heard.encoder_tokens == 1500


@pytest.mark.parametrize(
    ("architectures", "scores"),
    [
        (["BertModel"], 0),
        (["BertForSequenceClassification"], 0),
        (["BertForTokenClassification"], 9),
        (["BertForMaskedLM"], 30_522),
    ],
)
def test_training_has_logits_only_of_what_the_output_scores(architectures: list[str], scores: int) -> None:
    """An embedding model gives vectors: logits over its vocabulary would be most of a step that has none."""
    config = {**BERT, "model_type": "bert", "num_labels": 9, "architectures": architectures}
    kept = activations(read_architecture(config), TrainingStep(batch=16, tokens=512))
    assert kept.logits == 16 * 512 * scores * 12


def test_an_answer_on_training_an_embedding_model_names_no_logits() -> None:
    with Estimator() as estimator:
        answer = estimator.training(model="BAAI/bge-m3", batch_size=16, sequence_tokens=512)
    assert "logits" not in answer.components
    assert any("no output over its vocabulary" in line for line in answer.assumptions)
    assert not any("each logit" in line for line in answer.assumptions)


@pytest.mark.parametrize(
    ("architectures", "more"),
    [
        (["XLMRobertaModel"], 1024 * 1024 + 1024),
        (["XLMRobertaForSequenceClassification"], 1024 * 1024 + 1024 + 1024 + 1),
        (["XLMRobertaForTokenClassification"], 1024 + 1),
        (["XLMRobertaForMaskedLM"], 1024 * 1024 + 1024 + 2 * 1024 + 250_002),
    ],
)
def test_the_class_says_what_stands_behind_the_layers(architectures: list[str], more: int) -> None:
    config = {
        **BERT, "model_type": "xlm-roberta", "hidden_size": 1024, "vocab_size": 250_002, "num_labels": 1,
        "num_attention_heads": 16, "type_vocab_size": 1,
    }  # fmt: skip
    bare = read_architecture({**config, "architectures": ["XLMRobertaForSomethingElse"]})
    assert any("lower bound" in line for line in bare.warnings)
    whole = read_architecture({**config, "architectures": architectures})
    assert parameters(whole) - parameters(bare) == more


def test_the_encoder_of_a_pipeline_may_stand_alone() -> None:
    alone, both = read_architecture({**T5, "architectures": ["T5EncoderModel"]}), read_architecture(T5)
    # Six layers of four matrices, a block of two and two norms; the embedding; buckets; a norm.
    layer = 4 * 512 * 512 + 2 * 512 * 2048 + 2 * 512
    assert parameters(alone) == 32_128 * 512 + 6 * layer + 32 * 8 + 512
    assert parameters(alone) < parameters(both)


def test_an_encoder_of_an_unknown_kind_is_refused_and_not_counted_like_llama() -> None:
    config = {**BERT, "model_type": "mobilebert", "architectures": ["MobileBertForMaskedLM"]}
    with pytest.raises(ArchitectureError, match="an encoder of a kind that is not counted"):
        read_architecture(config)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"num_hidden_layers": 10**6}, "num_hidden_layers"),
        ({"num_attention_heads": 7}, "num_attention_heads"),
        ({"type_vocab_size": "two"}, "type_vocab_size"),
    ],
)
def test_what_is_wrong_with_an_encoder_is_said_at_its_field(changes: Mapping[str, Any], field: str) -> None:
    with pytest.raises(ArchitectureError) as caught:
        read_architecture({**BERT, "model_type": "bert", **changes})
    assert caught.value.location == (field,)
