"""Videos to tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.catalog.image_rules import ImageSize
from tokenquote.catalog.media_rules import resolve_video
from tokenquote.catalog.video_rules import VideoCounter

RULES = [
    "gemini-2.0",
    "gemini-2.5",
    "gemini-3",
    "qwen2.5-vl",
    "qwen3-vl",
    "glm-4v",
    "gemma-4",
    "llava-onevision",
    "qwen-api",
]


def rule(catalog: Catalog, name: str) -> VideoCounter:
    return resolve_video(name, catalog.media_rules, catalog.image_rules)


@pytest.mark.parametrize(
    ("name", "frames", "width", "height", "expected"),
    [
        ("qwen2.5-vl", 4, 640, 360, 598),  # two pairs of 23 x 13
        ("qwen2.5-vl", 64, 1280, 720, 23_040),  # 32 pairs of 36 x 20
        ("qwen3-vl", 16, 1920, 1080, 360),  # 8 pairs of 9 x 5 within 786,432 pixels
        ("glm-4v", 64, 1280, 720, 28_160),  # 32 pairs of 40 x 22
        ("gemma-4", 8, 640, 360, 528),  # 8 x 11 x 6
        ("llava-onevision", 16, 640, 360, 3137),  # 16 x 196, and a line break
    ],
)
def test_sampled_frames_to_tokens(
    catalog: Catalog, name: str, frames: int, width: int, height: int, expected: int
) -> None:
    """What the processors of transformers 5.23.0 were seen to do; one frame a second."""
    assert rule(catalog, name).count(frames, 1, ImageSize(width, height)).media.video == expected


def test_gemini_2_by_the_second(catalog: Catalog) -> None:
    """263 a second for frames with their timestamps and 32 for the audio: about 300, as the page says; at
    low about 100. ai.google.dev/gemini-api/docs/tokens and video-understanding.
    """
    counted = rule(catalog, "gemini-2.5").count(60)
    assert counted.media.video == 60 * 263
    assert counted.media.audio == 60 * 32
    assert counted.tokens == 60 * 295
    assert rule(catalog, "gemini-2.5").count(60, detail="low").tokens == 60 * (66 + 5 + 32)


def test_a_silent_video_of_five_seconds_was_billed_as_1290_on_gemini_2_0_flash(catalog: Catalog) -> None:
    assert rule(catalog, "gemini-2.0").count(5, silent=True).tokens == 5 * 258


def test_gemini_3_by_the_second(catalog: Catalog) -> None:
    """A frame of 16:9 is 11 x 6 = 66 of at most 70, at high 22 x 12 = 264 of 280; 25 for the audio."""
    assert rule(catalog, "gemini-3").count(10, None, ImageSize(1920, 1080)).tokens == 10 * (66 + 25)
    assert rule(catalog, "gemini-3").count(10, None, ImageSize(1920, 1080), detail="high").media.video == 2640


def test_a_video_without_an_audio_track_and_one_that_is_looked_at_more_often(catalog: Catalog) -> None:
    silent = rule(catalog, "gemini-2.5").count(10, 2, silent=True)
    assert silent.media.audio == 0
    assert silent.tokens == 20 * 263


def test_a_short_video_is_at_least_one_frame(catalog: Catalog) -> None:
    assert rule(catalog, "gemini-2.5").count(0.2, silent=True).tokens == 263


def test_qwen_shares_131072_squares_among_the_frames(catalog: Catalog) -> None:
    """2,000 frames at 32 x 32: 131,072 x 2 / 2,000 = 131 squares a pair; 1920 x 1080 becomes 15 x 8 = 120."""
    counted = rule(catalog, "qwen-api").count(1000, 2, ImageSize(1920, 1080))
    assert counted.media.video == 1000 * 15 * 8 + 2


@pytest.mark.parametrize("name", RULES)
def test_a_video_of_unknown_size_has_a_band_that_holds_every_usual_size(catalog: Catalog, name: str) -> None:
    unknown = rule(catalog, name).count(30, silent=True)
    assert unknown.low <= unknown.tokens <= unknown.high
    for width, height in [(640, 360), (1280, 720), (1920, 1080), (1080, 1920), (3840, 2160)]:
        known = rule(catalog, name).count(30, None, ImageSize(width, height), silent=True)
        assert unknown.low <= known.tokens <= unknown.high


@pytest.mark.parametrize("name", RULES)
@given(seconds=st.integers(1, 20_000), width=st.integers(16, 4096), height=st.integers(16, 4096))
def test_any_video_has_a_count_within_its_band(
    catalog: Catalog, name: str, seconds: int, width: int, height: int
) -> None:
    if max(width, height) > 200 * min(width, height):
        return
    counted = rule(catalog, name).count(seconds, None, ImageSize(width, height), silent=True)
    assert 1 <= counted.low <= counted.tokens <= counted.high
