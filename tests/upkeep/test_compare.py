"""Our prices beside a source's: what comes of each figure, which models are the same, and the command."""

from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.upkeep.acme import NOON, TWO, acme_catalog, acme_file, known, listed, source
from tests.upkeep.agreement_page import compared_on

from tokenquote.catalog import Catalog
from tokenquote.cli import main
from tokenquote.upkeep.compare import ComparedFigure, SourceComparison, compare_with
from tokenquote.upkeep.missing import bare_name, rank_missing

MODEL = f"  - {{id: one, name: One, aliases: [uno], prices: [{TWO}]}}\n"


def compared(
    catalog: Catalog, *blocks: dict[str, Any], reasons: list[dict[str, Any]] | None = None
) -> SourceComparison:
    return compare_with(source(listed("one", *blocks)), catalog, known(*(reasons or [])), NOON)


def outcomes(comparison: SourceComparison) -> dict[str, str]:
    return {figure.figure: figure.outcome for figure in comparison.figures}


def test_equal_different_and_missing_figures(tmp_path: Path) -> None:
    catalog = acme_catalog(tmp_path, MODEL)
    theirs = {
        "rates": {"input": "2", "output": "12", "cache_read": "2", "output_audio": "10"},
        "modes": {"batch": {"times": "0.5"}},
        "fees": [{"what": "web_search", "price": "10", "per": 1000, "unit": "call"}],
    }
    comparison = compared(catalog, theirs)
    assert outcomes(comparison) == {
        "input": "equal",
        "output": "differs",
        "cache_read": "equal",  # ours falls back to input, which costs the same
        "output_audio": "equal",
        "batch input": "not_with_us",
        "batch output": "not_with_us",
        "batch cache_read": "not_with_us",
        "batch output_audio": "not_with_us",
        "web_search per call": "not_with_us",
    }
    assert comparison.unexplained == [
        ComparedFigure("acme/one", "output", "differs", Decimal(10), Decimal(12), None)
    ]
    (acme,) = (row for row in comparison.providers if row.provider == "acme")
    assert (acme.sold, acme.listed, acme.matched) == (1, 1, 1)
    assert acme.figures == {"equal": 3, "differs": 1, "not_with_us": 5}


def test_tiers_are_compared_where_they_begin(tmp_path: Path) -> None:
    tiers = 'tiers: [{above: 200000, rates: {input: "4"}}]'
    catalog = acme_catalog(tmp_path, MODEL.replace("source:", f"{tiers}, source:"))
    theirs = {"rates": {"input": "2"}, "tiers": [{"at_least": 200000, "rates": {"input": "4"}}]}
    assert outcomes(compared(catalog, theirs)) == {
        "input": "equal",
        "input from 200,000 input tokens": "differs",
    }
    theirs = {"rates": {"input": "2"}, "tiers": [{"above": 200000, "rates": {"input": "4"}}]}
    assert outcomes(compared(catalog, theirs)) == {
        "input": "equal",
        "input from 200,001 input tokens": "equal",
    }


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ({}, "known"),
        ({"models": ["acme/*"], "but_not": ["acme/one"]}, "differs"),
        ({"kinds": ["input", "output"]}, "known"),
        ({"kinds": ["input"]}, "differs"),
        ({"modes": ["batch"]}, "differs"),
        ({"source": "litellm"}, "differs"),
        ({"since": "2026-11-29", "until": "2026-11-29"}, "known"),
        ({"until": "2026-11-28"}, "differs"),
        ({"weekdays": [7]}, "known"),
        ({"weekdays": [6]}, "differs"),
        ({"hours_utc": ["12:00-13:00"]}, "known"),
        ({"hours_utc": ["11:00-12:00"]}, "differs"),
    ],
)
def test_a_known_difference_covers_what_it_names(
    tmp_path: Path, reason: dict[str, Any], outcome: str
) -> None:
    row = {"source": "genai-prices", "reason": "the two disagree", "models": ["acme/one"], **reason}
    comparison = compared(acme_catalog(tmp_path, MODEL), {"rates": {"output": "12"}}, reasons=[row])
    assert outcomes(comparison) == {"output": outcome}
    assert [figure.reason for figure in comparison.figures] == [
        "the two disagree" if outcome == "known" else None
    ]


def test_a_price_that_is_newer_than_the_source_is_no_difference(tmp_path: Path) -> None:
    later = TWO.replace("{rates", "{from: 2026-11-20, rates").replace('"2"', '"3"')
    catalog = acme_catalog(tmp_path, MODEL.replace(TWO, f"{TWO}, {later}"))
    assert outcomes(compared(catalog, {"rates": {"input": "2"}})) == {"input": "newer"}
    announced = compared(
        catalog, {"rates": {"input": "2"}}, {"from": "2026-11-20", "rates": {"input": "2.5"}}
    )
    assert outcomes(announced) == {"input": "differs"}


def test_prices_that_the_source_announces_are_compared_on_their_day(tmp_path: Path) -> None:
    catalog = acme_catalog(tmp_path, MODEL)
    comparison = compared(catalog, {"rates": {"input": "2"}}, {"from": "2027-01-01", "rates": {"input": "4"}})
    assert comparison.unexplained == [
        ComparedFigure("acme/one", "input", "differs", Decimal(2), Decimal(4), dt.date(2027, 1, 1))
    ]


def test_a_model_that_no_longer_answers_is_left_out(tmp_path: Path) -> None:
    catalog = acme_catalog(tmp_path, MODEL.replace("name: One", "name: One, retires: 2026-11-29"))
    assert compared(catalog, {"rates": {"input": "9"}}).figures == ()


def test_names_are_stated_and_never_alike(tmp_path: Path) -> None:
    catalog = acme_catalog(tmp_path, MODEL)
    (ours,) = (model for model in catalog.models.values() if model.provider.id == "acme")
    rates = {"rates": {"input": "2"}}
    assert source(listed("ONE", rates)).find(ours) is not None
    assert source(listed("first", rates, names=frozenset({"one"}))).find(ours) is not None
    assert source(listed("uno", rates)).find(ours) is not None
    assert source(listed("one-2026-01-01", rates)).find(ours) is None
    assert source(listed("one", rates, provider="other")).find(ours) is None
    called = source(listed("premier", rates), called={"acme/one": "acme: premier"}).find(ours)
    assert called is not None
    assert called.id == "premier"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("us.anthropic.claude-x-20260101-v1:0", "claude-x"),
        ("claude-x@20260101", "claude-x"),
        ("accounts/fireworks/models/deepseek-v4-pro", "deepseek-v4-pro"),
        ("gpt-4.1-2025-04-14", "gpt-4.1"),
        ("Qwen/Qwen3.7-Max:free", "qwen3.7-max"),
    ],
)
def test_a_model_keeps_its_own_name_on_every_host(model: str, name: str) -> None:
    assert bare_name(model) == name


def test_missing_models_come_in_the_order_of_their_hosts(tmp_path: Path) -> None:
    catalog = acme_catalog(tmp_path, MODEL)
    rates = {"rates": {"input": "2"}}
    index = source(
        listed("rare-model", rates),
        listed("maker/wanted-model", rates, provider="host-a"),
        listed("wanted-model:free", rates, provider="host-b"),
        listed("one", rates, provider="host-b"),
        listed("without-a-price", provider="host-b"),
    )
    ranked = [(model.name, model.hosts) for model in rank_missing(catalog, [index])]
    assert ranked == [("wanted-model", ("host-a", "host-b")), ("rare-model", ("acme",))]


def test_the_shipped_catalog_has_no_difference_without_a_reason() -> None:
    result = CliRunner().invoke(
        main, ["catalog", "compare", "--at", compared_on(), "--source", "genai-prices", "--json"]
    )
    answer = json.loads(result.stdout)
    differs = [row for row in answer["sources"][0]["differences"] if row["outcome"] == "differs"]
    assert differs == []
    assert result.exit_code == 0
    assert sum(row["figures"].get("equal", 0) for row in answer["sources"][0]["providers"]) > 1000


def test_a_difference_ends_the_command_with_1_and_names_the_figure(tmp_path: Path) -> None:
    """A Gemini of our own price: whatever genai-prices says, it is not 12,345 USD."""
    path = acme_file(tmp_path, "")
    path.write_text(
        "id: google\nname: Google\nfirst_party: true\nmodels:\n"
        "  - id: gemini-2.5-pro\n    name: Dear\n    counting: gemini-2-5\n"
        '    prices: [{rates: {input: "12345"}, source: me, checked: 2026-11-12}]\n'
    )
    arguments = ["compare", "--at", "2026-11-23", "--source", "genai-prices", "--catalog-dir", str(tmp_path)]
    result = CliRunner().invoke(main, ["catalog", *arguments])
    assert result.exit_code == 1
    assert "google/gemini-2.5-pro input: ours 12345, theirs " in result.output


def test_without_any_source_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices", None)  # as if it were not installed
    monkeypatch.setitem(sys.modules, "genai_prices.data_snapshot", None)
    result = CliRunner().invoke(main, ["catalog", "compare", "--source", "genai-prices"])
    assert result.exit_code == 1
    assert "genai-prices is not installed here: pip install genai-prices" in result.output
    assert "there is no source to read" in result.output
