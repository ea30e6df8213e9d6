"""Take a request apart as calibrated rules see it: texts, and the number of each term around them.

A term is anything that stands around texts and costs tokens, such as a message, a call or a tool. The
features of messages add up, message by message. `make calibrate` fits one coefficient to each term, and the
same code reads the request when it is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tokenquote.catalog.schema.calibration import CalibratedUse, Kind
from tokenquote.tokens.request import (
    JsonObject,
    Message,
    OutputSchema,
    Request,
    ToolCall,
    ToolDefinition,
)
from tokenquote.tokens.tools.tool_renderings import RENDERINGS, json_leaves, schema_leaves

__all__ = [
    "Features",
    "band_kind",
    "definitions",
    "per_request",
    "prompts",
    "schema",
    "spoken",
    "system",
    "tools",
]


@dataclass(frozen=True, slots=True)
class Features:
    """The texts of a part of a request, each encoded by itself, and how often each term occurs in it."""

    texts: tuple[str, ...] = ()
    terms: Mapping[str, float] = field(default_factory=dict)
    """The number of times that each term occurs, by its name in calibration.yaml."""
    weighed: tuple[tuple[str, str], ...] = ()
    """Pairs of a term and a text that some providers bill and others leave out.

    Such a text costs its tokens of the public vocabulary times the coefficient of the term.
    """

    @staticmethod
    def together(several: Iterable[Features]) -> Features:
        """Return the sum of several features."""
        terms: Counter[str] = Counter()
        texts: list[str] = []
        weighed: list[tuple[str, str]] = []
        for features in several:
            terms.update(features.terms)
            texts += features.texts
            weighed += features.weighed
        return Features(tuple(texts), terms, tuple(weighed))


def band_kind(request: Request) -> Kind:
    """Return the kind of request by which its band is chosen: schema, history, tools or plain."""
    if request.schema is not None:
        return "schema"
    if any(message.calls or message.role == "tool" for message in request.messages):
        return "history"
    return "tools" if request.tools else "plain"


def per_request(request: Request) -> Features:
    """Return what comes once per request: the opening, thinking, and which roles speak first and last."""
    spoken = [message for message in request.messages if message.role != "system"]
    terms = Counter({"request": 1})
    terms["json_mode"] = int(request.json_mode)
    terms["thinking"] = int(_thinks(request.settings))
    terms["assistant_first"] = int(bool(spoken) and spoken[0].role == "assistant")
    terms["assistant_last"] = int(bool(spoken) and spoken[-1].role == "assistant")
    return Features(terms=+terms)


def prompts(request: Request) -> Features:
    """Return the texts that are sent bare, without messages."""
    return Features(request.prompts, {"prompt": len(request.prompts)} if request.prompts else {})


def system(messages: Sequence[Message]) -> Features:
    """Return the features of system messages."""
    return Features(
        tuple(text for message in messages for text in message.texts if text),
        +Counter({"system": len(messages), "part": _more_parts(messages)}),
    )


def tools(request: Request, use: CalibratedUse) -> Features:
    """Return the tool definitions, and the prompt that comes with having any under this tool choice.

    Raises:
        BodyError: a schema unfolds to more than its bounds.
    """
    if not request.tools:
        return Features()
    mode = request.tool_choice.mode if request.tool_choice is not None else "auto"
    single = "+single" if request.settings.get("parallel_tool_calls") is False else ""
    prompt = Features(terms={f"tools_{mode}{single}": 1})
    return Features.together((prompt, definitions(request.tools, use)))


def definitions(tools: Sequence[ToolDefinition], use: CalibratedUse) -> Features:
    """Return the features of tool definitions by themselves.

    Raises:
        BodyError: a schema unfolds to more than its bounds.
    """
    render = RENDERINGS[use.definitions]
    texts: list[str] = []
    terms: Counter[str] = Counter(tool=len(tools))
    for tool in tools:
        more, counted = render(tool, use)
        texts += more
        terms.update(counted)
    return Features(tuple(texts), +terms)


def schema(wanted: OutputSchema | None, use: CalibratedUse) -> Features:
    """Return the features of the output schema; None has no features.

    Raises:
        BodyError: the schema unfolds to more than its bounds.
    """
    if wanted is None:
        return Features()
    if use.definitions == "json":
        text = json.dumps(wanted.schema, ensure_ascii=False)
        return Features(terms={"schema": 1}, weighed=(("schema_token", text),))
    leaves, terms = schema_leaves(wanted.schema)
    counted = {"schema": 1.0, **{f"schema_{term}": n for term, n in terms.items()}}
    return Features(terms=counted, weighed=tuple(("schema_token", leaf) for leaf in leaves))


def spoken(messages: Sequence[Message], use: CalibratedUse) -> Iterator[Features]:
    """Yield the features of each user, assistant and tool message, whatever goes before it."""
    names = {call.id: call.name for message in messages for call in message.calls if call.id}
    for message in messages:
        if message.role == "tool":
            yield _result_features(message, names, use)
        else:
            yield Features.together((_message_features(message), *map(_call_features, message.calls)))


def _message_features(message: Message) -> Features:
    terms = Counter({message.role: 1, "part": _more_parts([message]), "sealed": message.hidden_reasoning})
    terms["round"] = int(bool(message.calls))
    reasoning = (("thought_token", message.reasoning),) if message.reasoning else ()
    terms["thoughts"] = len(reasoning)
    return Features(tuple(filter(None, message.texts)), +terms, reasoning)


def _call_features(call: ToolCall) -> Features:
    try:
        arguments = json.loads(call.arguments)
        pairs = list(arguments.items()) if isinstance(arguments, dict) else []
        values = [text for name, value in pairs for text in (name, _as_text(value))]
    except (ValueError, RecursionError):
        pairs, values = [], [call.arguments]
    values = values if pairs else [call.arguments.strip("{} ")]
    return Features((call.name, *filter(None, values)), +Counter(call=1, argument=len(pairs)))


def _result_features(message: Message, names: Mapping[str, str], use: CalibratedUse) -> Features:
    terms = Counter(result=1)
    texts: Sequence[str] = message.texts
    if use.definitions != "json":
        texts = [message.name or names.get(message.call_id or "", ""), *_result_leaves(message.texts)]
    return Features(tuple(filter(None, texts)), terms)


def _result_leaves(texts: Sequence[str]) -> Iterator[str]:
    """Yield results that are JSON objects as names and values: Gemini bills nothing of their syntax."""
    for text in texts:
        try:
            value = json.loads(text)
            yield from json_leaves(value) if isinstance(value, dict) else (text,)
        except (ValueError, RecursionError):
            yield text


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _more_parts(messages: Sequence[Message]) -> int:
    """Return the number of text parts beyond the first of each message."""
    return sum(max(0, len(message.texts) - 1) for message in messages)


def _thinks(settings: JsonObject) -> bool:
    """Return whether Claude is asked to think a stated length; adaptive thinking adds no prompt."""
    for key in ("thinking", "reasoning_config", "reasoning"):
        asked = settings.get(key)
        if isinstance(asked, dict):
            effort = asked.get("effort")
            asks = asked.get("type") == "enabled" or asked.get("max_tokens") or effort not in (None, "none")
            return bool(asks or asked.get("enabled") is True)
    return False
