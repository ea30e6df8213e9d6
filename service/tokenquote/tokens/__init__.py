"""Counts the tokens of texts, tool definitions and native bodies, and says where each count comes from."""

from tokenquote.counts import Count
from tokenquote.tokens.bodies import format_names, looks_like, read_body, read_tools
from tokenquote.tokens.bodies.mcp_tools import read_mcp_tools
from tokenquote.tokens.request import BodyError, Media, Message, Request, ToolCall, ToolDefinition, Unknown
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.rules import TokenRules
from tokenquote.tokens.texts import TextMemo
from tokenquote.tokens.tool_parts import ToolParts, count_tool_parts
from tokenquote.tokens.vocabularies import (
    NotLoaded,
    Vocabularies,
    VocabularyError,
    loaded_only,
    one_after_the_other,
)
from tokenquote.tokens.vocabularies.fast_engine import name_engine

__all__ = [
    "BodyError",
    "Count",
    "Media",
    "Message",
    "NotLoaded",
    "Request",
    "RequestCount",
    "TextMemo",
    "TokenRules",
    "ToolCall",
    "ToolDefinition",
    "ToolParts",
    "Unknown",
    "Vocabularies",
    "VocabularyError",
    "count_tool_parts",
    "format_names",
    "loaded_only",
    "looks_like",
    "name_engine",
    "one_after_the_other",
    "read_body",
    "read_mcp_tools",
    "read_tools",
]
