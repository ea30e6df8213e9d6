"""The command as a user starts it: a real process, stopped by a real signal."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tokenquote.cli.serving import _listen

COMMAND = [str(Path(sys.executable).parent / "tokenquote"), "serve", "--port", "0"]


PRIVATE = "a sentence that nobody may read"
PLAN: dict[str, Any] = {
    "model": "gpt-5.4-mini",
    "turns": [{"user": 1000, "assistant": 0, "reasoning": 0}],
    "at": "2026-11-23T12:00:00Z",
}


@dataclass
class Life:
    """A service from its start to its end, and what it said."""

    ready: int
    """The status of /readyz once it says where it listens."""
    cost: str
    ended: str
    """What ended its readiness: a status, or the name of the error of a connection."""
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def life() -> Iterator[Life]:
    """A service that takes the place of one that was killed, and is told to stop."""
    with _started() as killed:
        _wait_for_url(killed)
        killed.kill()
        killed.communicate()
    with _started() as process:
        url = _wait_for_url(process)
        ready = httpx2.get(f"{url}/readyz", timeout=60).status_code
        cost = httpx2.post(f"{url}/v1/quotes", json=PLAN, timeout=60).json()["totals"]["cost"]
        for body in (
            {"model": "gpt-5.4-mini", "turns": [{"user": PRIVATE}]},
            {"model": PRIVATE, "turns": [{"user": PRIVATE}]},
            {"model": "gpt-5.4-mini", "turns": [{"user": {"text": PRIVATE, "more": PRIVATE}}]},
        ):
            httpx2.post(f"{url}/v1/quotes?private={PRIVATE}", json=body, timeout=60)
        process.send_signal(signal.SIGTERM)
        ended = _wait_until_unready(url)
        out, err = process.communicate(timeout=60)
        yield Life(ready, cost, ended, process.returncode, out, err)


@contextmanager
def _started() -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "TOKENQUOTE_LOG_LEVEL": "info", "TOKENQUOTE_TYPO": "1"}
    process = subprocess.Popen(
        COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _wait_for_url(process: subprocess.Popen[str]) -> str:
    """The address that uvicorn logs once it listens."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"running on (http://127\.0\.0\.1:\d+)", line)
        if found:
            return found[1]
    _, err = process.communicate(timeout=60)
    raise AssertionError(f"the service ended with {process.returncode} while it started: {err}")


def _wait_until_unready(url: str) -> str:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            status = httpx2.get(f"{url}/readyz", timeout=60).status_code
        except httpx2.TransportError as error:
            return type(error).__name__
        if status != 200:
            return str(status)
    raise AssertionError("still ready after SIGTERM")


def test_it_answers_and_stops_cleanly_on_sigterm(life: Life) -> None:
    """Nothing is kept between two starts, so the one that was killed can have left nothing broken."""
    assert life.ready == 200
    assert life.cost == "0.00075"
    assert life.code in (0, 143, -signal.SIGTERM)
    assert "warning: TOKENQUOTE_TYPO is no setting of tokenquote" in life.err
    lines = [json.loads(line) for line in life.out.splitlines()]
    request = next(line for line in lines if line["event"] == "http.request" and line["method"] == "POST")
    assert (request["route"], request["status"]) == ("/v1/quotes", 200)


def test_no_prompt_text_is_logged(life: Life) -> None:
    statuses = [line["status"] for line in map(json.loads, life.out.splitlines()) if "route" in line]
    assert statuses.count(422) == 3
    assert PRIVATE not in life.out + life.err


def test_readiness_ends_before_the_process_does(life: Life) -> None:
    """After SIGTERM no request is taken any more; a load balancer has nothing to send here."""
    assert life.ended == "503" or life.ended.endswith("Error")


def test_a_broken_catalog_stops_the_start_with_its_reasons(tmp_path: Path) -> None:
    (tmp_path / "counting.yaml").write_text("counting: {x: {vocabulary: nope}}\n")
    environment = {**os.environ, "TOKENQUOTE_CATALOG_DIR": str(tmp_path)}
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "counting.yaml:1: counting.x.method: missing: it has to be stated" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_vocabulary_stops_the_start_with_those_that_there_are() -> None:
    environment = {**os.environ, "TOKENQUOTE_VOCABULARIES": "gpt2,gpt5"}
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Error: TOKENQUOTE_VOCABULARIES: the catalog has no vocabulary 'gpt5'; it has o200k" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_sentence_with_its_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = {**os.environ, "TOKENQUOTE_PORT": str(port)}
        done = subprocess.run(
            COMMAND[:2], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: port {port} of 127.0.0.1 is in use by another program; "
        "choose another port with TOKENQUOTE_PORT or --port\n"
    )


def test_a_body_follows_its_head_at_once_on_every_connection() -> None:
    with _listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
