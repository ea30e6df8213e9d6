"""Bodies whose text is sent bare: embeddings, legacy completions, fill-in-the-middle, reranking, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tokenquote.tokens.bodies.content_parts import data_or_address, unknown
from tokenquote.tokens.bodies.json_members import list_of, object_of, optional_text
from tokenquote.tokens.request import BodyError, Location, Message, Request, Unknown

__all__ = ["read_embedding", "read_ollama_generate", "read_prompt", "read_rerank"]

_EMBEDDED = (
    "input",
    "texts",
    "inputText",
    "prompt",
    "content",
    "contents",
    "instances",
    "requests",
    "inputs",
)


def read_embedding(body: Mapping[str, Any]) -> Request:
    """Texts to embed, under whichever name the provider has for them."""
    key = next((key for key in _EMBEDDED if body.get(key) is not None), None)
    if key is None:
        raise BodyError(("input",), f"an embedding body has one of {', '.join(_EMBEDDED)}")
    return _request(_texts(body[key], (key,)))


def read_prompt(body: Mapping[str, Any]) -> Request:
    """`prompt`, with `suffix` after it and `system` before it where the api has them."""
    prompt = body.get("prompt", body.get("inputText"))
    if prompt is None:
        raise BodyError(("prompt",), "this body has `prompt`: a string, a list of strings or token ids")
    around = [text for key in ("system", "suffix") if (text := optional_text(body, key, ()))]
    return _request([*_texts(prompt, ("prompt",)), *around])


def read_ollama_generate(body: Mapping[str, Any]) -> Request:
    """Ollama puts `system` and `prompt` into the model's chat template, unless the body is `raw`."""
    if body.get("raw") is True:
        return read_prompt(body)
    prompt = optional_text(body, "prompt", ())
    if prompt is None:
        raise BodyError(("prompt",), "an ollama.generate body has `prompt`: a string")
    system = optional_text(body, "system", ())
    spoken = [Message("system", (system,))] if system else []
    pictures = [
        data_or_address("image", data, ("images", i)) for i, data in enumerate(list_of(body, "images"))
    ]
    return Request(messages=(*spoken, Message("user", (prompt, *pictures))))


def read_rerank(body: Mapping[str, Any]) -> Request:
    """`query` once with each of `documents`."""
    query = optional_text(body, "query", ())
    documents = body.get("documents")
    if query is None or not isinstance(documents, list):
        raise BodyError(("query",), "a rerank body has `query` and a list `documents`")
    return _request(text for one in _texts(documents, ("documents",)) for text in (query, one))


def _request(texts: Iterable[str | int | Unknown]) -> Request:
    read = [*texts]
    return Request(
        prompts=tuple(text for text in read if isinstance(text, str)),
        prompt_tokens=sum(ids for ids in read if isinstance(ids, int)),
        unknown=tuple(one for one in read if isinstance(one, Unknown)),
        shape="prompts",
    )


def _texts(value: Any, at: Location) -> Iterator[str | int | Unknown]:
    """Strings as they are; a list of token ids as its length."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(one, int) for one in value):
        yield len(value)
    elif isinstance(value, list):
        for i, one in enumerate(value):
            yield from _texts(one, (*at, i))
    else:
        yield from _of_object(object_of(value, at, "a string, token ids, or an object with the text"), at)


def _of_object(value: Mapping[str, Any], at: Location) -> Iterator[str | int | Unknown]:
    """`{text}`, `{content: {parts: [{text}]}}`, `{content}`, `{parts}`."""
    for key in ("text", "content", "parts"):
        if value.get(key) is not None:
            yield from _texts(value[key], (*at, key))
            return
    yield unknown({"type": next(iter(value), None), **value}, "inputs", at)
