"""models_catalog/README.md, followed to the letter: the files of the catalog of one's own that it shows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.docs.test_readme import ROOT, blocks

from tokenquote import Estimator
from tokenquote.cli import main

PAGE = (ROOT / "models_catalog" / "README.md").read_text()
OWN = "# my-catalog/"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `my-catalog` with every file that the page shows of it."""
    folder = tmp_path_factory.mktemp("my-catalog")
    for block in blocks(PAGE, "yaml"):
        if block.startswith(OWN):
            file = folder / block.splitlines()[0].removeprefix(OWN)
            file.parent.mkdir(exist_ok=True)
            file.write_text(block)
    return folder


@pytest.fixture(scope="module")
def estimator(own: Path) -> Estimator:
    return Estimator(catalog_dir=own)


def test_the_files_hold_together(own: Path) -> None:
    result = CliRunner().invoke(main, ["catalog", "check", str(own)])
    assert result.exit_code == 0, result.output


def test_the_new_provider_is_quoted_under_its_bare_name(estimator: Estimator) -> None:
    """0.50 + 3.00 dollars for a million tokens in and a million out."""
    turn = {"user": 1_000_000, "assistant": 1_000_000, "reasoning": 0}
    quote = estimator.quote(model="acme-large", turns=[turn], at="2026-11-29T00:00:00Z")
    assert (quote.model, quote.totals.cost) == ("acme/acme-large", Decimal("3.5"))


def test_a_text_of_the_new_provider_is_counted_as_assumed(estimator: Estimator) -> None:
    quote = estimator.quote(
        model="acme-large", turns=[{"user": "hello big world", "assistant": 0, "reasoning": 0}]
    )
    assert [(count.method, count.tokens) for count in quote.counts if count.what == "turns/0/user"] == [
        ("assumed", 3)
    ]


@pytest.mark.parametrize(("model", "left"), [("openai/gpt-5.4-mini", "0.8"), ("openai/gpt-5.4", "0.88")])
def test_the_models_discount_goes_before_the_providers(estimator: Estimator, model: str, left: str) -> None:
    turn = {"user": 1000, "assistant": 1000, "reasoning": 0}
    at = "2026-11-29T00:00:00Z"
    whole, less = (each.quote(model=model, turns=[turn], at=at) for each in (Estimator(), estimator))
    assert whole.totals.cost is not None
    assert less.totals.cost == whole.totals.cost * Decimal(left)
    assert {line.source.split("less ")[1] for line in less.lines} == {
        f"{(1 - Decimal(left)) * 100:.0f} % (contract of May 2026)"
    }


def test_the_fine_tune_counts_as_its_base_and_costs_its_own(estimator: Estimator) -> None:
    """A million tokens in at 0.05 and a million out at 0.20."""
    turn = {"user": 1_000_000, "assistant": 1_000_000, "reasoning": 0}
    quote = estimator.quote(model="ours/support-8b", turns=[turn])
    assert quote.totals.cost == Decimal("0.25")
    text = [{"user": "Where is my order?", "assistant": 0, "reasoning": 0}]
    ours, base = (
        estimator.quote(model=model, turns=text).totals.input_tokens
        for model in ("ours/support-8b", "meta-llama/Llama-3.1-8B")
    )
    assert ours == base > 0


def test_the_gpu_is_found(estimator: Estimator) -> None:
    answer = estimator.deployment(
        model="meta-llama/Llama-3.1-8B", quantization="fp8", context_tokens=4096, gpu="our-l40s", gpu_count=1
    )
    assert answer.fits
