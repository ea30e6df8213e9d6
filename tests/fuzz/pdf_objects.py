"""PDF files as their objects: read, changed and written again with offsets that are right.

Bytes that change by chance leave hardly any PDF readable: one more digit moves each object behind it. So the
objects are changed here, and the file around them, its lengths and its table, is written anew.
"""

from __future__ import annotations

import base64
import random
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pypdf._codecs._codecs import LzwCodec
from pypdf.errors import PyPdfError

__all__ = ["LAYOUTS", "Layout", "PdfFile", "PdfObject", "read_pdf", "write_pdf"]

_OBJECT = re.compile(rb"(\d+) \d+ obj\s*(.*?)\s*endobj", re.DOTALL)
_STREAM = re.compile(rb"(.*?)\s*\bstream\r?\n(.*?)\r?\n?endstream\s*", re.DOTALL)
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref", re.DOTALL)
_OF_TRAILER = re.compile(rb"/(?:Root|Encrypt|Info) \d+ 0 R|/ID\s*\[.*?\]", re.DOTALL)
_FILTER = re.compile(rb"/Filter\s*\[?((?:\s*/\w+)+)\s*\]?")
_LENGTH = re.compile(rb"/Length \d+\b(?! \d+ R)")
_MADE_ANEW = (b"/ObjStm", b"/XRef")
_MOST_STREAM = 16_384


@dataclass(frozen=True)
class PdfObject:
    """What stands between `obj` and `endobj`."""

    head: bytes
    """The object itself, or the dictionary of its stream."""
    stream: bytes | None = None
    """The stream, where it has one, as plain as it could be made."""


@dataclass(frozen=True)
class PdfFile:
    """The objects by number, and what the trailer says."""

    objects: Mapping[int, PdfObject]
    trailer: bytes = b"/Root 1 0 R"
    version: bytes = field(default=b"1.7", compare=False)


def read_pdf(content: bytes) -> PdfFile:
    """Read the objects of a file, those of its object streams too.

    Raises:
        ValueError: there is none.
    """
    objects: dict[int, PdfObject] = {}
    packed: dict[int, PdfObject] = {}
    for number, body in _OBJECT.findall(content):
        found = _read_object(body)
        if found.stream is not None and any(kind in found.head for kind in _MADE_ANEW):
            packed |= _unpack(found)
            continue
        objects[int(number[:6])] = found
    objects = packed | objects
    if not objects:
        raise ValueError("no object")
    trailers = _TRAILER.findall(content) or [content]
    said = dict.fromkeys(found for trailer in trailers[:1] for found in _OF_TRAILER.findall(trailer))
    return PdfFile(objects, b" ".join(list(said)[:4]) or b"/Root 1 0 R")


def _read_object(body: bytes) -> PdfObject:
    parts = _STREAM.fullmatch(body)
    if parts is None:
        return PdfObject(body)
    head, stream = parts.groups()
    head = _LENGTH.sub(b"", head)
    filters = _FILTER.search(head)
    if filters is None or b"/DecodeParms" in head:
        return PdfObject(head, stream)
    for name in filters[1].split(b"/")[1:]:
        kind = name.decode("latin-1").strip()
        try:
            stream = _FILTERS[kind][1](stream)[:_MOST_STREAM]
        except (KeyError, ValueError, IndexError, zlib.error, PyPdfError):
            return PdfObject(head, parts[2])
    return PdfObject(head.replace(filters[0], b""), stream)


def _unpack(packed: PdfObject) -> dict[int, PdfObject]:
    """Return the objects of an object stream; of what is none, nothing."""
    said, stream = re.search(rb"/First (\d+)", packed.head), packed.stream or b""
    if said is None or b"/ObjStm" not in packed.head:
        return {}
    first = int(said[1][:6])
    numbers = [int(word[:6]) for word in stream[:first].split() if word.isdigit()]
    starts = [*numbers[1::2], len(stream)]
    return {
        number: PdfObject(stream[first + start : first + end].strip())
        for number, start, end in zip(numbers[::2], starts, starts[1:], strict=False)
    }


Layout = Callable[[PdfFile, random.Random], bytes]


def write_pdf(file: PdfFile, layout: Layout, chance: random.Random) -> bytes:
    """Write the file in a layout, each stream under a filter that is drawn."""
    objects = {number: _encode(found, chance) for number, found in file.objects.items()}
    return layout(replace(file, objects=objects), chance)


def _encode(found: PdfObject, chance: random.Random) -> PdfObject:
    """Put a stream that is plain under a filter, or two."""
    if found.stream is None or b"/Filter" in found.head or not found.head.rstrip().endswith(b">>"):
        return found
    names, stream = [], found.stream
    for name in chance.choice([(), (), *((name,) for name in _FILTERS), ("ASCII85Decode", "FlateDecode")]):
        names.append(name)
    for name in reversed(names):
        stream = _FILTERS[name][0](stream)
    filters = b"/Filter[%s]" % b" ".join(f"/{name}".encode() for name in names) if names else b""
    head = found.head.rstrip()[:-2] + filters + b">>"
    return PdfObject(head, stream)


def _run_lengths(content: bytes) -> bytes:
    parts = (content[at : at + 128] for at in range(0, len(content), 128))
    return b"".join(bytes([len(part) - 1]) + part for part in parts) + b"\x80"


def _from_run_lengths(content: bytes) -> bytes:
    """Return what `_run_lengths` was given."""
    parts, at = b"", 0
    while content[at] < 128:
        parts += content[at + 1 : at + 2 + content[at]]
        at += 2 + content[at]
    return parts


def _ascii85(content: bytes) -> bytes:
    return base64.a85encode(content) + b"~>"


_Coding = Callable[[bytes], bytes]
_FILTERS: Mapping[str, tuple[_Coding, _Coding]] = {
    "FlateDecode": (zlib.compress, lambda content: zlib.decompressobj().decompress(content, _MOST_STREAM)),
    "LZWDecode": (lambda content: LzwCodec().encode(content), lambda content: LzwCodec().decode(content)),
    "ASCII85Decode": (_ascii85, lambda content: base64.a85decode(content.removesuffix(b"~>"))),
    "ASCIIHexDecode": (
        lambda content: content.hex().encode() + b">",
        lambda content: bytes.fromhex(content.removesuffix(b">").decode("latin-1")),
    ),
    "RunLengthDecode": (_run_lengths, _from_run_lengths),
}
"""How a stream is put under a filter, and how it is taken out again."""


def _write_objects(file: PdfFile) -> tuple[bytes, dict[int, int]]:
    """Return the file as far as its table, and where each object begins."""
    content, offsets = b"%%PDF-%s\n" % file.version, dict[int, int]()
    for number, found in file.objects.items():
        offsets[number] = len(content)
        content += _write_object(number, found)
    return content, offsets


def _write_object(number: int, found: PdfObject) -> bytes:
    if found.stream is None:
        return b"%d 0 obj\n%s\nendobj\n" % (number, found.head)
    head = found.head.rstrip()
    if b"/Length" not in head and head.endswith(b">>"):
        head = head[:-2] + b"/Length %d>>" % len(found.stream)
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, head, found.stream)


def _with_table(file: PdfFile, chance: random.Random) -> bytes:
    """The layout of PDF 1.4: a table of offsets."""
    content, offsets = _write_objects(file)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % row for row in sorted(offsets.items()))
    trailer = b"<<%s/Size %d>>" % (file.trailer, max(offsets) + 1)
    table = b"xref\n0 1\n0000000000 65535 f \n%strailer\n%s\nstartxref\n%d\n%%%%EOF"
    return content + table % (rows, trailer, len(content))


def _with_streams(file: PdfFile, chance: random.Random) -> bytes:
    """The layout of PDF 1.5: objects without streams in an object stream, the table in a stream."""
    packed = {number: found.head for number, found in file.objects.items() if found.stream is None}
    loose = {number: found for number, found in file.objects.items() if found.stream is not None}
    holder = max(file.objects) + 1
    index, bodies = b"", b""
    for number, head in packed.items():
        index += b"%d %d " % (number, len(bodies))
        bodies += head + b"\n"
    head = b"<</Type/ObjStm/N %d/First %d>>" % (len(packed), len(index))
    loose[holder] = _encode(PdfObject(head, index + bodies), chance)
    content, offsets = _write_objects(replace(file, objects=loose))
    rows = {0: (0, 0, 65_535), holder + 1: (1, len(content), 0)}
    rows |= {number: (1, offset, 0) for number, offset in offsets.items()}
    rows |= {number: (2, holder, at) for at, number in enumerate(packed)}
    table = b"".join(
        kind.to_bytes(1, "big") + (one % 2**32).to_bytes(4, "big") + (two % 2**16).to_bytes(2, "big")
        for _, (kind, one, two) in sorted(rows.items())
    )
    ranges = b" ".join(b"%d 1" % number for number in sorted(rows))
    said = b"<</Type/XRef/W[1 4 2]/Index[%s]/Size %d%s>>" % (ranges, holder + 2, file.trailer)
    stream = _encode(PdfObject(said, table), chance)
    return content + _write_object(holder + 1, stream) + b"startxref\n%d\n%%%%EOF" % len(content)


def _without_table(file: PdfFile, chance: random.Random) -> bytes:
    """No table, which readers make good by looking for the objects."""
    return _write_objects(file)[0] + b"trailer\n<<%s>>\nstartxref\n0\n%%%%EOF" % file.trailer


def _with_update(file: PdfFile, chance: random.Random) -> bytes:
    """Some objects changed by an update at the end, whose table names the one before it."""
    first = _with_table(file, chance)
    changed = dict(chance.sample(sorted(file.objects.items()), min(2, len(file.objects))))
    start = first.rindex(b"startxref\n") + len(b"startxref\n")
    content, rows = first + b"\n", b""
    for number, found in changed.items():
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(content))
        content += _write_object(number, found)
    before = re.match(rb"\d+", first[start:])
    trailer = b"<<%s/Size %d/Prev %s>>" % (file.trailer, max(file.objects) + 1, before[0] if before else b"0")
    return content + b"xref\n%strailer\n%s\nstartxref\n%d\n%%%%EOF" % (rows, trailer, len(content))


LAYOUTS: tuple[Layout, ...] = (_with_table, _with_streams, _without_table, _with_update)
