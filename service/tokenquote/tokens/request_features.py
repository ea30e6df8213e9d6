"""What a request is made of, as calibrated rules see it: texts, and how many of each thing stand around them.

The features of messages add up, message by message. `make calibrate` fits one coefficient to each term, and
the same code reads the request when it is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tokenquote.catalog.schema.calibration import CalibratedUse, Kind
from tokenquote.tokens.request import Message, OutputSchema, Request, ToolCall, ToolDefinition
from tokenquote.tokens.tools.tool_renderings import RENDERINGS, leaves_of, schema_leaves

__all__ = [
    "Features",
    "definitions",
    "kind_of",
    "per_request",
    "prompts",
    "schema",
    "spoken",
    "system",
    "tools",
]


@dataclass(frozen=True, slots=True)
class Features:
    """Texts, each encoded by itself, and how often each term occurs."""

    texts: tuple[str, ...] = ()
    terms: Mapping[str, float] = field(default_factory=dict)
    weighed: tuple[tuple[str, str], ...] = ()
    """Texts that some providers bill and others leave out: (term, text), tokens of the public vocabulary
    times the coefficient of the term."""

    @staticmethod
    def together(several: Iterable[Features]) -> Features:
        """The sum."""
        terms: Counter[str] = Counter()
        texts: list[str] = []
        weighed: list[tuple[str, str]] = []
        for one in several:
            terms.update(one.terms)
            texts += one.texts
            weighed += one.weighed
        return Features(tuple(texts), terms, tuple(weighed))


def kind_of(request: Request) -> Kind:
    """The kind whose band a request has."""
    if request.schema is not None:
        return "schema"
    if any(message.calls or message.role == "tool" for message in request.messages):
        return "history"
    return "tools" if request.tools else "plain"


def per_request(request: Request) -> Features:
    """What comes once, whatever the messages say: the opening, thinking, the way the conversation ends."""
    spoken = [message for message in request.messages if message.role != "system"]
    terms = Counter({"request": 1})
    terms["json_mode"] = int(request.json_mode)
    terms["thinking"] = int(_thinks(request.settings))
    terms["assistant_first"] = int(bool(spoken) and spoken[0].role == "assistant")
    terms["assistant_last"] = int(bool(spoken) and spoken[-1].role == "assistant")
    return Features(terms=+terms)


def prompts(request: Request) -> Features:
    """Texts that are sent bare."""
    return Features(request.prompts, {"prompt": len(request.prompts)} if request.prompts else {})


def system(messages: Sequence[Message]) -> Features:
    """System messages."""
    return Features(
        tuple(text for message in messages for text in message.texts if text),
        +Counter({"system": len(messages), "part": _more_parts(messages)}),
    )


def tools(request: Request, use: CalibratedUse) -> Features:
    """Tool definitions, and the prompt that comes with having any under this tool choice."""
    if not request.tools:
        return Features()
    mode = request.tool_choice.mode if request.tool_choice is not None else "auto"
    single = "+single" if request.settings.get("parallel_tool_calls") is False else ""
    prompt = Features(terms={f"tools_{mode}{single}": 1})
    return Features.together((prompt, definitions(request.tools, use)))


def definitions(tools: Sequence[ToolDefinition], use: CalibratedUse) -> Features:
    """Tool definitions by themselves."""
    render = RENDERINGS[use.definitions]
    texts: list[str] = []
    terms: Counter[str] = Counter(tool=len(tools))
    for tool in tools:
        more, counted = render(tool, use)
        texts += more
        terms.update(counted)
    return Features(tuple(texts), +terms)


def schema(wanted: OutputSchema | None, use: CalibratedUse) -> Features:
    """The schema of structured output."""
    if wanted is None:
        return Features()
    if use.definitions == "json":
        text = json.dumps(wanted.schema, ensure_ascii=False)
        return Features(terms={"schema": 1}, weighed=(("schema_token", text),))
    leaves, terms = schema_leaves(wanted.schema)
    counted = {"schema": 1.0, **{f"schema_{term}": n for term, n in terms.items()}}
    return Features(terms=counted, weighed=tuple(("schema_token", leaf) for leaf in leaves))


def spoken(messages: Sequence[Message], use: CalibratedUse) -> Iterator[Features]:
    """User, assistant and tool messages one by one, whatever goes before them."""
    names = {call.id: call.name for message in messages for call in message.calls if call.id}
    for message in messages:
        if message.role == "tool":
            yield _result(message, names, use)
        else:
            yield Features.together((_said(message), *map(_call, message.calls)))


def _said(message: Message) -> Features:
    terms = Counter({message.role: 1, "part": _more_parts([message]), "sealed": message.hidden_reasoning})
    terms["round"] = int(bool(message.calls))
    thoughts = (("thought_token", message.reasoning),) if message.reasoning else ()
    terms["thoughts"] = len(thoughts)
    return Features(tuple(filter(None, message.texts)), +terms, thoughts)


def _call(call: ToolCall) -> Features:
    try:
        arguments = json.loads(call.arguments)
        pairs = list(arguments.items()) if isinstance(arguments, dict) else []
        values = [text for name, value in pairs for text in (name, _as_text(value))]
    except (ValueError, RecursionError):
        pairs, values = [], [call.arguments]
    values = values if pairs else [call.arguments.strip("{} ")]
    return Features((call.name, *filter(None, values)), +Counter(call=1, argument=len(pairs)))


def _result(message: Message, names: Mapping[str, str], use: CalibratedUse) -> Features:
    terms = Counter(result=1)
    texts: Sequence[str] = message.texts
    if use.definitions != "json":
        texts = [message.name or names.get(message.call_id or "", ""), *_leaves(message.texts)]
    return Features(tuple(filter(None, texts)), terms)


def _leaves(texts: Sequence[str]) -> Iterator[str]:
    """Results that are JSON objects, as names and values; Gemini bills nothing of their syntax."""
    for text in texts:
        try:
            value = json.loads(text)
            yield from leaves_of(value) if isinstance(value, dict) else (text,)
        except (ValueError, RecursionError):
            yield text


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _more_parts(messages: Sequence[Message]) -> int:
    return sum(max(0, len(message.texts) - 1) for message in messages)


def _thinks(settings: Mapping[str, Any]) -> bool:
    """Whether Claude is asked to think a stated length; adaptive thinking adds no prompt."""
    for key in ("thinking", "reasoning_config", "reasoning"):
        asked = settings.get(key)
        if isinstance(asked, dict):
            effort = asked.get("effort")
            asks = asked.get("type") == "enabled" or asked.get("max_tokens") or effort not in (None, "none")
            return bool(asks or asked.get("enabled") is True)
    return False
