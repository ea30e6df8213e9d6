"""Quick questions are answered on the event loop, unless others would have to wait too long for them."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import time
from typing import Any

import httpx2
import pytest
from tests.conftest import shipped

from tokenquote.api.endpoints import read_parameters
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.http.access import Asker
from tokenquote.http.answering import Answering, InThreads
from tokenquote.http.app import create_app, create_state
from tokenquote.http.questions import Answered, Question, Serving, read_early
from tokenquote.http.service_state import ServiceState
from tokenquote.settings import Settings
from tokenquote_client.endpoints import Endpoints

PLAN = {"model": "openai/gpt-5.4-mini", "turns": [{"user": "Hello", "assistant": 5, "reasoning": 0}]}


def asked(plan: dict[str, Any]) -> Question:
    body = json.dumps(plan).encode()
    parameters = read_parameters(Endpoints.quotes, {})
    return Question(Endpoints.quotes, body, read_early(body), parameters, dt.datetime.now(dt.UTC), "id")


@pytest.fixture(scope="module")
def state() -> ServiceState:
    """With no vocabulary loaded yet."""
    return create_state(Settings())


def test_a_vocabulary_is_loaded_in_a_thread(state: ServiceState) -> None:
    """The first text in it is not answered at once, and the next one is."""
    here = InThreads((), RecentQuotes())
    assert here.make_now(asked(PLAN), state.serving) is None
    assert state.serving.vocabularies.loaded == frozenset()
    answered = asyncio.run(here.make(asked(PLAN), state.serving))
    assert answered.problem is None
    now = here.make_now(asked(PLAN), state.serving)
    assert now is not None
    assert json.loads(now.content)["totals"] == json.loads(answered.content)["totals"]


def test_vocabularies_that_the_settings_name_are_loaded_at_the_start() -> None:
    started = create_state(Settings(vocabularies=("o200k_base", "gpt2")))
    started.load()
    assert started.serving.vocabularies.loaded == {"o200k_base", "gpt2"}


@pytest.mark.parametrize(
    ("wanted", "with_these", "without_these"),
    [
        ((), set(), set(shipped().vocabularies)),
        (("gpt-neox", "no such"), {"gpt-neox"}, set(shipped().vocabularies) - {"gpt-neox"}),
        (("usual",), {"o200k_base", "cl100k_base", "claude-v3"}, {"gpt-neox", "dolma2"}),
        (("usual", "dolma2"), {"o200k_base", "dolma2"}, {"gpt-neox"}),
        (("all",), set(shipped().vocabularies), set()),
    ],
)
def test_which_vocabularies_are_loaded_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
    state: ServiceState,
    wanted: tuple[str, ...],
    with_these: set[str],
    without_these: set[str],
) -> None:
    asked_for: list[str] = []
    monkeypatch.setattr(state.serving.vocabularies, "trouble", asked_for.append)
    state.serving.load_encoders(wanted)
    assert set(asked_for) >= with_these
    assert not set(asked_for) & without_these
    assert len(asked_for) == len(set(asked_for))


class _Slow(InThreads):
    """Takes 60 ms of the event loop for each answer, which is more than one round of it may take."""

    def __init__(self) -> None:
        super().__init__((), RecentQuotes())
        self.made: list[str] = []

    def make_now(self, asked: Question, serving: Serving) -> Answered:
        end = time.thread_time() + 0.06
        while time.thread_time() < end:
            pass
        self.made.append("now")
        return Answered()

    async def make(self, asked: Question, serving: Serving) -> Answered:
        self.made.append("elsewhere")
        return Answered()


async def _receive() -> Any:
    await asyncio.Event().wait()


def test_a_round_of_the_loop_is_not_filled_with_answers(state: ServiceState) -> None:
    """Of three that come together one is answered at once; after that round, the next one is again."""

    async def ask_them() -> None:
        await asyncio.gather(
            *(answering.answer(asked(PLAN), state.serving, Asker("a"), _receive) for _ in range(3))
        )
        assert here.made == ["now", "elsewhere", "elsewhere"]
        await asyncio.sleep(0)
        await answering.answer(asked(PLAN), state.serving, Asker("a"), _receive)
        assert here.made[3:] == ["now"]

    here = _Slow()
    answering = Answering(here, here, short=4, long=1, seconds=60)
    asyncio.run(ask_them())


@pytest.mark.parametrize("path", ["/v1/quotes", "/v1/quotes/", "/v1//quotes"])
def test_an_unusual_path_gets_the_same_answer(state: ServiceState, path: str) -> None:
    """The framework answers what is not written as usual; it adds nothing and leaves nothing out."""

    async def ask(path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
        transport = httpx2.ASGITransport(app=create_app(Settings(), state))  # type: ignore[arg-type]
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            answer = await http.post(path, json=body, headers={"x-request-id": "same"})
        said = answer.json()
        said.pop("quote_id", None)
        return answer.status_code, dict(answer.headers), said

    plan = {**PLAN, "at": "2026-11-23T12:00:00Z"}
    for body in (plan, {"model": "x"}):
        assert asyncio.run(ask(path, body)) == asyncio.run(ask("/v1/quotes", body))
