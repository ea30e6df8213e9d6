"""Model files on this machine: a config.json, the header of a GGUF or safetensors file, or a folder of them.

The readers are our own: `gguf` maps the whole file and brings requests and tqdm, `safetensors` wants every
byte of the weights to be there; a header alone, cut off where it ends, is read by neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tokenquote.cli.model_files.gguf import ModelFileError, read_gguf
from tokenquote.cli.model_files.safetensors import read_safetensors
from tokenquote.memory.weights.file_header import FileHeader

__all__ = ["ModelFileError", "ModelSource", "read_gguf", "read_safetensors", "read_source"]

MAX_CONFIG = 10_000_000


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model on this machine, by its config or the header of its file."""

    config: dict[str, Any] | None
    header: FileHeader | None


def read_source(path: Path) -> ModelSource:
    """Read a `config.json`, a .gguf or .safetensors file, or a folder of a model as the hub has them.

    Raises:
        ModelFileError: it is none of these, or damaged.
        OSError: it cannot be read.
    """
    if path.is_dir():
        return _folder(path)
    if path.suffix == ".gguf":
        return ModelSource(None, read_gguf(path))
    if path.suffix == ".safetensors":
        beside = path.parent / "config.json"
        return ModelSource(_json(beside) if beside.is_file() else None, read_safetensors(path))
    if path.suffix == ".json":
        return ModelSource(_json(path), None)
    raise ModelFileError(path, "a config.json, a .gguf or .safetensors file, or a folder of them is expected")


def _folder(path: Path) -> ModelSource:
    config, files = path / "config.json", sorted(path.glob("*.safetensors"))
    ggufs = sorted(path.glob("*.gguf"))
    if len(ggufs) > 1:
        raise ModelFileError(path, f"{len(ggufs)} GGUF files: name one of them")
    if ggufs and not files:
        return ModelSource(None, read_gguf(ggufs[0]))
    if not config.is_file() and not files:
        raise ModelFileError(path, "no config.json and no .safetensors or .gguf file in it")
    header = None
    for file in files:
        more = read_safetensors(file)
        header = more if header is None else replace(header, tensors=(*header.tensors, *more.tensors))
    return ModelSource(_json(config) if config.is_file() else None, header)


def _json(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MAX_CONFIG:
        raise ModelFileError(path, f"more than {MAX_CONFIG} bytes: no config.json")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise ModelFileError(path, "no JSON") from None
    if not isinstance(content, dict):
        raise ModelFileError(path, "an object is expected, as a config.json is")
    return content
