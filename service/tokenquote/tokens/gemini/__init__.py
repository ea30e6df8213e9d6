"""Counts requests to Gemini as Google bills them: rendered text in one of three frames, and nothing hidden.

A router that sends a request to one of two surfaces has two routes: the count is that of the likelier one,
and the band reaches to the other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tokenquote.catalog.schema.gemini import GeminiRoute, RequestKind
from tokenquote.counts import Count, least_certain, total
from tokenquote.tokens.gemini.declarations import DeclarationsFrame
from tokenquote.tokens.gemini.fields import FieldsFrame
from tokenquote.tokens.gemini.rendered import Frame, Rendered
from tokenquote.tokens.gemini.stubs import StubsFrame
from tokenquote.tokens.request import (
    JsonObject,
    Message,
    OutputSchema,
    Request,
    ToolCall,
    ToolChoice,
    ToolDefinition,
)
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.templates.chat_messages import read_stated_call
from tokenquote.tokens.texts import TextCounter

__all__ = ["GeminiRequests", "asks_for_route"]

_FRAMES: Mapping[str, Callable[[GeminiRoute], Frame]] = {
    "fields": lambda route: FieldsFrame(types_billed=route.types_billed),
    "stubs": lambda route: StubsFrame(),
    "declarations": lambda route: DeclarationsFrame(),
}


class GeminiRequests:
    """Counts requests by the routes that they may take; the first is the likeliest."""

    def __init__(self, routes: Sequence[GeminiRoute], texts: TextCounter) -> None:
        self._routes = [_Route(route, texts) for route in routes]
        self._texts = texts

    @property
    def per_request(self) -> int:
        """Tokens that every request has, whatever is in it: none."""
        return 0

    def request(self, request: Request) -> RequestCount:
        """Count a whole request, part by part; it may ask for one of the routes."""
        return self.after(request)._count(request)

    def after(self, opening: Request) -> GeminiRequests:
        """Return the way of counting what follows a request: by the route that it asks for, if it asks."""
        asked = asks_for_route([route.rule for route in self._routes], opening)
        return self if asked is None else GeminiRequests([asked], self._texts)

    def _count(self, request: Request) -> RequestCount:
        system = [message for message in request.messages if message.role == "system"]
        others = [message for message in request.messages if message.role != "system"]
        unknown = [piece.text for piece in request.everything_unknown()]
        nothing = self._texts.nothing()
        bare = self._texts.texts(request.prompts).with_framing(request.prompt_tokens)
        return RequestCount(
            system=self._likeliest(lambda route: route.messages(system)),
            tools=self.tools(request.tools),
            schema=self._likeliest(lambda route: route.output_schema(request.schema)),
            messages=bare if request.shape == "prompts" else self.appended(others),
            unknown=self._texts.as_unknown(unknown) if unknown else nothing,
            per_request=0,
            by_tool=self._by_tool(request.tools),
        )

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions; system messages change nothing in them."""
        return self._likeliest(lambda route: route.tools(tools))

    @property
    def reaches_back(self) -> bool:
        """Whether what any message adds depends on what goes before it."""
        return False

    def appended(
        self,
        messages: Sequence[Message],
        before: Sequence[Message] = (),
        choice: ToolChoice | None = None,
    ) -> Count:
        """Count what messages add to a request; it does not matter what goes before them."""
        return self._likeliest(lambda route: route.messages(messages))

    def _by_tool(self, tools: Sequence[ToolDefinition]) -> dict[str, int]:
        by_tool: dict[str, int] = {}
        for tool in tools:
            by_tool[tool.name] = by_tool.get(tool.name, 0) + self._routes[0].tools([tool]).tokens
        return by_tool

    def _likeliest(self, count: Callable[[_Route], Count]) -> Count:
        """Return the count of the first route, with a band that reaches to those of the others."""
        first, *others = map(count, self._routes)
        if all(other.tokens == first.tokens for other in others):
            return first
        low = min(first.low, *(other.low for other in others))
        high = max(first.high, *(other.high for other in others))
        return replace(first, low=low, high=high, method="calibrated")


def asks_for_route(routes: Sequence[GeminiRoute], request: Request) -> GeminiRoute | None:
    """Return the route that `provider` with `only` or `order` asks for; None: it asks for none."""
    provider = request.settings.get("provider")
    for key in ("only", "order"):
        named = provider.get(key) if isinstance(provider, dict) else None
        first = str(named[0]).split("/")[0] if isinstance(named, list) and named else None
        for route in routes:
            if first and route.provider == first:
                return route
    return None


class _Route:
    """Counts the parts of a request as one surface does."""

    def __init__(self, route: GeminiRoute, texts: TextCounter) -> None:
        self.rule = self._route = route
        self._frame = _FRAMES[route.frame](route)
        self._texts = texts

    def tools(self, tools: Sequence[ToolDefinition]) -> Count:
        return self._counted(map(self._frame.definition, tools), "tools")

    def output_schema(self, schema: OutputSchema | None) -> Count:
        if schema is None:
            return self._texts.nothing()
        billed = self._route.schema_billed and not schema.is_json_schema
        return self._counted([self._frame.output_schema(schema)] if billed else [Rendered()], "schema")

    def messages(self, messages: Sequence[Message]) -> Count:
        names = {call.id: call.name for message in messages for call in message.calls if call.id}
        entries = zip(messages, _opens_entry(messages), strict=True)
        counts = (self._message(message, names, self._route.role * opens) for message, opens in entries)
        return total(counts, self._texts.nothing())

    def _message(self, message: Message, names: Mapping[str, str], role: int) -> Count:
        if message.role == "tool":
            return self._result(message, names).with_framing(role)
        thoughts = [message.reasoning] if message.reasoning and self._route.thoughts else []
        # Chats write an empty text beside calls, which no router passes on (5 of 5 bills).
        empty = 0 if message.calls else sum(not text for text in message.texts) * self._route.empty_part
        said = self._texts.texts([*message.texts, *thoughts]).with_framing(role + empty)
        calls = [self._frame.call(*_read_call(call)) for call in message.calls]
        return said + self._counted(calls, "history") if calls else said

    def _result(self, message: Message, names: Mapping[str, str]) -> Count:
        call_id = message.call_id or ""
        name = (
            message.name
            or (call_id if self._route.result_name == "call_id" else "")
            or names.get(call_id, "")
        )
        if not message.texts:  # a result that is media alone: what names it stands around them
            return self._texts.around(self._counted([self._frame.result(name, {})], "history").tokens)
        text = "".join(message.texts)
        response: JsonObject = _read_object(text)
        if self._route.results == "named":
            response = {"name": name, "content": _read_value(text)}
        return self._counted([self._frame.result(name, response)], "history")

    def _counted(self, rendered: Iterable[Rendered], kind: RequestKind) -> Count:
        listed = [*rendered]
        texts = self._texts.texts(text for each in listed for text in each.texts)
        return (
            self._banded(texts.with_framing(sum(each.tokens for each in listed)), kind) if listed else texts
        )

    def _banded(self, count: Count, kind: RequestKind) -> Count:
        band = self._route.bands.get(kind)
        if band is None:
            return count
        return replace(
            count,
            low=math.floor(count.low * band.low) - band.slack,
            high=math.ceil(count.high * band.high) + band.slack,
            method=least_certain(count.method, "calibrated"),
        )


def _opens_entry(messages: Sequence[Message]) -> Iterator[bool]:
    """Yield whether each message opens an entry with a role; results that state ids of calls share one."""
    before: Message | None = None
    for message in messages:
        joins = message.call_id is not None and before is not None and before.role == "tool"
        yield message.states_role and not joins
        before = message


def _read_call(call: ToolCall) -> tuple[str, JsonObject]:
    """Return name and arguments of a call; one that a plan states as text is read as a call first."""
    if not call.name:
        call = read_stated_call(call.arguments, call.id or "")[1]
    return call.name, _read_object(call.arguments or "{}", "arguments")


def _read_object(text: str, otherwise: str = "result") -> JsonObject:
    value = _read_value(text)
    if value is None:
        return {}
    return value if isinstance(value, dict) else {otherwise: text}


def _read_value(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
