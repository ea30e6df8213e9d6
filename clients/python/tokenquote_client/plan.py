"""The request side of the contract: a conversation that is planned.

    Plan(model="openai/gpt-5.4-mini", turns=[Turn(user=120, assistant=260, repeat=10)])

An amount is a number of tokens, a text, a named profile or a range; content is an amount or a list of parts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tokenquote_client.amounts import Amount, AmountOrParts, CallAmount, TokenNumber
from tokenquote_client.wire import Dollars, Sent, one_of

__all__ = [
    "Budget",
    "Caching",
    "Call",
    "ClearToolResults",
    "Compaction",
    "FullHistory",
    "History",
    "Plan",
    "Retrieval",
    "Start",
    "Summary",
    "ToolRound",
    "Turn",
    "WindowHistory",
]


def _rfc_3339(value: Any) -> Any:
    """A time with its offset. Numbers would pass for seconds, and the edges of time for any offset."""
    if isinstance(value, str) and not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]", value):
        raise ValueError("write a time as 2026-12-01T02:00:00Z")
    if not isinstance(value, (str, dt.datetime)) or isinstance(value, bool):
        raise ValueError("write a time as 2026-12-01T02:00:00Z")
    return value


def _within_reach(value: dt.datetime) -> dt.datetime:
    if not 1970 < value.year < 9999:
        raise ValueError("a time between 1971 and 9998")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_rfc_3339), AfterValidator(_within_reach)]
Repeat = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Share = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]


class Call(Sent):
    """A tool call and what it returns."""

    call: CallAmount
    """What the model writes to make the call: billed as output, then as input of every later request.
    `{name, arguments}` is framed as the provider frames calls; a text is taken for the arguments."""
    result: AmountOrParts
    """What the tool answers."""


class ToolRound(Sent):
    """Calls that the model makes together in one request."""

    calls: list[Call] = Field(min_length=1, max_length=1_000)
    text: Amount | None = None
    """What the model says beside its calls. Left out, it says nothing."""
    reasoning: Amount | None = None
    """Reasoning tokens of this request."""
    repeat: Repeat = 1


class Turn(Sent):
    """A user message, the tool rounds that it leads to, and the answer."""

    user: AmountOrParts | None = None
    """Left out only in the first turn after a `start` whose last message still waits for its answer."""
    gap_seconds: Annotated[float, Field(strict=True, ge=0, le=31_536_000, allow_inf_nan=False)] = 0
    """Pause before each repetition of the turn; a cache may lapse in it."""
    tool_rounds: list[ToolRound] = Field(default=[], max_length=1_000)
    reasoning: Amount | None = None
    """Reasoning tokens of the turn's last request."""
    assistant: AmountOrParts | None = None
    """The visible answer; its parts are texts, tokens and, of a model that speaks, sounds. Left out, it
    counts as 0 tokens, with a warning.
    """
    repeat: Repeat = 1


class Start(Sent):
    """A real request body whose messages open the conversation."""

    format: str = Field(max_length=64)
    """The api that the body is for: `openai.chat`."""
    body: dict[str, Any]
    """The body exactly as it would be sent."""


class FullHistory(Sent):
    """Everything is sent again in every request."""

    strategy: Literal["full"] = "full"

    @model_serializer
    def _always_named(self) -> dict[str, str]:
        """Its name tells it from the others, so it is written even where defaults are left out."""
        return {"strategy": self.strategy}


class WindowHistory(Sent):
    """Only the latest turns, or as many as fit in so many tokens."""

    strategy: Literal["window"]
    turns: Annotated[int, Field(strict=True, ge=0)] | None = None
    tokens: TokenNumber | None = None


class Summary(Sent):
    """A summary takes the place of the history every so many turns."""

    strategy: Literal["summary"]
    every: Annotated[int, Field(strict=True, ge=1)]
    tokens: TokenNumber


class Retrieval(Sent):
    """Passages are fetched for each question, beside the latest turns."""

    strategy: Literal["retrieval"]
    tokens: TokenNumber
    turns: Annotated[int, Field(strict=True, ge=0)]


class Compaction(Sent):
    """The history is condensed once it fills a share of the window."""

    strategy: Literal["compaction"]
    at: Share
    tokens: TokenNumber


class ClearToolResults(Sent):
    """Old tool results are dropped, but for the latest few."""

    strategy: Literal["clear_tool_results"]
    keep: Annotated[int, Field(strict=True, ge=0)]


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


class Caching(Sent):
    """What to expect of the provider's prompt cache."""

    enabled: Annotated[bool, Field(strict=True)] | None = None
    """None: what the provider does by itself."""
    ttl: str | None = Field(default=None, pattern=r"^[1-9]\d{0,3}[mh]$")
    """`5m`, `1h`; None: the provider's default."""
    hit_rate: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)] = 1
    """The share of possible cache reads that happen. Recorded follow-ups hit about two times in three."""

    @model_validator(mode="after")
    def _off_means_off(self) -> Self:
        if self.enabled is False and self.model_fields_set & {"ttl", "hit_rate"}:
            raise ValueError("`enabled: false` leaves nothing for `ttl` and `hit_rate`")
        return self


class Budget(Sent):
    """Money that one conversation may cost."""

    cost: Annotated[Dollars, Field(gt=0, max_digits=24, allow_inf_nan=False)]


def _tools_kind(value: Any) -> str:
    return "~definitions" if isinstance(value, list) else "~amount"


Tools = Annotated[
    Annotated[Amount, Tag("~amount")]
    | Annotated[list[dict[str, Any]], Field(min_length=1, max_length=10_000), Tag("~definitions")],
    Discriminator(_tools_kind),
]


class Plan(Sent):
    """A conversation that is planned, and what to quote it for."""

    model_config = one_of("model", "models")

    model: str | None = Field(default=None, min_length=1, max_length=200)
    """Catalog id, alias, or bare name where one provider is first-party."""
    models: list[Annotated[str, Field(min_length=1, max_length=200)]] | None = Field(
        default=None, min_length=1, max_length=100
    )
    """Several models to compare, instead of `model`."""
    system: Amount | None = None
    tools: Tools | None = None
    """Tokens of the tool definitions, or the definitions themselves."""
    start: Start | None = None
    """Instead of `system` and `tools`."""
    turns: list[Turn] = Field(min_length=1, max_length=10_000)
    history: History = FullHistory()
    caching: Caching = Caching()
    conversations: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] | None = None
    """Adds `fleet`: so many independent conversations. Everything else describes one."""
    mode: str = Field(default="standard", max_length=32)
    """How the provider processes it: standard, batch, flex, priority."""
    at: Instant | None = None
    """The instant whose prices apply; None: now."""
    budget: Budget | None = None
    app: str | None = Field(default=None, min_length=1, max_length=64)
    """A label for metrics, from the service's configured list."""
    samples: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = None
    """Random draws, where the plan holds ranges. Not yet offered, as ranges are not."""
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)] | None = None
    """What makes the draws the same each time. Not yet offered."""

    @model_validator(mode="before")
    @classmethod
    def _no_contradictions(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        given = {name for name, value in data.items() if value is not None}
        if {"model", "models"} <= given:
            raise PydanticCustomError("contradiction", "state either `model` or `models`, not both")
        if not {"model", "models"} & given:
            raise PydanticCustomError("missing_model", "state `model`, or `models` to compare several")
        if "start" in given and {"system", "tools"} & given:
            raise PydanticCustomError(
                "contradiction",
                "`start` brings its own system message and tools; leave out `system` and `tools`",
            )
        return data
