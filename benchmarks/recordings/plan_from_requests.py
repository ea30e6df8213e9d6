"""Turn request bodies, each of which sends the body before it again, into the plan that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tokenquote.tokens import Media, Message, Request, read_body

__all__ = ["NotAPlan", "plan_from_requests"]


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
    return {"start": {"format": body_format, "body": dict(bodies[0])}, "turns": turns}


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
    if not answer or any(message.role in ("assistant", "system") for message in rest):
        raise NotAPlan("a request between two recorded ones is missing")
    _refuse_unplannable(answer, new)
    if any(message.failed for message in rest):
        raise NotAPlan("a result is an error, which no plan says")
    said = [text for message in answer for text in message.texts]
    calls = [call for message in answer for call in message.calls]
    results = [message for message in rest if message.role == "tool"]
    asked = [message for message in rest if message.role == "user"]
    if calls:
        if asked:
            raise NotAPlan("a question beside the results of a tool")
        turns[-1]["tool_rounds"].append({**_round(said, calls, results), **_thought(answer)})
    else:
        turns[-1] |= {"assistant": "".join(said), **_thought(answer)}
        if len(asked) != 1 or not asked[0].parts:
            raise NotAPlan("a request without a question, or with several")
        turns.append({"user": [*_parts(asked[0])], "tool_rounds": []})


def _refuse_unplannable(answer: Sequence[Message], new: Sequence[Message]) -> None:
    if any(message.name for message in new if message.role != "tool"):
        raise NotAPlan("speakers with names")
    if sum(bool(message.parts) for message in answer) > 1 or not all(m.texts or m.calls for m in answer):
        raise NotAPlan("an answer of several messages, or an empty one")
    if any(message.reasoning or message.hidden_reasoning for message in answer):
        raise NotAPlan("thoughts are sent back")


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
        planned.append(
            {
                "call": {"name": call.name, "arguments": call.arguments, "stored": call.stored},
                "result": parts or {"tokens": 0},
            }
        )
    return {"calls": planned, **({"text": "".join(said)} if any(said) else {})}


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    for part in message.parts:
        if isinstance(part, str):
            yield {"type": "text", "text": part}
        elif isinstance(part, Media) and part.kind == "image" and part.data is not None:
            yield {"type": "image", "data": part.data}
        else:
            raise NotAPlan("a part that no plan holds")
