"""Long bodies made to be costly: refused with few errors, and off the event loop, which still answers."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import tracemalloc
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.api.validation import MAX_MEMBERS, validate
from tokenquote.errors import LocatedError
from tokenquote.http.answering import Answering, InThreads
from tokenquote.http.app import create_app, create_state
from tokenquote.http.questions import Answered, Question, Serving
from tokenquote.http.service_state import ServiceState
from tokenquote.settings import Settings
from tokenquote_client import DeploymentQuestion, Plan, TokensQuestion

PLAN = {"model": "openai/gpt-5.4-mini", "turns": [{"user": 10, "assistant": 5, "reasoning": 0}]}
# Each body is a little under the 10 MB that the service takes.
UNKNOWN_MEMBERS = {f"k{i}": 1 for i in range(700_000)}
PARTS = [{"user": [1] * 1_000}] * 3_000
FEW = {f"k{i}": 1 for i in range(90)}


def test_a_body_of_many_unknown_members_is_one_error(roomy_http: httpx2.Client) -> None:
    """It stopped the event loop for more than 10 seconds and took 1.7 GB, an error for each member."""
    answer = roomy_http.post("/v1/quotes", content=json.dumps({**PLAN, **UNKNOWN_MEMBERS}))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [""]
    assert f"at most {MAX_MEMBERS:,}" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("kind", "body", "location"),
    [
        pytest.param(Plan, {"model": "m", "turns": [{"user": 1} | FEW] * 9_000}, ("turns", 0), id="turns"),
        pytest.param(Plan, {"model": "m", "turns": PARTS}, ("turns", 0), id="parts"),
        pytest.param(Plan, {"model": "m", "turns": [{"user": 1}, *[5] * 9_999], "system": "x" * 70_000},
                     ("turns", 1), id="after a good one"),
        pytest.param(DeploymentQuestion, {"break_even": {"plan": {"turns": PARTS}}},
                     ("break_even", "plan"), id="inside another question"),
    ],
)  # fmt: skip
def test_a_long_body_has_few_errors(kind: type[BaseModel], body: Any, location: tuple[Any, ...]) -> None:
    content = json.dumps(body)
    with pytest.raises(ValidationError) as refused:
        validate(kind, from_json(content), len(content))
    assert refused.value.error_count() <= 100
    assert any(error["loc"][: len(location)] == location for error in refused.value.errors())


def test_a_large_object_is_refused_where_it_is() -> None:
    body = {**PLAN, "tools": [{"name": "a"}, {"parameters": {"properties": UNKNOWN_MEMBERS}}]}
    with pytest.raises(LocatedError) as refused:
        validate(Plan, body, 10_000_000)
    assert refused.value.location == ("tools", 1, "parameters", "properties")


@pytest.mark.parametrize(
    "nested",
    ["[" + "[]," * 999_999 + "[]]", "[" + "[[]]," * 499_999 + "[[]]]", '{"a":' * 150 + "1" + "}" * 150],
)
def test_many_containers_take_no_memory_of_their_own(nested: str) -> None:
    """Looking for large objects once kept the way to each container: 5 GB for 10 MB of empty lists."""
    data = from_json(f'{{"format": "openai.chat", "body": {{"model": "m", "x": {nested}}}}}')
    tracemalloc.start()
    validate(TokensQuestion, data, 10_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_prices_are_those_of_the_time_of_receipt() -> None:
    """A request that waits for a free thread is priced as of when it came."""
    asyncio.run(_waits_for_a_thread())


async def _waits_for_a_thread() -> None:
    state, end = _waiting_state()
    transport = httpx2.ASGITransport(app=create_app(Settings(), state))  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        waiting = asyncio.create_task(http.post("/v1/quotes", json=PLAN))
        assert (await http.get("/livez")).status_code == 200  # the request before it has come too
        await asyncio.sleep(0.1)
        released = dt.datetime.now(dt.UTC)
        end.set()
        assert dt.datetime.fromisoformat((await waiting).json()["prices_at"]) < released


def test_the_bound_on_members() -> None:
    parameters = {f"k{i}": 1 for i in range(MAX_MEMBERS)}
    body = {**PLAN, "tools": [{"name": "a", "parameters": parameters}]}
    assert validate(Plan, body, 10_000_000).model is not None
    parameters["one_more"] = 1
    with pytest.raises(LocatedError, match="20,001 members"):
        validate(Plan, body, 10_000_000)


@pytest.mark.parametrize("size", [100, 100_000])
def test_good_bodies_are_the_same_model_whatever_their_length(size: int) -> None:
    plan = {**PLAN, "history": {"strategy": "window", "turns": 2}, "budget": {"cost": "1.50"}}
    assert validate(Plan, plan, size) == Plan.model_validate(plan)


def test_every_post_that_is_not_quick_is_answered_off_the_event_loop() -> None:
    """With all threads busy, none of them is answered, and every GET is."""
    asyncio.run(_with_all_threads_busy())


NOT_QUICK = b"{}" + b" " * 20_000
"""A body of such a length may be work, as far as is known before it is read."""


async def _with_all_threads_busy() -> None:
    state, end = _waiting_state()
    transport = httpx2.ASGITransport(app=create_app(Settings(), state))  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        posts = [path for path, operations in (await http.get("/openapi.json")).json()["paths"].items()
                 if "post" in operations]  # fmt: skip
        assert len(posts) >= 9
        waiting = [asyncio.create_task(http.post(path, content=NOT_QUICK)) for path in posts]
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/v1/catalog")).status_code == 200
        assert [task.done() for task in waiting] == [False] * len(posts)
        end.set()
        answers = await asyncio.gather(*waiting)
        assert {answer.status_code for answer in answers} == {422}


class _Waiting(InThreads):
    """Threads that are busy until an event."""

    def __init__(self, end: asyncio.Event) -> None:
        super().__init__((), RecentQuotes())
        self._end = end

    async def make(self, asked: Question, serving: Serving) -> Answered:
        await self._end.wait()
        return await super().make(asked, serving)


def _waiting_state() -> tuple[ServiceState, asyncio.Event]:
    """A state that answers one short and one long question at a time, and none until the event."""
    state, end = create_state(Settings()), asyncio.Event()
    threads = _Waiting(end)
    state.answering = Answering(threads, threads, short=1, long=1, seconds=60)
    return state, end
