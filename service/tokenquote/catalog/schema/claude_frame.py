"""What counting.yaml may say of the prompt that Anthropic builds around the texts of a request to Claude.

The constants of a generation stand there with the recorded calls that they rest on; the rendering of tools,
calls and results, and the seams between texts, are code: tokens/claude/.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, StrictInt

from tokenquote.catalog.schema.catalog_entry import Entry

__all__ = ["CallFrame", "ClaudeFrame", "SystemFrame", "Thinking", "ToolPrompt"]

ToolUse = Literal["auto", "any", "named"]
"""How a tool may be chosen. `none` is billed as `auto` is."""


CallUse = Literal[
    "calls", "empty_result", "text_beside_results", "several_at_once", "several_rounds", "failed"
]
"""What a history may hold: calls at all, and besides single calls with their results."""


class Thinking(Entry):
    """The tokens that a request to think a stated length adds."""

    tokens: StrictInt = 0
    """The tokens of the instruction on the first days of the generation, whatever the budget."""
    changed: dt.date | None = None
    """The day from which it had `tokens_since`. None: it has not changed."""
    tokens_since: StrictInt = 0
    """The tokens of the instruction from `changed` on."""
    interleaved_with_tools: StrictInt = 0
    """The tokens that the beta `interleaved-thinking-2025-05-14` adds beside thinking and tools."""


class SystemFrame(Entry):
    """The tokens of what stands before the conversation: tools, system text, thinking, output schema."""

    any: StrictInt = 0
    """The tokens added where any of the four is there, beside the one between each two of them."""
    strips_text: bool = False
    """Whether white space at the end of the system text is taken away; beside tools, at its beginning too."""
    joins_leading_newline: bool = False
    """Whether a newline at the beginning of the system text merges with what stands before it."""
    thinking: Thinking = Thinking()
    """What thinking adds."""
    output_schema: StrictInt = 81
    """The tokens around an output schema."""
    output_schema_seen: bool = True
    """Whether recorded calls show output schemas billed. Models older than them may not be shown any: the
    lower end of the band leaves the schema out."""


class ToolPrompt(Entry):
    """The tokens of the prompt that comes with having any tools, by the choice of a tool."""

    auto: StrictInt
    """The tokens where Claude may choose, and where it may call none."""
    any: StrictInt
    """The tokens where it has to call some tool."""
    named: StrictInt
    """The tokens where it has to call a tool by name, besides those of the name."""
    unseen: tuple[ToolUse, ...] = ()
    """The choices that no recorded call has; their figures follow from neighbouring generations."""
    one_at_a_time: dict[ToolUse, StrictInt] = Field(default={})
    """The tokens added (or saved, if negative) by `disable_parallel_tool_use` where calls show it."""
    forced_after_results: StrictInt = 0
    """The tokens added (or saved) where a call is forced and the request ends with results of tools."""
    escapes_unicode: bool = True
    """Whether characters beyond ASCII stand in definitions by their numbers."""


class CallFrame(Entry):
    """The tokens around calls and results in the history, besides those of their blocks."""

    continues_turn: bool = True
    """Whether Claude goes on in the same turn after results. Otherwise each message is a turn of its own."""
    first: StrictInt = 1
    """The tokens added for the first calls of a turn."""
    after_text: StrictInt = 0
    """The tokens added for the first calls of a turn where text stands before them."""
    further: StrictInt = 0
    """The tokens added for calls that follow results."""
    results: StrictInt = 2
    """The tokens added for the results of a turn."""
    answer: StrictInt = -2
    """The tokens added (or saved) for an answer that follows results."""
    text_beside_results: StrictInt = 5
    """The tokens added where a user says something beside results or after them."""
    failed: StrictInt = 8
    """The tokens added for a result that is marked as an error."""
    empty_result: StrictInt = 15
    """The tokens added for a result that holds nothing: Claude is told so."""
    reasoning: StrictInt = 7
    """The tokens around reasoning that is sent back within a tool loop."""
    image: StrictInt = 12
    """The tokens added for an image in a result."""
    image_beside_text: StrictInt = 18
    """The tokens added for an image in a result that has text as well."""
    unseen: tuple[CallUse, ...] = ()
    """What no recorded call of the generation has in its history, or those of one repository alone;
    neighbouring generations say its tokens."""


class ClaudeFrame(Entry):
    """What stands around the texts of a request to one generation of Claude."""

    request: StrictInt = 4
    """The tokens of every request: its opening, and what asks for the answer."""
    user: StrictInt = 3
    """The tokens around a user's turn."""
    assistant: StrictInt = 3
    """The tokens around an assistant's turn of the history."""
    hidden_user: StrictInt = 12
    """The tokens added to a conversation that the assistant opens."""
    marks_messages: bool = True
    """Whether the marker of a word's beginning stands before the text of a message."""
    free_trailing_space: bool = False
    """Whether white space at the end of a message is free."""
    own_day: dt.date
    """The middle of the days on which the generation was the newest: a body whose day nobody knows is framed
    as of this day."""
    system: SystemFrame = SystemFrame()
    """What stands before the conversation."""
    tools: ToolPrompt
    """The prompt that comes with tools."""
    calls: CallFrame = CallFrame()
    """What stands around calls and results."""
    newer: bool = False
    """Whether the rule stands in for models newer than the recorded calls; its counts are never exact."""
