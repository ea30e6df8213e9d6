"""The contract of POST /v1/tokens: how many input tokens a request body has."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from tokenquote_client.wire_types import Method, Received, Sent

__all__ = ["TokensAnswer", "TokensBreakdown", "TokensQuestion", "UnknownPart"]


class TokensQuestion(Sent):
    """A request body whose input tokens are to be counted."""

    format: str = Field(min_length=1, max_length=64)
    """The api that the body is written for, such as `openai.chat`, `anthropic.messages` or
    `bedrock.converse`."""
    body: dict[str, Any]
    """The request body exactly as it would be sent, as a JSON object."""
    model: str | None = Field(default=None, min_length=1, max_length=200)
    """The model that counts: its catalog id, an alias or any name of a known family; null, the default: the
    one that the body names. A body that names none is then an error."""


class TokensBreakdown(Received):
    """Where the tokens are; the members add up to `input_tokens`."""

    model_config = ConfigDict(serialize_by_alias=True)

    messages: int
    """The tokens of the texts of messages, with the system message and the calls and results of the
    history."""
    tools: int
    """The tokens of all tool definitions with the block that holds them, save those in `framing`; `tools`
    beside the breakdown has them tool by tool."""
    schema_: int = Field(alias="schema")
    """The tokens of the output schema; 0 without one."""
    images: int
    """The tokens of images, and of the pages of documents that are read as images."""
    audio: int
    """The tokens of audio and of the audio tracks of videos."""
    video: int
    """The tokens of the frames of videos, without their audio tracks."""
    documents: int
    """The tokens of the texts of documents; pages that are read as images are in `images`."""
    unknown: int
    """The tokens of parts that no rule counts, counted by their text."""
    framing: int
    """The tokens that the provider adds around all of it, hidden constants included; negative where it merges
    messages."""


class UnknownPart(Received):
    """A part of the body that no rule counts: it is counted by its text, within a wide band."""

    what: str
    """The kind of part that is not known."""
    pointer: str
    """The place of the part within `body`, as a JSON pointer (RFC 6901)."""


class TokensAnswer(Received):
    """The input tokens of a request body."""

    model: str
    """The model that the body is counted for: a catalog id, or the name of a known family."""
    input_tokens: int
    """The number of input tokens that the body is expected to be billed for."""
    method: Method
    low: int
    """The lower end in tokens of the band that nine bills in ten are expected to lie in."""
    high: int
    """The upper end in tokens of the band that nine bills in ten are expected to lie in."""
    breakdown: TokensBreakdown
    """Where the tokens are, part by part."""
    tools: dict[str, int] = Field(default={})
    """The tokens that each tool's definition adds, by the tool's name; empty: there are no tools, or they are
    counted only together. They need not add up to `breakdown.tools`: framing may be in them, and the block
    around all definitions is not."""
    vocabulary: str | None
    """The name of the vocabulary that encoded the texts; null: no text was encoded."""
    unknown: list[UnknownPart] = Field(default=[])
    """The parts of the body that no rule counts; empty: every part is known."""
    assumptions: list[str] = Field(default=[])
    """What the count takes for granted, one statement each; empty: nothing."""
