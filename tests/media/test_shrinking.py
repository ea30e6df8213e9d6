"""Whether an image is made smaller before it is counted; and if it is, a larger one costs no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shipped

from tokenquote.catalog import Catalog
from tokenquote.catalog.image_rules import ImageRefused

CATALOG = shipped()


@pytest.mark.parametrize(
    ("rule", "size", "detail", "shrunk"),
    [
        ("openai-tiles-gpt-4o", (768, 2048), "high", False),
        ("openai-tiles-gpt-4o", (769, 769), "high", True),
        ("openai-tiles-gpt-4o", (100, 2049), "high", True),
        ("openai-tiles-gpt-4o", (4000, 4000), "low", False),
        ("openai-patches-gpt-5-mini", (1024, 1536), None, False),
        ("openai-patches-gpt-5-mini", (1024, 1537), None, True),
        ("openai-patches-gpt-5-mini", (32, 2049), None, True),
        ("openai-patches-gpt-5.6", (4032, 3024), None, False),
        ("openai-patches-gpt-5.6", (4032, 3024), "high", True),
        ("claude-standard", (1092, 1092), None, False),
        ("claude-standard", (1200, 1200), None, True),
        ("claude-standard", (1569, 10), None, True),
        ("claude-high-resolution", (1920, 1080), None, False),
        ("claude-high-resolution", (4032, 3024), None, True),
        ("mistral", (1540, 1540), None, False),
        ("mistral", (1541, 20), None, True),
        ("qwen-api", (1600, 1600), None, False),
        ("qwen-api", (1700, 1700), None, True),
        ("qwen-api", (1700, 1700), "high", False),
        ("gemini-3", (8000, 8000), None, False),
    ],
)
def test_both_sides_of_each_limit(
    catalog: Catalog, rule: str, size: tuple[int, int], detail: str | None, shrunk: bool
) -> None:
    assert catalog.image_rules[rule].shrinks(*size, detail) is shrunk


RULES = ["openai-tiles-gpt-4o", "openai-patches-gpt-5-mini", "claude-standard", "claude-high-resolution"]


@given(st.sampled_from(RULES), st.integers(1, 4000), st.integers(1, 4000))
def test_of_a_shrunk_image_twice_the_size_costs_hardly_more(rule: str, width: int, height: int) -> None:
    """It ends in the same box; whole squares make it a row or a column more or less."""
    image_rule = CATALOG.image_rules[rule]
    if not image_rule.shrinks(width, height):
        return
    try:
        once, twice = (image_rule.count(n * width, n * height).tokens for n in (1, 2))
    except ImageRefused:
        return
    assert abs(twice - once) <= max(0.15 * once, 170)
