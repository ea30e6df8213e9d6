"""Laws 5, 7 and 8 of the design for images, audio, videos and documents, with literal numbers.

image, 1920 x 1080         claude-opus-4-8: 69 x 39 squares of 28 = 2,691; 3 around it, and a message
image, 1024 x 1024         gpt-4o: 85 + 4 x 170 = 765; 4 around a message, 3 a request
video, 10 s                gemini-2.5-flash: 10 x 263 = 2,630 and 10 x 32 of audio = 2,950; 1 a message
audio, 60 s                gemini-2.5-flash: 60 x 32 = 1,920
document, 10 pages         gemini-2.5-flash: 10 x 258 = 2,580
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.conftest import shared_vocabularies, shipped
from tests.media.made_files import encoded, mp4

from tokenquote.tokens import Message, TokenRules
from tokenquote_client import Quote

Ask = Callable[..., Quote]
OFF = {"enabled": False}
GEMINI = "google/gemini-2.5-flash"
CLAUDE = "claude-opus-4-8"
IMAGE = {"type": "image", "width": 1920, "height": 1080}
VIDEO = {"type": "video", "seconds": 10}
AUDIO = {"type": "audio", "seconds": 60}
DOCUMENT = {"type": "document", "pages": 10}


def around_a_message(model: str) -> int:
    """What a request of one message has besides its content: calibration.yaml may come to change it."""
    catalog = shipped()
    rules = TokenRules(catalog.resolve(model).counting, shared_vocabularies())
    return rules.per_request + rules.appended([Message("user")]).tokens


AROUND = around_a_message(CLAUDE)


def turn(user: Any, **members: Any) -> dict[str, Any]:
    return {"user": user, "assistant": 0, "reasoning": 0, **members}


def inputs(quote: Quote) -> list[int]:
    assert quote.requests is not None
    return [request.input_tokens for request in quote.requests]


def reads(quote: Quote) -> list[int]:
    assert quote.requests is not None
    return [request.cache_read_tokens for request in quote.requests]


def media(quote: Quote) -> tuple[int, int, int]:
    return quote.totals.image_tokens, quote.totals.audio_tokens, quote.totals.video_tokens


@pytest.mark.parametrize(
    ("model", "parts", "first", "together"),
    [
        pytest.param(CLAUDE, [IMAGE], 2691 + 3 + AROUND, (3 * 2691, 0, 0), id="image"),
        pytest.param(GEMINI, [VIDEO], 2950 + 1, (0, 3 * 320, 3 * 2630), id="video"),
        pytest.param(GEMINI, [{**VIDEO, "silent": True}], 2630 + 1, (0, 0, 3 * 2630), id="silent video"),
        pytest.param(GEMINI, [{**VIDEO, "fps": 2}], 20 * 263 + 320 + 1, (0, 960, 3 * 5260), id="2 fps"),
        pytest.param(GEMINI, [AUDIO], 1920 + 1, (0, 3 * 1920, 0), id="audio"),
        pytest.param(GEMINI, [DOCUMENT], 2580 + 1, (3 * 2580, 0, 0), id="document"),
        pytest.param(
            GEMINI,
            [VIDEO, AUDIO, {"type": "tokens", "tokens": 50}],
            2950 + 1920 + 51,
            (0, 6720, 7890),
            id="all",
        ),
    ],
)
def test_law_5_media_of_a_user_are_paid_for_in_every_later_request(
    quoted: Ask, model: str, parts: Sequence[Any], first: int, together: tuple[int, int, int]
) -> None:
    """Then two turns of 10 tokens each."""
    quote = quoted(model=model, turns=[turn(parts), turn(10, repeat=2)], caching=OFF)
    assert inputs(quote) == [first, first + 10, first + 20]
    assert media(quote) == together


def test_law_5_twenty_turns_of_one_video_each_cost_210_videos(quoted: Ask) -> None:
    """A + 2A + ... + 20A, for A = 2,950 and 1 around its message."""
    quote = quoted(model=GEMINI, turns=[turn([VIDEO], repeat=20)], caching=OFF)
    assert quote.totals.input_tokens == 210 * 2951
    assert media(quote) == (0, 210 * 320, 210 * 2630)


@pytest.mark.parametrize(
    ("model", "part", "tokens"), [("claude-opus-4-8", IMAGE, 2691), (GEMINI, VIDEO, 2950)]
)
def test_law_5_media_of_a_tool_stay_from_the_next_request_on(
    quoted: Ask, model: str, part: Any, tokens: int
) -> None:
    """Round 0 does not have it yet; the end of its turn and the next turn do."""
    rounds = [{"calls": [{"call": 10, "result": [part]}]}]
    quote = quoted(model=model, turns=[turn(100, tool_rounds=rounds), turn(100)], caching=OFF)
    first, second, third = inputs(quote)
    assert first == 100
    framing = quote.totals.framing_tokens // 2  # of the call's result, in two requests
    assert (second, third) == (100 + 10 + tokens + framing, 100 + 10 + tokens + framing + 100)
    assert sum(media(quote)) == 2 * tokens


def test_law_7_an_image_is_part_of_the_cacheable_prefix(quoted: Ask) -> None:
    """Claude Opus 4.8 caches from 1,024 tokens on: all of the first request is written, then read."""
    first = 2691 + 3 + AROUND
    quote = quoted(
        model="claude-opus-4-8", turns=[turn([IMAGE]), turn(10, repeat=2)], caching={"enabled": True}
    )
    assert inputs(quote) == [first, first + 10, first + 20]
    assert reads(quote) == [0, first, first + 10]
    assert quote.totals.cache_write_tokens == first + 20
    assert quote.totals.image_tokens == 3 * 2691


def test_law_7_a_video_is_part_of_the_cacheable_prefix(quoted: Ask) -> None:
    """Gemini 2.5 caches from 2,048 tokens on, by itself: a block of the 2,951 of the first request."""
    quote = quoted(model=GEMINI, turns=[turn([VIDEO]), turn(10)])
    assert inputs(quote) == [2951, 2961]
    assert reads(quote) == [0, 2048]
    assert quote.totals.input_tokens == 2951 + 2961


@pytest.mark.parametrize(
    ("model", "part", "around", "constant"),
    [
        pytest.param("gpt-4o", {**IMAGE, "width": 1024, "height": 1024}, 4, 3, id="image"),
        pytest.param(GEMINI, VIDEO, 1, 0, id="video"),
        pytest.param(GEMINI, AUDIO, 1, 0, id="audio"),
        pytest.param(GEMINI, DOCUMENT, 1, 0, id="document"),
    ],
)
def test_law_8_parts_carry_the_framing_of_one_message(
    quoted: Ask, model: str, part: Any, around: int, constant: int
) -> None:
    """Two of them in one message are framed once; stated tokens behind them carry none."""
    one, two = (quoted(model=model, turns=[turn([part] * n), turn(10)], caching=OFF) for n in (1, 2))
    assert one.totals.framing_tokens == two.totals.framing_tokens == 2 * (around + constant)
    assert inputs(two)[0] - inputs(one)[0] == sum(media(one)) // 2
    assert inputs(one)[1] == inputs(one)[0] + 10


def test_law_8_an_item_in_tokens_carries_no_framing(quoted: Ask) -> None:
    quote = quoted(model="gpt-4o", turns=[turn([{"type": "tokens", "tokens": 765}])])
    assert (inputs(quote), quote.totals.framing_tokens) == ([765], 0)


def test_a_document_counts_as_images_of_its_pages_and_as_text(quoted: Ask) -> None:
    """claude-opus-4-8: a US Letter page is 45 x 34 squares of 28 = 1,530; 43 around the document."""
    plan = {"model": "claude-opus-4-8", "caching": OFF}
    assumed = quoted(turns=[turn([DOCUMENT])], **plan)
    assert media(assumed) == (10 * 1530, 0, 0)
    assert inputs(assumed) == [10 * 1530 + 10 * 1100 + 43 + AROUND]
    known = quoted(turns=[turn([{**DOCUMENT, "text_tokens": 4000}])], **plan)
    assert inputs(known) == [10 * 1530 + 4000 + 43 + AROUND]
    counted = known.counts[0]
    assert (counted.what, counted.tokens, counted.method) == ("turns/0/user/0", 19_300, "calibrated")
    assert any("the text of a document of which only" in said for said in assumed.assumptions)


def test_a_spoken_answer_is_sound_in_the_output_and_in_later_requests(quoted: Ask) -> None:
    """gpt-audio: 10 tokens a second heard, 20 spoken; 30 s said after 60 s heard, and sent back."""
    said = [{"type": "audio", "seconds": 30}, {"type": "tokens", "tokens": 100}]
    turns = [turn([AUDIO], assistant=said), turn(10)]
    quote = quoted(model="gpt-audio", turns=turns, caching=OFF)
    assert quote.requests is not None
    assert [request.output_tokens for request in quote.requests] == [700, 0]
    framing = quote.totals.framing_tokens
    assert sum(inputs(quote)) == 600 + (600 + 700 + 10) + framing
    assert quote.totals.audio_tokens == 600 + 600 + 600
    lines = {line.kind: line.tokens for line in quote.lines}
    assert (lines["output_audio"], lines["output"], lines["input_audio"]) == (600, 100, 1800)


def test_a_video_is_counted_by_its_own_length_and_audio_track(quoted: Ask) -> None:
    """gemini-2.5-flash: 8 x 263 of frames; 8 x 32 of audio if it has any."""
    for audio, heard in ((True, 256), (False, 0)):
        video = {"type": "video", "data": encoded(mp4(8, 640, 480, audio=audio))}
        quote = quoted(model=GEMINI, turns=[turn([video])], caching=OFF)
        assert media(quote) == (0, heard, 8 * 263)
