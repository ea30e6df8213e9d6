"""The contract of POST /v1/tokens."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from tokenquote_client.wire import Method, Received, Sent

__all__ = ["TokensAnswer", "TokensBreakdown", "TokensQuestion", "UnknownPart"]


class TokensQuestion(Sent):
    """How many input tokens a request body will be billed for."""

    format: str = Field(min_length=1, max_length=64)
    """The api that the body is for: `openai.chat`, `anthropic.messages`, `bedrock.converse`, …"""
    body: dict[str, Any]
    """The body exactly as it would be sent."""
    model: str | None = Field(default=None, min_length=1, max_length=200)
    """Catalog id, alias or any name of a known family; None: the one that the body names."""


class TokensBreakdown(Received):
    """Where the tokens are; the members add up to `input_tokens`."""

    model_config = ConfigDict(serialize_by_alias=True)

    messages: int
    """Texts of messages, the system message among them; calls and results of the history."""
    tools: int
    """Tool definitions; `tools` beside the breakdown has them one by one."""
    schema_: int = Field(alias="schema")
    """The output schema."""
    images: int
    audio: int
    video: int
    documents: int
    """Texts of documents; their pages as pictures are in `images`."""
    unknown: int
    """Parts that no rule counts, by their text."""
    framing: int
    """What the provider adds around all of it, hidden constants included."""


class UnknownPart(Received):
    """A part of the body that no rule counts: it is counted by its text, within a wide band."""

    what: str
    pointer: str
    """Where it stands in the body, as a JSON pointer."""


class TokensAnswer(Received):
    """Input tokens of a body."""

    model: str
    input_tokens: int
    method: Method
    low: int
    """Nine bills in ten are expected from here…"""
    high: int
    """… to here."""
    breakdown: TokensBreakdown
    tools: dict[str, int] = Field(default={})
    """Tokens of each tool's definition, by its name. The block that holds them costs a little more."""
    vocabulary: str | None
    unknown: list[UnknownPart] = Field(default=[])
    assumptions: list[str] = Field(default=[])
