"""Which reader reads a usage object: the one of the stated format, or the one whose members it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tokenquote.api.usage.anthropic import read_anthropic
from tokenquote.api.usage.billed import Billed
from tokenquote.api.usage.gemini import read_gemini, read_interactions
from tokenquote.api.usage.members import Members
from tokenquote.api.usage.openai import read_openai
from tokenquote.api.usage.other_hosts import (
    read_bedrock_invoke,
    read_cohere,
    read_converse,
    read_ollama,
)
from tokenquote.errors import LocatedError

__all__ = ["choose_format", "read_usage", "usage_format_names"]

UsageReader = Callable[[Members], Billed]


def _read_xai(usage: Members) -> Billed:
    return read_openai(usage, reasons_beside=True)


_READERS: Mapping[str, UsageReader] = {
    "anthropic.count_tokens": read_anthropic,
    "anthropic.messages": read_anthropic,
    "bedrock.converse": read_converse,
    "bedrock.count_tokens": read_converse,
    "bedrock.invoke": read_bedrock_invoke,
    "cohere.chat": read_cohere,
    "cohere.embed": read_cohere,
    "cohere.generate": read_cohere,
    "cohere.rerank": read_cohere,
    "gemini.countTokens": read_gemini,
    "gemini.embedContent": read_gemini,
    "gemini.generateContent": read_gemini,
    "gemini.interactions": read_interactions,
    "ollama.embed": read_ollama,
    "ollama.generate": read_ollama,
    "ollama.native_chat": read_ollama,
    "ollama_cloud.native_chat": read_ollama,
    "openai.responses.input_tokens": read_openai,
    "vertex.anthropic.messages": read_anthropic,
    "vertex.generateContent": read_gemini,
    "vertex.predict": read_openai,
    "xai.chat": _read_xai,
}
"""The formats with a form of their own, each by the name of its API."""

_SHAPES = (
    "chat", "responses", "embeddings", "completions", "images", "realtime", "transcriptions", "rerank", "ocr",
    "fim", "openai_chat",
)  # fmt: skip
"""The shapes of OpenAI's form, which go with any host's name: `groq.chat`."""

_MARKS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("billed_units",), "cohere.chat"),
    (("prompt_token_count", "generation_token_count"), "bedrock.invoke"),
    (("inputTextTokenCount",), "bedrock.invoke"),
    (("inputTokenCount",), "bedrock.invoke"),
    (("outputTokenCount",), "bedrock.invoke"),
    (("promptTokenCount",), "gemini.generateContent"),
    (("totalTokenCount",), "gemini.generateContent"),
    (("prompt_token_count",), "gemini.generateContent"),
    (("total_token_count",), "gemini.generateContent"),
    (("total_input_tokens",), "gemini.interactions"),
    (("inputTokens",), "bedrock.converse"),
    (("prompt_eval_count",), "ollama.native_chat"),
    (("tokens",), "cohere.chat"),
    (("search_units",), "cohere.rerank"),
    (("prompt_tokens",), "openai.chat"),
    (("input_token_details",), "openai.realtime"),
    (("input_tokens_details",), "openai.responses"),
    (("total_tokens", "input_tokens"), "openai.responses"),
    (("cache_read_input_tokens",), "anthropic.messages"),
    (("cache_creation_input_tokens",), "anthropic.messages"),
    (("cache_creation",), "anthropic.messages"),
    (("server_tool_use",), "anthropic.messages"),
    (("iterations",), "anthropic.messages"),
    (("output_tokens_details",), "openai.responses"),
    (("seconds",), "openai.transcriptions"),
    (("pages_processed",), "mistral.ocr"),
    (("billable_audio_seconds",), "xai.realtime"),
    (("total_tokens",), "openai.embeddings"),
    (("amazon-bedrock-invocationMetrics",), "bedrock.invoke"),
    (("cost_in_usd_ticks",), "xai.images"),
)
"""Members that tell a format, the surest first."""

_ALIKE = "anthropic.messages"
"""What `input_tokens` and `output_tokens` alone are read as: they mean the same in every format that has
them."""


def usage_format_names() -> tuple[list[str], list[str]]:
    """Return the names of the formats with a form of their own, and the shapes that go with any host."""
    return sorted(_READERS), [*_SHAPES]


def choose_format(usage: Mapping[str, object], stated: str | None) -> str:
    """Return the name of the format that the usage is in.

    Raises:
        LocatedError: the stated format is not known or cannot be, or none is stated and none is recognised.
    """
    seems = next((name for marks, name in _MARKS if all(usage.get(mark) is not None for mark in marks)), None)
    if stated is None:
        if seems is None and usage.get("input_tokens") is not None:
            return _ALIKE
        if seems is None:
            known = ", ".join(sorted(_READERS))
            raise LocatedError(
                ("usage",),
                "no usage object of a known form; is it the member `usage`, `usageMetadata` or `meta` of an "
                f"answer? State `format`: {known}, or HOST.{' / HOST.'.join(_SHAPES)} of any host",
            )
        return seems
    reader = _find_reader(stated)
    if reader is None:
        known = ", ".join(sorted(_READERS))
        raise LocatedError(
            ("format",), f"a format by the name of its api: {known}, or HOST.{' / HOST.'.join(_SHAPES)}"
        )
    if seems is not None and not _may_be(stated, seems):
        raise LocatedError(("format",), f"this usage looks like {seems}; state that, or leave `format` out")
    return stated


def read_usage(usage: Mapping[str, object], name: str) -> Billed:
    """Read the usage in a format that `choose_format` returned.

    Raises:
        LocatedError: numbers that cannot be, or that contradict each other.
    """
    reader = _find_reader(name)
    if reader is None:
        raise KeyError(name)
    return reader(Members(usage))


def _find_reader(name: str) -> UsageReader | None:
    if name in _READERS:
        return _READERS[name]
    host, _, shape = name.rpartition(".")
    return read_openai if host and shape in _SHAPES else None


def _may_be(stated: str, seems: str) -> bool:
    """Return whether a usage that looks like one format can be of another that is stated."""
    families = {_find_reader(stated), _find_reader(seems)}
    if families <= {read_openai, _read_xai} or len(families) == 1:
        return True
    return stated == "bedrock.invoke"
