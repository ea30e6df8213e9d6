"""Tokens that a provider adds around texts, as counting.yaml states them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, StrictInt

from tokenquote.catalog.schema.entry import Entry, Money

__all__ = ["Framing", "SchemaFraming", "ToolFraming"]


class ToolFraming(Entry):
    """What a provider adds for tool definitions."""

    style: Literal["typescript", "typescript-0613", "json"]
    """`typescript`: OpenAI's namespace block in the system message; `typescript-0613`: its earlier form.
    `json`: definitions as compact JSON."""
    factor: Money = Decimal(1)
    """Tokens of this model for each token of the definitions, in place of the text's own factor."""
    method: Literal["exact", "calibrated", "assumed"] = "calibrated"
    """How sure the counts of definitions, output schemas and calls are; texts have their own."""
    low: Money = Decimal("0.75")
    """Lower end of the band of definitions, output schemas and calls, as a multiple of the count."""
    high: Money = Decimal("1.35")
    """Upper end of that band, as a multiple of the count."""
    joins_system: bool = True
    """Whether the block follows the system message's text, so that a full stop and the blank line after it
    are one token."""
    per_request: StrictInt = 0
    """Tokens for having tools at all; negative where a merge saves one."""
    per_tool: StrictInt = 0
    without_system: StrictInt = 0
    """More tokens (or fewer) when no system message is there to hold the block."""
    without_first_description: StrictInt = 0
    """More tokens (or fewer) when the first function has no description."""
    choice_named: StrictInt | None = None
    """For a tool_choice that names a tool, besides the tokens of the name. None: it costs nothing."""
    choice_none: StrictInt = 0
    """For tool_choice `none`; the definitions are billed all the same."""
    per_grammar: StrictInt = 0
    """Around the grammar of a custom tool."""
    lone_required_is_named: bool = False
    """Whether `required` with one tool costs what naming it does."""


class SchemaFraming(Entry):
    """What a provider adds for an output schema, besides its block."""

    per_request: StrictInt = 0
    with_name: bool = False
    """The tokens of the schema's name once more."""
    with_system: StrictInt = 0
    """More tokens when a system message is there to hold the block."""
    without_system: StrictInt = 0
    """More tokens when none is, and no tools either."""
    beside_tools: StrictInt = 0
    """More tokens (or fewer) when there are tools as well."""


class Framing(Entry):
    """Tokens that a provider adds around texts. Stated token amounts never carry any."""

    request: StrictInt = Field(default=0, ge=0)
    """Once per request."""
    message: StrictInt = Field(default=0, ge=0)
    """Around each message, its role included."""
    prompt: StrictInt = Field(default=0, ge=0)
    """Around each text that is sent bare: embeddings, completions, prompts of pictures."""
    name: StrictInt = Field(default=0, ge=0)
    """For a `name` field, besides the tokens of the name."""
    assistant: StrictInt = Field(default=0, ge=0)
    """More for an assistant message of the history."""
    call: StrictInt = Field(default=0, ge=0)
    """Around one tool call of the history."""
    stored_call: StrictInt = Field(default=0, ge=0)
    """More for a call, made alone, that is sent back by the id of an item that the provider keeps."""
    result: StrictInt = Field(default=0, ge=0)
    """Around one tool result."""
    result_in_namespace: bool = False
    """Whether a result names its tool as `functions.weather`; else as `weather`."""
    parallel_calls: StrictInt = Field(default=0, ge=0)
    """Around a message with several calls, together with its results; replaces `call` and `result`."""
    tools: ToolFraming = ToolFraming(style="json")
    output_schema: SchemaFraming = SchemaFraming()
    responses: Framing | None = None
    """What holds in place of all this for bodies of OpenAI's Responses. None: the same."""
