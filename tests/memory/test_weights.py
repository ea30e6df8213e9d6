"""Law 16: bytes of the weights, tensor by tensor in its real type, scales and zeros included."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.quantization import Quantises
from tokenquote.memory import (
    Formats,
    Tensors,
    UnknownFormat,
    Weights,
    number_formats,
    read_architecture,
    weigh,
    weigh_architecture,
)
from tokenquote.memory.weights.quantization import Storage, WeightFormat

GIB = 2**30
# Of Llama-3.1-8B: matrices of the layers; embedding and output; norms.
LINEARS, ENDS, NORMS = 6_979_321_856, 1_050_673_152, 266_240


@pytest.fixture(scope="module")
def formats(catalog: Catalog) -> Formats:
    return number_formats(catalog.quantization)


def weights_of(catalog: Catalog, formats: Formats, name: str, format_: str) -> Weights:
    entry = catalog.resolve(name).weights
    assert entry is not None
    architecture = read_architecture(entry.architecture)
    return weigh_architecture(architecture, formats.weight(format_), formats)


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("fp64", 64), ("fp32", 32), ("tf32", 32), ("fp16", 16), ("bf16", 16),
        ("fp8", 8), ("int8", 8), ("int4", 4),
        ("gptq-4bit-g128", Fraction(4) + Fraction(16 + 4, 128)),  # 4.15625
        ("awq-4bit-g128", Fraction(133, 32)),  # the same
        ("awq", Fraction(133, 32)),  # the usual bits and group
        ("gptq-8bit", Fraction(8) + Fraction(16 + 8, 128)),
        ("mlx-4bit", Fraction(9, 2)),  # in groups of 64, as mlx_lm quantises
        ("gptq-4bit-g32", Fraction(4) + Fraction(20, 32)),
        ("gptq-8bit-g128", Fraction(8) + Fraction(24, 128)),
        ("gptq-3bit-g64", Fraction(3) + Fraction(19, 64)),
        ("compressed-4bit-g128", Fraction(33, 8)),  # symmetric, no zeros: 4.125
        ("nf4", Fraction(9, 2)),
        ("nf4-dq", Fraction(4) + Fraction(8, 64) + Fraction(32, 64 * 256)),  # 4.126953125
        ("mxfp4", Fraction(17, 4)),
        ("nvfp4", Fraction(9, 2)),
        ("fp8-block128", Fraction(8) + Fraction(32, 128 * 128)),
        ("mlx-4bit-g64", Fraction(9, 2)),
        # gguf/constants.py of llama.cpp
        ("q4_0", Fraction(9, 2)), ("q4_1", 5), ("q5_0", Fraction(11, 2)), ("q5_1", 6),
        ("q8_0", Fraction(17, 2)), ("q2_k", Fraction(21, 8)), ("q3_k", Fraction(55, 16)),
        ("q4_k", Fraction(9, 2)), ("q5_k", Fraction(11, 2)),
        ("q6_k", Fraction(105, 16)), ("iq4_xs", Fraction(17, 4)), ("iq4_nl", Fraction(9, 2)),
        ("tq2_0", Fraction(33, 16)),
    ],
)  # fmt: skip
def test_bits_per_weight_are_exact_fractions(formats: Formats, name: str, bits: Fraction) -> None:
    storage = formats.weight(name).storage
    assert storage.bits_per_weight == bits
    per_matrix = storage.tensor_bits // 8
    assert storage.matrix_bytes(4096, 4096) == 4096 * 4096 * bits / 8 + per_matrix


def test_the_figures_that_everybody_quotes(formats: Formats) -> None:
    assert round(float(formats.weight("gptq-4bit-g128").storage.bits_per_weight), 3) == 4.156
    assert round(float(formats.weight("nf4-dq").storage.bits_per_weight), 3) == 4.127


@pytest.mark.parametrize(
    ("format_", "size"),
    [
        ("fp64", 8 * 8_030_261_248),
        ("fp32", 4 * 8_030_261_248),
        ("bf16", 2 * 8_030_261_248),
        ("int8", LINEARS + 2 * (ENDS + NORMS)),
        ("int4", LINEARS // 2 + 2 * (ENDS + NORMS)),
        # 224 matrices, each with an fp32 scale
        ("fp8", LINEARS + 2 * (ENDS + NORMS) + 224 * 4),
        ("gptq-4bit-g128", LINEARS * 133 // 256 + 2 * (ENDS + NORMS)),
        # U8 3,489,660,928 and BF16 1,050,939,392 elements of a published NF4 file, besides its constants
        ("nf4", 3_489_660_928 + LINEARS // 16 + 2 * 1_050_939_392),
        # the output in Q6_K, norms in fp32
        ("q4_0", (LINEARS + ENDS // 2) * 9 // 16 + ENDS // 2 * 105 // 128 + 4 * NORMS),
        ("q8_0", (LINEARS + ENDS) * 17 // 16 + 4 * NORMS),
        ("q6_k", (LINEARS + ENDS) * 105 // 128 + 4 * NORMS),
        ("mlx-4bit-g64", (LINEARS + ENDS) * 9 // 16 + 2 * NORMS),
    ],
)
def test_llama_3_1_8b(catalog: Catalog, formats: Formats, format_: str, size: int) -> None:
    found = weights_of(catalog, formats, "meta-llama/Llama-3.1-8B", format_)
    assert found.bytes == size
    assert found.parameters == 8_030_261_248
    assert sum(found.components.values()) == found.bytes
    assert set(found.components) == {"embedding", "attention", "mlp", "norms", "lm_head"}


@pytest.mark.parametrize(
    ("name", "format_", "logged", "tolerance"),
    [
        # What vLLM logged (memory_vectors T0129, T0145, T0429, T0421), rotary caches and allocator included
        pytest.param("meta-llama/Llama-3.1-8B", "bf16", 14.99, 0.003, id="T0129"),
        pytest.param("meta-llama/Llama-3.1-8B", "fp8", 8.49, 0.005, id="T0145"),
        pytest.param("meta-llama/Llama-3.1-8B", "fp8-dynamic", 8.49, 0.005, id="T0469"),
        pytest.param("Qwen/Qwen3-8B", "bf16", 15.27, 0.002, id="T0429"),
        pytest.param("Qwen/Qwen3-30B-A3B", "bf16", 56.88, 0.001, id="T0421"),
        pytest.param("Qwen/Qwen2.5-7B-Instruct", "w8a8", 8.14, 0.01, id="T0477"),
        pytest.param("openai/gpt-oss-20b", "mxfp4", 12.8848, 0.006, id="T0529"),
        # Sizes of GGUF files (llama.cpp, llama-bench README and quantize README)
        pytest.param("meta-llama/Llama-2-7b-hf", "q4_0", 3.56, 0.002, id="T0820"),
        pytest.param("deepseek-ai/DeepSeek-V3", "q8_0", 664.29, 0.001, id="T0831"),
        pytest.param("deepseek-ai/DeepSeek-V2-Lite", "fp16", 29.26, 0.001, id="T0827"),
    ],
)
def test_within_what_engines_and_files_really_take(
    catalog: Catalog, formats: Formats, name: str, format_: str, logged: float, tolerance: float
) -> None:
    assert weights_of(catalog, formats, name, format_).bytes / GIB == pytest.approx(logged, rel=tolerance)


def test_q6_k_of_llama_2_is_what_llama_cpp_publishes(catalog: Catalog, formats: Formats) -> None:
    """6.56 bits per weight (quantize README, memory_vectors T0788)."""
    bits = weights_of(catalog, formats, "meta-llama/Llama-2-7b-hf", "q6_k").bits_per_weight
    assert float(bits) == pytest.approx(6.5635, abs=0.0001)


def test_gpt_oss_keeps_all_but_its_experts_in_16_bit(catalog: Catalog, formats: Formats) -> None:
    """1,804,459,584 elements in bf16, 19,110,297,600 in MXFP4, a scale for each 32 (memory_vectors T1030)."""
    found = weights_of(catalog, formats, "openai/gpt-oss-20b", "mxfp4")
    assert found.bytes == 1_804_459_584 * 2 + 19_110_297_600 // 2 + 597_196_800
    assert found.quantised == {"experts"}


def test_kimi_k2_5_packs_its_experts_only(catalog: Catalog, formats: Formats) -> None:
    """1,014,686,023,680 elements in 4 bit (memory_vectors T1034)."""
    found = weights_of(catalog, formats, "moonshotai/Kimi-K2.5", "int4-g32-experts")
    assert found.components["experts"] == 1_014_686_023_680 * 9 // 16


def test_mxfp4_takes_all_matrices_of_a_model_without_experts(catalog: Catalog, formats: Formats) -> None:
    assert weights_of(catalog, formats, "meta-llama/Llama-3.1-8B", "mxfp4").quantised == {"attention", "mlp"}


def test_block_scales_of_fp8_are_those_in_the_published_file(catalog: Catalog, formats: Formats) -> None:
    """MiniMax-M2.5: 13,880,064 fp32 scales (published total less that of M2.7, which lists none)."""
    plain = weights_of(catalog, formats, "MiniMaxAI/MiniMax-M2.5", "int8").bytes
    assert (
        weights_of(catalog, formats, "MiniMaxAI/MiniMax-M2.5", "fp8-block128").bytes - plain == 4 * 13_880_064
    )


def test_an_embedding_that_is_the_output_too_has_the_output_s_type(
    catalog: Catalog, formats: Formats
) -> None:
    found = weights_of(catalog, formats, "meta-llama/Llama-3.2-1B", "q4_0")
    assert found.components["embedding"] == 128_256 * 2048 * 105 // 128
    assert "lm_head" not in found.components


def test_rows_that_are_not_whole_blocks_fall_back_as_in_llama_cpp(formats: Formats) -> None:
    """2,880 is no multiple of 256 (Q4_K becomes Q5_0), and 90 none of 32 (Q5_0 becomes F16)."""
    q4_k = formats.weight("q4_k-pure")
    wide = weigh([Tensors("mlp", "linear", 10, 2880)], q4_k, formats)
    odd = weigh([Tensors("mlp", "linear", 10, 90)], q4_k, formats)
    assert wide.bytes == 10 * 2880 * 22 // 32
    assert odd.bytes == 10 * 90 * 2


def test_a_part_of_a_group_has_a_scale_too(formats: Formats) -> None:
    """130 columns are two groups of 128."""
    assert formats.weight("gptq-4bit-g128").storage.matrix_bytes(8, 130) == (8 * 130 * 4 + 8 * 2 * 20) // 8


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("q4_m", "q4_k_m"), ("gptq-4bits", "gptq-4bit-g128"), ("gptq-5bit-g128", "gptq-4bit-g128"),
        ("fp17", "fp16"),
        ("gptq-4bit-g0", "gptq-4bit-g128"),
    ],
)  # fmt: skip
def test_an_unknown_format_is_an_error_with_near_names(formats: Formats, name: str, near: str) -> None:
    with pytest.raises(UnknownFormat) as caught:
        formats.weight(name)
    assert near in caught.value.near


def test_every_format_that_a_format_names_is_there(formats: Formats) -> None:
    for format_ in formats.weights.values():
        assert format_.storage.otherwise is None or formats.block_type(format_.storage.otherwise)
    for format_ in formats.mixes.values():
        mix = format_.mix
        assert mix is not None
        named = [choice.type for choices in mix.choices.values() for choice in choices]
        for other in (mix.base, mix.output, mix.embedding, mix.rest, *mix.eight_experts.values(), *named):
            assert other is None or formats.block_type(other), other


# --- properties ---

shapes = st.lists(
    st.builds(
        Tensors, part=st.sampled_from(["attention", "mlp"]),
        role=st.sampled_from(["linear", "embedding", "kept"]),
        rows=st.integers(1, 600), columns=st.integers(1, 600), copies=st.integers(1, 4),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(
    shapes, st.fractions(1, 16), st.fractions(0, 4), st.sampled_from(["linears", "matrices", "everything"])
)
def test_more_bits_are_never_fewer_bytes(
    found: list[Tensors], bits: Fraction, more: Fraction, quantises: Quantises
) -> None:
    def size(bits: Fraction) -> int:
        format_ = WeightFormat("any", Storage(bits, group=32, group_bits=Fraction(16)), quantises, 16)
        return weigh(found, format_, Formats({}, {}, {}, {})).bytes

    assert size(bits) <= size(bits + more)


@given(shapes, st.sampled_from(["bf16", "int8", "gptq-4bit-g128", "nf4-dq", "fp8-block128", "q4_0", "q6_k"]))
def test_the_closed_form_is_the_sum_of_every_group(formats: Formats, found: list[Tensors], name: str) -> None:
    """Group by group and tensor by tensor, each tensor rounded up to whole bytes."""
    format_ = formats.weight(name)
    slow = 0
    for tensor in found:
        quantised = tensor.role == "linear" or (format_.quantises != "linears" and tensor.role == "embedding")
        storage = format_.storage if quantised else Storage(Fraction(format_.rest_bits))
        while storage.otherwise and storage.group and tensor.columns % storage.group:
            storage = formats.weight(storage.otherwise).storage
        bits = storage.bits * tensor.rows * tensor.columns
        for _ in range(tensor.rows):
            bits += storage.group_bits * sum(
                1 for _ in range(0, tensor.columns, storage.group or tensor.columns)
            )
        if storage.tile:
            tiles = [
                (r, c)
                for r in range(0, tensor.rows, storage.tile)
                for c in range(0, tensor.columns, storage.tile)
            ]
            bits += storage.tile_bits * len(tiles)
        slow += tensor.copies * -int(-bits // 8)
    assert weigh(found, format_, formats).bytes == slow


# Bits per weight of Llama-3.1-8B, as llama.cpp prints them (tools/quantize/README.md).
LLAMA_3_1_8B = {
    "iq1_s": 2.0042, "iq1_m": 2.1460, "iq2_xxs": 2.3824, "iq2_xs": 2.5882, "iq2_s": 2.7403, "iq2_m": 2.9294,
    "iq3_xxs": 3.2548, "iq3_xs": 3.4977, "iq3_s": 3.6606, "iq3_m": 3.7628, "iq4_xs": 4.4597, "iq4_nl": 4.6818,
    "q2_k_s": 2.9697, "q2_k": 3.1593, "q3_k_s": 3.6429, "q3_k_m": 3.9960, "q3_k_l": 4.2979, "q4_k_s": 4.6672,
    "q4_k_m": 4.8944, "q5_k_s": 5.5704, "q5_k_m": 5.7036, "q6_k": 6.5633, "q8_0": 8.5008, "fp16": 16.0005,
}  # fmt: skip


@pytest.mark.parametrize(("name", "bits"), LLAMA_3_1_8B.items())
def test_file_types_of_llama_cpp_have_the_bits_that_it_prints(
    catalog: Catalog, formats: Formats, name: str, bits: float
) -> None:
    found = weights_of(catalog, formats, "meta-llama/Llama-3.1-8B", name).bits_per_weight
    assert float(found) == pytest.approx(bits, abs=6e-4)


def test_mixes_look_at_layers_and_heads_and_experts(catalog: Catalog, formats: Formats) -> None:
    """Of Q4_K_M: values and down projections in Q6_K in half of the layers; in the 70B values in Q5_K else;
    with eight experts keys and values in Q8_0 and the output of attention in Q5_K.
    """
    types = weights_of(catalog, formats, "meta-llama/Llama-3.1-8B", "q4_k_m").types
    assert types.keys() == {"q4_k", "q6_k", "f32"}
    # 4 + 4 + 8 of 32 layers, and the output: (1024 x 4096 + 14336 x 4096) x 16 + 128256 x 4096
    assert types["q6_k"] == (16 * (1024 + 14336) * 4096 + 128_256 * 4096) * 105 // 128
    assert "q5_k" in weights_of(catalog, formats, "meta-llama/Llama-3.1-70B", "q4_k_m").types
    mixtral = weights_of(catalog, formats, "mistralai/Mixtral-8x7B-Instruct-v0.1", "q4_k_m").types
    assert mixtral["q8_0"] == 32 * 2 * 1024 * 4096 * 17 // 16
    assert mixtral["q5_k"] == 32 * 4096 * 4096 * 11 // 16


def test_an_importance_matrix_changes_some_types(catalog: Catalog, formats: Formats) -> None:
    """IQ4_XS: without one, down projections of the first four layers are Q5_K."""
    entry = catalog.resolve("meta-llama/Llama-3.1-8B").weights
    assert entry is not None
    architecture = read_architecture(entry.architecture)
    without, with_one = (
        weigh_architecture(architecture, formats.weight("iq4_xs"), formats, imatrix=imatrix).bytes
        for imatrix in (False, True)
    )
    assert without - with_one == 4 * 14336 * 4096 * (176 - 136) // 256


def test_pure_leaves_the_mix_out(formats: Formats) -> None:
    assert formats.weight("q4_k_m").mix is not None
    assert formats.weight("q4_k-pure").mix is None
