"""What stays of a tool's definition in each request once its loading is deferred.

A client marks tools with `defer_loading`, and the model finds them with a search tool when it needs them.
Anthropic shows Claude nothing of a deferred tool ("Tool search tool", platform.claude.com/docs, of the api
version 2025-11-20). OpenAI still shows name and description of a deferred function, and defers the schema of
its parameters ("Tool search", developers.openai.com/api/docs/guides/tools-tool-search, GPT-5.4 and later).
Clients that search by themselves for other models list names and descriptions as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenquote.catalog import Model
from tokenquote.tokens import ToolDefinition

__all__ = ["Deferral", "choose_deferral"]


@dataclass(frozen=True, slots=True)
class Deferral:
    """A way of deferring tools."""

    shows_descriptions: bool
    """Whether name and description stay in the request; False: nothing of a deferred tool does."""
    assumption: str
    """The rule and its source in a sentence for users."""

    def shorten(self, tools: Sequence[ToolDefinition]) -> Sequence[ToolDefinition]:
        """Return what stays of each definition, in order; empty where nothing does."""
        return [*map(_without_parameters, tools)] if self.shows_descriptions else ()


_NOTHING_STAYS = Deferral(
    shows_descriptions=False,
    assumption="deferred: nothing of a tool is sent until a search finds it (Anthropic's tool search tool, "
    "with defer_loading)",
)
_DESCRIPTIONS_STAY = Deferral(
    shows_descriptions=True,
    assumption="deferred: name and description of each tool are still sent, its parameters are not (OpenAI's "
    "tool search with defer_loading; other clients that search for a model do the same)",
)


def choose_deferral(model: Model) -> Deferral:
    """Return the rule of the model's maker: Anthropic's for Claude on any host, else OpenAI's."""
    return _NOTHING_STAYS if model.counting.claude is not None else _DESCRIPTIONS_STAY


def _without_parameters(tool: ToolDefinition) -> ToolDefinition:
    sent = {key: tool.as_sent[key] for key in ("name", "description") if key in tool.as_sent}
    return replace(tool, parameters={}, has_schema=False, as_sent=sent)
