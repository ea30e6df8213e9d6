"""Media that hosts treat in ways of their own: in embeddings, in Converse, in answers, by the minute."""

from __future__ import annotations

import base64
import io
import wave
from typing import Any

import httpx2
import pytest
from tests.media.made_files import encoded, written_pdf

from tokenquote.tokens import read_body

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def one_second() -> str:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 8000, "NONE", "not compressed"))
        file.writeframes(bytes(16_000))
    return base64.b64encode(out.getvalue()).decode()


def count(http: httpx2.Client, model: str, body_format: str, body: Any) -> dict[str, Any]:
    answered = http.post("/v1/tokens", json={"model": model, "format": body_format, "body": body})
    assert answered.status_code == 200, answered.text
    found: dict[str, Any] = answered.json()
    return found


@pytest.mark.parametrize("member", ["inlineData", "inline_data"])
def test_an_image_to_embed_is_no_text(http: httpx2.Client, member: str) -> None:
    """258 tokens each, whatever the length of its base64."""
    image = {member: {"mimeType": "image/png", "data": PIXEL}}
    requests = [{"content": {"parts": [image]}}] * 7
    found = count(http, "gemini-embedding-2", "gemini.embedContent", {"requests": requests})
    assert found["breakdown"]["images"] == 1806
    assert found["input_tokens"] < 1810


def test_an_image_in_an_answer_is_named_and_costs_nothing(http: httpx2.Client) -> None:
    """OpenRouter gives images back beside the content; providers are not shown them again."""
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    made = {"role": "assistant", "content": "Here.", "images": [image]}
    spoken = {"role": "assistant", "content": [{"type": "text", "text": "Here."}, image]}
    asked = {"role": "user", "content": "Draw."}
    bare = {"messages": [asked, {"role": "assistant", "content": "Here."}, asked]}
    expected = count(http, "openai/gpt-4o", "openrouter.chat", bare)
    for answer in (made, spoken):
        found = count(http, "openai/gpt-4o", "openrouter.chat", {"messages": [asked, answer, asked]})
        assert found["input_tokens"] == expected["input_tokens"]
        assert [piece["what"] for piece in found["unknown"]] == ["images in an answer, which hosts leave out"]


@pytest.mark.parametrize(
    ("citations", "text_only"), [(None, True), ({"enabled": False}, True), ({"enabled": True}, False)]
)
def test_converse_shows_only_the_text_of_documents_without_citations(citations: Any, text_only: bool) -> None:
    document = {"format": "pdf", "name": "d", "source": {"bytes": "JVBERi0="}, "citations": citations}
    body = {"messages": [{"role": "user", "content": [{"document": document}]}]}
    request = read_body("bedrock.converse", body)
    assert [media.text_only for media in request.messages[0].media] == [text_only]


def test_audio_that_is_billed_by_the_minute_costs_a_token(http: httpx2.Client) -> None:
    """Mistral's own API leaves the audio out of `prompt_tokens`; the open weights take 375 for 30 seconds."""
    audio = {"role": "user", "content": [{"type": "input_audio", "input_audio": one_second()}]}
    body = {"messages": [audio]}
    own = count(http, "voxtral-small-latest", "mistral.chat", body)["breakdown"]
    hosted = count(http, "mistralai/Voxtral-Small-24B-2507", "vllm.chat", body)["breakdown"]
    assert (own["audio"], hosted["audio"]) == (1, 376)


@pytest.mark.parametrize(
    ("model", "pixel"), [("gpt-5-mini", 2), ("gpt-5-nano", 2), ("gpt-5.4", 2), ("gpt-5.6-sol", 2)]
)
@pytest.mark.parametrize("body_format", ["openai.chat", "openai.responses"])
def test_an_image_by_patches_costs_one_token_more_in_a_message(
    http: httpx2.Client, model: str, pixel: int, body_format: str
) -> None:
    """30 of 30 bills of Responses at one size, 9 of 15 of chats; gpt-5.4's chats bill one more still."""
    in_chat = body_format == "openai.chat"
    address = f"data:image/png;base64,{PIXEL}"
    text = {"type": "text" if in_chat else "input_text", "text": "What is it?"}
    image = (
        {"type": "image_url", "image_url": {"url": address}}
        if in_chat
        else {"type": "input_image", "image_url": address}
    )

    def total(*parts: Any) -> int:
        message = {"role": "user", "content": [*parts]}
        body = {"messages" if in_chat else "input": [message]}
        tokens: int = count(http, model, body_format, body)["input_tokens"]
        return tokens

    assert total(text, image) - total(text) == pixel + 1


def test_text_of_converse_may_be_joined_by_the_pages(http: httpx2.Client) -> None:
    """Nine bills hold the text alone, two the image of each page as well."""
    document = {"format": "pdf", "name": "d", "source": {"bytes": encoded(written_pdf("Hello"))}}

    def counted(cites: bool) -> dict[str, Any]:
        block = {**document, "citations": {"enabled": cites}}
        body = {"messages": [{"role": "user", "content": [{"document": block}]}]}
        return count(http, "claude-3-7-sonnet-20250219", "bedrock.converse", body)

    alone, shown = counted(False), counted(True)
    assert alone["input_tokens"] < shown["input_tokens"]
    assert alone["high"] == shown["high"]
