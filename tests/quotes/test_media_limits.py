"""What providers turn down: one image is an error, too much in one request a warning beside the price."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.media.made_files import encoded, flac, gif, jpeg, pdf, pillow, png, wav

from tokenquote.errors import LocatedError
from tokenquote_client import Quote

Ask = Callable[..., Quote]
SMALL = {"type": "image", "width": 100, "height": 100}


def turn(user: Any, **members: Any) -> dict[str, Any]:
    return {"user": user, "assistant": 0, "reasoning": 0, **members}


def image(content: bytes, label: str = "") -> dict[str, Any]:
    return {"type": "image", "data": (f"data:{label};base64," if label else "") + encoded(content)}


def limits(quote: Quote) -> list[str]:
    return [warning.detail for warning in quote.warnings if warning.code == "media_limit"]


@pytest.mark.parametrize(
    ("model", "part", "said"),
    [
        ("gpt-5.6-sol", {**SMALL, "width": 7680, "height": 4320}, "32400 patches"),
        ("gpt-4o", image(jpeg(65_535, 65_535)), None),
        ("gpt-4o", {**SMALL, "width": 65_536}, "65536 x 100 pixels, at most 65535 a side"),
        ("claude-opus-4-8", image(jpeg(65_535, 65_535)), "at most 8000 a side"),
        ("claude-opus-4-8", image(png(20_000, 20_000)), "20000 x 20000 pixels, at most 8000 a side"),
        ("gpt-4o", image(gif(50, 50, frames=2)), "a file of format gif that moves"),
        ("claude-opus-4-8", image(gif(50, 50, frames=2)), None),
        ("gemini-2.5-flash", image(gif(50, 50)), "a file of format gif; taken are png, jpeg, webp, heic"),
        ("gpt-4o", image(pillow("BMP")), "a file of format bmp; taken are png, jpeg, webp, gif"),
        ("gpt-4o", image(pillow("AVIF")), "a file of format avif"),
        ("gpt-4o", image(pillow("JPEG", mode="CMYK")), None),
        ("claude-opus-4-8", image(png(9, 9), "image/jpeg"), None),
        ("claude-opus-4-8", image(png(9, 9), "image/png"), None),
        ("gpt-4o", image(png(9, 9), "image/jpeg"), None),
        ("claude-opus-4-8", image(png(9, 9) + bytes(8_000_000)), "bytes of base64, at most 10485760"),
        (
            "gpt-audio",
            {"type": "audio", "data": encoded(flac(44_100))},
            "a file of format flac; taken are wav, mp3",
        ),
        ("gpt-audio", {"type": "audio", "data": encoded(wav(1))}, None),
        ("gemini-2.5-flash", {"type": "document", "pages": 1001}, "1001 pages, at most 1000"),
        ("gemini-2.5-flash", {"type": "document", "data": encoded(pdf(*[(595, 842)] * 3))}, None),
    ],
    ids=str,
)
def test_one_by_one(quoted: Ask, model: str, part: Any, said: str | None) -> None:
    plan = {"model": model, "turns": [turn([part])]}
    if said is None:
        assert quoted(**plan).totals.input_tokens > 0
        return
    with pytest.raises(LocatedError, match="would refuse this") as error:
        quoted(**plan)
    assert said in error.value.detail


@pytest.mark.parametrize(
    ("model", "turns", "said"),
    [
        pytest.param(
            "claude-sonnet-4-5",
            [turn([SMALL], repeat=101)],
            "request 101 (turn 101) sends 101 images, at most 100",
            id="101 images of a 200k model",
        ),
        pytest.param("claude-sonnet-4-5", [turn([SMALL], repeat=100)], None, id="100 images"),
        pytest.param("claude-opus-4-8", [turn([SMALL] * 101)], None, id="101 images of a 1M model"),
        pytest.param(
            "claude-opus-4-8",
            [turn([{**SMALL, "width": 2001}]), turn([SMALL], repeat=30)],
            "request 21 (turn 21) sends 2001 pixels in the longest side of more than 20 images",
            id="a large one among 21",
        ),
        pytest.param(
            "claude-opus-4-8", [turn([{**SMALL, "width": 2000}] * 21)], None, id="2,000 pixels among 21"
        ),
        pytest.param(
            "claude-opus-4-8",
            [turn([{"type": "document", "pages": 100}], repeat=7)],
            "request 7 (turn 7) sends 700 pages of documents, at most 600",
            id="700 pages",
        ),
        pytest.param(
            "gemini-2.5-flash",
            [turn([{"type": "video", "seconds": 10}], repeat=11)],
            "request 11 (turn 11) sends 11 videos, at most 10",
            id="11 videos",
        ),
        pytest.param(
            "gemini-2.5-flash",
            [turn([{"type": "video", "seconds": 10_801}])],
            "request 1 (turn 1) sends 10801 seconds in one video, at most 10800",
            id="more than three hours",
        ),
        pytest.param(
            "gemini-2.5-flash",
            [turn([{"type": "audio", "seconds": 20_000}], repeat=2)],
            "request 2 (turn 2) sends 40000 seconds of audio, at most 34200",
            id="11 hours of audio",
        ),
        pytest.param("gpt-4o", [turn([SMALL] * 900), turn([SMALL] * 601)], "1501 images", id="1,501"),
    ],
)
def test_together_in_one_request(quoted: Ask, model: str, turns: list[Any], said: str | None) -> None:
    """Every request is priced all the same, as one that overflows the window is."""
    quote = quoted(model=model, turns=turns)
    if said is None:
        assert limits(quote) == []
    else:
        assert len(limits(quote)) == 1
        assert said in limits(quote)[0]
    assert quote.totals.complete
    assert quote.totals.requests == sum(one.get("repeat", 1) for one in turns)


def test_the_base64_of_a_request_is_limited_as_the_history_grows(quoted: Ask) -> None:
    """Claude takes 32 MB a request: the fifth image of 8 MB of base64 is too much."""
    large = image(png(500, 500) + bytes(6_000_000))
    quote = quoted(model="claude-opus-4-8", turns=[turn([large], repeat=6)])
    assert [detail.split(",")[0] for detail in limits(quote)] == [
        f"request 5 (turn 5) sends {5 * len(large['data'])} bytes of base64"
    ]


def test_a_wrong_media_type_is_warned_of_where_it_may_be_refused(quoted: Ask) -> None:
    """Anthropic has refused such images, and billed others."""
    said = "anthropic/claude-opus-4-8 may refuse a file of format png that is labelled jpeg"
    wrong = quoted(model="claude-opus-4-8", turns=[turn([image(png(9, 9), "image/jpeg")])])
    assert said in wrong.assumptions
    for model, label in (("claude-opus-4-8", "image/png"), ("claude-opus-4-8", ""), ("gpt-4o", "image/jpeg")):
        right = quoted(model=model, turns=[turn([image(png(9, 9), label)])])
        assert not any("labelled" in one for one in right.assumptions)
