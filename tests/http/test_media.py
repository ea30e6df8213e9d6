"""Pictures in plans, in real bodies and in POST /v1/media, over a socket."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import httpx2
import pytest

from tokenquote_client import MediaAnswer, Quote

HD = {"type": "image", "width": 1920, "height": 1080}


def data_url(width: int, height: int) -> str:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    content = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + head
        + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    )
    return "data:image/png;base64," + base64.b64encode(content).decode()


def quote(http: httpx2.Client, **plan: Any) -> Quote:
    answer = http.post("/v1/quotes", json=plan)
    assert answer.status_code == 200, answer.text
    return Quote.model_validate(answer.json())


def inputs(quoted: Quote) -> list[int]:
    assert quoted.requests is not None
    return [request.input_tokens for request in quoted.requests]


def test_items_are_counted_one_by_one(http: httpx2.Client) -> None:
    items = [HD, {"type": "image", "data": data_url(200, 200)}]
    answer = http.post("/v1/media", json={"model": "claude-opus-4-8", "items": items})
    assert answer.status_code == 200
    media = MediaAnswer.model_validate(answer.json())
    assert [item.tokens for item in media.items] == [2691, 64]
    assert media.tokens == 2755
    assert (media.items[1].width, media.items[1].height) == (200, 200)
    assert (media.items[0].rule, media.items[0].method) == ("claude-high-resolution", "rule")


def test_a_picture_is_paid_for_in_every_later_turn(http: httpx2.Client) -> None:
    """gpt-4o: 765 for 1024 x 1024; 4 around its message, 3 a request; then 10 more a turn."""
    turns = [
        {
            "user": [{"type": "image", "width": 1024, "height": 1024, "detail": "high"}],
            "assistant": 0,
            "reasoning": 0,
        },
        {"user": 10, "assistant": 0, "reasoning": 0, "repeat": 2},
    ]
    quoted = quote(http, model="gpt-4o", turns=turns, caching={"enabled": False})
    assert inputs(quoted) == [765 + 7, 765 + 17, 765 + 27]
    assert quoted.totals.image_tokens == 3 * 765
    assert quoted.totals.framing_tokens == 3 * 7


def test_a_picture_in_a_tool_result_stays_too(http: httpx2.Client) -> None:
    """claude-opus-4-8: 2,691 in the second request and in the next turn."""
    rounds = [{"calls": [{"call": 10, "result": [HD]}]}]
    turns = [{"user": 100, "tool_rounds": rounds, "assistant": 0}, {"user": 100, "assistant": 0}]
    quoted = quote(http, model="claude-opus-4-8", turns=turns)
    framing = quoted.requests[1].input_tokens - (100 + 10 + 2691) if quoted.requests else 0
    assert inputs(quoted) == [100, 2801 + framing, 2901 + framing]
    assert quoted.totals.image_tokens == 2 * 2691


@pytest.mark.parametrize(
    ("model", "picture"),
    [
        pytest.param("gpt-4o", 255, id="one tile"),
        pytest.param("gpt-5-mini", 10 + 1, id="8 patches x 1.2, and 1 in a chat body"),
        pytest.param("claude-sonnet-4-5", 15, id="5 x 3 squares of 28"),
        pytest.param("gemini-2.5-flash", 258, id="one crop"),
    ],
)
def test_a_chat_body_with_a_picture_opens_a_conversation_for_any_model(
    http: httpx2.Client, model: str, picture: int
) -> None:
    """128 x 64 pixels, given as a data URL."""
    content = [{"type": "image_url", "image_url": {"url": data_url(128, 64)}}]
    with_picture = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}, *content]}]}
    without = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}
    turns = [{"assistant": 0, "reasoning": 0}]
    seen, blind = (
        quote(http, model=model, start={"format": "openai.chat", "body": body}, turns=turns)
        for body in (with_picture, without)
    )
    assert inputs(seen)[0] - inputs(blind)[0] == picture


def test_bodies_of_anthropic_and_gemini_open_a_conversation(http: httpx2.Client) -> None:
    """The same small picture, 15 squares for Claude and one crop of 258 for Gemini 2.5."""
    data = data_url(128, 64).split(",")[1]
    source = {"type": "base64", "media_type": "image/png", "data": data}
    anthropic = {
        "system": "You are helpful",
        "messages": [
            {
                "role": "user",
                "content": [{"type": "image", "source": source}, {"type": "text", "text": "Hi"}],
            },
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}}],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "42"}]},
        ],
    }
    gemini = {
        "systemInstruction": {"parts": [{"text": "You are helpful"}]},
        "contents": [
            {
                "role": "user",
                "parts": [{"inlineData": {"mimeType": "image/png", "data": data}}, {"text": "Hi"}],
            },
            {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"x": 1}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"y": 42}}}]},
        ],
    }
    turns = [{"assistant": 0, "reasoning": 0}]
    for model, name, body, picture in (
        ("claude-sonnet-4-5", "anthropic.messages", anthropic, 15),
        ("gemini-2.5-flash", "gemini.generateContent", gemini, 258),
    ):
        quoted = quote(http, model=model, start={"format": name, "body": body}, turns=turns)
        assert quoted.totals.image_tokens == picture
        assert [c.what.split("/")[1] for c in quoted.counts[:2]] == ["system", "messages"]
        assert quoted.totals.input_tokens > picture + 10


@pytest.mark.parametrize(
    ("resolution", "image"), [(None, 1089), ("MEDIA_RESOLUTION_LOW", 256), ("MEDIA_RESOLUTION_MEDIUM", 529)]
)
def test_geminis_media_resolution_is_obeyed(http: httpx2.Client, resolution: str | None, image: int) -> None:
    part = {"inlineData": {"mimeType": "image/png", "data": data_url(1024, 1024)}}
    body: dict[str, Any] = {"contents": [{"role": "user", "parts": [part]}]}
    if resolution:
        body["generationConfig"] = {"mediaResolution": resolution}
    start = {"format": "gemini.generateContent", "body": body}
    quoted = quote(http, model="gemini-3.5-flash", start=start, turns=[{"assistant": 0, "reasoning": 0}])
    assert quoted.totals.image_tokens == image


def test_a_detail_that_the_model_lacks_is_said_to_be_the_default(http: httpx2.Client) -> None:
    items = [{**HD, "detail": "original"}]
    answer = http.post("/v1/media", json={"model": "gpt-4o", "items": items}).json()
    assert answer["warnings"] == [
        "detail `original` has no price of its own for openai/gpt-4o: counted as its default"
    ]
    quoted = quote(http, model="gpt-4o", turns=[{"user": items, "assistant": 0, "reasoning": 0}])
    assert answer["warnings"][0] in quoted.assumptions


@pytest.mark.parametrize(
    ("items", "pointer", "said"),
    [
        ([], "/items", "at least 1 item"),
        ([{"type": "image"}], "/items/0", "state `width` and `height`, or `data`"),
        ([{"type": "image", "width": 5}], "/items/0", "state `width` and `height`, or `data`"),
        ([{**HD, "data": "x"}], "/items/0", "state `width` and `height`, or `data`"),
        ([{"type": "image", "width": 0, "height": 5}], "/items/0/width", "greater than or equal to 1"),
        ([HD, {"type": "image", "data": "aGVsbG8="}], "/items/1/data", "not a PNG, JPEG"),
        ([{"type": "image", "data": data_url(0, 9)}], "/items/0/data", "0 x 9 pixels"),
        ([{"type": "audio", "seconds": 5}], "/items/0/type", "not yet offered"),
        ([{"type": "text", "text": "x"}], "/items/0", "image, audio, video or document"),
    ],
)
def test_bad_items_are_named(http: httpx2.Client, items: list[Any], pointer: str, said: str) -> None:
    answer = http.post("/v1/media", json={"model": "gpt-4o", "items": items})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert said in answer.json()["errors"][0]["detail"]


def test_a_model_that_takes_no_pictures_says_so(http: httpx2.Client) -> None:
    answer = http.post("/v1/media", json={"model": "gpt-3.5-turbo", "items": [HD]})
    assert answer.status_code == 422
    assert "no rule for pictures of openai/gpt-3.5-turbo" in answer.json()["detail"]
    assert http.post("/v1/media", json={"model": "gpt-9", "items": [HD]}).status_code == 404


def test_a_picture_behind_an_address_is_not_fetched(http: httpx2.Client) -> None:
    content = [{"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}]
    start = {"format": "openai.chat", "body": {"messages": [{"role": "user", "content": content}]}}
    answer = http.post("/v1/quotes", json={"model": "gpt-4o", "start": start, "turns": [{"assistant": 0}]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/start/body/messages/0/content/0/image_url"
    assert "never fetched" in answer.json()["detail"]


def test_a_picture_that_the_provider_would_refuse_is_refused(http: httpx2.Client) -> None:
    plan = {"model": "gpt-5.6-sol", "turns": [{"user": [{"type": "image", "width": 7680, "height": 4320}]}]}
    answer = http.post("/v1/quotes", json=plan)
    assert answer.status_code == 422
    assert "would refuse this picture: 32400 patches" in answer.json()["detail"]
