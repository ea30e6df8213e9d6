"""Providers' own request bodies, one module per family, read into the one internal Request."""

from tokenquote.tokens.native.errors import BodyError
from tokenquote.tokens.native.formats import FORMATS, SHAPES, looks_like, read_body
from tokenquote.tokens.native.tool_definitions import Tools, read_tools

__all__ = ["FORMATS", "SHAPES", "BodyError", "Tools", "looks_like", "read_body", "read_tools"]
