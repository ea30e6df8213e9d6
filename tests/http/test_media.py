"""Images in plans, in real bodies and in POST /v1/media, over a socket."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import httpx2
import pytest
from tests.media.made_files import encoded, m4a, pdf, wav

from tokenquote_client import MediaAnswer, Quote

A4 = (595, 842)
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


def test_an_image_is_paid_for_in_every_later_turn(http: httpx2.Client) -> None:
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


def test_an_image_in_a_tool_result_stays_too(http: httpx2.Client) -> None:
    """claude-opus-4-8: 2,691 in the second request and in the next turn."""
    rounds = [{"calls": [{"call": 10, "result": [HD]}]}]
    turns = [{"user": 100, "tool_rounds": rounds, "assistant": 0}, {"user": 100, "assistant": 0}]
    quoted = quote(http, model="claude-opus-4-8", turns=turns)
    framing = quoted.requests[1].input_tokens - (100 + 10 + 2691) if quoted.requests else 0
    assert inputs(quoted) == [100, 2801 + framing, 2901 + framing]
    assert quoted.totals.image_tokens == 2 * 2691


@pytest.mark.parametrize(
    ("model", "image"),
    [
        pytest.param("gpt-4o", 255, id="one tile"),
        pytest.param("gpt-5-mini", 10 + 1, id="8 patches x 1.2, and 1 in a chat body"),
        pytest.param("claude-sonnet-4-5", 15 + 3, id="5 x 3 squares of 28, and 3 around"),
        pytest.param("gemini-2.5-flash", 258, id="one tile"),
    ],
)
def test_a_chat_body_with_an_image_opens_a_conversation_for_any_model(
    http: httpx2.Client, model: str, image: int
) -> None:
    """128 x 64 pixels, given as a data URL."""
    content = [{"type": "image_url", "image_url": {"url": data_url(128, 64)}}]
    with_image = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}, *content]}]}
    without = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}
    turns = [{"assistant": 0, "reasoning": 0}]
    seen, blind = (
        quote(http, model=model, start={"format": "openai.chat", "body": body}, turns=turns)
        for body in (with_image, without)
    )
    assert inputs(seen)[0] - inputs(blind)[0] == image


def test_bodies_of_anthropic_and_gemini_open_a_conversation(http: httpx2.Client) -> None:
    """The same small image, 15 squares for Claude and one crop of 258 for Gemini 2.5."""
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
    for model, name, body, image in (
        ("claude-sonnet-4-5", "anthropic.messages", anthropic, 15),
        ("gemini-2.5-flash", "gemini.generateContent", gemini, 258),
    ):
        quoted = quote(http, model=model, start={"format": name, "body": body}, turns=turns)
        assert quoted.totals.image_tokens == image
        assert [c.what.split("/")[1] for c in quoted.counts[:2]] == ["system", "messages"]
        assert quoted.totals.input_tokens > image + 10


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
    items = [{"type": "image", "width": 700, "height": 700, "detail": "original"}]
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
        ([{"type": "image"}], "/items/0", "state `width` and `height`, or `data`, or `url`"),
        ([{"type": "image", "width": 5}], "/items/0", "state `width` and `height`, or `data`"),
        ([{**HD, "data": "x"}], "/items/0", "state `width` and `height`, or `data`"),
        ([{"type": "image", "width": 0, "height": 5}], "/items/0/width", "at least 1"),
        ([HD, {"type": "image", "data": "aGVsbG8="}], "/items/1/data", "not a PNG, JPEG"),
        ([{"type": "image", "data": data_url(0, 9)}], "/items/0/data", "0 x 9 pixels"),
        (
            [{"type": "audio", "seconds": 5}],
            "/items/0",
            "no rule for audio of openai/gpt-4o: plan it as",
        ),
        ([{"type": "video", "seconds": 5}], "/items/0", "no rule for videos of openai/gpt-4o"),
        ([{"type": "audio", "seconds": -5}], "/items/0/seconds", "above 0"),
        ([{"type": "audio", "seconds": 0}], "/items/0/seconds", "above 0"),
        ([{"type": "audio", "seconds": "5"}], "/items/0/seconds", "a number is expected"),
        ([{"type": "audio", "seconds": 1e7}], "/items/0/seconds", "at most 1000000"),
        ([{"type": "audio"}], "/items/0", "state `seconds`, or `data`, or `url`"),
        (
            [{"type": "audio", "seconds": 5, "data": "AAAA"}],
            "/items/0",
            "state `seconds`, or `data`, or `url`",
        ),
        ([{"type": "video", "seconds": 5, "fps": 0}], "/items/0/fps", "above 0"),
        ([{"type": "video", "seconds": 5, "width": 5}], "/items/0", "both `width` and `height`"),
        ([{"type": "document", "pages": 0}], "/items/0/pages", "at least 1"),
        ([{"type": "document", "pages": 1.5}], "/items/0/pages", "a whole number"),
        ([{"type": "document", "data": "AAAA"}], "/items/0/data", "not a PDF"),
        ([{"type": "image", "data": ""}], "/items/0/data", "at least 1 character"),
        ([{"type": "image", "url": ""}], "/items/0/url", "at least 1 character"),
        ([{"type": "text", "text": "x"}], "/items/0", "image, audio, video or document"),
    ],
)
def test_bad_items_are_named(http: httpx2.Client, items: list[Any], pointer: str, said: str) -> None:
    answer = http.post("/v1/media", json={"model": "gpt-4o", "items": items})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert said in answer.json()["errors"][0]["detail"]


def test_a_model_that_takes_no_images_says_so(http: httpx2.Client) -> None:
    answer = http.post("/v1/media", json={"model": "gpt-3.5-turbo", "items": [HD]})
    assert answer.status_code == 422
    assert "no rule for images of openai/gpt-3.5-turbo" in answer.json()["detail"]
    assert http.post("/v1/media", json={"model": "gpt-9", "items": [HD]}).status_code == 404


def test_an_image_behind_an_address_is_not_fetched_but_taken_to_be_anything(http: httpx2.Client) -> None:
    """gpt-4o: a tile at least, six at most; 765 for the four tiles of 1280 x 960."""
    content = [{"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}]
    start = {"format": "openai.chat", "body": {"messages": [{"role": "user", "content": content}]}}
    quoted = quote(http, model="gpt-4o", start=start, turns=[{"assistant": 0, "reasoning": 0}])
    assert quoted.totals.image_tokens == 765
    counted = next(count for count in quoted.counts if count.what.endswith("image_url"))
    assert (counted.method, counted.low, counted.high) == ("assumed", 255, 1105)
    assert any("never fetched: 255 to 1105 tokens, counted as 765" in text for text in quoted.assumptions)


def test_an_address_with_a_size_is_counted_by_it(http: httpx2.Client) -> None:
    items = [
        {**HD, "url": "https://example.com/cat.png"},
        {"type": "image", "url": "https://example.com/dog.png"},
    ]
    media = MediaAnswer.model_validate(
        http.post("/v1/media", json={"model": "claude-opus-4-8", "items": items}).json()
    )
    sized, unsized = media.items
    assert (sized.tokens, sized.method, sized.low, sized.high) == (2691, "rule", 2691, 2691)
    assert (unsized.method, unsized.low, unsized.high) == ("assumed", 1, 4784)
    assert media.warnings == [
        "the size of an image behind an address is not known, for addresses are never fetched: "
        f"1 to 4784 tokens, counted as {unsized.tokens}"
    ]


def test_a_document_of_which_only_the_pages_are_stated_says_why_it_is_a_guess(http: httpx2.Client) -> None:
    question = {"model": "claude-opus-4-8", "items": [{"type": "document", "pages": 4}]}
    media = MediaAnswer.model_validate(http.post("/v1/media", json=question).json())
    (document,) = media.items
    assert media.warnings == [
        "the text of a document of which only the pages are stated is not known: "
        f"{document.low} to {document.high} tokens, assumed to be {document.tokens}"
    ]


def test_a_band_of_one_number_is_said_once(http: httpx2.Client) -> None:
    question = {
        "model": "google/gemma-3-27b-it",
        "items": [{"type": "image", "url": "https://example.com/a.png"}],
    }
    media = MediaAnswer.model_validate(http.post("/v1/media", json=question).json())
    (image,) = media.items
    assert image.low == image.high == image.tokens
    assert media.warnings[0].endswith(f"addresses are never fetched: counted as {image.tokens} tokens")


def test_all_four_kinds_say_rule_method_band_and_parts(http: httpx2.Client) -> None:
    """gemini-2.5-flash: one tile of 258; 60 x 32; 10 x 263 and 10 x 32; 3 x 258."""
    items = [
        {"type": "image", "width": 300, "height": 200},
        {"type": "audio", "seconds": 60},
        {"type": "video", "seconds": 10},
        {"type": "document", "pages": 3},
    ]
    answer = http.post("/v1/media", json={"model": "gemini-2.5-flash", "items": items}).json()
    assert [item["tokens"] for item in answer["items"]] == [258, 1920, 2950, 774]
    assert answer["tokens"] == 258 + 1920 + 2950 + 774
    assert [item["rule"] for item in answer["items"]] == ["gemini-2.5"] * 4
    assert [item["method"] for item in answer["items"]] == ["calibrated", "rule", "rule", "rule"]
    parts = ("image_tokens", "audio_tokens", "video_tokens", "text_tokens")
    assert [[item[part] for part in parts] for item in answer["items"]] == [
        [258, 0, 0, 0],
        [0, 1920, 0, 0],
        [0, 320, 2630, 0],
        [774, 0, 0, 0],
    ]
    assert all(item["low"] <= item["tokens"] <= item["high"] for item in answer["items"])
    assert [item["seconds"] for item in answer["items"]] == [None, 60, 10, None]
    assert [item["pages"] for item in answer["items"]] == [None, None, None, 3]


def test_lengths_and_pages_are_read_from_data(http: httpx2.Client) -> None:
    items = [
        {"type": "audio", "data": encoded(wav(2.5))},
        {"type": "video", "data": encoded(m4a(8, brand=b"isom"))},
        {"type": "document", "data": encoded(pdf((595, 842), (842, 595)))},
    ]
    answer = http.post("/v1/media", json={"model": "gemini-2.5-flash", "items": items}).json()
    assert [item["tokens"] for item in answer["items"]] == [80, 8 * 263 + 8 * 32, 2 * 258]
    assert [item["seconds"] for item in answer["items"]] == [2.5, 8.0, None]
    assert answer["items"][2]["pages"] == 2


def test_media_in_bodies_are_counted_where_they_stand(http: httpx2.Client) -> None:
    """Audio of 2 s and a PDF of 2 pages in Gemini's body; audio in OpenAI's, 20 tokens."""
    gemini = {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"inlineData": {"mimeType": "audio/wav", "data": encoded(wav(2))}},
                    {
                        "inlineData": {
                            "mimeType": "application/pdf",
                            "data": encoded(pdf((595, 842), (595, 842))),
                        }
                    },
                    {"text": "What is said here?"},
                ],
            }
        ]
    }
    start = {"format": "gemini.generateContent", "body": gemini}
    quoted = quote(http, model="gemini-2.5-flash", start=start, turns=[{"assistant": 0, "reasoning": 0}])
    assert (quoted.totals.audio_tokens, quoted.totals.image_tokens) == (64, 516)
    content = [{"type": "input_audio", "input_audio": {"data": encoded(wav(2)), "format": "wav"}}]
    start = {"format": "openai.chat", "body": {"messages": [{"role": "user", "content": content}]}}
    quoted = quote(http, model="gpt-audio", start=start, turns=[{"assistant": 0, "reasoning": 0}])
    assert quoted.totals.audio_tokens == 20


def test_an_image_that_the_provider_shrinks_is_said_to_be(http: httpx2.Client) -> None:
    items = [{"type": "image", "width": 4032, "height": 3024}] * 3
    answer = http.post("/v1/media", json={"model": "claude-opus-4-8", "items": items}).json()
    assert answer["warnings"] == [
        "anthropic/claude-opus-4-8 shrinks images as large as some of these: counted as they are after that"
    ]
    quoted = quote(http, model="claude-opus-4-8", turns=[{"user": items, "assistant": 0, "reasoning": 0}])
    assert answer["warnings"][0] in quoted.assumptions
    small = http.post("/v1/media", json={"model": "claude-opus-4-8", "items": [HD]}).json()
    assert small["warnings"] == []


def test_models_say_what_they_take_and_by_which_rule(http: httpx2.Client) -> None:
    detail = http.get("/v1/models/google/gemini-2.5-flash").json()
    assert detail["media"] == dict.fromkeys(("image", "audio", "video", "document"), "gemini-2.5")
    assert detail["media_limits"]["video"]["per_request"] == 10
    assert http.get("/v1/models/openai/gpt-3.5-turbo").json()["media"] == {}
    listed = http.get("/v1/models", params={"provider": "anthropic", "limit": 500}).json()["items"]
    assert listed
    assert [
        model["id"] for model in listed if model["media"].keys() not in ({"image", "document"}, set())
    ] == []


@pytest.mark.parametrize(
    ("name", "tokens"),
    [("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 15), ("anthropic/claude-haiku-4.5", 15)],
)
def test_a_body_for_another_host_has_its_images_counted(http: httpx2.Client, name: str, tokens: int) -> None:
    """128 x 64 pixels, 5 x 3 squares, whoever serves the model."""
    content = [{"type": "image_url", "image_url": {"url": data_url(128, 64)}}]
    body = {"model": name, "messages": [{"role": "user", "content": content}]}
    answer = http.post("/v1/tokens", json={"format": "openrouter.chat", "body": body})
    assert answer.status_code == 200, answer.text
    assert answer.json()["breakdown"]["images"] == tokens


def test_too_many_for_one_request_is_a_warning(http: httpx2.Client) -> None:
    items = [{"type": "image", "width": 9, "height": 9}] * 101
    answer = http.post("/v1/media", json={"model": "claude-sonnet-4-5", "items": items}).json()
    assert answer["warnings"] == [
        "sent together, these are 101 images, at most 100: "
        "anthropic/claude-sonnet-4-5 would refuse the request"
    ]


def test_the_media_type_that_a_body_states_is_held_against_the_image(http: httpx2.Client) -> None:
    source = {"type": "base64", "media_type": "image/jpeg", "data": data_url(9, 9).split(",")[1]}
    body = {"messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]}
    start = {"format": "anthropic.messages", "body": body}
    quoted = quote(http, model="claude-opus-4-8", start=start, turns=[{"assistant": 0, "reasoning": 0}])
    assert any("may refuse a file of format png that is labelled jpeg" in text for text in quoted.assumptions)


def test_an_image_that_the_provider_would_refuse_is_refused(http: httpx2.Client) -> None:
    plan = {"model": "gpt-5.6-sol", "turns": [{"user": [{"type": "image", "width": 7680, "height": 4320}]}]}
    answer = http.post("/v1/quotes", json=plan)
    assert answer.status_code == 422
    assert "would refuse this image: 32400 patches" in answer.json()["detail"]
