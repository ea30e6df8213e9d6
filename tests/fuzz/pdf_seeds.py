"""PDF files to begin with: trees of pages, fonts, text operators, forms, images and filters."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Iterator, Mapping

import pypdf
from tests.fuzz.pdf_objects import LAYOUTS, PdfFile, PdfObject, write_pdf
from tests.media import made_files

__all__ = ["make_pdf_seeds"]

_TEXT = (
    b"q 1 0 0 1 72 720 cm BT /F1 12 Tf 1 2 Td (Hello) Tj 0 -14 TD [(Wor) -250 (ld)] TJ T* ET Q\n"
    b"BT /F2 9 Tf 1 0 0 1 72 600 Tm 2 Tc 1 Tw 90 Tz 12 TL 3 Ts 0 Tr <00480065> Tj (next) ' 1 2 (more) \" ET\n"
)
_MARKED = b"/Span <</ActualText(caf\\351)/MCID 0>> BDC BT /F3 10 Tf (\\050A\\051\\101) Tj ET EMC /F0 Do\n"
_PICTURE = b"q BI /W 2 /H 2 /CS /G /BPC 8 /F /AHx ID 00ff00ff> EI Q BI /W 1/H 1/BPC 8 ID \x01 EI\n"
_CMAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def 1 begincodespacerange "
    b"<0000> <FFFF> endcodespacerange 2 beginbfchar <0048> <0048> <0065> <00660066> endbfchar\n"
    b"2 beginbfrange <0001> <0010> <0041> <0020> <0022> [<0061> <0062> <D83DDE00>] endbfrange\n"
    b"endcmap end end"
)
_FONTS: Mapping[int, PdfObject] = {
    10: PdfObject(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"),
    11: PdfObject(
        b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[12 0 R]"
        b"/ToUnicode 13 0 R>>"
    ),
    12: PdfObject(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/DW 1000/W[72[500 600]80 90 700]/FontDescriptor 15 0 R>>"
    ),
    13: PdfObject(b"<<>>", _CMAP),
    14: PdfObject(
        b"<</Type/Font/Subtype/TrueType/BaseFont/B/FirstChar 65/LastChar 67/Widths[500 600 700]"
        b"/Encoding<</Type/Encoding/BaseEncoding/MacRomanEncoding/Differences[65/A/uni0042 67/g3/euro]>>"
        b"/FontDescriptor 15 0 R>>"
    ),
    15: PdfObject(b"<</Type/FontDescriptor/FontName/B/Flags 4/MissingWidth 250/FontBBox[0 0 1000 1000]>>"),
    16: PdfObject(
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</a 17 0 R>>"
        b"/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[9]>>"
    ),
    17: PdfObject(b"<<>>", b"9 0 d0 0 0 9 9 re f"),
}
_RESOURCES = b"<</Font<</F1 10 0 R/F2 11 0 R/F3 14 0 R/F4 16 0 R>>/XObject<</F0 9 0 R/I0 8 0 R>>>>"
_FORM = PdfObject(
    b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Matrix[1 0 0 1 0 0]/Resources<</Font<</F1 10 0 R>>>>>>",
    b"BT /F1 9 Tf (form) Tj ET",
)
_IMAGE = PdfObject(
    b"<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray>>", b"\0"
)


def _page(contents: bytes, more: bytes = b"", parent: int = 2) -> PdfObject:
    return PdfObject(b"<</Type/Page/Parent %d 0 R/Contents %s%s>>" % (parent, contents, more))


def _files() -> Iterator[PdfFile]:
    """Yield a file of each kind that is read."""
    root = PdfObject(b"<</Type/Catalog/Pages 2 0 R>>")
    box = b"/MediaBox[0 0 612 792]"
    parts = {6: PdfObject(b"<<>>", _TEXT), 7: PdfObject(b"<<>>", _MARKED + _PICTURE), 8: _IMAGE, 9: _FORM}
    of_one = PdfObject(b"<</Type/Pages/Count 1/Kids[3 0 R]/Resources %s%s>>" % (_RESOURCES, box))
    for contents in (b"6 0 R", b"7 0 R", b"[6 0 R 7 0 R]"):
        yield PdfFile({1: root, 2: of_one, 3: _page(contents), **parts, **_FONTS})
    yield PdfFile(
        {
            1: root,
            2: PdfObject(b"<</Type/Pages/Count 3/Kids[3 0 R 4 0 R]/Rotate 90/MediaBox 20 0 R>>"),
            3: PdfObject(b"<</Type/Pages/Parent 2 0 R/Kids[5 0 R 21 0 R]/Resources %s>>" % _RESOURCES),
            4: _page(b"6 0 R", b"/UserUnit 2/CropBox[10 10 100 100]"),
            5: _page(b"6 0 R", b"/Rotate -90/MediaBox[0 792 -612 0]", 3),
            20: PdfObject(b"[0 0 595.28 841.89]"),
            21: _page(b"[]", b"/Rotate 22 0 R", 3),
            22: PdfObject(b"270"),
            **parts, **_FONTS,
        }
    )  # fmt: skip
    yield from _streams_with_parameters(root, of_one)


def _streams_with_parameters(root: PdfObject, pages: PdfObject) -> Iterator[PdfFile]:
    """Yield files whose content stands under a predictor."""
    text = b"BT /F1 12 Tf 72 720 Td (Hello world) Tj ET"
    rows = [text[at : at + 8].ljust(8) for at in range(0, len(text), 8)]
    for predictor, content in (
        (12, b"".join(b"\0" + row for row in rows)), (15, b"".join(b"\x01" + bytes(8) for _ in rows)),
        (2, b"".join(rows)), (14, b"".join(bytes([number % 5]) + row for number, row in enumerate(rows))),
    ):  # fmt: skip
        said = b"<</Filter/FlateDecode/DecodeParms<</Predictor %d/Columns 8/Colors 1/BitsPerComponent 8>>>>"
        stream = PdfObject(said % predictor, zlib.compress(content))
        yield PdfFile({1: root, 2: pages, 3: _page(b"6 0 R"), 6: stream, 10: _FONTS[10]})


def make_pdf_seeds() -> tuple[bytes, ...]:
    """Return each file in every layout, and some that pypdf writes itself."""
    chance = random.Random(0)
    seeds = [write_pdf(file, layout, chance) for file in _files() for layout in LAYOUTS]
    seeds += [_encrypted(password, kind) for password in ("", "a") for kind in ("RC4-40", "RC4-128")]
    seeds += [made_files.pdf((612, 792), (300, 300), rotation=90), made_files.written_pdf("Hello")]
    return tuple(seeds)


def _encrypted(password: str, kind: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(made_files.written_pdf("secret")))
    writer.encrypt(password, "owner", algorithm=kind)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
