"""The files of the pages: their words, and the libraries among them."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from tests.page.conftest import PAGE

from tokenquote.http.page_files import DOCUMENTS, page_files
from tokenquote.http.page_frame import FRAME, frame_document

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
    for document in (PAGE / FRAME, *(PAGE / name for name in DOCUMENTS)):
        asked = set(re.findall(r'data-t(?:-[a-z-]+)?="([^"]+)"', document.read_text(encoding="utf-8")))
        assert asked <= known, document.name


@pytest.mark.parametrize(("name", "path"), DOCUMENTS.items())
def test_every_document_has_the_frame_around_it(name: str, path: str) -> None:
    found = page_files().find(name)
    assert found is not None
    text = found.content.decode()
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', text) == [path]
    for once in (
        "<!doctype html>",
        "<title ",
        "<main ",
        "</main>",
        "<h1 ",
        "</header>",
        "</footer>",
        "</html>",
    ):
        assert text.count(once) == 1, once
    assert "<!--" not in text
    assert page_files().find(FRAME) is None


@pytest.mark.parametrize(
    ("frame", "document", "said"),
    [
        ("", "<head>\n</head>\n<main></main>", "has '<a href=\"/docs\" data-t=' 0 times"),
        ('<a href="/docs" data-t="x">', "<head>\n</head>\n<main></main>", "in its head -->' 0 times"),
        ("", "<main></main>", "begins with its <head>"),
        ("", "<head>\n<main></main>", "begins with its <head>"),
    ],
)
def test_a_frame_or_a_document_without_its_parts_ends_the_start(frame: str, document: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        frame_document(frame, document, "/docs")


def _words(language: str, section: str) -> str:
    return (PAGE / "words" / language / f"{section}.js").read_text(encoding="utf-8")
