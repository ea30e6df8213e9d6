"""The header of a GGUF file: keys with their values, and the name, shape and type of each tensor.

Layout of versions 2 and 3, little endian (ggml/docs/gguf.md of llama.cpp):

    "GGUF" | version u32 | tensors u64 | keys u64
    keys: name, type u32, value | tensors: name, n u32, n x u64, type u32, offset u64
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, Any

from tokenquote.memory.weights.file_header import FileHeader, HeaderTensor

__all__ = ["ModelFileError", "read_gguf"]

# Far above what files have: 1,500 tensors, 60 keys, vocabularies of 300,000 words of some bytes.
MAX_TENSORS, MAX_KEYS, MAX_ITEMS = 100_000, 10_000, 5_000_000
MAX_TEXT, MAX_DIMENSIONS = 8_000_000, 8
_KEPT_ITEMS = 4_096
"""The items of an array that are kept; of longer ones, such as vocabularies, only the length is."""

_SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
_TEXT, _ARRAY = 8, 9
_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K",
    11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS",
    19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32",
    27: "I64", 28: "F64", 29: "IQ1_M", 30: "BF16", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4",
    41: "Q1_0",
}  # fmt: skip
"""The types of GGML by number (gguf/constants.py, GGMLQuantizationType)."""


class ModelFileError(ValueError):
    """The file is not what it should be; the message names it and says what to do."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.path = path
        self.detail = detail


def read_gguf(path: Path) -> FileHeader:
    """Return the header of the file; the weights are not read.

    Raises:
        ModelFileError: the file is no GGUF, is cut off within its header, or states what no file can have.
    """
    with path.open("rb") as file:
        reader = _Reader(path, file)
        if reader.bytes(4) != b"GGUF":
            raise ModelFileError(path, "no GGUF file: it does not begin with GGUF")
        version = reader.number("<I")
        if version not in (2, 3):
            raise ModelFileError(path, f"GGUF version {version}: versions 2 and 3, little endian, are read")
        tensors = reader.count("tensors", MAX_TENSORS)
        keys = reader.count("keys", MAX_KEYS)
        metadata = dict(reader.key() for _ in range(keys))
        return FileHeader("gguf", metadata, tuple(reader.tensor() for _ in range(tensors)))


class _Reader:
    """A reader of one value after the other, which says where the file ends too early."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file
        self._size = path.stat().st_size

    def bytes(self, length: int) -> bytes:
        """Read bytes of this length."""
        at = self._file.tell()
        if at + length > self._size:
            raise self._error(f"cut off: {length} bytes are expected at {at}, the file has {self._size}")
        return self._file.read(length)

    def number(self, form: str) -> Any:
        """Read a number of this form of `struct`."""
        return struct.unpack(form, self.bytes(struct.calcsize(form)))[0]

    def count(self, what: str, most: int) -> int:
        """Read how many there are of something."""
        value = int(self.number("<Q"))
        if value > most:
            raise self._error(f"{value} {what}: at most {most} are read; the header is damaged")
        return value

    def text(self) -> str:
        """Read a text with its length."""
        return self.bytes(self.count("bytes of a text", MAX_TEXT)).decode("utf-8", "replace")

    def key(self) -> tuple[str, Any]:
        """Read a key and its value."""
        return self.text(), self._value(self.number("<I"))

    def _value(self, kind: int) -> Any:
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        if kind == _TEXT:
            return self.text()
        if kind == _ARRAY:
            return self._array(self.number("<I"), self.count("items", MAX_ITEMS))
        raise self._error(f"a value of type {kind}: the header is damaged, or of a later version")

    def _array(self, kind: int, length: int) -> Any:
        """Return the items; of long arrays their number, as `{"length": n}`."""
        if length <= _KEPT_ITEMS and kind != _ARRAY:
            return [self._value(kind) for _ in range(length)]
        if kind in _SCALARS:
            self._skip(length * struct.calcsize(_SCALARS[kind]))
        elif kind == _TEXT:
            for _ in range(length):
                self._skip(self.count("bytes of a text", MAX_TEXT))
        else:
            raise self._error(f"an array of type {kind}: not read")
        return {"length": length}

    def _skip(self, length: int) -> None:
        at = self._file.tell()
        if at + length > self._size:
            raise self._error(f"cut off: {length} bytes are expected at {at}, the file has {self._size}")
        self._file.seek(length, 1)

    def tensor(self) -> HeaderTensor:
        """Read a tensor's name, shape and type."""
        name = self.text()
        dimensions = self.number("<I")
        if dimensions > MAX_DIMENSIONS:
            raise self._error(f"tensor {name[:80]!r} of {dimensions} dimensions: the header is damaged")
        # Columns come first in GGUF.
        shape = tuple(int(self.number("<Q")) for _ in range(dimensions))[::-1]
        kind = self.number("<I")
        self.number("<Q")  # where its weights are
        if kind not in _TYPES:
            raise self._error(f"tensor {name[:80]!r} of type {kind}, which is not known")
        return HeaderTensor(name, _TYPES[kind], shape)

    def _error(self, detail: str) -> ModelFileError:
        return ModelFileError(self._path, detail)
