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
from pathlib import Path

import httpx2
import pytest

from tokenquote.cli.serving import _listen

COMMAND = [str(Path(sys.executable).parent / "tokenquote"), "serve", "--port", "0"]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "TOKENQUOTE_LOG_LEVEL": "info", "TOKENQUOTE_TYPO": "1"}
    started = subprocess.Popen(
        COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield started
    if started.poll() is None:
        started.kill()
    started.communicate()


def wait_for_url(process: subprocess.Popen[str]) -> str:
    """The address that uvicorn logs once it listens."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"running on (http://127\.0\.0\.1:\d+)", line)
        if found:
            return found[1]
    raise AssertionError("the service did not start")


def test_it_answers_and_stops_cleanly_on_sigterm(process: subprocess.Popen[str]) -> None:
    url = wait_for_url(process)
    turn = {"user": 1000, "assistant": 0, "reasoning": 0}
    plan = {"model": "gpt-5.4-mini", "turns": [turn], "at": "2026-11-23T12:00:00Z"}
    assert httpx2.post(f"{url}/v1/quotes", json=plan).json()["totals"]["cost"] == "0.00075"
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode in (0, 143, -signal.SIGTERM)
    assert "warning: TOKENQUOTE_TYPO is no setting of tokenquote" in err
    lines = [json.loads(line) for line in out.splitlines()]
    request = next(line for line in lines if line["event"] == "http.request")
    assert (request["route"], request["status"], request["method"]) == ("/v1/quotes", 200, "POST")


def test_no_prompt_text_is_logged(process: subprocess.Popen[str]) -> None:
    url = wait_for_url(process)
    private = "a sentence that nobody may read"
    for body in (
        {"model": "gpt-5.4-mini", "turns": [{"user": private}]},
        {"model": private, "turns": [{"user": private}]},
        {"model": "gpt-5.4-mini", "turns": [{"user": {"text": private, "more": private}}]},
    ):
        httpx2.post(f"{url}/v1/quotes?private={private}", json=body)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert "/v1/quotes" in out
    assert private not in out + err


def test_a_killed_service_starts_again(process: subprocess.Popen[str]) -> None:
    """Nothing is kept between two starts, so nothing can be left behind broken."""
    wait_for_url(process)
    process.kill()
    process.communicate()
    again = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert httpx2.get(f"{wait_for_url(again)}/readyz").status_code == 200
    finally:
        again.kill()
        again.communicate()


def test_readiness_ends_before_the_process_does(process: subprocess.Popen[str]) -> None:
    """After SIGTERM no request is taken any more; a load balancer has nothing to send here."""
    url = wait_for_url(process)
    assert httpx2.get(f"{url}/readyz").status_code == 200
    process.send_signal(signal.SIGTERM)
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        try:
            if httpx2.get(f"{url}/readyz").status_code == 503:
                break
        except httpx2.TransportError:
            break
    else:
        raise AssertionError("still ready after SIGTERM")


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
