"""Small files of every kind, made byte by byte where the format is simple and else by the library for it."""

from __future__ import annotations

import base64
import io
import struct
import wave
import zlib
from collections.abc import Iterator
from typing import Any

import pypdf
from PIL import Image


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def png(width: int, height: int, *more: tuple[bytes, bytes]) -> bytes:
    """A whole PNG file: signature, IHDR, further chunks, one row of nothing, IEND."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), *more, (b"IDAT", b""), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(width: int, height: int, orientation: int = 1, padding: int = 0) -> bytes:
    """The head of a JPEG file: EXIF orientation, `padding` bytes of ICC profile, then the frame header.

    The profile is full of what looks like frame headers, as an EXIF thumbnail's own is.
    """
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    segments = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + segments + b"".join(_profile(padding)) + b"\xff\xc0" + frame + b"\xff\xd9"


def _profile(padding: int) -> Iterator[bytes]:
    while padding > 0:
        size = min(padding, 60_000)
        yield b"\xff\xe2" + struct.pack(">H", size + 2) + b"\xff\xc0" * (size // 2) + b"x" * (size % 2)
        padding -= size


def gif(width: int, height: int, frames: int = 1) -> bytes:
    frame = b"\x21\xf9\x04" + bytes(4) + b"\0" + b"\x2c" + bytes(8) + b"\0" + b"\x08" + b"\x02\x01\x01\0"
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(3) + frame * frames + b";"


def bmp(width: int, height: int) -> bytes:
    return b"BM" + bytes(12) + struct.pack("<Iii", 40, width, height) + bytes(28)


def os2_bmp(width: int, height: int) -> bytes:
    return b"BM" + bytes(12) + struct.pack("<IHHHH", 12, width, height, 1, 24)


def webp_extended(width: int, height: int, flags: int = 0) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + bytes([flags, 0, 0, 0]) + sides
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def webp_lossy(width: int, height: int, scale: int = 0) -> bytes:
    """Two bits above each side say how much to scale it for display."""
    frame = bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", width | scale << 14, height | scale << 14)
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8 " + struct.pack("<I", 10) + frame


def tiff(width: int, height: int, orientation: int = 1, order: str = "<") -> bytes:
    tags = [(256, 4, width), (257, 4, height), (274, 3, orientation if order == "<" else orientation << 16)]
    entries = b"".join(struct.pack(f"{order}HHII", tag, kind, 1, value) for tag, kind, value in tags)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}IH", 8, len(tags)) + entries + bytes(4)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def heif(width: int, height: int, *, turns: int = 0, brand: bytes = b"heic", more: bytes = b"") -> bytes:
    """Two items, as phones write them: a thumbnail of 1 x 1 comes first, the primary one is item 2."""
    sides = (box(b"ispe", struct.pack(">4xII", *size)) for size in ((1, 1), (width, height)))
    container = box(b"ipco", b"".join(sides) + box(b"irot", bytes([turns])))
    associations = box(b"ipma", struct.pack(">4xI", 2) + b"\0\1\1\x81" + b"\0\2\2\x82\x83")
    primary = box(b"pitm", struct.pack(">4xH", 2))
    meta = box(b"meta", bytes(4) + primary + more + box(b"iprp", container + associations))
    return box(b"ftyp", brand + bytes(4) + b"mif1" + brand) + meta + box(b"mdat", b"x" * 100)


def pillow(kind: str, size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: Any) -> bytes:
    output = io.BytesIO()
    Image.new(mode, size).save(output, kind, **options)
    return output.getvalue()


def turned(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return pillow(kind, exif=exif)


def wav(seconds: float, rate: int = 8000) -> bytes:
    output = io.BytesIO()
    with wave.open(output, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(bytes(2 * int(seconds * rate)))
    return output.getvalue()


def wav_claiming(size: int, there: int) -> bytes:
    """16-bit mono at 8 kHz, 16,000 bytes a second, with `there` bytes behind a header that says `size`."""
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16_000, 2, 16)
    head = b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEfmt " + struct.pack("<I", 16) + form
    return head + b"data" + struct.pack("<I", size) + bytes(there)


def mp3(frames: int) -> bytes:
    """MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes and 1,152 samples a frame."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def mp3_with_index(frames: int, said: int) -> bytes:
    first = b"\xff\xfb\x90\x00" + bytes(32) + b"Info" + struct.pack(">III", 3, said, 417 * (said + 1))
    return first.ljust(417, b"\0") + mp3(frames)


def id3(content: bytes, size: int = 10_000) -> bytes:
    """A tag of `size` bytes before audio."""
    digits = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + digits + bytes(size) + content


def flac(samples: int, rate: int = 44_100, there: int = 50_000) -> bytes:
    packed = rate << 44 | 1 << 41 | 15 << 36 | samples
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    return b"fLaC\x80" + len(info).to_bytes(3, "big") + info + bytes(there)


def ogg_opus(seconds: int, packets: int = 50) -> bytes:
    """A page a second. Opus counts 48,000 samples a second, and 312 more that a player skips."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    audio = [b"\x78" * 60] * packets
    pages = [ogg_page([head], 0, 2), ogg_page([b"OpusTags" + bytes(8)], 0)]
    pages += [ogg_page(audio, 48_000 * second) for second in range(1, seconds)]
    return b"".join([*pages, ogg_page(audio, 48_000 * seconds + 312, 4)])


def ogg_page(packets: list[bytes], position: int, flags: int = 0) -> bytes:
    head = b"OggS\0" + struct.pack("<BqIIIB", flags, position, 7, 0, 0, len(packets))
    return head + bytes(map(len, packets)) + b"".join(packets)


def m4a(seconds: int, *, brand: bytes = b"M4A ", there: int = 20_000) -> bytes:
    movie = box(b"mvhd", bytes(12) + struct.pack(">II", 1000, 1000 * seconds) + bytes(80))
    return box(b"ftyp", brand + bytes(4)) + box(b"mdat", bytes(there)) + box(b"moov", movie)


def mp4(
    seconds: int, width: int, height: int, *, audio: bool = True, turned: bool = False, there: int = 20_000
) -> bytes:
    """An MP4 with its index behind 20 kB of data; a phone held upright turns it by its matrix."""
    movie = box(b"mvhd", bytes(12) + struct.pack(">II", 600, 600 * seconds) + bytes(80))
    movie += _track(b"vide", (width, height), turned)
    movie += _track(b"soun", (0, 0), False) if audio else b""
    return box(b"ftyp", b"isom" + bytes(4)) + box(b"mdat", bytes(there)) + box(b"moov", movie)


def _track(handler: bytes, sides: tuple[int, int], turned: bool) -> bytes:
    one = 1 << 16
    matrix = (0, one, 0, -one, 0, 0, 0, 0, 1 << 30) if turned else (one, 0, 0, 0, one, 0, 0, 0, 1 << 30)
    header = bytes(40) + struct.pack(">9iII", *matrix, sides[0] << 16, sides[1] << 16)
    media = box(b"mdia", box(b"mdhd", bytes(24)) + box(b"hdlr", bytes(8) + handler + bytes(13)))
    return box(b"trak", box(b"tkhd", header) + media)


def pdf(*sides: tuple[float, float], rotation: int = 0, password: str | None = None) -> bytes:
    writer = pypdf.PdfWriter()
    for width, height in sides:
        writer.add_blank_page(width, height).rotate(rotation)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def written_pdf(*texts: str) -> bytes:
    """A US Letter page for each text, in Helvetica."""
    pages = range(4, 4 + 2 * len(texts), 2)
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(texts), b" ".join(b"%d 0 R" % n for n in pages)),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    for number, text in zip(pages, texts, strict=True):
        shown = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % text.encode("latin-1")
        font = b"/Resources<</Font<</F1 3 0 R>>>>"
        objects[number] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]%s/Contents %d 0 R>>" % (
            font,
            number + 1,
        )
        objects[number + 1] = b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown)
    content, offsets = b"%PDF-1.4\n", list[int]()
    for number, written in objects.items():
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF"
        % (size, table, size, len(content))
    )
