"""Read providers' own request bodies into the one internal Request; each family of formats has its module.

This front holds the formats by the names of their APIs, and tells which format a body looks like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tokenquote.tokens.bodies.anthropic_messages import read_anthropic_messages
from tokenquote.tokens.bodies.bedrock_converse import read_bedrock_converse
from tokenquote.tokens.bodies.bedrock_invoke import read_bedrock_count_tokens, read_bedrock_invoke
from tokenquote.tokens.bodies.cohere_chat import read_cohere_chat
from tokenquote.tokens.bodies.gemini_generate_content import (
    read_gemini_count_tokens,
    read_gemini_generate_content,
)
from tokenquote.tokens.bodies.gemini_interactions import read_gemini_interactions
from tokenquote.tokens.bodies.json_members import MAX_BODY_DEPTH, read_object, refuse_deeper
from tokenquote.tokens.bodies.openai_chat import read_openai_chat
from tokenquote.tokens.bodies.openai_responses import read_openai_responses
from tokenquote.tokens.bodies.prompts import read_embedding, read_ollama_generate, read_prompt, read_rerank
from tokenquote.tokens.bodies.schemas import read_tools
from tokenquote.tokens.request import BodyError, JsonObject, Request

__all__ = ["FORMATS", "SHAPES", "format_names", "looks_like", "read_body", "read_tools"]

Reader = Callable[[JsonObject], Request]
"""A function that reads bodies of one format, and raises BodyError for any other."""

FORMATS: Mapping[str, Reader] = {
    "anthropic.count_tokens": read_anthropic_messages,
    "anthropic.messages": read_anthropic_messages,
    "bedrock.converse": read_bedrock_converse,
    "bedrock.count_tokens": read_bedrock_count_tokens,
    "bedrock.invoke": read_bedrock_invoke,
    "bedrock.openai_chat": read_openai_chat,
    "cohere.chat": read_cohere_chat,
    "cohere.embed": read_embedding,
    "cohere.generate": read_prompt,
    "gemini.countTokens": read_gemini_count_tokens,
    "gemini.embedContent": read_embedding,
    "gemini.generateContent": read_gemini_generate_content,
    "gemini.interactions": read_gemini_interactions,
    "gemini.openai_chat": read_openai_chat,
    "llamacpp.rerank": read_rerank,
    "mistral.completions": read_openai_chat,
    "mistral.fim": read_prompt,
    "ollama.embed": read_embedding,
    "ollama.generate": read_ollama_generate,
    "ollama.native_chat": read_openai_chat,
    "ollama_cloud.native_chat": read_openai_chat,
    "openai.images": read_prompt,
    "openai.responses.input_tokens": read_openai_responses,
    "vertex.anthropic.messages": read_anthropic_messages,
    "vertex.generateContent": read_gemini_generate_content,
    "vertex.predict": read_embedding,
    "xai.images": read_prompt,
}
"""The formats that only one provider has, each by the name of its API."""

SHAPES: Mapping[str, Reader] = {
    "chat": read_openai_chat,
    "responses": read_openai_responses,
    "embeddings": read_embedding,
    "completions": read_prompt,
}
"""OpenAI's formats, which many hosts take under their own names: `groq.chat`, `azure.openai.chat`."""

# Readers that take `messages`: the member that makes a body theirs all the same, and the formats whose
# messages they would read with parts left out.
_NO_CHATS = frozenset({"anthropic.messages", "bedrock.converse", "bedrock.invoke"})
_MISREAD: Mapping[Reader | None, tuple[str, frozenset[str]]] = {
    read_openai_chat: ("", _NO_CHATS),
    read_openai_responses: ("input", _NO_CHATS),
    read_cohere_chat: ("message", _NO_CHATS),
    read_anthropic_messages: ("", frozenset({"bedrock.converse"})),
}
_CONVERSE = frozenset({"text", "toolUse", "toolResult", "image", "document"})
# Members that only one format has, the surest first.
_MARKS: tuple[tuple[str, str], ...] = (
    ("anthropic_version", "bedrock.invoke"),
    ("contents", "gemini.generateContent"),
    ("generateContentRequest", "gemini.countTokens"),
    ("toolConfig", "bedrock.converse"),
    ("inferenceConfig", "bedrock.converse"),
    ("chat_history", "cohere.chat"),
    ("texts", "cohere.embed"),
    ("prompt", "openai.completions"),
    ("instructions", "openai.responses"),
    ("system", "anthropic.messages"),
    ("messages", "openai.chat"),
    ("input", "openai.responses"),
)


def read_body(body_format: str, body: JsonObject) -> Request:
    """Read a request body exactly as it would be sent to the provider.

    Raises:
        BodyError: the format is not known, or the body is not of it; then it says which it looks like.
    """
    reader = _find_reader(body_format)
    if reader is None:
        raise BodyError(("format",), f"a format by the name of its api; known: {', '.join(_known_names())}")
    read_object(body, ("body",), "a request body is an object")
    refuse_deeper(body, MAX_BODY_DEPTH, ("body",))
    _refuse_another_format(body_format, body)
    try:
        return reader(body)
    except BodyError as error:
        hint = _hint(body_format, body) if len(error.location) == 1 else ""
        raise BodyError(("body", *error.location), error.detail + hint) from None


def looks_like(body: JsonObject) -> str | None:
    """Return the format whose members the body has; None: it has those of no format."""
    blocks = [*_content_blocks(body)]
    if any(block.get("type") in ("tool_use", "tool_result") for block in blocks):
        return "anthropic.messages"
    if any("type" not in block and _CONVERSE & block.keys() for block in blocks):
        return "bedrock.converse"
    return next((name for key, name in _MARKS if key in body), None)


def _find_reader(body_format: str) -> Reader | None:
    if body_format in FORMATS:
        return FORMATS[body_format]
    host, _, shape = body_format.rpartition(".")
    return SHAPES.get(shape) if host else None


def _known_names() -> Iterator[str]:
    names, shapes = format_names()
    yield from names
    yield f"and {', '.join(f'HOST.{shape}' for shape in shapes)} of any host"


def format_names() -> tuple[list[str], list[str]]:
    """Return the names of all formats, and the shapes that go with any host's name: `HOST.chat`."""
    return sorted({*FORMATS, *(f"openai.{shape}" for shape in SHAPES)}), [*SHAPES]


def _refuse_another_format(body_format: str, body: JsonObject) -> None:
    """Refuse a body whose `messages` are of another format, which would be read with parts left out."""
    own, others = _MISREAD.get(_find_reader(body_format), ("", frozenset()))
    seems = looks_like(body)
    if seems in others and own not in body:
        at = ("body", "system") if "system" in body else ("body",)
        raise BodyError(at, f"this is no {body_format} body; it looks like {seems}")


def _hint(body_format: str, body: JsonObject) -> str:
    seems = looks_like(body)
    if seems is None or _find_reader(seems) is _find_reader(body_format):
        return ""
    return f"; this body looks like {seems}"


def _content_blocks(body: JsonObject) -> Iterator[JsonObject]:
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        blocks = content if isinstance(content, list) else ()
        yield from (block for block in blocks if isinstance(block, dict))
