"""Text, tool definitions and native request bodies to token counts that say where they come from."""

from tokenquote.counts import Count
from tokenquote.tokens.native import BodyError, read_body, read_tools
from tokenquote.tokens.request import Message, Request, ToolCall, ToolDefinition
from tokenquote.tokens.rules import RequestCount, TokenRules
from tokenquote.tokens.vocabularies import Vocabularies, VocabularyError

__all__ = [
    "BodyError",
    "Count",
    "Message",
    "Request",
    "RequestCount",
    "TokenRules",
    "ToolCall",
    "ToolDefinition",
    "Vocabularies",
    "VocabularyError",
    "read_body",
    "read_tools",
]
