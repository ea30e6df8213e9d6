"""litellm's rows in the words of our schema: fields, whole rows, and the list of an installed package."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tokenquote.upkeep.sources import SourceMissing, read_litellm, read_source_names
from tokenquote.upkeep.sources.litellm_fields import fee_field, is_price, rate_field
from tokenquote.upkeep.sources.litellm_prices import RowPrices

DAY = dt.date(2026, 11, 29)


@pytest.mark.parametrize(
    ("field", "kind", "mode", "above"),
    [
        ("input_cost_per_token", "input", "standard", 0),
        ("output_cost_per_token_batches", "output", "batch", 0),
        ("cache_read_input_token_cost_above_272k_tokens_priority", "cache_read", "priority", 272_000),
        (
            "cache_creation_input_token_cost_above_1hr_above_200k_tokens",
            "cache_write_1h",
            "standard",
            200_000,
        ),
        (
            "cache_creation_input_token_cost_above_12hr_above_272k_tokens_flex",
            "cache_write_12h",
            "flex",
            272_000,
        ),
        ("cache_read_input_audio_token_cost_flex", "cache_read_audio", "flex", 0),
        ("output_cost_per_reasoning_token", "output_reasoning", "standard", 0),
        ("citation_cost_per_token", "output_citation", "standard", 0),
    ],
)
def test_a_field_of_token_prices(field: str, kind: str, mode: str, above: int) -> None:
    read = rate_field(field)
    assert read is not None
    assert (read.kind, read.mode, read.above) == (kind, mode, above)


@pytest.mark.parametrize(
    ("field", "model", "what", "unit", "when", "mode"),
    [
        ("output_cost_per_image_2K", "image", "output_image", "image", {"size": "2K"}, "standard"),
        ("input_cost_per_image", "chat", "input_image", "image", {}, "standard"),
        ("input_cost_per_image", "image", "output_image", "image", {}, "standard"),
        (
            "output_cost_per_second_720p",
            "video",
            "output_video",
            "second",
            {"resolution": "720p"},
            "standard",
        ),
        ("output_cost_per_second", "transcription", "input_audio", "second", {}, "standard"),
        ("ocr_cost_per_page_batches", "ocr", "input_page", "page", {}, "batch"),
        ("input_cost_per_query", "rerank", "search", "query", {}, "standard"),
        ("code_interpreter_cost_per_session", "chat", "code_session", "session", {}, "standard"),
    ],
)
def test_a_field_of_fees(
    field: str, model: str, what: str, unit: str, when: dict[str, str], mode: str
) -> None:
    read = fee_field(field, model)
    assert read is not None
    assert (read.what, read.unit, dict(read.when), read.mode) == (what, unit, when, mode)


@pytest.mark.parametrize("field", ["input_cost_per_second", "cost_per_second", "output_cost_per_dream"])
def test_a_price_of_a_chat_model_without_a_word_is_reported(field: str) -> None:
    prices = RowPrices("acme", "chat", {field: Decimal("0.0175"), "input_cost_per_token": Decimal("1e-6")})
    assert prices.not_mapped == [field]
    assert prices.figures.rates == {("standard", 0): {"input": Decimal(1)}}


ROWS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "acme",
        "chat",
        {
            "input_cost_per_token": "0.0000020000000000000003",
            "output_cost_per_token": "1e-5",
            "input_cost_per_token_batches": "1e-6",
            "output_cost_per_token_batches": "5e-6",
            "input_cost_per_token_above_200k_tokens": "4e-6",
        },
        {
            "rates": {"input": "2", "output": "10"},
            "tiers": [{"above": 200000, "rates": {"input": "4"}}],
            "modes": {"batch": {"rates": {"input": "1", "output": "5"}}},
        },
    ),
    (
        "xai",
        "chat",
        {"input_cost_per_token": "2e-6", "input_cost_per_token_above_200k_tokens": "4e-6"},
        {"rates": {"input": "2"}, "tiers": [{"at_least": 200000, "rates": {"input": "4"}}]},
    ),
    (
        "acme",
        "chat",
        {
            "input_cost_per_token": "2e-6",
            "output_cost_per_token": "4e-6",
            "output_cost_per_reasoning_token": "4e-6",
            "input_cost_per_token_priority": "3.6e-6",
            "output_cost_per_token_priority": "7.2e-6",
            "cache_creation_input_token_cost": "0",
        },
        {"rates": {"input": "2", "output": "4"}, "modes": {"priority": {"times": "1.8"}}},
    ),
    (
        "acme",
        "rerank",
        {"input_cost_per_query": "0.002", "input_cost_per_token": "0", "output_cost_per_token": "0"},
        {"fees": [{"what": "search", "price": "2", "per": 1000, "unit": "query"}]},
    ),
    (
        "acme",
        "transcription",
        {"input_cost_per_second": "0.0", "output_cost_per_second": "0.0001"},
        {"fees": [{"what": "input_audio", "price": "0.0001", "unit": "second"}]},
    ),
    (
        "acme",
        "transcription",
        {
            "input_cost_per_token": "2.5e-6",
            "input_cost_per_second": "0.0001",
            "output_cost_per_token": "1e-5",
        },
        {"rates": {"input": "2.5", "output": "10"}},
    ),
]


@pytest.mark.parametrize(("provider", "kind", "row", "block"), ROWS)
def test_a_row_of_prices(provider: str, kind: str, row: dict[str, str], block: dict[str, Any]) -> None:
    prices = RowPrices(provider, kind, {field: Decimal(value) for field, value in row.items()})
    assert prices.not_mapped == []
    made = prices.figures.block("litellm", DAY).model_dump(mode="json", exclude_defaults=True)
    assert made == {**block, "source": "litellm", "checked": "2026-11-29"}


def test_hours_in_utc_with_the_weekdays_of_china() -> None:
    off_peak = {
        "input_cost_per_token": Decimal("1.5e-7"),
        "weekday_timezone": "Asia/Shanghai",
        "windows": [
            {"hours_utc": ["00:00-01:00", "10:00-00:00"], "weekdays": [Decimal(1), Decimal(2)]},
            {"hours_utc": "00:00-00:00", "weekdays": [Decimal(6), Decimal(7)]},
        ],
    }
    row = {"input_cost_per_token": Decimal("3e-7"), "off_peak_pricing": off_peak}
    figures = RowPrices("acme", "chat", row).figures
    working, weekend = figures.windows
    assert [window.name for window in figures.block("litellm", DAY).windows] == ["off_peak", "off_peak_2"]
    assert (working.timezone, working.days) == ("Asia/Shanghai", ("mon", "tue"))
    assert set(working.hours) == {"08:00-09:00", "18:00-24:00", "00:00-08:00"}
    assert set(weekend.hours) == {"08:00-24:00", "00:00-08:00"}
    assert working.rates.stated() == {"input": Decimal("0.15")}
    tuesday = dt.datetime(2026, 11, 24, 17, tzinfo=dt.UTC)  # one o'clock on Wednesday in China
    assert not working.holds(tuesday)
    assert working.holds(tuesday - dt.timedelta(hours=1, seconds=1))


def test_tables_of_tiers_results_and_free_searches() -> None:
    row = {
        "tiered_pricing": [
            {"range": [Decimal(0), Decimal("32000.0")], "input_cost_per_token": Decimal("1e-6")},
            {"range": [Decimal("32000.0"), Decimal(128000)], "input_cost_per_token": Decimal("2e-6")},
        ],
        "search_context_cost_per_query": {
            "search_context_size_low": Decimal("0.005"),
            "search_context_size_high": Decimal("0.012"),
        },
        "search_free_requests": {"count": Decimal(5000), "period": "month", "shared_group": "acme-3"},
    }
    prices = RowPrices("acme", "chat", row)
    block = prices.figures.block("litellm", DAY)
    assert prices.not_mapped == []
    assert block.rates.stated() == {"input": Decimal(1)}
    assert [(tier.above, tier.rates.input) for tier in block.tiers] == [(32_000, Decimal(2))]
    assert [(fee.when, fee.price, fee.per) for fee in block.fees] == [
        ({"context": "low"}, Decimal(5), 1000),
        ({"context": "high"}, Decimal(12), 1000),
    ]
    assert block.fees[0].free is not None
    assert (block.fees[0].free.amount, block.fees[0].free.shared_by) == (5000, "acme-3")


LIST = {
    "sample_spec": {"litellm_provider": "one of many", "input_cost_per_token": 0.0},
    "gemini/acme-1": {
        "litellm_provider": "gemini", "mode": "chat", "input_cost_per_token": 1e-07, "max_input_tokens": 1000,
        "deprecation_date": "2027-01-14", "successor_model": "acme-2", "source": "https://example.com",
    },
    "gemini/acme-latest": {"alias_of": "gemini/acme-1"},
    "ollama/free": {"litellm_provider": "ollama", "mode": "chat", "input_cost_per_token": 0.0},
    "1024-x-1024/50-steps/bedrock/amazon.canvas": {
        "litellm_provider": "bedrock", "mode": "image_generation", "output_cost_per_image": 0.04,
    },
    "512-x-512/50-steps/bedrock/amazon.canvas": {
        "litellm_provider": "bedrock", "mode": "image_generation", "output_cost_per_image": 0.02,
    },
    "bedrock/anthropic.x": {"litellm_provider": "bedrock", "mode": "chat", "input_cost_per_token": 3e-6},
}  # fmt: skip


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of the name litellm with a list of seven rows, found before any that is installed here."""
    (tmp_path / "litellm").mkdir()
    path = tmp_path / "litellm" / "model_prices_and_context_window_backup.json"
    path.write_text(json.dumps(LIST))
    (tmp_path / "litellm-9.0.0.dist-info").mkdir()
    (tmp_path / "litellm-9.0.0.dist-info" / "METADATA").write_text("Name: litellm\nVersion: 9.0.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("installed")
def test_the_list_of_an_installed_package_is_read() -> None:
    listing = read_litellm(read_source_names(), DAY)
    models = {model.full_id: model for model in listing.models}
    assert listing.title == "litellm 9.0.0"
    assert set(models) == {
        "google/acme-1",
        "ollama/free",
        "amazon/amazon.canvas",
        "bedrock/anthropic.x",
    }
    acme = models["google/acme-1"]
    assert acme.prices[0].source == "https://example.com, read by litellm 9.0.0"
    assert acme.prices[0].rates.input == Decimal("0.1")
    assert (acme.retires, acme.successor) == (dt.date(2027, 1, 14), "acme-2")
    assert set(acme.names) == {"acme-latest"}
    assert acme.context.max_input == 1000
    assert models["ollama/free"].prices == ()
    sizes = [(fee.when["size"], fee.price) for fee in models["amazon/amazon.canvas"].prices[0].fees]
    assert sizes == [("1024-x-1024", Decimal("0.04")), ("512-x-512", Decimal("0.02"))]


def test_without_the_package_the_error_says_what_to_install() -> None:
    if any(found.metadata["Name"] == "litellm" for found in metadata.distributions()):
        pytest.skip("litellm is installed here")
    with pytest.raises(SourceMissing, match="litellm is not installed here: pip install litellm"):
        read_litellm(read_source_names(), DAY)


@pytest.mark.references
def test_every_price_field_of_the_real_list_is_mapped_or_reported() -> None:
    try:
        listing = read_litellm(read_source_names(), DAY)
    except SourceMissing as missing:
        pytest.skip(str(missing))
    reported = {what.split(" ")[0] for model in listing.models for what in model.not_mapped}
    path = metadata.distribution("litellm").locate_file("litellm/model_prices_and_context_window_backup.json")
    fields = {
        field for row in json.loads(Path(str(path)).read_text()).values() for field in row if is_price(field)
    }
    assert len(fields) > 150
    assert len(listing.models) > 4000
    assert reported <= {
        "input_cost_per_second", "cost_per_second", "explicit_cache_read_input_token_cost",
        "provider_specific_entry.minimax_free_input_images",
    }  # fmt: skip
