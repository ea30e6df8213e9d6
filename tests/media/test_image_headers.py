"""Sizes from headers of real files; what is no image is refused, and pixels are never looked at."""

from __future__ import annotations

import io
import struct
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from tests.media.made_files import (
    bmp,
    box,
    encoded,
    gif,
    heif,
    jpeg,
    os2_bmp,
    pillow,
    png,
    tiff,
    turned,
    webp_extended,
    webp_lossy,
)

from tokenquote.catalog.image_rules import ImageSize
from tokenquote.media.headers import HeaderError, read_image_header

ANIMATED: dict[str, Any] = {
    "save_all": True,
    "append_images": [Image.new("RGB", (300, 200), "red")],
    "duration": 100,
}


@pytest.mark.parametrize(
    ("content", "size", "format_"),
    [
        pytest.param(png(1, 1), (1, 1), "png", id="png 1x1"),
        pytest.param(png(4032, 3024), (4032, 3024), "png", id="png"),
        pytest.param(jpeg(640, 480), (640, 480), "jpeg", id="jpeg"),
        pytest.param(jpeg(640, 480, 6), (480, 640), "jpeg", id="jpeg turned by its EXIF orientation"),
        pytest.param(jpeg(640, 480, 3), (640, 480), "jpeg", id="jpeg upside down keeps its sides"),
        pytest.param(jpeg(640, 480, padding=200_000), (640, 480), "jpeg", id="jpeg behind 200 kB of profile"),
        pytest.param(jpeg(65_535, 65_535), (65_535, 65_535), "jpeg", id="largest jpeg"),
        pytest.param(pillow("JPEG", mode="CMYK"), (300, 200), "jpeg", id="jpeg in CMYK"),
        pytest.param(pillow("JPEG", progressive=True), (300, 200), "jpeg", id="progressive jpeg"),
        pytest.param(gif(320, 200), (320, 200), "gif", id="gif"),
        pytest.param(gif(65_535, 65_535), (65_535, 65_535), "gif", id="largest gif"),
        pytest.param(bmp(70, -50), (70, 50), "bmp", id="bmp from top to bottom"),
        pytest.param(os2_bmp(70, 50), (70, 50), "bmp", id="bmp of OS/2"),
        pytest.param(webp_extended(400, 300), (400, 300), "webp", id="webp extended"),
        pytest.param(webp_lossy(400, 300, scale=2), (400, 300), "webp", id="webp lossy, to be scaled"),
        pytest.param(pillow("WEBP"), (300, 200), "webp", id="webp lossy"),
        pytest.param(pillow("WEBP", lossless=True), (300, 200), "webp", id="webp lossless"),
        pytest.param(tiff(70, 50), (70, 50), "tiff", id="tiff little-endian"),
        pytest.param(tiff(70, 50, 8, ">"), (50, 70), "tiff", id="tiff big-endian, turned"),
        pytest.param(pillow("TIFF", compression="tiff_lzw"), (300, 200), "tiff", id="tiff lzw"),
        pytest.param(pillow("AVIF"), (300, 200), "avif", id="avif"),
        pytest.param(heif(4032, 3024), (4032, 3024), "heic", id="heic"),
        pytest.param(heif(4032, 3024, turns=3), (3024, 4032), "heic", id="heic turned"),
        pytest.param(heif(4032, 3024, turns=2), (4032, 3024), "heic", id="heic upside down"),
        pytest.param(heif(40, 30, brand=b"avif"), (40, 30), "avif", id="avif by its brand"),
    ],
)
def test_sizes_are_read_from_headers(content: bytes, size: tuple[int, int], format_: str) -> None:
    header = read_image_header(encoded(content))
    assert (header.size, header.format, header.bytes) == (ImageSize(*size), format_, len(content))
    assert not header.animated


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_as_pillow_applies_it(kind: str, orientation: int) -> None:
    content = turned(kind, orientation)
    shown = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    assert read_image_header(encoded(content)).size == ImageSize(*shown.size)


@pytest.mark.parametrize(
    ("content", "animated"),
    [
        pytest.param(gif(5, 5, frames=2), True, id="gif of two frames"),
        pytest.param(pillow("GIF", **ANIMATED), True, id="gif"),
        pytest.param(pillow("WEBP", **ANIMATED), True, id="webp"),
        pytest.param(pillow("PNG", **ANIMATED), True, id="png"),
        pytest.param(png(5, 5, (b"tEXt", b"acTL")), False, id="png whose text says acTL"),
        pytest.param(gif(5, 5) + gif(5, 5), False, id="gif after the end of a gif"),
        pytest.param(gif(5, 5, frames=2)[:-20], False, id="gif cut off before its second frame"),
    ],
)
def test_whether_it_moves(content: bytes, animated: bool) -> None:
    assert read_image_header(encoded(content)).animated is animated


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(lambda text: f"data:image/png;base64,{text}", id="data URL"),
        pytest.param(lambda text: f"data:image/png;name=x.png;base64,{text}", id="more parameters"),
        pytest.param(lambda text: text.rstrip("="), id="no padding"),
        pytest.param(lambda text: text + "==\n", id="too much padding and a line break"),
        pytest.param(
            lambda text: "\n".join(text[i : i + 20] for i in range(0, len(text), 20)), id="line breaks"
        ),
        pytest.param(lambda text: " \t" + text.replace("A", "A "), id="blanks"),
        pytest.param(lambda text: text.replace("+", "-").replace("/", "_"), id="URL-safe alphabet"),
    ],
)
def test_base64_as_people_send_it(spelling: Callable[[str], str]) -> None:
    assert read_image_header(spelling(encoded(png(300, 200)))).size == ImageSize(300, 200)


def test_what_a_data_url_says_is_kept_beside_what_it_is() -> None:
    header = read_image_header("data:image/jpeg;base64," + encoded(png(3, 2)))
    assert (header.labelled, header.format) == ("jpeg", "png")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param("", "not a PNG, JPEG", id="nothing"),
        pytest.param("not base64!", "not base64", id="not base64"),
        pytest.param(encoded(png(9, 9)) + "!", "not base64", id="junk behind"),
        pytest.param("é" + encoded(png(9, 9)), "not base64", id="an accent"),
        pytest.param(encoded(png(9, 9))[:60] + "=" + encoded(png(9, 9))[60:], "not base64", id="= inside"),
        pytest.param(encoded(png(9, 9))[:65], "cut off within a byte", id="base64 cut off"),
        pytest.param(encoded(b"hello world, I am a text"), "not a PNG, JPEG", id="a text"),
        pytest.param(encoded(b'<svg width="10" height="20"></svg>'), "not a PNG, JPEG", id="svg"),
        pytest.param(encoded(b"RIFF\x04\0\0\0WAVEfmt "), "not a PNG, JPEG", id="audio"),
        pytest.param(encoded(box(b"ftyp", b"M4A \0\0\0\0")), "not a PNG, JPEG", id="a song"),
        pytest.param(encoded(png(10, 10)[:18]), "cut off", id="png cut off in its header"),
        pytest.param(encoded(jpeg(10, 10)[:20]), "cut off", id="jpeg cut off before its frame"),
        pytest.param(encoded(gif(1, 1)[:7]), "cut off", id="gif cut off"),
        pytest.param(encoded(webp_lossy(1, 1)[:27]), "cut off", id="webp cut off"),
        pytest.param(encoded(tiff(1, 1)[:20]), "cut off", id="tiff cut off"),
        pytest.param(encoded(heif(1, 1)[:100]), "cut off", id="heic cut off"),
        pytest.param(encoded(png(0, 10)), "0 x 10 pixels", id="no width"),
        pytest.param(encoded(jpeg(10, 0)), "10 x 0 pixels", id="jpeg that says its height later"),
        pytest.param(encoded(gif(0, 0)), "0 x 0 pixels", id="empty gif"),
        pytest.param(encoded(heif(0, 5)), "0 x 5 pixels", id="heic without width"),
        pytest.param(encoded(png(2**31 - 1, 2**31 - 1)), "2147483647 x 2147483647", id="a lying header"),
        pytest.param(encoded(tiff(10**9, 10**9)), "1000000000 x", id="a lying tiff"),
    ],
)
def test_what_is_no_image_is_refused(data: str, said: str) -> None:
    with pytest.raises(HeaderError, match=said):
        read_image_header(data)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        pytest.param(png(10, 20) + b"PK\x03\x04 and a zip", (10, 20), id="png and zip"),
        pytest.param(gif(10, 20) + b"%PDF-1.7", (10, 20), id="gif and pdf"),
        pytest.param(jpeg(10, 20) + png(30, 40), (10, 20), id="jpeg and png"),
    ],
)
def test_of_a_file_that_is_two_things_the_first_bytes_decide(content: bytes, size: tuple[int, int]) -> None:
    """As they do for whoever reads it from its beginning."""
    assert read_image_header(encoded(content)).size == ImageSize(*size)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xd8\xff" + bytes(1_000_000), id="jpeg of nothing"),
        pytest.param(b"\xff\xd8" + b"\xff\xe1\0\2" * 500_000, id="jpeg of empty segments"),
        pytest.param(b"\xff\xd8\xff" + b"\xd0\xff" * 500_000, id="jpeg of restarts"),
        pytest.param(box(b"ftyp", b"heic\0\0\0\0heic") + box(b"free", b"") * 200_000, id="heic of boxes"),
        pytest.param(
            box(b"ftyp", b"heic\0\0\0\0")
            + box(b"meta", bytes(4) + box(b"iprp", box(b"ipma", bytes(99_999)))),
            id="heic of associations",
        ),
    ],
)
def test_a_hostile_file_is_given_up(content: bytes) -> None:
    with pytest.raises(HeaderError):
        read_image_header(encoded(content))


def test_where_the_items_of_a_heic_lie_is_not_followed() -> None:
    """60,000 items of 65,535 extents each, which a reader that looks for EXIF data would all walk."""
    items = struct.pack(">HHHH", 1, 0, 0, 65_535) * 60_000
    locations = box(b"iloc", b"\1\0\0\0\0\0" + struct.pack(">H", 60_000) + items)
    assert read_image_header(encoded(heif(400, 300, more=locations))).size == ImageSize(400, 300)


def test_a_megabyte_that_claims_to_be_an_image_is_not_counted_as_text() -> None:
    """Its header decides, not its length."""
    assert read_image_header(encoded(png(100, 100) + bytes(1_000_000))).size == ImageSize(100, 100)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(jpeg(5000, 4000, padding=20_000_000), id="20 MB jpeg"),
        pytest.param(png(20_000, 20_000) + bytes(5_000_000), id="400 megapixels"),
        pytest.param(heif(20_000, 20_000) + bytes(5_000_000), id="heic"),
    ],
)
def test_memory_stays_flat(content: bytes) -> None:
    """27 MB of text: less than 1 MB is taken to read its header."""
    data = encoded(content)
    tracemalloc.start()
    read_image_header(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


WHOLE = (
    png(30, 20, (b"tEXt", b"some text")),
    jpeg(30, 20, 6),
    gif(30, 20, 2),
    bmp(30, 20),
    webp_extended(30, 20),
    webp_lossy(30, 20),
    tiff(30, 20),
    heif(30, 20, turns=1),
    pillow("AVIF", (30, 20)),
    pillow("WEBP", (30, 20), lossless=True),
)


@given(st.sampled_from(WHOLE), st.data())
def test_damaged_files_are_read_or_refused(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refuse(encoded(bytes(damaged)))


@given(st.sampled_from([content[:12] for content in WHOLE]), st.binary(max_size=500))
def test_signatures_before_anything_are_read_or_refused(start: bytes, rest: bytes) -> None:
    _read_or_refuse(encoded(start + rest))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    _read_or_refuse(text)
    _read_or_refuse("data:image/png;base64," + text)


def _read_or_refuse(data: str) -> None:
    try:
        size = read_image_header(data).size
    except HeaderError:
        return
    assert 1 <= size.width <= 1_000_000
    assert 1 <= size.height <= 1_000_000
