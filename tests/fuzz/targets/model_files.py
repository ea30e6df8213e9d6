"""Headers of safetensors and GGUF files, and their weights.

An input is a first line and a text: behind `bytes` stands the file, behind `tree` the JSON that it is made
of, so that lengths and counts are right while what is counted changes.
"""

from __future__ import annotations

import json
import random
import struct
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.fuzz.target import Target, must_say
from tests.fuzz.trees import TreeMutation, join_input, split_input
from tests.fuzz.under_fuzzing import change_bytes
from tests.memory.model_file_bytes import GGML, gguf, safetensors

from tokenquote.catalog import load_catalog
from tokenquote.cli.model_files import ModelFileError, read_gguf, read_safetensors
from tokenquote.memory import number_formats
from tokenquote.memory.weights.file_header import FileHeader, FileHeaderError, weigh_header

_MEMORY = Path("/dev", "shm")  # where a file is never written to a disk
_KEYS = {
    "general.architecture": "llama", "llama.block_count": 2, "llama.attention.head_count_kv": [4, 2],
    "tokenizer.ggml.tokens": ["a", "b"], "llama.rope.freq_base": -1,
    "llama.use_parallel_residual": {"7": "01"}, "a": {"6": "0000803f"}, "b": {"12": "00000000000000ff"},
    "c": {"9": "080000000100000000000000010000000000000061"}, "d": {"9": "00000000001000000000000000"},
}  # fmt: skip
_TENSORS = [
    ["token_embd.weight", "Q6_K", [50, 256]], ["output_norm.weight", "F32", [256]],
    ["blk.0.ffn_up_exps.weight", "MXFP4", [2, 50, 32]], ["v.blk.0.attn_q.weight", "Q4_K", [4, 0]],
    ["blk.0.ffn_down.weight", "F16", [9007199254740992]], ["a", "F32", []],
]  # fmt: skip
_LAYERS = {
    "model.embed_tokens.weight": ("BF16", (50, 256)), "lm_head.weight": ("F8_E4M3", (50, 256)),
    "model.layers.0.mlp.up_proj.qweight": ("I32", (1, 8)), "visual.norm": ("F4", (3,)), "a": ("BOOL", ()),
}  # fmt: skip


def make_gguf() -> Target:
    """The reader of GGUF headers."""
    trees = [
        {"version": version, "keys": keys, "tensors": tensors}
        for version, keys, tensors in ((3, _KEYS, _TENSORS), (2, {}, _TENSORS), (3, _KEYS, []))
    ]
    return _make(read_gguf, _build_gguf, trees)


def make_safetensors() -> Target:
    """The reader of safetensors headers."""
    trees = [json.loads(safetensors(layers)[8:]) for layers in (_LAYERS, {})]
    return _make(read_safetensors, _build_safetensors, [*trees, {**trees[0], "b": {"shape": [10**4000] * 2}}])


def _make(
    read: Callable[[Path], FileHeader], build: Callable[[bytes], bytes], trees: Sequence[Any]
) -> Target:
    formats = number_formats(load_catalog().quantization)

    def take(content: bytes) -> None:
        line, text = split_input(content)
        with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
            path = Path(folder) / "model"
            path.write_bytes(build(text) if line == "tree" else text)
            try:
                weights, _ = weigh_header(read(path), formats)
            except (ModelFileError, FileHeaderError) as error:
                must_say(str(error))
                return
        assert all(size >= 0 for size in weights.components.values())

    texts = [json.dumps(tree).encode() for tree in trees]
    seeds = [join_input("tree", text) for text in texts]
    files = [join_input("bytes", build(text)) for text in texts]
    mutate = _mutation(seeds, files)
    return Target(take, (*seeds, *files, files[0][:60]), seconds=2, mutate=mutate, most_bytes=16_384)


def _mutation(trees: Sequence[bytes], files: Sequence[bytes]) -> Callable[[bytes, int, int], bytes]:
    change = change_bytes()
    change_tree = TreeMutation(trees, json.loads, lambda tree: json.dumps(tree).encode(), change)

    def mutate(content: bytes, most_bytes: int, seed: int) -> bytes:
        line, text = split_input(content)
        if line == "tree":
            return change_tree(content, most_bytes, seed)
        if change is None:
            return random.Random(seed).choice(files)
        return join_input("bytes", change(text, max(1, most_bytes - len(b"bytes\n"))))[:most_bytes]

    return mutate


def _build_safetensors(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def _build_gguf(text: bytes) -> bytes:
    """Return the file that the JSON describes, without what no file can be made of.

    A value that is an object stands for bytes of the type that its name says.
    """
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(tree, dict):
        return text
    keys, items, version = tree.get("keys"), tree.get("tensors"), tree.get("version")
    values = list(keys.items()) if isinstance(keys, dict) else []
    tensors = [found for item in items if (found := _tensor(item))] if isinstance(items, list) else []
    plain = {name: value for name, value in values if _is_plain(value)}
    raw = [key for name, value in values if (key := _raw_key(name, value))]
    header = gguf(plain, tensors, version=version % 2**32 if isinstance(version, int) else 3)
    counts = struct.pack("<QQ", len(tensors), len(plain) + len(raw))
    return header[:8] + counts + b"".join(raw) + header[24:]


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        kind = type(value[0]) if value else None
        return kind in (str, int) and all(type(item) is kind and _is_plain(item) for item in value)
    return isinstance(value, str) or (type(value) is int and 0 <= value < 2**32)


def _raw_key(name: str, value: Any) -> bytes:
    """Return a key whose value is of any type, in bytes; nothing for what is no such value."""
    if not isinstance(value, dict) or not value:
        return b""
    (kind, written), encoded = next(iter(value.items())), name.encode("utf-8", "surrogatepass")
    number = int(kind[:9]) % 2**32 if kind.isdecimal() else 4
    try:
        content = bytes.fromhex(written)
    except (ValueError, TypeError):
        content = str(written).encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(encoded)) + encoded + struct.pack("<I", number) + content


def _tensor(item: Any) -> tuple[str, str, tuple[int, ...]] | None:
    if not isinstance(item, list) or len(item) < 3 or not isinstance(item[2], list):
        return None
    sizes = tuple(size % 2**64 for size in item[2] if isinstance(size, int))
    return str(item[0]), item[1] if item[1] in [*GGML] else "F16", sizes
