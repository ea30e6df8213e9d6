"""Headers of model files: read without their weights, and refused clearly where they are damaged."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shipped
from tests.memory.model_file_bytes import gguf, safetensors

from tokenquote import Estimator, InvalidRequest
from tokenquote.cli import main
from tokenquote.cli.model_files import ModelFileError, read_gguf, read_safetensors, read_source
from tokenquote.memory import ArchitectureError, CachePlan, kv_cache, number_formats
from tokenquote.memory.model_config.gguf_layout import read_gguf_layout
from tokenquote.memory.weights.file_header import FileHeader, FileHeaderError, HeaderTensor, weigh_header

KEYS: dict[str, Any] = {
    "general.architecture": "llama", "llama.block_count": 2, "llama.embedding_length": 256,
    "llama.attention.head_count": 4, "llama.attention.head_count_kv": 2,
    "tokenizer.ggml.tokens": [f"word{i}" for i in range(5000)],
}  # fmt: skip
TENSORS = [
    ("token_embd.weight", "Q6_K", (5000, 256)),
    ("blk.0.attn_q.weight", "Q4_K", (256, 256)),
    ("blk.0.ffn_down_exps.weight", "MXFP4", (8, 256, 512)),
    ("output_norm.weight", "F32", (256,)),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(KEYS, TENSORS))
    return path


def test_a_gguf_header_tells_every_tensor_and_key(file: Path) -> None:
    header = read_gguf(file)
    assert header.tensors[1] == HeaderTensor("blk.0.attn_q.weight", "Q4_K", (256, 256))
    assert header.tensors[2].shape == (8, 256, 512)
    assert header.metadata["llama.block_count"] == 2
    assert header.metadata["tokenizer.ggml.tokens"] == {"length": 5000}


def test_its_weights_are_weighed_tensor_by_tensor(file: Path) -> None:
    """Q6_K 210 bytes for 256, Q4_K 144 for 256, MXFP4 17 for 32."""
    weights, one_each = weigh_header(read_gguf(file), number_formats(shipped().quantization))
    assert weights.types == {
        "q6_k": 5000 * 210, "q4_k": 256 * 144, "mxfp4": 8 * 256 * 512 * 17 // 32, "f32": 1024,
    }  # fmt: skip
    assert weights.components == {
        "embedding": 5000 * 210, "attention": 256 * 144, "experts": 8 * 256 * 512 * 17 // 32, "norms": 1024,
    }  # fmt: skip
    assert one_each


def test_its_cache_is_told_by_its_keys(file: Path) -> None:
    """2 layers x 2 heads x (64 + 64) x 2 bytes."""
    layout = read_gguf_layout(read_gguf(file).metadata)
    fp16 = number_formats(shipped().quantization).cache_element("fp16")
    assert kv_cache(layout.layers, CachePlan(1, fp16)).bytes == 2 * 2 * 128 * 2


@pytest.mark.parametrize(
    ("more", "bytes_per_token", "state"),
    [
        pytest.param(
            {"llama.attention.key_length": 32, "llama.attention.value_length": 16}, 384, 0, id="sizes"
        ),
        pytest.param({"llama.attention.head_count_kv": [0, 2], "llama.ssm.inner_size": 64,
                      "llama.ssm.state_size": 16, "llama.ssm.conv_kernel": 4}, 512,
                     3 * 64 * 2 + 64 * 16 * 4, id="Mamba"),
        pytest.param(
            {"llama.attention.kv_lora_rank": 48, "llama.rope.dimension_count": 16}, 256, 0, id="MLA"
        ),
        pytest.param({"llama.attention.shared_kv_layers": 1}, 512, 0, id="shared"),
    ],
)  # fmt: skip
def test_other_layers_of_gguf_files(more: dict[str, Any], bytes_per_token: int, state: int) -> None:
    layout = read_gguf_layout({**KEYS, **more})
    fp16 = number_formats(shipped().quantization).cache_element("fp16")
    held = kv_cache(layout.layers, CachePlan(1, fp16))
    assert (held.bytes_per_token, held.state_bytes) == (bytes_per_token, state)


def test_windows_of_a_gguf_file_are_those_of_its_architecture() -> None:
    keys = {key.replace("llama.", "gemma3."): value for key, value in KEYS.items()}
    keys |= {"general.architecture": "gemma3", "gemma3.block_count": 6, "gemma3.attention.sliding_window": 8}
    assert [layer.kind for layer in read_gguf_layout(keys).layers] == ["sliding_window"] * 5 + ["attention"]


def test_key_heads_without_query_heads_are_refused() -> None:
    """The width of a head is that of the model over the query heads: there was nothing to divide by."""
    without = {key: value for key, value in KEYS.items() if key != "llama.attention.head_count"}
    with pytest.raises(ArchitectureError, match="a layer with 2 key heads has query heads") as caught:
        read_gguf_layout(without)
    assert caught.value.location == ("llama.attention.head_count",)


@pytest.mark.parametrize("end", [0, 3, 10, 23, 24, 40, 200, -30, -1])
def test_a_file_that_is_cut_off_within_its_header_says_where(tmp_path: Path, end: int) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(gguf(KEYS, TENSORS)[:end])
    with pytest.raises(ModelFileError, match=r"cut off|no GGUF file") as caught:
        read_gguf(path)
    assert str(path) in str(caught.value)


def _start(tensors: int, keys: int, *more: bytes, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys) + b"".join(more)


_NAME = struct.pack("<Q", 1) + b"k"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GGML" + bytes(40), "does not begin with GGUF"),
        (_start(0, 0, version=1), "version 1"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "version 50331648"),
        (_start(2**60, 0), "at most 100000"),
        (_start(0, 2**60), "at most 10000"),
        (_start(0, 1, struct.pack("<Q", 2**62)), "bytes of a text"),
        (_start(0, 1, _NAME, struct.pack("<I", 99)), "type 99"),
        (_start(0, 1, _NAME, struct.pack("<IIQ", 9, 4, 2**40)), "items"),
        (_start(0, 1, _NAME, struct.pack("<IIQ", 9, 9, 1)), "an array of type 9"),
        (_start(1, 0, _NAME, struct.pack("<I", 99)), "99 dimensions"),
        (_start(1, 0, _NAME, struct.pack("<IQIQ", 1, 4, 77, 0)), "type 77"),
    ],
)
def test_a_hostile_header_is_refused_at_once(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "hostile.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=said):
        read_gguf(path)


@given(st.binary(max_size=400))
def test_no_bytes_do_anything_but_be_read_or_refused(tmp_path_factory: Any, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "any.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00" + content)
    other = path.with_suffix(".safetensors")
    other.write_bytes(content)
    for read, file in ((read_gguf, path), (read_safetensors, other)):
        with suppress(ModelFileError):
            assert isinstance(read(file), FileHeader)


def test_a_safetensors_header_is_read_without_its_weights(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(
        safetensors(
            {
                "model.embed_tokens.weight": ("BF16", (100, 8)),
                "model.layers.0.self_attn.q_proj.weight": ("F8_E4M3", (8, 8)),
                "model.layers.0.mlp.up_proj.qweight": ("I32", (1, 8)),
            }
        )
    )
    weights, one_each = weigh_header(read_safetensors(path), number_formats(shipped().quantization))
    assert weights.components == {"embedding": 1600, "attention": 64, "mlp": 32}
    assert not one_each


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"1234", "fewer than 8 bytes"),
        (struct.pack("<Q", 2**40), "at most 100000000"),
        (struct.pack("<Q", 50) + b"{}", "cut off"),
        (struct.pack("<Q", 2) + b"[]", "no JSON object"),
        (struct.pack("<Q", 4) + b"oops", "no JSON"),
        (struct.pack("<Q", 9) + b'{"a": 1} ', "no object with dtype"),
        (struct.pack("<Q", 43) + b'{"a": {"dtype": "F16", "shape": [1, -2]}}  ', "no dtype and shape"),
    ],
)
def test_damaged_safetensors_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=said):
        read_safetensors(path)


@pytest.mark.parametrize(
    ("tensor", "said"),
    [
        (HeaderTensor("t", "Q9_X", (256,)), "not known"),
        (HeaderTensor("t", "Q4_K", (4, 100)), "no whole blocks of 256"),
        (HeaderTensor("t", "F16", (2**30, 2**30)), "more than 2\\^53"),
        (HeaderTensor("t", "F16", (10**4000, 10**4000)), "more than 2\\^53"),
    ],
)
def test_tensors_that_cannot_be_are_named(tensor: HeaderTensor, said: str) -> None:
    with pytest.raises(FileHeaderError, match=said) as caught:
        weigh_header(FileHeader("gguf", {}, (tensor,)), number_formats(shipped().quantization))
    assert caught.value.location == ("tensors", 0)


def test_a_tensor_without_elements_has_no_bytes() -> None:
    header = FileHeader("gguf", {}, (HeaderTensor("t", "F16", (10**4000, 0)), HeaderTensor("u", "F16", (3,))))
    weights, _ = weigh_header(header, number_formats(shipped().quantization))
    assert (weights.components, weights.parameters) == ({"other": 6}, 3)


def test_the_command_reads_files_folders_and_the_catalog(file: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    of_file = run(main, ["memory", "weights", str(file), "--json"])
    assert of_file.exit_code == 0, of_file.output
    assert json.loads(of_file.output)["method"] == "exact"
    cache = run(main, ["memory", "kv-cache", str(file), "--context", "100", "--json"])
    assert json.loads(cache.output)["bytes"] == 100 * 1024
    config = tmp_path / "folder" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"model_type": "llama", "num_hidden_layers": 2, "hidden_size": 64,
                                  "num_attention_heads": 4}))  # fmt: skip
    folder = run(main, ["memory", "kv-cache", str(config.parent), "--context", "1"])
    assert "2 layers x 4 KV heads" in folder.output
    known = run(main, ["memory", "weights", "meta-llama/Llama-3.1-8B", "--quantization", "q4_k_m"])
    assert "4.575 GiB" in known.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["weights", "nothing-here.gguf"], "no such file"),
        (["weights", "meta-llama/Llama-3.1-8B"], "--quantization is needed"),
        (["weights", "no/such-model", "--quantization", "fp16"], "no/such-model"),
        (["kv-cache", "meta-llama/Llama-3.1-8B"], "--context"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["memory", *arguments])
    assert done.exit_code != 0
    assert said in done.output


def test_a_cut_off_file_ends_the_command_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(gguf(KEYS, TENSORS)[:100])
    done = CliRunner().invoke(main, ["memory", "weights", str(path)])
    assert done.exit_code == 1
    assert "cut off" in done.output


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"no config\.json"):
        read_source(tmp_path)


@pytest.mark.parametrize(
    ("header", "pointer"),
    [
        ({"format": "gguf", "metadata": {}}, "/header/metadata/general.architecture"),
        ({"format": "gguf", "metadata": {**KEYS, "llama.block_count": 0}},
         "/header/metadata/llama.block_count"),
        ({"format": "gguf", "metadata": {**KEYS, "llama.attention.head_count": 3}},
         "/header/metadata/llama.attention.head_count_kv"),
        ({"format": "safetensors"}, "/header/format"),
    ],
)  # fmt: skip
def test_a_posted_header_names_its_key(header: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Estimator().kv_cache(header=header, context_tokens=1)
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_a_posted_header_without_tensors_has_no_weights() -> None:
    with pytest.raises(InvalidRequest) as caught:
        Estimator().weights(header={"format": "gguf", "tensors": []})
    assert [error.pointer for error in caught.value.errors] == ["/header/tensors"]


@pytest.mark.references
@pytest.mark.filterwarnings("ignore")
def test_files_of_the_gguf_and_safetensors_libraries_are_read(tmp_path: Path) -> None:
    library: Any = pytest.importorskip("gguf")
    numpy: Any = pytest.importorskip("numpy")
    stored: Any = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "made.gguf"
    writer = library.GGUFWriter(path, "llama")
    writer.add_block_count(3)
    writer.add_embedding_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(1)
    writer.add_token_list(["a", "b"])
    writer.add_tensor("token_embd.weight", numpy.ones((10, 64), numpy.float16))
    blocks = library.quants.quantize(numpy.ones((4, 256), numpy.float32), library.GGMLQuantizationType.Q8_0)
    writer.add_tensor("blk.0.ffn_up.weight", blocks, raw_dtype=library.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    weights, _ = weigh_header(read_gguf(path), number_formats(shipped().quantization))
    assert weights.types == {"f16": 10 * 64 * 2, "q8_0": 4 * 256 * 34 // 32}
    assert [layer.kind for layer in read_gguf_layout(read_gguf(path).metadata).layers] == ["attention"] * 3
    other = tmp_path / "made.safetensors"
    stored.save_file({"lm_head.weight": numpy.ones((3, 5), numpy.float32)}, other)
    weights, _ = weigh_header(read_safetensors(other), number_formats(shipped().quantization))
    assert weights.components == {"lm_head": 60}
