"""Images to tokens: the worked examples of the providers' own pages, and properties of every rule."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.conftest import shipped

from tokenquote.catalog import Catalog
from tokenquote.catalog.image_rules import ImageRefused, ImageRule
from tokenquote.catalog.rule_kinds import list_kinds

OPENAI_TILES = "developers.openai.com/api/docs/guides/images-vision#tile-based-image-tokenization"
OPENAI_PATCHES = "developers.openai.com/api/docs/guides/images-vision#patch-based-image-tokenization"
CLAUDE = "platform.claude.com/docs/en/build-with-claude/vision#evaluate-image-size"
GEMINI_2 = "ai.google.dev/gemini-api/docs/image-understanding"
GEMINI_3 = "sizes measured on gemini-3.5-flash-lite, August 2026"


def tokens(catalog: Catalog, model: str, width: int, height: int, detail: str | None = None) -> int:
    rule = catalog.resolve(model).images
    assert rule is not None
    return rule.count(width, height, detail).tokens


@pytest.mark.parametrize(
    ("model", "width", "height", "detail", "expected", "source"),
    [
        ("gpt-4o", 1024, 1024, "high", 765, OPENAI_TILES),  # 768 x 768: 2 x 2 tiles, 85 + 4 x 170
        ("gpt-4o", 2048, 4096, "high", 1105, OPENAI_TILES),  # 768 x 1536: 2 x 3 tiles, 85 + 6 x 170
        ("gpt-4o", 4096, 8192, "low", 85, OPENAI_TILES),
        ("gpt-4o", 128, 64, "high", 255, "measured: one tile, small images are not enlarged"),
        ("gpt-4o", 800, 300, None, 425, OPENAI_TILES),  # never enlarged: 2 x 1 tiles
        ("gpt-4o-mini", 128, 64, "low", 2833, "measured, community.openai.com/t/1262691"),
        ("gpt-4o-mini", 1, 1, None, 8500, OPENAI_TILES),
        ("gpt-5", 1024, 1024, "low", 70, OPENAI_TILES),
        ("gpt-5", 1024, 1024, "high", 630, OPENAI_TILES),  # 70 + 4 x 140
        ("gpt-5-mini", 640, 480, None, 360, OPENAI_PATCHES),  # 20 x 15 = 300 patches x 1.2
        ("gpt-5-nano", 640, 480, None, 450, OPENAI_PATCHES),  # x 1.5
        ("gpt-4.1-mini", 640, 480, None, 486, OPENAI_PATCHES),  # x 1.62, 487 in binary floats
        ("gpt-4.1-mini", 128, 64, "low", 13, "measured: detail has no effect"),  # 8 x 1.62 = 12.96
        ("gpt-5-mini", 512, 512, None, 308, "measured: 256 x 1.2 = 307.2, rounded up"),
        ("gpt-5.6-sol", 4000, 2500, None, 11_850, "measured: 125 x 79 patches x 1.2"),
        ("gpt-5.6-sol", 4032, 3024, None, 14_364, OPENAI_PATCHES),
        ("claude-sonnet-4-5", 200, 200, None, 64, CLAUDE),
        ("claude-sonnet-4-5", 1000, 1000, None, 1296, CLAUDE),
        ("claude-sonnet-4-5", 1092, 1092, None, 1521, CLAUDE),
        ("claude-sonnet-4-5", 1920, 1080, None, 1560, CLAUDE),
        ("claude-sonnet-4-5", 2000, 1500, None, 1564, CLAUDE),
        ("claude-sonnet-4-5", 3840, 2160, None, 1560, CLAUDE),
        ("claude-opus-4-8", 1920, 1080, None, 2691, CLAUDE),
        ("claude-opus-4-8", 2000, 1500, None, 3888, CLAUDE),
        ("claude-opus-4-8", 3840, 2160, None, 4784, CLAUDE),
        ("gemini-2.5-flash", 384, 384, None, 258, GEMINI_2),
        ("gemini-1.5-pro", 960, 540, None, 1548, GEMINI_2),  # crops of 360: 3 x 2 tiles
        ("gemini-2.5-flash", 960, 540, "high", 1548, GEMINI_2),
        ("gemini-2.5-flash", 640, 480, None, 258, "billed"),
        ("gemini-2.5-pro", 812, 442, None, 258, "billed"),
        ("gemini-2.0-flash", 640, 480, None, 1290, "billed: 2 x 2 crops of 320, and the whole"),
        ("gemini-2.0-flash", 540, 360, None, 1806, "billed: 3 x 2 crops of 256, and the whole"),
        ("gemini-2.0-flash", 300, 346, None, 258, "billed"),
        ("claude-3-5-haiku", 540, 360, None, 280, "billed: 10 x 7 squares of 56, four tokens each"),
        ("claude-3-5-haiku", 640, 480, None, 432, "billed: 12 x 9"),
        ("claude-3-5-haiku", 420, 512, None, 320, "billed: 8 x 10"),
        ("grok-4-1-fast-reasoning", 128, 128, None, 256, "billed"),
        ("grok-4-1-fast-reasoning", 448, 448, None, 512, "docs.x.ai (2025): one tile and one more"),
        ("grok-4.3", 128, 128, None, 18, "billed: 4 x 4 squares of 32, and two"),
        ("gemini-3.5-flash-lite", 256, 256, None, 1089, GEMINI_3),
        ("gemini-3.5-flash-lite", 1024, 1024, None, 1089, GEMINI_3),  # any square is 33 x 33
        ("gemini-3.5-flash-lite", 1024, 512, None, 1081, GEMINI_3),  # 23 x 47
        ("gemini-3.5-flash-lite", 1024, 256, None, 1056, GEMINI_3),  # 16 x 66
    ],
)
def test_worked_examples(
    catalog: Catalog, model: str, width: int, height: int, detail: str | None, expected: int, source: str
) -> None:
    assert tokens(catalog, model, width, height, detail) == expected, source


def test_a_provider_that_would_refuse_an_image_is_taken_at_its_word(catalog: Catalog) -> None:
    """gpt-5.6 refuses more than 30,000 patches by default: 7,680 x 4,320 has 32,400. `high` shrinks it."""
    with pytest.raises(ImageRefused, match="32400 patches; the provider refuses more than 30000"):
        tokens(catalog, "gpt-5.6-sol", 7680, 4320)
    assert tokens(catalog, "gpt-5.6-sol", 7680, 4320, "high") <= 3000


RULES = [
    "gpt-4o",
    "gpt-5-mini",
    "gpt-5.4",
    "gpt-5.6-sol",
    "claude-sonnet-4-5",
    "gemini-2.5-pro",
    "gemini-3.5-flash",
]


@pytest.mark.parametrize("model", RULES)
@given(width=st.integers(1, 5000), height=st.integers(1, 5000))
def test_any_size_has_a_positive_bounded_count_that_turning_does_not_change(
    catalog: Catalog, model: str, width: int, height: int
) -> None:
    upright = tokens(catalog, model, width, height)
    assert 1 <= upright <= 40_000
    assert tokens(catalog, model, height, width) == upright


@pytest.mark.parametrize("model", RULES)
@pytest.mark.parametrize("size", [(1, 1), (1, 1_000_000), (1_000_000, 1), (1_000_000, 1_000_000)])
def test_absurd_sizes_are_counted_or_refused(catalog: Catalog, model: str, size: tuple[int, int]) -> None:
    try:
        assert tokens(catalog, model, *size) >= 1
    except ImageRefused:
        assert model in ("gpt-5.6-sol", "claude-sonnet-4-5")


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-opus-4-8"])
@given(width=st.integers(1, 4000), height=st.integers(1, 4000))
def test_claudes_limit_holds_and_small_images_are_left_alone(
    catalog: Catalog, model: str, width: int, height: int
) -> None:
    limit, edge = (1568, 1568) if model == "claude-sonnet-4-5" else (4784, 2576)
    plain = -(-width // 28) * -(-height // 28)
    counted = tokens(catalog, model, width, height)
    assert counted <= limit
    if plain <= limit and max(width, height) <= edge - 28:
        assert counted == plain


def test_a_rule_that_is_not_published_has_a_band(catalog: Catalog) -> None:
    for model in catalog.models.values():
        if model.images is not None:
            count = model.images.count(1000, 700)
            assert count.low <= count.tokens <= count.high
            assert count.method == "rule" or count.low < count.high, model.id


@pytest.mark.parametrize(
    ("model", "detail", "expected"),
    [
        ("gemini-3.5-flash", "low", 256),  # 16 x 16 of 280
        ("gemini-3.5-flash", "medium", 529),  # 23 x 23 of 560
        ("gemini-3.5-flash", "high", 1089),
        ("gemini-3.5-flash", "ultra_high", 2209),  # 47 x 47 of 2,240
        ("gemini-2.5-flash", "low", 64),
        ("gemini-2.5-flash", "medium", 256),
    ],
)
def test_gemini_counts_by_media_resolution(catalog: Catalog, model: str, detail: str, expected: int) -> None:
    """A square image; ai.google.dev/gemini-api/docs/media-resolution."""
    assert tokens(catalog, model, 1024, 1024, detail) == expected


def test_claude_refuses_more_than_8000_pixels_a_side(catalog: Catalog) -> None:
    assert tokens(catalog, "claude-opus-4-8", 8000, 10) > 0
    with pytest.raises(ImageRefused, match="8001 pixels a side"):
        tokens(catalog, "claude-opus-4-8", 8001, 10)


RULE_NAMES = sorted(shipped().image_rules)


@pytest.mark.parametrize("name", RULE_NAMES)
def test_every_rule_counts_any_size_within_its_band_or_refuses_it(catalog: Catalog, name: str) -> None:
    rule = catalog.image_rules[name]

    @given(size=st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)))
    @example(size=(1, 1))
    @example(size=(1, 1_000_000))
    @example(size=(1_000_000, 1_000_000))
    @settings(max_examples=20)
    def in_band(size: tuple[int, int]) -> None:
        try:
            count = rule.count(*size)
        except ImageRefused:
            return
        assert 0 <= count.low <= count.tokens <= count.high

    in_band()


@pytest.mark.parametrize("name", RULE_NAMES)
def test_every_rule_has_a_band_where_the_size_is_not_known(catalog: Catalog, name: str) -> None:
    rule = catalog.image_rules[name]
    unknown = rule.count_any_size()
    for size in [(64, 64), (640, 480), (1920, 1080), (3024, 4032)]:
        known = rule.count(*size)
        assert unknown.low <= known.tokens <= unknown.high


def test_every_kind_of_rule_is_used(catalog: Catalog) -> None:
    """A kind that no model or family of models needs would be code for nothing."""
    assert {type(rule) for rule in catalog.image_rules.values()} == {*list_kinds(ImageRule)}
