"""The shipped catalog, and a user's own files over it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from tests.conftest import shipped
from tests.written_catalog import providers

from tokenquote.catalog import Catalog, CatalogError, load_catalog

SHIPPED = shipped()
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
OWN_RATES = """\
id: openai
name: OpenAI
first_party: true
models:
  - id: gpt-5.4-mini
    name: GPT-5.4 mini under our contract
    counting: openai-gpt-5
    caching: openai
    prices:
      - {rates: {input: "0.5", output: "3"}, source: our contract, checked: 2026-11-20}
"""
OWN_PROVIDER = """\
id: acme
name: Acme
aliases: [acme-inc]
first_party: true
models:
  - id: acme-1
    name: Acme 1
    counting: openai-gpt-5
    prices:
      - {rates: {input: "1", output: "2"}, source: made up, checked: 2026-11-20}
"""
OWN_CACHING = """\
caching:
  openai: {by_default: false, minimum_tokens: 4096, source: our contract}
"""


def overlaid(directory: Path, name: str, content: str) -> Catalog:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return load_catalog(directory)


def input_rate(catalog: Catalog, model: str) -> Decimal | None:
    block = catalog.models[model].prices_on(NOW)
    return block.rates.input if block is not None else None


def test_an_overlay_replaces_one_model_and_leaves_its_neighbours(tmp_path: Path) -> None:
    catalog = overlaid(tmp_path, "providers/own.yaml", OWN_RATES)
    assert input_rate(SHIPPED, "openai/gpt-5.4-mini") == Decimal("0.75")
    assert input_rate(catalog, "openai/gpt-5.4-mini") == Decimal("0.5")
    assert set(catalog.models) == set(SHIPPED.models)
    changed = {name for name, model in catalog.models.items() if model.entry != SHIPPED.models[name].entry}
    hosts = {name for name in changed if getattr(catalog.models[name].entry, "serves", None)}
    assert changed - hosts == {"openai/gpt-5.4-mini"}
    assert all(catalog.models[name].entry.prices == SHIPPED.models[name].entry.prices for name in hosts)


def test_an_overlay_adds_a_provider(tmp_path: Path) -> None:
    catalog = overlaid(tmp_path, "providers/acme.yaml", OWN_PROVIDER)
    assert set(catalog.models) - set(SHIPPED.models) == {"acme/acme-1"}
    assert catalog.resolve("acme-inc/acme-1") is catalog.resolve("acme-1")


def test_an_overlay_changes_a_caching_rule_for_all_its_models(tmp_path: Path) -> None:
    catalog = overlaid(tmp_path, "caching.yaml", OWN_CACHING)
    rules = {
        m.caching.minimum_tokens for m in catalog.models.values() if m.caching and m.entry.caching == "openai"
    }
    assert rules == {4096}
    assert catalog.models["openai/gpt-6-sol"].caching == SHIPPED.models["openai/gpt-6-sol"].caching


def test_the_last_overlay_wins(tmp_path: Path) -> None:
    for name, rate in {"first": "0.5", "second": "0.25"}.items():
        overlaid(tmp_path / name, "providers/own.yaml", OWN_RATES.replace("0.5", rate))
    catalog = load_catalog(tmp_path / "first", tmp_path / "second")
    assert input_rate(catalog, "openai/gpt-5.4-mini") == Decimal("0.25")


def test_an_overlay_may_name_only_what_the_shipped_catalog_has(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        overlaid(tmp_path, "providers/acme.yaml", OWN_PROVIDER.replace("openai-gpt-5", "acme"))
    sentence = "providers/acme.yaml: models[acme-1].counting: counting.yaml has no 'acme'"
    assert caught.value.problems == (sentence,)


@pytest.mark.parametrize("name", ["calibration.yaml", "generated/calibrations.yaml"])
def test_a_file_that_no_catalog_has_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CatalogError) as caught:
        overlaid(tmp_path, name, "families: {}\nfits: {}\n")
    (problem,) = caught.value.problems
    assert problem.startswith(f"{name}: no file of a catalog; those are ")
    assert "generated/calibration.yaml" in problem


def test_the_revision_is_stable_between_two_loads() -> None:
    assert load_catalog().revision == SHIPPED.revision


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_revision_is_the_same_in_every_process(seed: str) -> None:
    """Sets have another order in each process."""
    code = "from tokenquote.catalog import load_catalog; print(load_catalog().revision)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == SHIPPED.revision


@pytest.mark.parametrize(
    ("name", "content"),
    [("providers/own.yaml", OWN_RATES), ("providers/acme.yaml", OWN_PROVIDER), ("caching.yaml", OWN_CACHING)],
    ids=["other-rates", "one-more-provider", "other-caching"],
)
def test_the_revision_changes_with_an_overlay(tmp_path: Path, name: str, content: str) -> None:
    assert overlaid(tmp_path, name, content).revision != SHIPPED.revision


def test_an_overlay_that_says_the_same_leaves_the_revision(tmp_path: Path) -> None:
    own = overlaid(tmp_path, "providers/own.yaml", OWN_RATES).revision
    assert overlaid(tmp_path, "providers/own.yaml", f"# the contract of 2026\n{OWN_RATES}").revision == own


def test_the_shipped_catalog_has_at_least_sixty_models_sold_by_their_makers() -> None:
    assert sum(model.provider.first_party for model in SHIPPED.models.values()) >= 60
    assert "openai/gpt-5.4-mini" in SHIPPED.models


@pytest.mark.parametrize(
    "provider",
    ["openai", "anthropic", "google", "deepseek", "mistral", "xai", "moonshot", "qwen", "zai", "meta"],
)
def test_the_large_makers_are_all_there(provider: str) -> None:
    assert SHIPPED.providers[provider].first_party
    assert sum(model.provider.id == provider for model in SHIPPED.models.values()) >= 3


def test_every_shipped_price_has_a_source_and_a_check_that_was_made() -> None:
    """Nobody has checked a price tomorrow, wherever in the world it is tomorrow already."""
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    blocks = [(name, block) for name, model in SHIPPED.models.items() for block in model.entry.prices]
    assert len(blocks) > 100
    assert [name for name, block in blocks if not block.source] == []
    assert [(name, block.checked) for name, block in blocks if block.checked > tomorrow] == []
    assert [name for name, block in blocks if not block.rates.stated() and not block.fees] == []


def test_the_oldest_check_of_a_provider_is_that_of_its_stalest_price(tmp_path: Path) -> None:
    later = '      - {from: 2026-11-01, rates: {input: "3"}, source: made up, checked: 2026-10-15}\n'
    catalog = overlaid(tmp_path, "providers/acme.yaml", OWN_PROVIDER + later)
    assert catalog.oldest_check("acme") == dt.date(2026, 10, 15)
    written = [model["prices"][-1]["checked"] for model in providers()["google"]]
    assert SHIPPED.oldest_check("google") == min(written)
