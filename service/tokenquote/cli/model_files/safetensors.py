"""The header of a safetensors file: a length of eight bytes, and as much JSON (huggingface/safetensors)."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenquote.cli.model_files.gguf import ModelFileError
from tokenquote.memory.weights.file_header import FileHeader, HeaderTensor

__all__ = ["read_safetensors"]

MAX_HEADER = 100_000_000
"""The longest header that the format allows (safetensors, MAX_HEADER_SIZE)."""


def read_safetensors(path: Path) -> FileHeader:
    """Return the header of the file; the weights are not read.

    Raises:
        ModelFileError: the file is no safetensors, or is cut off within its header.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8:
            raise ModelFileError(path, "no safetensors file: it has fewer than 8 bytes")
        length = struct.unpack("<Q", start)[0]
        if length > MAX_HEADER:
            raise ModelFileError(
                path, f"a header of {length} bytes: at most {MAX_HEADER}; no safetensors file?"
            )
        if 8 + length > size:
            raise ModelFileError(path, f"cut off: the header has {length} bytes, the file {size}")
        content = file.read(length)
    try:
        header = json.loads(content)
    except (ValueError, RecursionError):
        raise ModelFileError(path, "the header is no JSON: no safetensors file, or a damaged one") from None
    if not isinstance(header, dict):
        raise ModelFileError(path, "the header is no JSON object")
    tensors = tuple(_tensor(path, name, entry) for name, entry in header.items() if name != "__metadata__")
    return FileHeader("safetensors", {}, tensors)


def _tensor(path: Path, name: str, entry: Any) -> HeaderTensor:
    if not isinstance(entry, Mapping):
        raise ModelFileError(path, f"tensor {name[:80]!r} is no object with dtype and shape")
    dtype, shape = entry.get("dtype"), entry.get("shape")
    whole = isinstance(shape, list) and all(type(size) is int and size >= 0 for size in shape)
    if not isinstance(dtype, str) or not whole:
        raise ModelFileError(path, f"tensor {name[:80]!r} has no dtype and shape")
    return HeaderTensor(name, dtype, tuple(shape or ()))
