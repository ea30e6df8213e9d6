"""The files of the pages: their words, and the libraries among them."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from tests.page.conftest import PAGE

VENDOR = PAGE / "vendor"
AXE = Path(__file__).parent / "axe"
SECTIONS = sorted(path.stem for path in (PAGE / "words" / "en").glob("*.js"))
KEY = re.compile(r'^  "([^"]+)":', re.MULTILINE)


def test_every_library_is_the_one_that_was_looked_at() -> None:
    """vendored.json says of each file of which package and version it is, its licence and its SHA-256."""
    rows = {row["file"]: row for row in json.loads((VENDOR / "vendored.json").read_text())}
    present = {path.name for path in VENDOR.iterdir() if path.suffix in (".js", ".css")}
    assert present == set(rows)
    for name, row in rows.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == row["sha256"], name
        assert (VENDOR / row["licence_file"]).read_text(encoding="utf-8").strip(), name


def test_axe_core_is_the_one_that_was_looked_at() -> None:
    """axe-core 4.14.1 of the npm registry, under the Mozilla Public License 2.0; only tests run it."""
    digest = hashlib.sha256((AXE / "axe.min.js").read_bytes()).hexdigest()
    assert digest == "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
    assert "Mozilla Public License, version 2.0" in (AXE / "LICENSE.axe-core").read_text(encoding="utf-8")


@pytest.mark.parametrize("section", SECTIONS)
def test_both_languages_have_the_same_words(section: str) -> None:
    english, chinese = (KEY.findall(_words(language, section)) for language in ("en", "zh"))
    assert english == chinese
    assert len(set(english)) == len(english)


def test_every_word_that_a_document_asks_for_exists() -> None:
    known = {key for section in SECTIONS for key in KEY.findall(_words("en", section))}
    for document in PAGE.glob("*.html"):
        asked = set(re.findall(r'data-t(?:-[a-z-]+)?="([^"]+)"', document.read_text(encoding="utf-8")))
        assert asked <= known, document.name


def test_every_document_has_the_same_frame() -> None:
    frames = set()
    for document in PAGE.glob("*.html"):
        text = document.read_text(encoding="utf-8").replace(' aria-current="page"', "")
        header = text[text.index("<body>") : text.index("<main")]
        frames.add(header + text[text.index("</main>") :])
    assert len(frames) == 1


def _words(language: str, section: str) -> str:
    return (PAGE / "words" / language / f"{section}.js").read_text(encoding="utf-8")
