"""History strategies: what of a conversation is sent again in each request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_serializer

from tokenquote_client.wire_types import Sent, TokenNumber

__all__ = [
    "ClearToolResults",
    "Compaction",
    "FullHistory",
    "History",
    "Retrieval",
    "Summary",
    "WindowHistory",
]

WindowShare = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]


class FullHistory(Sent):
    """Everything is sent again in every request."""

    strategy: Literal["full"] = "full"
    """The strategy, which is `full`: the whole history."""

    @model_serializer
    def _always_named(self) -> dict[str, str]:
        """Write the name even where defaults are left out, since it tells this strategy from the others."""
        return {"strategy": self.strategy}


class WindowHistory(Sent):
    """Only the latest turns, or those that fit into a number of tokens, are sent again; not yet offered."""

    strategy: Literal["window"]
    """The strategy, which is `window`: a sliding window."""
    turns: Annotated[int, Field(strict=True, ge=0)] | None = None
    """The number of latest turns that are kept; null, the default: `tokens` is the bound."""
    tokens: TokenNumber | None = None
    """The number of tokens that the kept turns must fit into; null, the default: `turns` is the bound."""


class Summary(Sent):
    """A summary takes the place of the history at regular intervals; not yet offered."""

    strategy: Literal["summary"]
    """The strategy, which is `summary`: a summary of older turns."""
    every: Annotated[int, Field(strict=True, ge=1)]
    """The number of turns after which the history is summarized."""
    tokens: TokenNumber
    """The length of the summary in tokens."""


class Retrieval(Sent):
    """Passages are retrieved for each question, beside the latest turns; not yet offered."""

    strategy: Literal["retrieval"]
    """The strategy, which is `retrieval`: retrieved passages."""
    tokens: TokenNumber
    """The number of tokens of the passages that are retrieved for each question."""
    turns: Annotated[int, Field(strict=True, ge=0)]
    """The number of latest turns that are sent again."""


class Compaction(Sent):
    """The history is condensed once it fills a share of the context window; not yet offered."""

    strategy: Literal["compaction"]
    """The strategy, which is `compaction`: compaction of a full history."""
    at: WindowShare
    """The share of the context window, above 0 and at most 1, whose filling triggers a compaction."""
    tokens: TokenNumber
    """The length of the condensed history in tokens."""


class ClearToolResults(Sent):
    """Old tool results are dropped, except for the latest; not yet offered."""

    strategy: Literal["clear_tool_results"]
    """The strategy, which is `clear_tool_results`: clearing of tool results."""
    keep: Annotated[int, Field(strict=True, ge=0)]
    """The number of latest tool results that are kept."""


def _strategy(value: Any) -> str | None:
    name = value.get("strategy") if isinstance(value, Mapping) else getattr(value, "strategy", None)
    return f"~{name}" if isinstance(name, str) else None


History = Annotated[
    Annotated[FullHistory, Tag("~full")]
    | Annotated[WindowHistory, Tag("~window")]
    | Annotated[Summary, Tag("~summary")]
    | Annotated[Retrieval, Tag("~retrieval")]
    | Annotated[Compaction, Tag("~compaction")]
    | Annotated[ClearToolResults, Tag("~clear_tool_results")],
    # A message of our own: pydantic's would repeat whatever was sent.
    Discriminator(
        _strategy,
        custom_error_type="strategy",
        custom_error_message="a history has a `strategy`: full, window, summary, retrieval, compaction "
        "or clear_tool_results",
    ),
]
