"""Bodies whose texts are sent bare: embeddings, completions, fill-in-the-middle, reranking, images."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.tokens import BodyError, Request, Unknown, read_body


def request(*prompts: str, **members: Any) -> Request:
    return Request(prompts=prompts, shape="prompts", **members)


@pytest.mark.parametrize(
    ("body_format", "body", "expected"),
    [
        pytest.param("openai.embeddings", {"input": "a"}, request("a"), id="a text"),
        pytest.param("openai.embeddings", {"input": ["a", "b"]}, request("a", "b"), id="texts"),
        pytest.param("openai.embeddings", {"input": [1, 2, 3]}, request(prompt_tokens=3), id="token ids"),
        pytest.param(
            "openai.embeddings", {"input": [[1, 2], [3]]}, request(prompt_tokens=3), id="lists of ids"
        ),
        pytest.param("openai.embeddings", {"input": []}, request(), id="nothing"),
        pytest.param("openai.embeddings", {"input": ""}, request(""), id="an empty text"),
        pytest.param("ollama.embed", {"prompt": "a"}, request("a"), id="Ollama's old name"),
        pytest.param("cohere.embed", {"texts": ["a", "b"]}, request("a", "b"), id="Cohere, version 1"),
        pytest.param(
            "cohere.embed",
            {"inputs": [{"content": [{"type": "text", "text": "a"}]}]},
            request("a"),
            id="Cohere, version 2",
        ),
        pytest.param(
            "gemini.embedContent",
            {"content": {"parts": [{"text": "a"}, {"text": "b"}]}},
            request("a", "b"),
            id="Gemini",
        ),
        pytest.param(
            "gemini.embedContent",
            {"requests": [{"model": "m", "content": {"parts": [{"text": "a"}]}}]},
            request("a"),
            id="Gemini, several",
        ),
        pytest.param(
            "vertex.predict", {"instances": [{"content": "a", "task_type": "X"}]}, request("a"), id="Vertex"
        ),
        pytest.param(
            "openai.embeddings",
            {"input": ["a", {"smell": "tea"}]},
            request(
                "a",
                unknown=(Unknown("inputs of type 'smell'", '{"type":"smell","smell":"tea"}', ("input", 1)),),
            ),
            id="an unknown input",
        ),
        pytest.param("openai.completions", {"prompt": "a"}, request("a"), id="a prompt"),
        pytest.param(
            "openai.completions", {"prompt": ["a", "b"], "suffix": "c"}, request("a", "b", "c"), id="suffix"
        ),
        pytest.param(
            "openai.completions", {"prompt": [1, 2], "suffix": None}, request(prompt_tokens=2), id="ids"
        ),
        pytest.param(
            "mistral.fim", {"prompt": "a", "suffix": "b"}, request("a", "b"), id="fill in the middle"
        ),
        pytest.param("openai.images", {"prompt": "a cat"}, request("a cat"), id="an image to draw"),
        pytest.param(
            "llamacpp.rerank",
            {"query": "q", "documents": ["a", {"text": "b"}]},
            request("q", "a", "q", "b"),
            id="the query with each document",
        ),
    ],
)
def test_prompts(body_format: str, body: Any, expected: Request) -> None:
    assert read_body(body_format, body) == expected


@pytest.mark.parametrize(
    ("body_format", "body", "place", "said"),
    [
        ("openai.embeddings", {}, ("body", "input"), "one of input, texts"),
        ("openai.embeddings", {"input": 5}, ("body", "input"), "a string, token ids"),
        ("openai.embeddings", {"input": ["a", 5]}, ("body", "input", 1), "a string, token ids"),
        ("openai.completions", {}, ("body", "prompt"), "has `prompt`"),
        ("openai.completions", {"prompt": "a", "suffix": 5}, ("body", "suffix"), "suffix is a string"),
        ("llamacpp.rerank", {"query": "q"}, ("body", "query"), "`query` and a list `documents`"),
    ],
)
def test_what_is_no_prompt(body_format: str, body: Any, place: tuple[Any, ...], said: str) -> None:
    with pytest.raises(BodyError, match=said) as caught:
        read_body(body_format, body)
    assert caught.value.location == place


def test_images_of_ollama_s_prompt_stand_in_its_message() -> None:
    body = {"model": "llava", "prompt": "What is this?", "images": ["AAAA"]}
    message = read_body("ollama.generate", body).messages[-1]
    assert message.texts == ("What is this?",)
    assert [(media.kind, media.data, media.location) for media in message.media] == [
        ("image", "AAAA", ("images", 0))
    ]
