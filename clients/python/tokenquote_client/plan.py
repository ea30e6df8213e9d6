"""The question of POST /v1/quotes: a conversation that is planned.

    Plan(model="openai/gpt-5.4-mini", turns=[Turn(user=120, assistant=260, repeat=10)])

An amount is a number of tokens, a text, a named profile or a range; content is an amount or a list of parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tokenquote_client.agents import Agent
from tokenquote_client.amounts import Amount, PlannedTools
from tokenquote_client.answer_parts import GeneratedImage, GeneratedVideo
from tokenquote_client.caching import Caching
from tokenquote_client.history import (
    ClearToolResults,
    Compaction,
    FullHistory,
    History,
    Retrieval,
    Summary,
    WindowHistory,
)
from tokenquote_client.instants import Instant
from tokenquote_client.stated_money import StatedMoney
from tokenquote_client.turns import Call, PlannedRepeats, ToolRound, Turn
from tokenquote_client.wire_types import (
    Dollars,
    Sent,
    TokenKind,
    either,
    exactly_one_each,
    having,
    is_none,
)
from tokenquote_client.workflows import Workflow

__all__ = [
    "Agent",
    "Budget",
    "Caching",
    "Call",
    "ClearToolResults",
    "Compaction",
    "FullHistory",
    "GeneratedImage",
    "GeneratedVideo",
    "History",
    "ModelChoice",
    "Plan",
    "PlanOfOneModel",
    "PlannedRepeats",
    "PlannedRetries",
    "Retrieval",
    "Start",
    "Summary",
    "ToolRound",
    "Turn",
    "WindowHistory",
]


_STATED_RATE = StatedMoney(most_digits=12, decimals="{1,12}")
Rate = Annotated[Dollars, Field(ge=0, max_digits=24, decimal_places=12, allow_inf_nan=False), _STATED_RATE]


class Start(Sent):
    """A real request body whose messages open the conversation.

    Its marks for prompt caching (`cache_control`, Bedrock's `cachePoint`) enable the cache where the provider
    has one that is marked, and stand where they stand; one at the end of the body moves on with the requests.
    """

    format: str = Field(max_length=64)
    """The api that the body is written for, such as `openai.chat`."""
    body: dict[str, Any]
    """The request body exactly as it would be sent, as a JSON object; a format whose bodies have no messages
    is an error."""


class PlannedRetries(Sent):
    """How often requests fail and are sent again: each attempt by itself, without end."""

    rate: Annotated[float, Field(strict=True, ge=0, le=0.99, allow_inf_nan=False)]
    """The probability that an attempt fails, from 0 to 0.99."""
    output_share: Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)] = 0
    """The share of its output that a failed attempt is billed for, from 0, the default, to 1; its input is
    billed in any case."""


class Budget(Sent):
    """The money that one conversation may cost."""

    cost: Annotated[Dollars, Field(gt=0, max_digits=24, allow_inf_nan=False), StatedMoney(above_zero=True)]
    """The most that one conversation may cost, in US dollars as a decimal string above 0; a `budget` without
    it, or with null, is an error."""


class ModelChoice(Sent):
    """The models of the catalog that pass every filter, among those that hold conversations and still answer
    at the plan's instant.
    """

    providers: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(
        default=None, min_length=1, max_length=100
    )
    """The ids of the providers that sell them (`openai`); null, the default: any. One that sells nothing is
    an error."""
    window: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] | None = None
    """The smallest context window in tokens that they have; null, the default: any, published or not."""
    inputs: list[Literal["image", "audio", "video", "document"]] | None = Field(
        default=None, min_length=1, max_length=4
    )
    """The kinds of media that they take besides text, all of them; null, the default: any or none."""
    at_most: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 1_000
    """The most quotes in the answer, the cheapest ones; 1,000 by default."""


def _models_form(value: Any) -> str:
    if isinstance(value, str):
        return "~all"
    return "~filters" if isinstance(value, Mapping | ModelChoice) else "~names"


PlannedModels = Annotated[
    Annotated[Literal["all"], Tag("~all")]
    | Annotated[ModelChoice, Tag("~filters")]
    | Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(min_length=1, max_length=100),
        Tag("~names"),
    ],
    Discriminator(_models_form),
]


def _is_empty(listed: list[Agent] | list[Turn]) -> bool:
    """Return whether there are none; the field is then left out, as in plans without it."""
    return not listed


_GROWING = ["react", "plan_and_solve", "reflection", "graph_loop"]
"""The kinds of workflow that are one conversation, of which a plan may say what is sent again."""


class Plan(Sent):
    """A conversation that is planned, and what to quote it for."""

    model_config = exactly_one_each(
        ("model", "models"),
        ("turns", "workflow"),
        also=[
            either(having(start=(None,)), having(system=(None,), tools=(None,))),
            either(
                having(workflow=(None,)),
                having(start=(None,), agents=([],), workflow={"properties": {"kind": {"enum": _GROWING}}}),
                {**having(start=(None,), agents=([],)), "not": {"required": ["history"]}},
            ),
            either(having("conversations"), having(caching={"properties": {"shared": {"type": "null"}}})),
        ],
    )

    model: str | None = Field(default=None, min_length=1, max_length=200)
    """The model to quote: its catalog id (`openai/gpt-5.4-mini`), an alias, or the name without the provider
    (`gpt-5.4-mini`) where the model's own maker sells it. Null, the default: `models` is stated."""
    models: PlannedModels | None = None
    """The models to compare: a list of names, each as in `model`; `all` for every model that holds
    conversations; or an object of filters, for those of them that pass each. `all` and filters answer
    summaries without `requests`. Null, the default: `model` is stated; both or neither is an error."""
    system: Amount | None = None
    """The system message, sent with every request; null, the default: there is none."""
    tools: PlannedTools | None = None
    """The tool definitions: an amount, such as their number of tokens, or a list of the definitions
    themselves as the provider takes them; null, the default: there are none."""
    start: Start | None = None
    """A request body that opens the conversation, in place of `system` and `tools`; stating both is an error.
    Null, the default: it opens with those."""
    workflow: Workflow | None = Field(
        default=None, exclude_if=is_none, examples=[{"kind": "react", "steps": 4, "observation": 300}]
    )
    """A workflow that writes the turns, named by its `kind`: `{"kind": "react"}` is a plan. The quote's
    `compiled` is what it writes. Null, the default: `turns` says what happens; both or neither is an
    error."""
    turns: list[Turn] = Field(
        default=(), validate_default=True, min_length=1, max_length=10_000, exclude_if=_is_empty
    )
    """The turns of the conversation, in order. More than 100,000 requests, with all repetitions and over all
    models, are an error. Left out: a `workflow` writes them."""
    agents: list[Agent] = Field(default=[], max_length=100, exclude_if=_is_empty)
    """The agents that calls of the turns may start, each a conversation of its own; empty, the default: there
    are none. Their requests count in all totals, and one that no call starts is warned of."""
    history: History = FullHistory()
    """What of the conversation is sent again in each request: by default `full`, all of it."""
    caching: Caching = Caching()
    """What to expect of the provider's prompt cache; by default what the provider does by itself, with every
    possible cache read."""
    conversations: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] | None = None
    """The number of independent conversations whose cost `fleet` gives; everything else in the quote
    describes one. Null, the default: the quote has no `fleet`."""
    conversations_per_hour: Annotated[float, Field(strict=True, gt=0, le=1e9, allow_inf_nan=False)] | None = (
        None
    )
    """The mean number of conversations that begin in an hour, at independent times, for `rates_per_minute`
    and for how many find a `shared` cache cold. Null, the default: no rates, and all but the first warm."""
    mode: str = Field(default="standard", max_length=32)
    """The way in which the provider processes the requests: `standard`, the default, `batch`, `flex`,
    `priority` or another of the model's `modes`. One that the model is not sold in is an error."""
    rates: dict[TokenKind, Rate] | None = Field(default=None, min_length=1)
    """The rates that apply in place of the catalog's, by kind of token, as decimal strings in US dollars per
    million tokens: `{"input": "1.2", "output": "5"}`. A rate that is stated holds whatever the mode, the
    tier, the hour or the region, and for each model that is compared; other kinds keep the catalog's. Null,
    the default: the catalog's rates apply; an unknown kind of token is an error."""
    region: str | None = Field(default=None, min_length=1, max_length=64)
    """The region or endpoint that the requests are kept in, such as `eu`, `us` or, with clouds that price
    locations apart, `us-east5`, whose uplift multiplies the prices of tokens; null, the default: the
    provider's ordinary price. One whose uplift is not known is an error that names those that are."""
    at: Instant | None = None
    """The instant whose prices apply, as an RFC 3339 time with its offset (`2026-12-01T02:00:00Z`); null, the
    default: now."""
    budget: Budget | None = None
    """The money that one conversation may cost; null, the default: the quote has no `budget`."""
    app: str | None = Field(default=None, min_length=1, max_length=64)
    """The label of the asking application in the service's metrics; null, the default, and a label that the
    service is not configured for count as `other`. It changes no number of the quote."""
    retries: PlannedRetries | None = Field(default=None, exclude_if=is_none)
    """How often requests fail and are sent again; null, the default: none does."""
    samples: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = None
    """The number of conversations to draw, from 1 to 100,000; null, the default: 1,000. More than 10,000,000
    requests in all draws are an error, and so is a number without a range or `retries`."""
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)] | None = None
    """The seed of the draws: the same plan with the same seed draws the same numbers. Null, the default: 0.
    Without a range or `retries` it is an error."""

    @field_validator("turns", mode="wrap")
    @classmethod
    def _written_or_stated(cls, turns: Any, check: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """Let turns be left out where a workflow writes them."""
        written = info.data.get("workflow", "a faulty one") is not None
        if turns != () and not (turns is None and written):
            return check(turns)
        if not written:
            raise PydanticCustomError(
                "missing_turns", "missing: state `turns`, or a `workflow` that writes them"
            )
        return []

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
        if {"turns", "workflow"} <= given:
            raise PydanticCustomError(
                "contradiction", "state either `turns` or a `workflow` that writes them, not both"
            )
        if "start" in given and {"system", "tools"} & given:
            raise PydanticCustomError(
                "contradiction",
                "`start` brings its own system message and tools; leave out `system` and `tools`",
            )
        return data


PlanOfOneModel = Annotated[Plan, Field(json_schema_extra={"allOf": [having("model")]})]
"""A plan that names one `model`."""
