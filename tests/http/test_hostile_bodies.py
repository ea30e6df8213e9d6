"""Long bodies made to be costly: refused with few errors, and off the event loop, which still answers."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from tokenquote.api.validation import MAX_MEMBERS, validate
from tokenquote.errors import LocatedError
from tokenquote.http.app import create_app, create_state
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
    state = create_state(Settings(worker_threads=1))
    transport = httpx2.ASGITransport(app=create_app(Settings(), state))  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as http:
        busy = asyncio.Event()
        release = _occupy(state.off_loop, busy)
        await busy.wait()
        waiting = asyncio.create_task(http.post("/v1/quotes", json=PLAN))
        assert (await http.get("/livez")).status_code == 200  # the request before it has come too
        await asyncio.sleep(0.1)
        released = dt.datetime.now(dt.UTC)
        release()
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


def test_every_post_is_answered_off_the_event_loop() -> None:
    """With all threads busy, no POST is answered and every GET is."""
    asyncio.run(_with_all_threads_busy())


async def _with_all_threads_busy() -> None:
    settings = Settings(worker_threads=1)
    state = create_state(settings)
    app = create_app(settings, state)
    transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as http:
        posts = [path for path, operations in (await http.get("/openapi.json")).json()["paths"].items()
                 if "post" in operations]  # fmt: skip
        assert len(posts) >= 9
        busy = asyncio.Event()
        release = _occupy(state.off_loop, busy)
        await busy.wait()
        waiting = [asyncio.create_task(http.post(path, content=b"{}")) for path in posts]
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/v1/catalog")).status_code == 200
        assert [task.done() for task in waiting] == [False] * len(posts)
        release()
        answers = await asyncio.gather(*waiting)
        assert {answer.status_code for answer in answers} == {422}


def _occupy(off_loop: Callable[..., Any], busy: asyncio.Event) -> Callable[[], None]:
    """Take the only thread until the returned function is called."""
    end = threading.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(busy.set)
        end.wait(30)

    asyncio.get_running_loop().create_task(off_loop(work))
    return end.set
