"""Turns of a conversation that is planned: a user message, rounds of tool calls, and the answer."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo
from pydantic_core import PydanticCustomError

from tokenquote_client.amounts import Amount, AmountOrParts, CallAmount, Percentiles, Triangular, amount_form
from tokenquote_client.answer_parts import AnswerOrParts
from tokenquote_client.wire_types import (
    AgentName,
    ModelName,
    PlainText,
    Sent,
    all_rules,
    either,
    having,
    is_none,
)

__all__ = ["Call", "PlannedRepeats", "ToolRound", "Turn"]

ToolName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
ToolUses = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


def _repeats_form(value: Any) -> str:
    form = amount_form(value)
    return form if form in ("~percentiles", "~triangular") else "~number"


PlannedRepeats = Annotated[
    Annotated[int, Field(strict=True, ge=1, le=1_000_000_000), Tag("~number")]
    | Annotated[Percentiles, Tag("~percentiles")]
    | Annotated[Triangular, Tag("~triangular")],
    Discriminator(_repeats_form),
]
"""How many times something happens: a number of at least 1, or a range, whose draws are at least 1."""


def _answered(result: Any, info: ValidationInfo) -> Any:
    """Refuse a call without a result, unless an agent answers it."""
    if result is None and info.data.get("agent", "") is None:
        detail = "missing: it has to be stated, unless an `agent` answers the call"
        raise PydanticCustomError("missing_result", detail)
    return result


class Call(Sent):
    """A tool call and its result, or the call of an agent."""

    model_config = all_rules(either(having("result"), having("agent")))

    call: CallAmount
    """What the model writes to make the call: billed as output, then as input of every later request.
    `{name, arguments}` is framed as the provider frames calls; a text is taken for the arguments, and a
    number of tokens is not framed."""
    agent: AgentName | None = Field(default=None, exclude_if=is_none)
    """The agent of the plan's `agents` that the call starts: its requests follow the one that calls. Null,
    the default: a tool answers. A name that `agents` does not have is an error."""
    result: Annotated[AmountOrParts | None, Field(validate_default=True), AfterValidator(_answered)] = None
    """What the tool answers, sent as input of the next request and of every later one. Null, the default, is
    allowed only with an `agent`: the result is then the last answer of the agent, without its reasoning."""
    result_name: Annotated[PlainText, Field(min_length=1)] | None = None
    """The name that the client gives the result: Gemini's `functionResponse.name`, or `name` of a tool
    message of OpenAI's format. Null, the default: the function's name for Gemini, and none for others."""


class ToolRound(Sent):
    """The tool calls that the model makes together in one request, with their results."""

    calls: list[Call] = Field(min_length=1, max_length=1_000)
    """The calls that are made at once, each with its result."""
    text: Amount | None = None
    """What the model writes beside its calls, billed as output; null, the default: nothing."""
    user: AmountOrParts | None = None
    """The user message that is sent along with the results, after them; null, the default: there is none."""
    reasoning: Amount | None = None
    """The reasoning of this request, billed as output; null, the default: 0 tokens, with a warning."""
    repeat: PlannedRepeats = 1
    """The number of times that the round happens in a row, each time as one request, or a range of it that is
    drawn for each repetition of the turn; 1 by default."""


class Turn(Sent):
    """A user message, the tool rounds that it leads to, and the answer."""

    model_config = all_rules(either(having("user"), having(repeat=(1,))))

    # What is empty by default is made by a factory: pydantic would copy a default deeply, for each turn.

    user: AmountOrParts | None = None
    """The user message; stated tokens for a model that writes down what is said are audio. Null, the default,
    is allowed only in the first turn after a `start` whose last message still waits for its answer; elsewhere
    it is an error."""
    gap_seconds: Annotated[float, Field(strict=True, ge=0, le=31_536_000, allow_inf_nan=False)] = 0
    """The pause in seconds before each repetition of the turn, in which a prompt cache may lapse; 0 by
    default. It does not apply before the first request of the plan; in an agent it does, in each call."""
    tool_rounds: list[ToolRound] = Field(
        # A factory, as pydantic copies a default of `[]` deeply, turn by turn.
        default_factory=list, max_length=1_000, json_schema_extra={"default": []}
    )  # fmt: skip
    """The rounds of tool calls between the user message and the answer; each repetition of one is one more
    request. Empty, the default: there are none."""
    reasoning: Amount | None = None
    """The reasoning of the turn's last request, billed as output; null, the default: 0 tokens, with a
    warning."""
    assistant: AnswerOrParts | None = None
    """The visible answer: an amount, or parts that are texts, tokens and, of a model that makes them, audio,
    images and videos. Stated tokens of a model that reads aloud are audio, of one that makes images they are
    images. Null, the default: 0 tokens, with a warning."""
    server_tools: dict[ToolName, ToolUses] = Field(
        default_factory=dict,
        max_length=20,
        json_schema_extra={"default": {}, "additionalProperties": False},  # no name that breaks the pattern
    )
    """The server tools that the provider runs by itself, each with the number of uses in one repetition of
    the turn: `{"web_search": 2}`. Their fees are added; what their results add to the input is not known.
    What is measured in the plan itself, such as `output_image`, is refused. Empty, the default: none is
    stated."""
    repeat: PlannedRepeats = 1
    """The number of times that the turn happens in a row, or a range of it; 1 by default."""
    model: ModelName | None = None
    """The model that answers this turn; null, the default: the plan's model. The conversation moves with it:
    stated tokens stay, and texts are counted again by the model's own rules."""
