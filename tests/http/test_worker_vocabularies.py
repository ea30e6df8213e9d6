"""A service of one worker: which process loads the vocabularies of long questions, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from tests.http.service_process import PATIENCE_SECONDS, SMALL, ServiceProcess, serving, until, workers_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

PLAN = {**SMALL, "at": "2026-11-23T00:00:00Z"}


@pytest.fixture(scope="module")
def one() -> Iterator[ServiceProcess]:
    """A service of one worker, which the last of its tests ends."""
    with serving(drain_seconds=0) as running:
        yield running


def test_vocabularies_that_long_questions_load_are_there_for_the_next(one: ServiceProcess) -> None:
    """A process beside the workers has all of them, and the one that forks that process has none."""

    def status(model: str) -> int:
        turn = {"user": {"text": "Good morning."}, "assistant": 1, "reasoning": 0, "repeat": 2_000}
        plan = {"model": model, "turns": [turn]}
        return httpx2.post(f"{one.url}/v1/quotes", json=plan, timeout=60).status_code

    def ask(model: str) -> None:
        assert status(model) == 200

    def nurseries() -> set[int]:
        return {pid for pid in one.children() if pid != worker and has_loaded(pid)}

    def has_loaded(pid: int) -> bool:
        with suppress(OSError):  # the process of a question, which is nice and has just ended
            return own_bytes(pid) > at_first + 8_000_000 and os.getpriority(os.PRIO_PROCESS, pid) == own
        return False

    own = os.getpriority(os.PRIO_PROCESS, 0)
    (worker,) = workers_of(one, 1)
    at_first = own_bytes(one.process.pid)
    ask("Qwen/Qwen3-8B")
    until(lambda: len(nurseries()) == 1)
    first = nurseries()
    ask("deepseek-ai/DeepSeek-R1")
    until(lambda: len(nurseries() - first) == 1 and not first <= nurseries())
    second = nurseries()
    for model in ("Qwen/Qwen3-8B", "deepseek-ai/DeepSeek-R1"):
        ask(model)
        assert nurseries() == second
    assert own_bytes(one.process.pid) < at_first + 10_000_000
    for pid in second:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not nurseries())
    # A question that comes before their end is noticed is 503, to be asked again.
    until(lambda: status("Qwen/Qwen3-8B") == 200)
    until(lambda: len(nurseries()) == 1)


def own_bytes(pid: int) -> int:
    """The memory of a process that is no page of a file."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:")), 0)


def test_a_text_is_compared_for_all_models_within_the_memory_of_one_answer(one: ServiceProcess) -> None:
    """All vocabularies together take twice of what an answer may."""
    turn = {"user": {"text": "Good morning, how are you?"}, "assistant": 100, "reasoning": 0}
    plan = {"models": "all", "turns": [turn]}
    answer = httpx2.post(f"{one.url}/v1/quotes", json=plan, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200, answer.text[:500]
    quotes = answer.json()["quotes"]
    assert len(quotes) == 1_000


def test_a_request_that_is_on_its_way_while_the_service_ends_is_answered(one: ServiceProcess) -> None:
    """Of a connection that is open, nobody knows whether its request has been sent already."""
    body = json.dumps(PLAN).encode()
    sent = b"POST /v1/quotes HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    forked = one.children()
    with one.connect() as connection:
        one.process.send_signal(signal.SIGTERM)
        until(lambda: "Shutting down" in one.log())
        connection.sendall(sent)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        one.process.wait(timeout=60)
    assert one.process.returncode == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in forked))
