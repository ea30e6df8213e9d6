"""`tokenquote catalog`: checks a directory, prints the schema."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from tests.written_catalog import open_weights, providers

from tokenquote.cli import main


def test_the_shipped_catalog_passes() -> None:
    result = CliRunner().invoke(main, ["catalog", "check"])
    assert result.exit_code == 0
    sold = sum(len(models) for models in providers().values())
    counted = f"{sold} models of {len(providers())} providers and {len(open_weights())} open-weight models"
    assert counted in result.output


def test_an_overlay_with_a_float_price_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "mine.yaml").write_text(
        "id: mine\nname: Mine\nfirst_party: false\nmodels:\n"
        "  - id: m1\n    name: M1\n    counting: llama\n"
        "    prices: [{rates: {input: 0.5}, source: me, checked: 2026-11-01}]\n"
    )
    result = CliRunner().invoke(main, ["catalog", "check", str(tmp_path)])
    assert result.exit_code == 1
    assert (
        "providers/mine.yaml:8: models[m1].prices[0].rates.input: write money as a quoted decimal"
        in result.output
    )


def test_the_schema_in_the_catalog_is_up_to_date() -> None:
    result = CliRunner().invoke(main, ["catalog", "schema"])
    committed = Path(__file__).parents[2] / "models_catalog" / "generated" / "schema.json"
    assert json.loads(result.output) == json.loads(committed.read_text())
