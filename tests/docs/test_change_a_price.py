"""docs/change-a-price-or-add-a-model.md, followed to the letter on a copy of the catalog."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.docs.test_readme import ROOT, blocks
from tests.written_catalog import CATALOG, open_weights, providers

from tokenquote import Estimator
from tokenquote.cli import main

PAGE = (ROOT / "docs" / "change-a-price-or-add-a-model.md").read_text()
NEW_MODEL, NEW_PRICE, NEW_WEIGHTS = blocks(PAGE, "yaml")
PROVIDER, MAKER = "providers/openai.yaml", "open_weights/openai.yaml"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of `models_catalog/`."""
    return shutil.copytree(CATALOG, tmp_path / "models_catalog")


def add_model(catalog: Path, entry: str) -> None:
    """Below the line `models:` of the provider's file, as the page says."""
    file = catalog / PROVIDER
    before, line, after = file.read_text().partition("models:\n")
    file.write_text(before + line + entry + "\n" + after)


def edited(catalog: Path) -> list[str]:
    return [
        path.relative_to(CATALOG).as_posix()
        for path in sorted(CATALOG.rglob("*.*"))
        if path.is_file() and path.read_bytes() != (catalog / path.relative_to(CATALOG)).read_bytes()
    ]


def check(catalog: Path) -> Result:
    return CliRunner().invoke(main, ["catalog", "check", str(catalog)])


def dollars_of_a_million(catalog: Path, at: str) -> Decimal | None:
    """A million tokens in, without a cache, and a million out."""
    turn = {"user": 1_000_000, "assistant": 1_000_000, "reasoning": 0}
    quote = Estimator(catalog_dir=catalog).quote(model="gpt-example", turns=[turn], at=at)
    assert quote.model == "openai/gpt-example"
    assert quote.totals.complete
    return quote.totals.cost


def test_the_new_model_and_its_new_price_are_quoted_after_the_edit_of_one_file(copied: Path) -> None:
    """0.50 + 3.00 dollars until 14 December, 0.40 + 2.50 from the 15th."""
    add_model(copied, NEW_MODEL)
    assert check(copied).exit_code == 0
    assert dollars_of_a_million(copied, "2026-12-20T00:00:00Z") == Decimal("3.5")
    file = copied / PROVIDER
    file.write_text(file.read_text().replace(NEW_MODEL, NEW_MODEL + NEW_PRICE))
    result = check(copied)
    assert result.exit_code == 0, result.output
    sold = sum(len(models) for models in providers().values())
    assert f"{sold + 1} models of {len(providers())} providers" in result.output
    assert dollars_of_a_million(copied, "2026-12-14T23:59:59Z") == Decimal("3.5")
    assert dollars_of_a_million(copied, "2026-12-15T00:00:00Z") == Decimal("2.9")
    assert edited(copied) == [PROVIDER]


def test_the_new_open_weight_model_is_hosted_after_the_edit_of_one_file(copied: Path) -> None:
    """32 layers x 8 KV heads x (128 + 128) x 2 bytes."""
    file = copied / MAKER
    file.write_text(f"{file.read_text()}\n{NEW_WEIGHTS}")
    result = check(copied)
    assert f"{len(open_weights()) + 1} open-weight models" in result.output
    cache = Estimator(catalog_dir=copied).kv_cache(model="openai/gpt-example-20b", context_tokens=1)
    assert cache.bytes_per_token == 131_072
    assert edited(copied) == [MAKER]


def test_the_typing_mistake_of_the_page_is_told_as_the_page_says(copied: Path) -> None:
    add_model(copied, NEW_MODEL.replace("input:", "inptu:"))
    result = check(copied)
    assert result.exit_code == 1
    lines = (copied / PROVIDER).read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "inptu" in text)
    assert result.output == re.sub(r"yaml:\d+:", f"yaml:{line}:", blocks(PAGE, "text")[0])


def test_each_word_of_the_entry_is_explained() -> None:
    words = {line.split(":")[0].strip(" -") for line in NEW_MODEL.splitlines()}
    assert {"id", "rates", "checked"} <= words
    for word in words - {"name"}:
        assert f"`{word}`" in PAGE, word


def test_the_page_fits_a_newcomer_and_its_commands_are_there() -> None:
    assert len(PAGE.splitlines()) <= 80
    assert ".venv/bin/tokenquote catalog check" in PAGE
