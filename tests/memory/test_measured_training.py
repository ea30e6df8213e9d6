"""Runs that others measured lie in the bands, the bands are narrow, and docs/training.md says so."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from benchmarks.training.report import ScoredRun, score, training_page

from tokenquote.counts import ceil_div

PAGE = Path(__file__).parents[2] / "docs" / "training.md"


@pytest.fixture(scope="module")
def scored() -> list[ScoredRun]:
    return score()


def test_nine_in_ten_measured_peaks_lie_in_the_band(scored: list[ScoredRun]) -> None:
    assert len(scored) > 150
    assert sum(one.in_band for one in scored) >= 0.9 * len(scored)


def test_a_model_without_a_say_in_the_spread_lies_in_the_band_too(scored: list[ScoredRun]) -> None:
    held = 0
    for model in {one.run.model for one in scored}:
        others = sorted(one.needed_spread for one in scored if one.run.model != model)
        spread = others[ceil_div(95 * len(others), 100) - 1]
        held += sum(one.needed_spread <= spread for one in scored if one.run.model == model)
    assert held >= 0.9 * len(scored)


def test_bands_are_narrow_and_answers_near(scored: list[ScoredRun]) -> None:
    assert statistics.median(one.width for one in scored) <= 0.15
    assert statistics.median(abs(one.error) for one in scored) <= 0.05


def test_the_page_shows_what_is_answered_today(scored: list[ScoredRun]) -> None:
    """If not: python -m benchmarks.training.report > docs/training.md."""
    assert PAGE.read_text(encoding="utf-8") == training_page(scored)
