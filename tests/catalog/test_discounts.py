"""Discounts of a contract: exact, each from its own folder, and told in the source of every price."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.catalog.test_loading import catalog_at

from tokenquote import Estimator
from tokenquote.catalog import Catalog, CatalogError, load_catalog
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote_client import ModelDetail, Quote

FILE = "providers/acme.yaml"
BASE = """\
id: acme
name: Acme
first_party: true
models:
  - id: one
    name: One
    counting: plain
    prices:
      - rates: {input: "0.75", output: "4.50"}
        tiers: [{above: 1000, rates: {input: "1.50"}}]
        windows: [{name: peak, timezone: UTC, hours: ["09:00-10:00"], rates: {input: "2"}}]
        modes: {batch: {times: "0.5"}, fast: {rates: {input: "3"}, tiers: [{above: 9, rates: {input: "6"}}]}}
        fees: [{what: web_search, price: "10", per: 1000, unit: call}]
        source: https://example.com/pricing
        checked: 2026-11-12
  - id: two
    name: Two
    counting: plain
    prices: [{rates: {input: "1"}, source: https://example.com, checked: 2026-11-12}]
"""
CONTRACT = 'discounts: [{provider: acme, percent: "15", source: contract of May 2026}]\n'


def overlaid(folder: Path, *overlays: dict[str, str]) -> Catalog:
    base = catalog_at(folder / "base", {FILE: BASE})
    places = []
    for i, files in enumerate(overlays, 1):
        for name, content in files.items():
            path = folder / f"own{i}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        places.append(folder / f"own{i}")
    return load_catalog(*places, shipped=base)


def block(catalog: Catalog, model: str) -> PriceBlock:
    (found,) = catalog.models[f"acme/{model}"].entry.prices
    return found


def test_it_is_taken_off_every_price_exactly(tmp_path: Path) -> None:
    found = block(overlaid(tmp_path, {"discounts.yaml": CONTRACT}), "one")
    assert found.rates.stated() == {"input": Decimal("0.6375"), "output": Decimal("3.825")}
    assert found.tiers[0].rates.input == Decimal("1.275")
    assert found.windows[0].rates.input == Decimal("1.7")
    assert found.modes["batch"].times == Decimal("0.5")
    assert found.modes["fast"].rates.input == Decimal("2.55")
    assert found.modes["fast"].tiers[0].rates.input == Decimal("5.1")
    assert found.fees[0].price == Decimal("8.5")
    assert found.source == "https://example.com/pricing, less 15 % (contract of May 2026)"


@pytest.mark.parametrize(
    ("percent", "rate"), [("33.333333333333", "0.5000000000000025"), ("0.5", "0.74625"), ("100", "0")]
)
def test_nothing_is_rounded(tmp_path: Path, percent: str, rate: str) -> None:
    discounts = CONTRACT.replace('"15"', f'"{percent}"')
    assert block(overlaid(tmp_path, {"discounts.yaml": discounts}), "one").rates.input == Decimal(rate)


@pytest.mark.parametrize(
    ("overlays", "one", "two"),
    [
        pytest.param([{"discounts.yaml": CONTRACT}], "0.6375", "0.85", id="of-the-provider"),
        pytest.param(
            [{"discounts.yaml": CONTRACT + '  - {model: acme/one, percent: "20"}\n'}],
            "0.6",
            "0.85",
            id="of-the-model-before-its-provider",
        ),
        pytest.param(
            [{"discounts.yaml": CONTRACT + '  - {model: acme/two, percent: "0"}\n'}],
            "0.6375",
            "1",
            id="none-for-one-model",
        ),
        pytest.param(
            [{"discounts.yaml": CONTRACT}, {"discounts.yaml": CONTRACT.replace("15", "40")}],
            "0.45",
            "0.6",
            id="of-the-last-folder-and-not-both",
        ),
        pytest.param(
            [{"discounts.yaml": CONTRACT}, {FILE: BASE.replace('"0.75"', '"0.5"')}],
            "0.5",
            "1",
            id="not-off-the-prices-of-a-later-folder",
        ),
        pytest.param(
            [{"discounts.yaml": CONTRACT, FILE: BASE.replace('"0.75"', '"0.5"')}],
            "0.425",
            "0.85",
            id="off-the-prices-of-its-own-folder",
        ),
    ],
)
def test_which_discount_holds(tmp_path: Path, overlays: list[dict[str, str]], one: str, two: str) -> None:
    spread = [{name: _one_item_a_line(text) for name, text in files.items()} for files in overlays]
    catalog = overlaid(tmp_path, *spread)
    assert (block(catalog, "one").rates.input, block(catalog, "two").rates.input) == (
        Decimal(one),
        Decimal(two),
    )


def _one_item_a_line(text: str) -> str:
    """So that items can be added below."""
    return text.replace(CONTRACT, CONTRACT.replace("[{", "\n  - {").replace("}]", "}"))


@pytest.mark.parametrize(
    ("line", "field", "what"),
    [
        ('{provider: acne, percent: "15"}', ".provider", "the catalog has no provider 'acne'; did you"),
        ('{model: acme/on, percent: "15"}', ".model", "the catalog has no model 'acme/on'"),
        ('{percent: "15"}', "", "state either `provider` or `model`"),
        ('{provider: acme, model: acme/one, percent: "1"}', "", "state either `provider` or `model`"),
        ("{provider: acme, percent: 15}", ".percent", 'write a percentage as a quoted decimal, like "15"'),
        ('{provider: acme, percent: "15%"}', ".percent", "write a percentage as a plain decimal number"),
        ('{provider: acme, percent: "-5"}', ".percent", "write a percentage as a plain decimal number"),
        ('{provider: acme, percent: "101"}', ".percent", "a number of at most 100 is expected"),
        ('{provider: acme, percentage: "15"}', ".percent", "missing: it has to be stated"),
    ],
)
def test_a_wrong_discount_is_told_by_its_line(tmp_path: Path, line: str, field: str, what: str) -> None:
    with pytest.raises(CatalogError) as caught:
        overlaid(tmp_path, {"discounts.yaml": f"# ours\ndiscounts:\n  - {line}\n"})
    fault = caught.value.faults[0]
    assert (fault.file, fault.line, fault.field) == ("discounts.yaml", 3, f"discounts[0]{field}")
    assert fault.what.startswith(what)


def test_two_discounts_for_one_provider_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"discounts\.yaml:1: discounts: two discounts for acme"):
        overlaid(tmp_path, {"discounts.yaml": CONTRACT.replace("[", '[{provider: acme, percent: "1"}, ')})


def test_a_discount_on_weights_that_nobody_sells_is_refused(tmp_path: Path) -> None:
    (tmp_path / "discounts.yaml").write_text('discounts: [{model: meta-llama/Llama-3.1-8B, percent: "1"}]\n')
    with pytest.raises(CatalogError, match="has no price that anything could be taken off"):
        load_catalog(tmp_path)


def test_quotes_and_models_say_what_was_taken_off_and_where(tmp_path: Path) -> None:
    """1,000,000 tokens at 0.75 and 100,000 at 4.50 dollars a million, less 15 %."""
    folder = tmp_path / "our-prices"
    folder.mkdir()
    (folder / "discounts.yaml").write_text('discounts: [{provider: openai, percent: "15"}]\n')
    listed, own = Estimator(), Estimator(catalog_dir=folder)
    turn = {"user": 1_000_000, "assistant": 100_000, "reasoning": 0}

    def ask(estimator: Estimator) -> Quote:
        return estimator.quote(model="gpt-5.4-mini", turns=[turn], at="2026-11-23T12:00:00Z")

    before, after = ask(listed), ask(own)
    assert (before.totals.cost, after.totals.cost) == (Decimal("1.2"), Decimal("1.02"))
    for line, was in zip(after.lines, before.lines, strict=True):
        assert line.source == f"{was.source}, less 15 % (discounts.yaml of our-prices)"
        assert line.cost == was.cost * Decimal("0.85")
    detail: ModelDetail = own.model("gpt-5.4-mini")
    assert detail.prices[-1]["source"].endswith("less 15 % (discounts.yaml of our-prices)")
    assert detail.rates["input"] == "0.6375"


def test_a_model_says_which_file_states_it(tmp_path: Path) -> None:
    folder = tmp_path / "our-prices"
    (folder / "providers").mkdir(parents=True)
    (folder / "providers" / "ours.yaml").write_text(
        BASE.replace("counting: plain", "counting: openai-gpt-4o").replace("id: one", 'id: "ft:one:ours"')
    )
    own = Estimator(catalog_dir=folder)
    assert own.model("openai/gpt-5.4-mini").file == "providers/openai.yaml"
    assert own.model("acme/ft:one:ours").file == "our-prices/providers/ours.yaml"
    quote = own.quote(model="acme/ft:one:ours", turns=[{"user": 100, "assistant": 1, "reasoning": 0}])
    assert {line.source for line in quote.lines} == {"https://example.com/pricing"}
