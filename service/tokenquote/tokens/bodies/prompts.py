"""Read bodies whose text is sent bare: embeddings, completions, fill-in-the-middle, reranking, images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tokenquote.tokens.bodies.content_parts import MEDIA_KINDS, build_unknown, read_media
from tokenquote.tokens.bodies.json_members import find_member, read_list, read_object, read_optional_text
from tokenquote.tokens.request import BodyError, JsonObject, Location, Media, Message, Request, Unknown

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


def read_embedding(body: JsonObject) -> Request:
    """Read texts to embed, under whichever name the provider has for them.

    Raises:
        BodyError: the body has no such member, or it holds no texts.
    """
    key = next((key for key in _EMBEDDED if body.get(key) is not None), None)
    if key is None:
        raise BodyError(("input",), f"an embedding body has one of {', '.join(_EMBEDDED)}")
    return _build_request(_read_texts(body[key], (key,)))


def read_prompt(body: JsonObject) -> Request:
    """Read `prompt`, and with it the `system` and `suffix` that some APIs have.

    Raises:
        BodyError: the body has no prompt, or a member of the wrong type.
    """
    prompt = body.get("prompt", body.get("inputText"))
    if prompt is None:
        raise BodyError(("prompt",), "this body has `prompt`: a string, a list of strings or token ids")
    around = [text for key in ("system", "suffix") if (text := read_optional_text(body, key, ()))]
    return _build_request([*_read_texts(prompt, ("prompt",)), *around])


def read_ollama_generate(body: JsonObject) -> Request:
    """Read `system`, `prompt` and `images`, which Ollama puts into the chat template unless `raw` is true.

    Raises:
        BodyError: the body has no prompt, or a member of the wrong type.
    """
    if body.get("raw") is True:
        return read_prompt(body)
    prompt = read_optional_text(body, "prompt", ())
    if prompt is None:
        raise BodyError(("prompt",), "an ollama.generate body has `prompt`: a string")
    system = read_optional_text(body, "system", ())
    spoken = [Message("system", (system,))] if system else []
    images = [read_media("image", data, ("images", i)) for i, data in enumerate(read_list(body, "images"))]
    return Request(messages=(*spoken, Message("user", (prompt, *images))))


def read_rerank(body: JsonObject) -> Request:
    """Read `query` and `documents`; the query is sent again with each document.

    Raises:
        BodyError: the body has no query or no list of documents, or a document has no text.
    """
    query = read_optional_text(body, "query", ())
    documents = body.get("documents")
    if query is None or not isinstance(documents, list):
        raise BodyError(("query",), "a rerank body has `query` and a list `documents`")
    return _build_request(
        text for document in _read_texts(documents, ("documents",)) for text in (query, document)
    )


def _read_inline(inline: JsonObject, at: Location) -> Media:
    """Read Gemini's data beside text: an image, audio, video or document by its media type."""
    media_type = find_member(inline, "mimeType", "mime_type")
    family = str(media_type).split("/")[0]
    kind = MEDIA_KINDS.get(family, "document")
    return read_media(kind, inline.get("data"), (*at, "inlineData", "data"), media_type=media_type)


def _build_request(texts: Iterable[str | int | Unknown | Media]) -> Request:
    read = [*texts]
    media = tuple(piece for piece in read if isinstance(piece, Media))
    return Request(
        messages=(Message("user", media),) if media else (),
        prompts=tuple(text for text in read if isinstance(text, str)),
        prompt_tokens=sum(tokens for tokens in read if isinstance(tokens, int)),
        unknown=tuple(piece for piece in read if isinstance(piece, Unknown)),
        shape="prompts",
    )


def _read_texts(value: object, at: Location) -> Iterator[str | int | Unknown | Media]:
    """Yield strings unchanged, and each list of token ids as the number of its tokens."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(token, int) for token in value):
        yield len(value)
    elif isinstance(value, list):
        for i, text in enumerate(value):
            yield from _read_texts(text, (*at, i))
    else:
        holder = read_object(value, at, "a string, token ids, or an object with the text")
        yield from _read_held_texts(holder, at)


def _read_held_texts(value: JsonObject, at: Location) -> Iterator[str | int | Unknown | Media]:
    """Yield the texts of `{text}`, `{content: {parts: [{text}]}}`, `{content}` or `{parts}`."""
    for key in ("text", "content", "parts"):
        if value.get(key) is not None:
            yield from _read_texts(value[key], (*at, key))
            return
    if isinstance(inline := find_member(value, "inlineData", "inline_data"), dict):
        yield _read_inline(inline, at)
        return
    yield build_unknown({"type": next(iter(value), None), **value}, "inputs", at)
