"""GGUF and safetensors files of a few bytes, written by hand as their formats say."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

# Names of GGML's types by number, those that the tests use.
GGML = {"F32": 0, "F16": 1, "Q4_0": 2, "Q4_K": 12, "Q6_K": 14, "MXFP4": 39}


def gguf(
    metadata: Mapping[str, Any], tensors: Sequence[tuple[str, str, tuple[int, ...]]], *, version: int = 3
) -> bytes:
    """The header; shapes are rows before columns, and written the other way around."""
    out = [b"GGUF", struct.pack("<IQQ", version, len(tensors), len(metadata))]
    for key, value in metadata.items():
        out += [_text(key), *_value(value)]
    for name, kind, shape in tensors:
        out += [_text(name), struct.pack("<I", len(shape)), *(struct.pack("<Q", n) for n in shape[::-1])]
        out.append(struct.pack("<IQ", GGML[kind], 0))
    return b"".join(out)


def safetensors(tensors: Mapping[str, tuple[str, tuple[int, ...]]]) -> bytes:
    header = {
        name: {"dtype": kind, "shape": list(shape), "data_offsets": [0, 0]}
        for name, (kind, shape) in tensors.items()
    }
    content = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    return struct.pack("<Q", len(content)) + content


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: Any) -> list[bytes]:
    if isinstance(value, str):
        return [struct.pack("<I", 8), _text(value)]
    if isinstance(value, list):
        kind = 8 if isinstance(value[0], str) else 4
        items = [_text(item) if kind == 8 else struct.pack("<I", item) for item in value]
        return [struct.pack("<IIQ", 9, kind, len(value)), *items]
    return [struct.pack("<II", 4, value)]
