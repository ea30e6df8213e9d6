"""The tokens that a provider adds around texts, as counting.yaml states them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal, TypeVar

from pydantic import Field, StrictInt

from tokenquote.catalog.schema.catalog_entry import Entry, Money

__all__ = ["EarlierFraming", "Framing", "SchemaFraming", "ToolFraming"]


class ToolFraming(Entry):
    """The tokens that a provider adds for tool definitions."""

    style: Literal["typescript", "typescript-0613", "json", "json-as-sent", "json-spaced", "json-listed"]
    """The form in which the model sees the definitions. `typescript` is OpenAI's namespace block in the
    system message, `typescript-0613` the earlier form of that block, and `json` the definitions as compact
    JSON. `json-as-sent` keeps the order of the body's members, and `json-spaced` has a blank behind every
    colon and comma besides, and `json-listed` is Cohere's, with blanks and `responses: null` in each."""
    factor: Money = Decimal(1)
    """The tokens of this model for each token of the definitions; it replaces the factor of texts."""
    method: Literal["exact", "calibrated", "assumed"] = "calibrated"
    """How sure the counts of definitions are; texts have a method of their own. `exact` holds for definitions
    whose form recorded bills settle: others stay calibrated, in the band below."""
    call_method: Literal["exact", "calibrated", "assumed"] = "calibrated"
    """How sure the counts of calls are."""
    low: Money = Decimal("0.75")
    """The lower end of the band of definitions, output schemas and calls, as a multiple of the count."""
    high: Money = Decimal("1.35")
    """The upper end of the band of definitions, output schemas and calls, as a multiple of the count."""
    slack: StrictInt = Field(default=0, ge=0)
    """The tokens by which the band of definitions, and that of an output schema, is wider on either side."""
    call_slack: StrictInt = Field(default=0, ge=0)
    """The tokens by which the band of each message with calls is wider on either side."""
    joins_system: bool = True
    """Whether the block follows the system message's text, so that a full stop and the blank line after it
    are one token."""
    per_request: StrictInt = 0
    """The tokens added once to a request that has tools; negative where a merge saves a token."""
    per_tool: StrictInt = 0
    """The tokens added for each tool."""
    without_system: StrictInt = 0
    """The tokens added (or saved, if negative) when no system message is there to hold the block."""
    without_first_description: StrictInt = 0
    """The tokens added (or saved, if negative) when the first function has no description."""
    choice_named: StrictInt | None = None
    """The tokens that a `tool_choice` with a tool's name costs besides those of `functions.` and the name.
    None: it costs nothing."""
    choice_forced: StrictInt = 0
    """The tokens that having to call a tool adds, whichever it is; negative where a prompt is left out."""
    choice_none: StrictInt = 0
    """The tokens that `tool_choice: none` adds; the definitions are billed all the same."""
    per_grammar: StrictInt = 0
    """The tokens added around the grammar of a custom tool."""
    single_calls: StrictInt = 0
    """The tokens that `parallel_tool_calls: false` adds to a request with tools."""
    per_text_format: StrictInt = 0
    """The tokens added for each custom tool whose format is stated to be text."""
    lone_required_is_named: bool = False
    """Whether `tool_choice: required` with a single tool costs what naming that tool costs."""


class SchemaFraming(Entry):
    """The tokens that a provider adds for an output schema, besides those of its block."""

    method: Literal["exact", "calibrated", "assumed"] = "calibrated"
    """How sure the counts of output schemas are. `exact` holds for those whose form recorded bills settle, in
    a request without tools."""
    style: Literal["block", "json", "json-line", "unbilled"] = "block"
    """The form in which the model sees the schema: OpenAI's block in the system message, compact JSON, or a
    line of JSON with a blank behind every colon and comma; `unbilled` schemas cost none of their tokens."""
    per_request: StrictInt = 0
    """The tokens added once to a request with an output schema."""
    with_name: bool = False
    """Whether the tokens of the schema's name are billed once more."""
    per_answer: StrictInt | None = None
    """The tokens that each text answer of the history costs besides those of the schema's name, which it is
    marked with. None: answers are not marked."""
    with_system: StrictInt = 0
    """The tokens added when a system message is there to hold the block."""
    without_system: StrictInt = 0
    """The tokens added when there is no system message, and there are no tools either."""
    beside_tools: StrictInt = 0
    """The tokens added (or saved, if negative) when the request has tools as well."""


class Framing(Entry):
    """The tokens that a provider adds around texts. Token amounts that a plan states never carry any."""

    request: StrictInt = Field(default=0, ge=0)
    """The tokens added once per request."""
    default_system: StrictInt = Field(default=0, ge=0)
    """The tokens of the system message that a host puts before a request that has none. Only a rule with a
    chat template may state it."""
    effort_text: StrictInt = Field(default=0, ge=0)
    """The tokens of a text about the effort of thinking, which some requests that may think are billed and
    others are not: the upper end of their band has room for it."""
    message: StrictInt = Field(default=0, ge=0)
    """The tokens around each message, its role included."""
    system: StrictInt | None = Field(default=None, ge=0)
    """The tokens around a system message. None: as many as around any message."""
    documents: StrictInt = Field(default=0, ge=0)
    """The tokens that having documents adds to a request, besides those of their members."""
    prompt: StrictInt = Field(default=0, ge=0)
    """The tokens around each text that is sent bare: for embeddings, completions and image prompts."""
    name: StrictInt = Field(default=0, ge=0)
    """The tokens for a `name` field, besides those of the name."""
    assistant: StrictInt = Field(default=0, ge=0)
    """The tokens that an assistant message of the history adds to those of any message."""
    call_style: Literal["functions", "tags", "lists", "json"] = "functions"
    """The form of calls in the history: `functions` is OpenAI's, where the results name the function;
    `tags` has a tag for the function and one for each argument, and results are texts alone; `lists` has
    the calls of a message and their results as two lists of JSON; `json` has an object with the name and the
    input of each call, and results are texts alone."""
    call: StrictInt = Field(default=0, ge=0)
    """The tokens around one tool call of the history."""
    further_call: StrictInt | None = Field(default=None, ge=0)
    """The tokens around each call after the first of a message. None: as many as around the first."""
    hidden_reasoning: StrictInt = Field(default=0, ge=0)
    """The most that the hidden reasoning of an earlier answer was seen to add when the answer is sent back.
    No body holds it, so the upper end of a band has room for it."""
    json_mode: StrictInt = 0
    """The tokens added where the answer has to be JSON of no stated schema."""
    text_beside_calls: StrictInt = Field(default=0, ge=0)
    """The tokens that a message costs more if it says something and makes calls."""
    stored_call: StrictInt = Field(default=0, ge=0)
    """The tokens added to a single call that is sent back by the id of an item that the provider keeps."""
    result: StrictInt = Field(default=0, ge=0)
    """The tokens around one tool result."""
    result_in_namespace: bool = False
    """Whether a result names its tool as `functions.weather`; otherwise it says `weather`."""
    parallel_calls: StrictInt = Field(default=0, ge=0)
    """The tokens around a message with several calls, together with its results; replaces `call` and
    `result`."""
    escaped_outputs: bool = False
    """Whether the results of several calls at once have characters beyond ASCII escaped."""
    tools: ToolFraming = ToolFraming(style="json")
    """The tokens for tool definitions; by default they are counted as compact JSON."""
    output_schema: SchemaFraming = SchemaFraming()
    """The tokens for an output schema; by default nothing is added to its block."""
    responses: Framing | None = None
    """The framing of bodies of OpenAI's Responses API, in place of this one. None: it is the same."""

    def changed(self, changes: Framing) -> Framing:
        """Return the framing with what the other one states in place of its own."""
        return _changed(self, changes)


class EarlierFraming(Entry):
    """What a provider added around texts until a day, where that was something else than today."""

    until: dt.date
    """The last day on which it held."""
    framing: Framing = Framing()
    """What differed from the framing of today; all that it does not state was the same."""
    values: dict[str, Any] = Field(default={})
    """The variables of the chat template that differed."""


EntryT = TypeVar("EntryT", bound=Entry)


def _changed(entry: EntryT, changes: EntryT) -> EntryT:
    update: dict[str, object] = {}
    for name in changes.model_fields_set:
        own, other = getattr(entry, name), getattr(changes, name)
        both = isinstance(own, Entry) and isinstance(other, Entry)
        update[name] = _changed(own, other) if both else other
    return entry.model_copy(update=update)
