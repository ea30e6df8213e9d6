"""Sizes from headers of real files; what is no picture is refused, and pixels are never looked at."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest

from tokenquote.media import HeaderError, ImageSize, size_of_image


def png(width: int, height: int) -> bytes:
    """A whole PNG file, made here: signature, IHDR, one row of nothing, IEND."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def jpeg(width: int, height: int, orientation: int = 1, padding: int = 0) -> bytes:
    """The head of a JPEG file: EXIF orientation, `padding` bytes of ICC profile, then the frame header."""
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    segments = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    while padding > 0:
        size = min(padding, 60_000)
        segments += b"\xff\xe2" + struct.pack(">H", size + 2) + b"\xff\xc0" * (size // 2) + b"x" * (size % 2)
        padding -= size
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + segments + b"\xff\xc0" + frame + b"\xff\xd9"


GIF = b"GIF89a" + struct.pack("<HH", 320, 200) + b"\x00\x00\x00;"
BMP = b"BM" + bytes(12) + struct.pack("<Iii", 40, 70, -50) + bytes(28)
WEBP_VP8X = (
    b"RIFF"
    + struct.pack("<I", 30)
    + b"WEBPVP8X"
    + struct.pack("<I", 10)
    + bytes(4)
    + b"\x8f\x01\x00\x2b\x01\x00"
)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("content", "size"),
    [
        pytest.param(png(1, 1), (1, 1), id="png 1x1"),
        pytest.param(png(4032, 3024), (4032, 3024), id="png"),
        pytest.param(jpeg(640, 480), (640, 480), id="jpeg"),
        pytest.param(jpeg(640, 480, orientation=6), (480, 640), id="jpeg turned by its EXIF orientation"),
        pytest.param(jpeg(640, 480, orientation=3), (640, 480), id="jpeg upside down keeps its sides"),
        pytest.param(jpeg(640, 480, padding=200_000), (640, 480), id="jpeg behind 200 kB of profile"),
        pytest.param(GIF, (320, 200), id="gif"),
        pytest.param(BMP, (70, 50), id="bmp from top to bottom"),
        pytest.param(WEBP_VP8X, (400, 300), id="webp"),
    ],
)
def test_sizes_are_read_from_headers(content: bytes, size: tuple[int, int]) -> None:
    assert size_of_image(encoded(content)) == ImageSize(*size)


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(lambda text: f"data:image/png;base64,{text}", id="data URL"),
        pytest.param(
            lambda text: f"data:image/jpeg;name=x.jpg;base64,{text}", id="wrong type, more parameters"
        ),
        pytest.param(lambda text: text.rstrip("="), id="no padding"),
        pytest.param(
            lambda text: "\n".join(text[i : i + 20] for i in range(0, len(text), 20)), id="line breaks"
        ),
        pytest.param(lambda text: text.replace("+", "-").replace("/", "_"), id="URL-safe alphabet"),
    ],
)
def test_base64_as_people_send_it(spelling: object) -> None:
    assert callable(spelling)
    assert size_of_image(spelling(encoded(png(300, 200)))) == ImageSize(300, 200)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param("", "not a PNG, JPEG", id="nothing"),
        pytest.param("not base64!", "not base64", id="not base64"),
        pytest.param(encoded(b"hello world, I am a text"), "not a PNG, JPEG", id="a text"),
        pytest.param(encoded(b'<svg width="10" height="20"></svg>'), "not a PNG, JPEG", id="svg"),
        pytest.param(encoded(png(10, 10)[:18]), "cut off", id="png cut off in its header"),
        pytest.param(encoded(jpeg(10, 10)[:20]), "cut off", id="jpeg cut off before its frame"),
        pytest.param(encoded(png(0, 10)), "0 x 10 pixels", id="no width"),
        pytest.param(encoded(png(2**31 - 1, 2**31 - 1)), "2147483647 x 2147483647", id="a lying header"),
        pytest.param(encoded(GIF[:7]), "cut off|cannot be read", id="gif cut off"),
    ],
)
def test_what_is_no_picture_is_refused(data: str, said: str) -> None:
    with pytest.raises(HeaderError, match=said):
        size_of_image(data)


def test_a_megabyte_that_claims_to_be_a_picture_is_not_counted_as_text() -> None:
    """Its header decides, not its length."""
    assert size_of_image(encoded(png(100, 100) + bytes(1_000_000))) == ImageSize(100, 100)
