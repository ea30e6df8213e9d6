"""The worked examples that providers print, one test each, with their arithmetic."""

from __future__ import annotations

import pytest

from tokenquote.catalog import Catalog
from tokenquote.catalog.image_rules import PatchesRule


def tokens(catalog: Catalog, rule: str, width: int, height: int, detail: str | None = None) -> int:
    return catalog.image_rules[rule].count(width, height, detail).tokens


def test_openai_1024_square_at_high_is_765(catalog: Catalog) -> None:
    """Scaled to 768 x 768: 2 x 2 tiles of 512; 85 + 4 x 170."""
    assert tokens(catalog, "openai-tiles-gpt-4o", 1024, 1024, "high") == 765


def test_openai_2048_by_4096_at_high_is_1105(catalog: Catalog) -> None:
    """Into 2,048: 1024 x 2048; short side to 768: 768 x 1536; 2 x 3 tiles; 85 + 6 x 170."""
    assert tokens(catalog, "openai-tiles-gpt-4o", 2048, 4096, "high") == 1105


def test_openai_at_low_costs_the_base_whatever_the_size(catalog: Catalog) -> None:
    """4096 x 8192 costs 85 on gpt-4o; the other generations print their bases."""
    assert tokens(catalog, "openai-tiles-gpt-4o", 4096, 8192, "low") == 85
    assert tokens(catalog, "openai-tiles-gpt-5", 1024, 1024, "low") == 70
    assert tokens(catalog, "openai-tiles-gpt-4o-mini", 1024, 1024, "low") == 2833
    assert tokens(catalog, "openai-tiles-o-series", 1024, 1024, "low") == 75
    assert tokens(catalog, "openai-tiles-computer-use", 1024, 1024, "low") == 65


@pytest.mark.parametrize(
    ("width", "height", "patches"),
    [
        (1024, 1024, 1024),  # 32 x 32, within 1,536
        (1800, 2400, 1452),  # 57 x 75 = 4,275; scaled to 1056 x 1408, 33 x 44
    ],
)
def test_openai_patches_within_a_budget_of_1536(
    catalog: Catalog, width: int, height: int, patches: int
) -> None:
    """Before the multiplier: sqrt(32² x 1,536 / (1800 x 2400)) = 0.603; 1085.5 / 32 = 33.9, so 33 / 33.9."""
    rule = catalog.image_rules["openai-patches-gpt-5-mini"]
    assert isinstance(rule, PatchesRule)
    plain = rule.model_copy(update={"multiplier": 1})
    assert plain.count(width, height).tokens == patches


@pytest.mark.parametrize(
    ("width", "height", "standard", "high"),
    [
        (200, 200, 64, 64),  # 8 x 8
        (1000, 1000, 1296, 1296),  # 36 x 36
        (1092, 1092, 1521, 1521),  # 39 x 39
        (1920, 1080, 1560, 2691),  # 52 x 30 after 1456 x 819; 69 x 39
        (2000, 1500, 1564, 3888),  # 46 x 34 after 1270 x 952; 72 x 54
        (3840, 2160, 1560, 4784),  # 52 x 30; 92 x 52 after 2576 x 1449
        (1075, 1520, 1551, 2145),  # A4 at 130 dots an inch: 33 x 47 after 924 x 1307; 39 x 55
    ],
)
def test_anthropic_squares_of_28_after_the_largest_size_that_fits(
    catalog: Catalog, width: int, height: int, standard: int, high: int
) -> None:
    """platform.claude.com/docs/en/build-with-claude/vision and vision-coordinates: fourteen examples."""
    assert tokens(catalog, "claude-standard", width, height) == standard
    assert tokens(catalog, "claude-high-resolution", width, height) == high


def test_google_a_small_image_is_258(catalog: Catalog) -> None:
    """Both sides at most 384."""
    for rule in ("gemini-1.5", "gemini-2.0", "gemini-2.5"):
        assert tokens(catalog, rule, 384, 384) == 258


def test_google_960_by_540_is_six_tiles(catalog: Catalog) -> None:
    """floor(540 / 1.5) = 360; 960 / 360 and 540 / 360, rounded up: 3 x 2; 6 x 258."""
    assert tokens(catalog, "gemini-1.5", 960, 540) == 1548
    assert tokens(catalog, "gemini-2.5", 960, 540, "high") == 1548


@pytest.mark.parametrize(("resolution", "most"), [("low", 280), ("medium", 560), ("high", 1120)])
def test_google_3_never_more_than_the_printed_maximum(catalog: Catalog, resolution: str, most: int) -> None:
    """ai.google.dev/gemini-api/docs/media-resolution; a shape of 20 to 14 fills 280 exactly: 14 x 20."""
    sizes = [(1024, 1024), (1920, 1080), (1000, 700), (4032, 3024)]
    assert all(tokens(catalog, "gemini-3", *size, resolution) <= most for size in sizes)
    assert tokens(catalog, "gemini-3", 1000, 700, "low") == 280


def test_mistral_pixtral_64_square_is_20(catalog: Catalog) -> None:
    """The example of mistral-common: 4 x 4 patches of 16, and a break after each of the 4 rows."""
    assert tokens(catalog, "pixtral", 64, 64) == 20


def test_mistral_pixtral_1024_square_is_4096_and_its_row_breaks(catalog: Catalog) -> None:
    """64 x 64 patches, which hosts print as 4,096; with 64 breaks 4,160. Larger is shrunk to 1,024."""
    assert tokens(catalog, "pixtral", 1024, 1024) == 4096 + 64
    assert tokens(catalog, "pixtral", 4096, 4096) == 4096 + 64


def test_mistral_small_3_1_1540_square_is_3080(catalog: Catalog) -> None:
    """Patches of 14 merged by two: 55 x 55, and 55 breaks."""
    assert tokens(catalog, "mistral", 1540, 1540) == 55 * 55 + 55


def test_cohere_10000_by_20000_at_high_is_2304(catalog: Catalog) -> None:
    """Shrunk to 1024 x 2048: 2 x 4 tiles of 512 and a preview, 9 x 256."""
    assert tokens(catalog, "cohere", 10_000, 20_000, "high") == 2304


def test_cohere_at_low_is_256_and_auto_looks_at_the_sides(catalog: Catalog) -> None:
    """Auto is low up to 768 a side; 769 x 500 is 2 x 1 tiles and a preview."""
    assert tokens(catalog, "cohere", 512, 512, "low") == 256
    assert tokens(catalog, "cohere", 768, 768) == 256
    assert tokens(catalog, "cohere", 769, 500) == 3 * 256


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (224, 448, 128),  # 8 x 16
        (1024, 1024, 1369),  # rounded to 1036 x 1036: 37 x 37
        (3172, 4096, 16_240),  # more than 12,845,056 pixels: 3136 x 4060, 112 x 145
    ],
)
def test_qwen2_vl_at_siliconflow(catalog: Catalog, width: int, height: int, expected: int) -> None:
    """docs.siliconflow.cn/en/userguide/capabilities/vision: three sizes at high; 256 each at low."""
    assert tokens(catalog, "siliconflow-qwen2-vl", width, height, "high") == expected
    assert tokens(catalog, "siliconflow-qwen2-vl", width, height, "low") == 256


def test_qwen_api_1920_by_1080_is_2042(catalog: Catalog) -> None:
    """The code that Model Studio prints, units of 32: 60 x 33.75, half to even 34: 2,040, and 2 around."""
    assert tokens(catalog, "qwen-api", 1920, 1080) == 60 * 34 + 2


def test_qwen_api_shrinks_to_2560_unless_high_resolution_is_asked_for(catalog: Catalog) -> None:
    """4096 x 4096: 128 x 128 = 16,384 fits at high; else sqrt(4096² / 2,621,440) = 2.53, 1619 / 32 = 50."""
    assert tokens(catalog, "qwen-api", 4096, 4096, "high") == 16_384 + 2
    assert tokens(catalog, "qwen-api", 4096, 4096) == 50 * 50 + 2
