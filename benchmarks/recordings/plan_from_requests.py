"""Turn request bodies, each of which sends the body before it again, into the plan that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tokenquote.tokens import Media, Message, Request, read_body
from tokenquote.tokens.bodies.cache_marks import find_cache_marks

__all__ = ["NotAPlan", "plan_from_requests", "read_caching"]


class NotAPlan(ValueError):
    """The requests do not follow from one another as the turns of a plan do."""


def plan_from_requests(body_format: str, bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the plan of these bodies, without its model.

    Raises:
        NotAPlan: a request does not continue the one before, or has other tools.
        BodyError: a body is not of the format.
    """
    requests = [read_body(body_format, body) for body in bodies]
    turns: list[dict[str, Any]] = [{"tool_rounds": []}]
    for before, after in pairwise(requests):
        _add(turns, _added(before, after))
    return {"start": {"format": body_format, "body": dict(bodies[0])}, "turns": turns, **read_caching(bodies)}


def read_caching(bodies: Sequence[Mapping[str, Any]], *, has_start: bool = True) -> dict[str, Any]:
    """Return `caching` of a plan where its start does not show that the requests mark their last message."""
    marks = [find_cache_marks(body) for body in bodies]
    shown = has_start and bool(marks[0]) and any(mark.closes for mark in marks[0])
    later = any(mark.closes for body_marks in marks[has_start:] for mark in body_marks)
    return {"caching": {"enabled": True}} if later and not shown else {}


def _added(before: Request, after: Request) -> tuple[Message, ...]:
    """Return the messages that the later request sends for the first time."""
    if _settings(before) != _settings(after):
        raise NotAPlan("a request has other tools, another output schema, tool_choice or other settings")
    if after.messages[: len(before.messages)] != before.messages:
        raise NotAPlan("a request does not continue the one before")
    return after.messages[len(before.messages) :]


def _settings(request: Request) -> tuple[object, ...]:
    return request.tools, request.schema, request.tool_choice, request.settings


def _add(turns: list[dict[str, Any]], new: Sequence[Message]) -> None:
    spoken = 0
    while spoken < len(new) and new[spoken].role == "assistant":
        spoken += 1
    answer, rest = new[:spoken], new[spoken:]
    _check_plannable(answer, rest)
    if any(message.failed for message in rest):
        raise NotAPlan("a result is an error, which no plan says")
    said = [text for message in answer for text in message.texts]
    calls = [call for message in answer for call in message.calls]
    results = [message for message in rest if message.role == "tool"]
    asked = [message for message in rest if message.role == "user"]
    if calls:
        if len(asked) > 1:
            raise NotAPlan("several questions beside the results of a tool")
        beside = {"user": [*_parts(asked[0])]} if asked else {}
        turns[-1]["tool_rounds"].append({**_round(said, calls, results), **beside, **_thought(answer)})
    else:
        turns[-1] |= {"assistant": "".join(said), **_thought(answer)}
        if len(asked) != 1 or not asked[0].parts:
            raise NotAPlan("a request without a question, or with several")
        turns.append({"user": [*_parts(asked[0])], "tool_rounds": []})


def _check_plannable(answer: Sequence[Message], rest: Sequence[Message]) -> None:
    """Refuse what an answer and the messages after it hold that no turn of a plan does."""
    if not answer or any(message.role in ("assistant", "system") for message in rest):
        raise NotAPlan("a request between two recorded ones is missing")
    if any(message.reasoning or message.hidden_reasoning for message in answer):
        raise NotAPlan("thoughts are sent back")
    if any(message.name and message.role != "tool" for message in (*answer, *rest)):
        raise NotAPlan("a message names who speaks")
    if len(answer) > 1 and any(message.parts and not message.calls for message in answer):
        _check_said_once(answer)


def _check_said_once(answer: Sequence[Message]) -> None:
    """Refuse texts that are messages of their own: a plan has one text, and none where it is empty."""
    first, *rest = answer
    if not any(first.texts) or any(message.parts for message in rest):
        raise NotAPlan("an answer of several messages")


def _thought(answer: Sequence[Message]) -> dict[str, Any]:
    """Return the model's reasoning if the next request sends it back in words."""
    thoughts = "".join(message.reasoning for message in answer)
    return {"reasoning": thoughts} if thoughts else {}


def _round(said: Sequence[str], calls: Sequence[Any], results: Sequence[Message]) -> dict[str, Any]:
    """Pair the calls with their results, by id where they have an id, else in order."""
    by_id = {message.call_id: message for message in results if message.call_id}
    planned = []
    for i, call in enumerate(calls):
        result = by_id.get(call.id) or (results[i] if i < len(results) else None)
        parts = [*_parts(result)] if result is not None else []
        called = {
            "name": call.name,
            "arguments": call.arguments,
            "stored": call.stored,
            "id": call.id or None,
        }
        named = {"result_name": result.name} if result is not None and result.name and parts else {}
        planned.append({"call": called, "result": parts or {"tokens": 0}, **named})
    return {"calls": planned, **({"text": "".join(said)} if any(said) else {})}


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    for part in message.parts:
        if isinstance(part, str):
            yield {"type": "text", "text": part}
        elif isinstance(part, Media) and part.kind == "image" and part.data is not None:
            yield {"type": "image", "data": part.data}
        else:
            raise NotAPlan("a part that no plan holds")
