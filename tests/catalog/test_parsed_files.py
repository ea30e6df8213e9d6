"""What YAML files say is kept between two starts: found by content, and checked like the files themselves."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.catalog.test_loading import HEAD, LATER, MODEL, catalog_at

from tokenquote import Estimator
from tokenquote.catalog import CACHE_DIR, Catalog, CatalogError, ParsedFiles, load_catalog
from tokenquote.settings import Settings

FILE = "providers/acme.yaml"
PLAIN = HEAD + MODEL + LATER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return catalog_at(tmp_path / "catalog", {FILE: PLAIN})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def load(folder: Path, kept: Path) -> Catalog:
    return load_catalog(shipped=folder, cache_dir=kept)


def kept_file(kept: Path) -> Path:
    (found,) = kept.glob("catalog-*.json")
    return found


def test_the_second_load_parses_nothing_and_is_the_same(
    folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(folder, kept)
    monkeypatch.setattr("tokenquote.catalog.parsed_files.parse_yaml", _must_not_run)
    second = load(folder, kept)
    assert second.models == first.models
    assert second.revision == first.revision
    assert kept.stat().st_mode & 0o777 == 0o700


def _must_not_run(*_: Any) -> None:
    raise AssertionError("a file was parsed again")


def test_only_what_has_changed_is_parsed(folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(folder, kept)
    (folder / FILE).write_text(PLAIN.replace('"2"', '"3"'))
    parsed: list[str] = []

    def parse(content: bytes, shown_as: str) -> Any:
        parsed.append(shown_as)
        return original(content, shown_as)

    from tokenquote.catalog.yaml_files import parse_yaml as original

    monkeypatch.setattr("tokenquote.catalog.parsed_files.parse_yaml", parse)
    block = load(folder, kept).models["acme/one"].entry.prices[0]
    assert parsed == [FILE]
    assert str(block.rates.output) == "3"


def test_days_and_instants_come_back_as_they_were(kept: Path) -> None:
    content = (
        b"a: 2026-01-31\nb: 2026-01-31T10:00:00Z\nc: [{d: 0.1, e: null, f: true, g: 12345678901234567}]\n"
    )
    first = ParsedFiles(kept)
    data = first.parse(content, "x")
    first.keep()
    again = ParsedFiles(kept)
    assert again._known  # it was kept
    assert again.parse(content, "x") == data
    assert data["a"] == dt.date(2026, 1, 31)
    assert data["b"] == dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"\\u0000day": "never"}', b"[" * 100_000, b"\x80\x04K\x01."],
)
def test_a_kept_file_that_cannot_be_read_is_as_good_as_none(folder: Path, kept: Path, content: bytes) -> None:
    before = load(folder, kept)
    kept_file(kept).write_bytes(content)
    assert load(folder, kept).revision == before.revision
    assert json.loads(kept_file(kept).read_bytes())


def test_what_is_kept_is_checked_like_the_files(folder: Path, kept: Path) -> None:
    load(folder, kept)
    path = kept_file(kept)
    path.write_text(path.read_text().replace('"input":"1"', '"input":1.5'))
    with pytest.raises(CatalogError, match="write money as a quoted decimal"):
        load(folder, kept)


def test_a_folder_that_others_may_write_is_not_used(folder: Path, kept: Path) -> None:
    load(folder, kept)
    path = kept_file(kept)
    path.write_text(path.read_text().replace('"input":"1"', '"input":"9"'))
    assert str(load(folder, kept).models["acme/one"].entry.prices[0].rates.input) == "9"
    kept.chmod(0o777)
    assert str(load(folder, kept).models["acme/one"].entry.prices[0].rates.input) == "1"


def test_a_mistake_is_not_kept_and_has_its_line_again(folder: Path, kept: Path) -> None:
    load(folder, kept)
    (folder / FILE).write_text(PLAIN.replace("counting: plain", "counting: plan"))
    for _ in range(2):
        with pytest.raises(CatalogError, match=r"acme\.yaml:7: models\[one\]\.counting"):
            load(folder, kept)


@pytest.mark.parametrize("broken", ["a-file", "read-only"])
def test_a_place_that_cannot_be_written_is_left(folder: Path, kept: Path, broken: str) -> None:
    if broken == "a-file":
        kept.write_text("")
    else:
        kept.mkdir(mode=0o500)
        if os.access(kept, os.W_OK):
            pytest.skip("this user may write everywhere")
    assert list(load(folder, kept).models) == ["acme/one"]


def test_only_the_latest_combinations_of_folders_are_kept(tmp_path: Path, folder: Path, kept: Path) -> None:
    for number in range(12):
        (tmp_path / str(number)).mkdir()
        load_catalog(tmp_path / str(number), shipped=folder, cache_dir=kept)
    assert len(list(kept.iterdir())) == 8


def test_it_can_be_turned_off(folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(kept))
    load_catalog(shipped=folder)
    Estimator(cache_dir=None)
    assert not kept.exists()
    Estimator()
    assert kept_file(kept / ".cache" / "tokenquote").stat().st_size > 100_000
    monkeypatch.setenv("TOKENQUOTE_CACHE_DIR", "")
    assert Settings().cache_dir is None


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose user is a number that no file of users knows."""

    def no_home(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", no_home)
    parsed = ParsedFiles(CACHE_DIR)
    assert parsed.parse(b"a: 1", "a.yaml") == {"a": 1}
    parsed.keep()
