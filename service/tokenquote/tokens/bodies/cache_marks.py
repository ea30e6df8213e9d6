"""Find the marks by which a body asks for prompt caching, and what stands before each.

Anthropic, and hosts that pass its member on in chat bodies, put `cache_control` on a tool, a block of the
system message, a block of a message or the body itself; Bedrock's Converse puts a block `cachePoint` after
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tokenquote.tokens.bodies.json_members import find_member
from tokenquote.tokens.request import JsonObject, Location, Request

__all__ = ["FoundMark", "Place", "cut_body", "cut_request", "find_cache_marks"]


@dataclass(frozen=True, slots=True)
class Place:
    """The end of the prefix that a mark asks to cache."""

    member: str
    """The list that the mark stands in: `tools`, `system` or `messages`."""
    items: int
    """The number of items of that list that the prefix holds, the last of them perhaps in part."""
    blocks: int | None = None
    """The number of blocks of the last message that the prefix holds. None: all of them."""


@dataclass(frozen=True, slots=True)
class FoundMark:
    """A mark as the body has it."""

    place: Place
    location: Location
    """The place in the body, which errors name."""
    ttl: str | None
    """The time to live that the mark asks for, such as `1h`. None: the provider's default."""
    closes: bool
    """Whether the mark stands after everything in the body, so that callers move it on with each request."""


def find_cache_marks(body: JsonObject) -> list[FoundMark]:
    """Return the marks of a body in the order of the prompt: tools, system message, messages."""
    config = body.get("toolConfig")
    tools = _items(find_member(config, "tools") if isinstance(config, dict) else body.get("tools"))
    where = ("toolConfig", "tools") if isinstance(config, dict) else ("tools",)
    system, messages = _items(body.get("system")), _items(body.get("messages"))
    found = [
        *_list_marks("tools", tools, where),
        *_list_marks("system", system, ("system",)),
        *(mark for i, message in enumerate(messages) for mark in _message_marks(message, i, len(messages))),
    ]
    control = body.get("cache_control")
    if isinstance(control, dict) and messages:
        # Anthropic's automatic caching: the mark is on the last block, wherever that is by then.
        found.append(FoundMark(Place("messages", len(messages)), ("cache_control",), _ttl(control), True))
    return found


def cut_body(body: JsonObject, place: Place) -> JsonObject:
    """Return the body with its system message or its messages cut at the place; tools are left whole."""
    if place.member == "tools":
        return body
    items = _items(body.get(place.member))[: place.items]
    if place.blocks is not None:
        last = items[-1]
        if isinstance(last, dict):
            items[-1] = {**last, "content": _items(last.get("content"))[: place.blocks]}
    return {**body, place.member: items}


def cut_request(request: Request, place: Place) -> Request:
    """Return what was read from a cut body without what follows the place."""
    if place.member == "messages":
        return request
    system = tuple(message for message in request.messages if message.role == "system")
    if place.member == "system":
        return replace(request, messages=system)
    return replace(request, messages=(), tools=request.tools[: place.items], schema=None)


def _items(value: object) -> list[object]:
    return [*value] if isinstance(value, list) else []


def _list_marks(member: str, items: list[object], at: Location) -> Iterator[FoundMark]:
    points = 0  # Bedrock's marks are items of their own, and no tools
    for i, item in enumerate(items):
        if (control := _control(item)) is not None:
            points += isinstance(item, dict) and "cachePoint" in item
            place = Place(member, i + 1 - (points if member == "tools" else 0))
            yield FoundMark(place, (*at, i), _ttl(control), False)


def _message_marks(message: object, i: int, messages: int) -> Iterator[FoundMark]:
    if not isinstance(message, dict):
        return
    at, is_last = ("messages", i), i + 1 == messages
    blocks = _items(message.get("content"))
    for j, block in enumerate(blocks):
        if (control := _control(block)) is not None:
            place, closes = Place("messages", i + 1, j + 1), is_last and j + 1 == len(blocks)
            yield FoundMark(place, (*at, "content", j), _ttl(control), closes)
    for whole in (message, *_items(message.get("tool_calls"))):
        if (control := _control(whole)) is not None:
            yield FoundMark(Place("messages", i + 1), at, _ttl(control), is_last)


def _control(item: object) -> JsonObject | None:
    """Return the mark of a tool, block or message, or of a block inside the result of a tool."""
    if not isinstance(item, dict):
        return None
    for key in ("cache_control", "cachePoint"):
        if isinstance(control := item.get(key), dict):
            return control
    function = item.get("function")
    inner = _items(item.get("content")) if item.get("type") == "tool_result" else [function]
    return next((control for block in inner if (control := _control(block)) is not None), None)


def _ttl(control: JsonObject) -> str | None:
    ttl = control.get("ttl")
    return ttl if isinstance(ttl, str) else None
