"""Headers of safetensors and GGUF files, and their weights."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.target import Target, must_say
from tests.memory.model_file_bytes import gguf, safetensors

from tokenquote.catalog import load_catalog
from tokenquote.cli.model_files import ModelFileError, read_gguf, read_safetensors
from tokenquote.memory import number_formats
from tokenquote.memory.weights.file_header import FileHeader, FileHeaderError, weigh_header

_MEMORY = Path("/dev", "shm")  # where a file is never written to a disk
_KEYS = {"general.architecture": "llama", "llama.block_count": 2, "llama.attention.head_count": 4}
_TENSORS = [("token_embd.weight", "Q6_K", (50, 256)), ("output_norm.weight", "F32", (256,))]
_LAYERS = {"model.embed_tokens.weight": ("BF16", (50, 256)), "lm_head.weight": ("F8_E4M3", (50, 256))}


def _make(read: Callable[[Path], FileHeader], seeds: tuple[bytes, ...]) -> Target:
    formats = number_formats(load_catalog().quantization)

    def take(content: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
            path = Path(folder) / "model"
            path.write_bytes(content)
            try:
                weights, _ = weigh_header(read(path), formats)
            except (ModelFileError, FileHeaderError) as error:
                must_say(str(error))
                return
        assert all(size >= 0 for size in weights.components.values())

    return Target(take, seeds, seconds=2)


def make_gguf() -> Target:
    """The reader of GGUF headers."""
    whole = gguf(_KEYS, _TENSORS)
    return _make(read_gguf, (whole, gguf({}, _TENSORS), gguf(_KEYS, []), whole[:100]))


def make_safetensors() -> Target:
    """The reader of safetensors headers."""
    return _make(read_safetensors, (safetensors(_LAYERS), safetensors({}), safetensors(_LAYERS)[:60]))
