"""Audio, images and videos at prices of their own, in the cache as well."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shipped

from tokenquote.counts import MediaUse
from tokenquote.errors import LocatedError
from tokenquote.ledger import CacheUse, Row, billed_kinds
from tokenquote.ledger.caching import Common, media_read
from tokenquote.ledger.prices import INPUT_KINDS
from tokenquote_client import Quote

Ask = Callable[..., Quote]


def turn(user: Any, **members: Any) -> dict[str, Any]:
    return {"user": user, "assistant": 0, "reasoning": 0, **members}


def lines(quote: Quote) -> dict[str, tuple[int, Decimal]]:
    return {line.kind: (line.tokens, line.rate) for line in quote.lines}


def test_sound_has_its_own_price(quoted: Ask) -> None:
    """gemini-2.5-flash: text 0.30, audio 1.00 a million; 60 s are 1,920 tokens beside 100 of text and 1."""
    parts = [{"type": "audio", "seconds": 60}, {"type": "tokens", "tokens": 100}]
    quote = quoted(model="gemini-2.5-flash", turns=[turn(parts)])
    assert lines(quote) == {"input": (101, Decimal("0.3")), "input_audio": (1920, Decimal(1))}
    assert quote.totals.cost == Decimal("0.0019503")  # (101 x 0.3 + 1,920) / 10^6


def test_the_audio_track_of_a_video_is_audio(quoted: Ask) -> None:
    """1,000 s: 263,000 tokens of frames at 0.30 and 32,000 of audio at 1.00."""
    quote = quoted(model="gemini-2.5-flash", turns=[turn([{"type": "video", "seconds": 1000}])])
    assert lines(quote) == {"input": (263_001, Decimal("0.3")), "input_audio": (32_000, Decimal(1))}


def test_sound_that_is_read_from_the_cache_has_the_cached_price_of_sound(quoted: Ask) -> None:
    """Of the 3,201 tokens of the first request a block of 2,048 is read again, all of it audio at 0.10."""
    quote = quoted(model="gemini-2.5-flash", turns=[turn([{"type": "audio", "seconds": 100}]), turn(10)])
    assert lines(quote) == {
        "input": (1 + 1 + 10, Decimal("0.3")),
        "input_audio": (3200 + 1152, Decimal(1)),
        "cache_read_audio": (2048, Decimal("0.1")),
    }


def test_half_of_the_possible_reads_hold_half_of_the_sound(quoted: Ask) -> None:
    """Of 2,048 tokens 1,024 are read; of 3,200 of audio, 1,024 x 3,200 / 3,201 rounded up, which is all."""
    turns = [turn([{"type": "audio", "seconds": 100}]), turn(10)]
    quote = quoted(model="gemini-2.5-flash", turns=turns, caching={"hit_rate": 0.5})
    read = lines(quote)
    assert read["cache_read_audio"] == (1024, Decimal("0.1"))
    assert read["input_audio"] == (3200 + 2176, Decimal(1))


def test_a_prefix_of_tools_and_system_holds_no_sound(quoted: Ask) -> None:
    """Half of the 8,192 that 5,000 + 3,201 tokens fill lies within the system message; the audio is paid in
    full twice.
    """
    turns = [turn([{"type": "audio", "seconds": 100}]), turn(10)]
    quote = quoted(model="gemini-2.5-flash", system=5000, turns=turns, caching={"hit_rate": 0.5})
    assert lines(quote) == {
        "input": (5001 + 5011 - 4096, Decimal("0.3")),
        "input_audio": (6400, Decimal(1)),
        "cache_read": (4096, Decimal("0.03")),
    }


def test_spoken_answers_have_their_own_price(quoted: Ask) -> None:
    """gpt-audio: 10 s heard are 100 tokens at 32, 10 s spoken 200 at 64; 7 and 4 of framing at 2.50."""
    answer = [{"type": "audio", "seconds": 10}]
    heard = [{"type": "audio", "seconds": 10}]
    quote = quoted(model="gpt-audio", turns=[{"user": heard, "assistant": answer, "reasoning": 0}])
    assert lines(quote)["output_audio"] == (200, Decimal(64))
    assert lines(quote)["input_audio"] == (100, Decimal(32))
    assert quote.totals.cost == Decimal("0.0160275")  # (11 x 2.5 + 100 x 32 + 200 x 64) / 10^6


def test_every_model_of_the_catalog_that_takes_sound_prices_it() -> None:
    """At a rate of its own, at that of its input, or by its length."""
    for model in shipped().models.values():
        if model.audio is None or not model.entry.prices:
            continue
        block = model.entry.prices[-1]
        by_length = any(fee.what == "input_audio" for fee in block.fees)
        assert by_length or block.rates.stated().keys() & {"input_audio", "input"}, model.id


TOKENS = st.integers(0, 10**6)


@given(st.data(), TOKENS, TOKENS, TOKENS, TOKENS, TOKENS, TOKENS, st.booleans())
def test_kinds_are_disjoint_and_add_up(
    data: st.DataObject, head: int, image: int, audio: int, video: int, text: int, new: int, writes: bool
) -> None:
    """Whatever is read: no kind below zero, and all together the request."""
    shared_media = MediaUse(image, audio, video)
    shared = head + text + shared_media.tokens
    more = data.draw(st.integers(0, new))
    media = shared_media + MediaUse(audio=more)
    read = data.draw(st.integers(0, shared + new))
    row = Row("m", 1, 0, None, None, shared + new, 0, media, 1, 90, 40, 5, 0)
    common = Common(shared, media=shared_media, media_tokens=shared)
    use = CacheUse(read, row.input - read if writes else 0, read_media=media_read(row, read, common, head))
    kinds = billed_kinds(row, use, "cache_write")
    assert min(kinds.values()) >= 0
    assert sum(tokens for kind, tokens in kinds.items() if kind in INPUT_KINDS) == row.input
    assert kinds["output"] + kinds["output_audio"] + kinds["output_reasoning"] == row.output
    assert sum(tokens for kind, tokens in kinds.items() if kind.startswith("cache_read")) == read
    if not writes:
        fresh = {kind: kinds[f"input_{kind}"] + kinds[f"cache_read_{kind}"] for kind in ("image", "audio")}
        assert fresh == {"image": media.image, "audio": media.audio}


@given(TOKENS, TOKENS, TOKENS, st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_even_to_the_token(image: int, audio: int, video: int, part: int, more: int) -> None:
    media = MediaUse(image, audio, video)
    whole = media.tokens + more
    part = min(part, whole)
    share = media.share(part, whole)
    for one, all_of_it in ((share.image, image), (share.audio, audio), (share.video, video)):
        assert abs(one - Fraction(all_of_it * part, whole)) < 1
        assert 0 <= one <= all_of_it
    assert share.tokens <= part
    assert media.tokens - share.tokens <= whole - part


@pytest.mark.parametrize(
    ("assistant", "model", "said"),
    [
        (
            [{"type": "audio", "seconds": 5}],
            "gemini-2.5-flash",
            "no rule for the speech of google/gemini-2.5",
        ),
        ([{"type": "image", "width": 5, "height": 5}], "gpt-audio", "does not know the tokens of such an"),
        ([{"type": "audio", "data": "AAAA"}], "gpt-audio", "not a WAV"),
    ],
)
def test_answers_that_no_model_gives(quoted: Ask, assistant: Any, model: str, said: str) -> None:
    with pytest.raises(LocatedError, match=said):
        quoted(model=model, turns=[{"user": 1, "assistant": assistant, "reasoning": 0}])
