"""POST /v1/context-tax: what tools and instruction files cost before anyone has asked anything.

client.context_tax(model="claude-opus-4-8", mcp_tools=answer, files=[{"name": "CLAUDE.md", "text": text}])
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from tokenquote_client.plan import Plan
from tokenquote_client.quote import Warned
from tokenquote_client.wire_types import (
    Dollars,
    Method,
    ModelName,
    PlainText,
    Received,
    Rule,
    Sent,
    form,
    having,
    one_form,
)

__all__ = [
    "MAX_CONTEXT_PARTS",
    "ContextCosts",
    "ContextFile",
    "ContextPart",
    "ContextTaxAnswer",
    "ContextTaxQuestion",
    "ContextTotals",
]

MAX_CONTEXT_PARTS = 1_000
"""The most tools, and the most files, of one question."""


class ContextFile(Sent):
    """A file whose text is sent with every request, such as a CLAUDE.md."""

    name: str = Field(min_length=1, max_length=1_000)
    """The name of the file in the answer, which no other file may have; it is not sent to the model."""
    text: PlainText
    """The text of the file, of at most 5,000,000 characters."""


def _mcp_form(value: Any) -> str:
    return "~list" if isinstance(value, list) else "~answer"


_MCP_TOOL: Rule = {
    "type": "object",
    "required": ["name", "inputSchema"],
    "properties": {
        "name": {"type": "string"},
        "description": {"type": ["string", "null"]},
        "inputSchema": {"type": "object"},
    },
}
_MCP_LIST: Rule = {"items": _MCP_TOOL, "minItems": 1, "maxItems": MAX_CONTEXT_PARTS}
_MCP_RESULT: Rule = {
    "type": "object", "required": ["tools"], "properties": {"tools": {"type": "array", **_MCP_LIST}}
}  # fmt: skip
_MCP_ANSWER: Rule = {
    "not": {"required": ["error"]},
    "anyOf": [
        {"required": ["result"], "properties": {"result": _MCP_RESULT}},
        {**_MCP_RESULT, "not": {"required": ["result"]}},
    ],
}
"""What the JSON schema says of an answer: the result of `tools/list`, or the JSON-RPC message around it."""

McpAnswer = Annotated[
    Annotated[dict[str, Any], Tag("~answer"), Field(json_schema_extra=_MCP_ANSWER)]
    | Annotated[list[Any], Tag("~list"), Field(json_schema_extra=_MCP_LIST)],
    Discriminator(_mcp_form),
]


_BARE_PLAN = having("model", tools=(None,), start=(None,))


class ContextTaxQuestion(Sent):
    """Tools and files that stand before every conversation."""

    model_config = one_form(
        form("tools", without=("mcp_tools",)),
        form("mcp_tools", without=("tools",)),
        {**form("files", without=("tools", "mcp_tools")), "not": {"properties": {"files": {"maxItems": 0}}}},
    )

    model: ModelName
    """The model that reads them: its catalog id, an alias, or the name without the provider."""
    tools: list[dict[str, Any]] | None = Field(default=None, min_length=1, max_length=MAX_CONTEXT_PARTS)
    """The tool definitions in the form of any known api, at most 1,000; null, the default: `mcp_tools` or
    `files` are stated. Beside `mcp_tools` they are an error, and so are two tools of one name."""
    mcp_tools: McpAnswer | None = None
    """An MCP server's answer to `tools/list` as it is, or the list in it, at most 1,000 tools; null, the
    default: `tools` or `files` are stated."""
    files: list[ContextFile] = Field(default=[], max_length=MAX_CONTEXT_PARTS)
    """The files, at most 1,000, which stand one after the other in the system message. Empty, the default:
    there are none."""
    plan: Annotated[Plan, Field(json_schema_extra=_BARE_PLAN)] | None = None
    """The conversation that they stand before: a plan of the same model without `tools` and `start`, whose
    `conversations` is taken to be 1,000. Null, the default: ten turns of a medium question and answer, with
    the prompt cache where the model has one."""

    @model_validator(mode="after")
    def _something_to_count(self) -> Self:
        if self.tools is not None and self.mcp_tools is not None:
            raise ValueError("state either `tools` or `mcp_tools`, not both")
        if self.tools is None and self.mcp_tools is None and not self.files:
            raise ValueError("state `tools`, `mcp_tools` or `files`")
        return self


class ContextCosts(Received):
    """What something that every request sends takes and costs."""

    tokens: int
    """The input tokens that it adds to each request."""
    low: int
    """The lower end in tokens of the band that nine bills in ten are expected to lie in."""
    high: int
    """The upper end in tokens of the band that nine bills in ten are expected to lie in."""
    method: Method
    tokens_deferred: int
    """The input tokens that it adds to each request once every tool is deferred and none is loaded."""
    cost_per_request: Dollars | None
    """The cost in US dollars of one request that sends it, without a prompt cache, the mean over the
    conversation, as a decimal string; null: input has no price."""
    cost_per_conversation: Dollars | None
    """The cost in US dollars of one conversation with the plan's prompt cache, as a decimal string, below 0
    where only the longer prompt reaches the cacheable minimum; null: input has no price."""
    cost_per_conversation_without_cache: Dollars | None
    """The cost in US dollars of one conversation without a prompt cache, as a decimal string; null: input has
    no price."""
    cost_per_1000_conversations: Dollars | None
    """The cost in US dollars of 1,000 conversations with the plan's prompt cache, shared among them if the
    plan says so, as a decimal string; null: input has no price."""
    cost_per_1000_conversations_without_cache: Dollars | None
    """The cost in US dollars of 1,000 conversations without a prompt cache, as a decimal string; null: input
    has no price."""
    cost_deferred: Dollars | None
    """The cost in US dollars of one conversation with the plan's prompt cache, once every tool is deferred
    and none is loaded, as a decimal string; null: input has no price."""


class ContextPart(ContextCosts):
    """One tool, one file, or what the provider adds around all of them."""

    name: str
    """The name of the tool or of the file; of a frame, what it stands around."""
    kind: Literal["tool", "file", "frame"]
    """What it is: a `tool`, a `file`, or a `frame`, which comes with having any tools or files at all, and
    which may be below 0 tokens where a provider merges what stands next to each other."""


class ContextTotals(ContextCosts):
    """What all parts together take and cost."""

    requests: int
    """The number of requests of one conversation that send all of it: not those that embed or rank, nor those
    of agents with a system message and tools of their own."""
    saved_by_deferring: Dollars | None
    """The cost in US dollars of one conversation that deferring every tool saves, as a decimal string;
    null: input has no price."""


class ContextTaxAnswer(Received):
    """What tools and files cost, part by part."""

    model: str
    """The catalog id of the model that reads them."""
    parts: list[ContextPart]
    """The tools, the files and their frames in the order of the question; tokens and costs add up to
    `totals`."""
    totals: ContextTotals
    """The sums over all parts."""
    assumptions: list[str]
    """What the figures take for granted, one statement each."""
    warnings: list[Warned]
    """What the quote of the conversation with all parts warns of; empty: nothing."""
