"""History strategies: what of a conversation is sent again in each request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, model_serializer

from tokenquote_client.amounts import Amount
from tokenquote_client.wire_types import ModelName, Sent, TokenNumber, all_rules, either, exactly_one, having

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

    model_config = ConfigDict(
        json_schema_extra={"required": ["strategy"]}
    )  # by which a plan tells it from the others

    strategy: Literal["full"] = "full"
    """The strategy, which is `full`: the whole history."""

    @model_serializer
    def _always_named(self) -> dict[str, str]:
        """Write the name even where defaults are left out, since it tells this strategy from the others."""
        return {"strategy": self.strategy}


class WindowHistory(Sent):
    """Only the latest whole turns are sent again: a number of them, or those that fit into some tokens."""

    model_config = exactly_one("turns", "tokens")

    strategy: Literal["window"]
    """The strategy, which is `window`: a sliding window."""
    turns: Annotated[int, Field(strict=True, ge=0)] | None = None
    """The number of latest turns that are sent again; null, the default: `tokens` is the bound. Both or
    neither is an error."""
    tokens: TokenNumber | None = None
    """The number of tokens that the latest turns must fit into; system message and tools do not count. Null,
    the default: `turns` is the bound."""


class Summary(Sent):
    """A summary takes the place of the history at regular intervals."""

    strategy: Literal["summary"]
    """The strategy, which is `summary`: a summary of older turns."""
    every: Annotated[int, Field(strict=True, ge=1)]
    """The number of turns after which the history is summarized, before the turn that follows them."""
    tokens: TokenNumber
    """The length of the summary in tokens: output of the request that writes it, input of later ones."""
    instruction: Amount | None = None
    """The message that asks for the summary; null, the default: 0 tokens, which is listed as an
    assumption."""
    keep: Annotated[int, Field(strict=True, ge=0)] = 0
    """The number of last turns that are sent whole beside the summary; 0 by default. It must be below
    `every`."""
    model: ModelName | None = None
    """The model that writes the summaries; null, the default: the model of the turn that comes next."""


class Retrieval(Sent):
    """Passages are retrieved for each question and sent with it, beside the latest turns, and not kept."""

    model_config = all_rules(
        either(having(candidates=(None,)), having("rerank_model")),
        either(having(queries=(None,), query=(None,)), having("queries", "query")),
    )

    strategy: Literal["retrieval"]
    """The strategy, which is `retrieval`: retrieved passages."""
    tokens: TokenNumber
    """The number of tokens of the passages that every request of a turn sends before the question."""
    turns: Annotated[int, Field(strict=True, ge=0)]
    """The number of latest turns that are sent again."""
    embedding_model: ModelName | None = None
    """The model that embeds each user message, in a request of its own; null, the default: there is none."""
    rerank_model: ModelName | None = None
    """The model that ranks the candidates, in a request of its own for each turn; null, the default: there is
    none."""
    candidates: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    """The number of passages that `rerank_model` ranks for each question; null, the default: as many as it
    takes in one search. Without `rerank_model` it is an error."""
    queries: Annotated[int, Field(strict=True, ge=1, le=1_000)] | None = None
    """The number of queries that the turn's model writes for each question, in one request with the opening
    and the question; each is embedded by itself in place of the question. Null, the default: there is no such
    request."""
    query: Amount | None = None
    """The length of each of these queries; null, the default, is allowed only without `queries`."""
    hypothesis: Amount | None = None
    """The hypothetical answer that the turn's model writes, in a request with the opening and the question,
    and that is embedded in place of the question; null, the default: there is none."""


class Compaction(Sent):
    """The context is condensed before a request whose input would exceed a threshold."""

    model_config = exactly_one("at", "at_tokens")

    strategy: Literal["compaction"]
    """The strategy, which is `compaction`: compaction of a full history."""
    at: WindowShare | None = None
    """The threshold as a share of the context window, above 0 and at most 1, or of the most input tokens
    where those are fewer. Null, the default: `at_tokens` is the threshold; both or neither is an error. For a
    model whose window is not published it is an error."""
    at_tokens: TokenNumber | None = None
    """The threshold in input tokens; null, the default: `at` is the threshold."""
    tokens: TokenNumber
    """The length of the condensed history in tokens: output of the request that writes it, input of later
    ones."""
    instruction: Amount | None = None
    """The message that asks for the condensed history; null, the default: 0 tokens, which is listed as an
    assumption."""
    keep: Annotated[int, Field(strict=True, ge=0, le=100)] = 0
    """The number of last finished turns that are sent whole beside it, 100 at most; 0 by default."""
    model: ModelName | None = None
    """The model that condenses the history; null, the default: the model of the turn."""


class ClearToolResults(Sent):
    """Tool results are replaced by a placeholder, except for the latest."""

    strategy: Literal["clear_tool_results"]
    """The strategy, which is `clear_tool_results`: clearing of tool results."""
    keep: Annotated[int, Field(strict=True, ge=0)]
    """The number of latest single tool results that are sent as they are."""
    placeholder: Amount | None = None
    """What is sent in place of each cleared result; null, the default: 0 tokens, which is listed as an
    assumption."""
    above: TokenNumber = 0
    """The input tokens, before anything is cleared, that a request must exceed; 0 by default."""


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
