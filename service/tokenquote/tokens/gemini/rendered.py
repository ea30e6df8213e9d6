"""What a definition, a call or a result becomes before it is counted, and what each frame has to render."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from tokenquote.tokens.request import JsonObject, OutputSchema, ToolDefinition

__all__ = [
    "JSON_SCHEMA_KEYS",
    "MAX_DEPTH",
    "Frame",
    "Rendered",
    "list_members",
    "read_response_schema",
]

MAX_DEPTH = 64
JSON_SCHEMA_KEYS = ("parametersJsonSchema", "parameters_json_schema")
"""The members that hold parameters as a JSON schema instead of Google's own form of one."""
_RESPONSE_KEYS = ("response", "responseJsonSchema", "response_json_schema")


@dataclass(frozen=True, slots=True)
class Rendered:
    """Texts that are encoded each by itself, and the number of tokens between them."""

    texts: tuple[str, ...] = ()
    tokens: int = 0

    @classmethod
    def from_pieces(cls, pieces: Iterable[str | None]) -> Rendered:
        """Join pieces of text as they follow each other; None is a mark of one token between them."""
        texts: list[list[str]] = [[]]
        for piece in pieces:
            if piece is None:
                texts.append([])
            else:
                texts[-1].append(piece)
        return cls(tuple(text for parts in texts if (text := "".join(parts))), len(texts) - 1)


class Frame(Protocol):
    """A form in which tools, schemas, calls and results reach the model."""

    def definition(self, tool: ToolDefinition) -> Rendered:
        """Render a tool definition.

        Raises:
            BodyError: a schema unfolds to more than the bounds.
        """

    def output_schema(self, schema: OutputSchema) -> Rendered:
        """Render an output schema that is billed.

        Raises:
            BodyError: the schema unfolds to more than the bounds.
        """

    def call(self, name: str, arguments: JsonObject) -> Rendered:
        """Render a call that the model made."""

    def result(self, name: str, response: JsonObject) -> Rendered:
        """Render the result of a call."""


def read_response_schema(tool: ToolDefinition) -> tuple[str, JsonObject] | None:
    """Return the schema of what a function returns, with the member it stands in; None: it states none."""
    for key in _RESPONSE_KEYS:
        if isinstance(schema := tool.as_sent.get(key), dict) and schema:
            return key, schema
    return None


def list_members(value: object) -> list[object]:
    """Return a list as it is, and an empty one for anything else."""
    return value if isinstance(value, list) else []
