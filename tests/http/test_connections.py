"""Connections of a real service: what is no HTTP, what stalls, what holds a place and does nothing."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.http.service_process import SMALL, ServiceProcess, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

HEAD = b"POST /v1/quotes HTTP/1.1\r\nHost: localhost\r\n"
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    """A service whose patience is short."""
    with serving(header_seconds=1, body_seconds=1, write_seconds=1, max_connections=20) as running:
        yield running


def read_problem(received: bytes) -> dict[str, object]:
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    problem: dict[str, object] = json.loads(body)
    assert f"x-request-id: {problem['request_id']}".encode() in head.lower()
    return problem


def count(service: ServiceProcess, status: int) -> float:
    families = text_string_to_metric_families(httpx2.get(f"{service.url}/metrics").text)
    samples = [sample for family in families for sample in family.samples]
    return sum(
        sample.value
        for sample in samples
        if sample.name == "tokenquote_http_requests_total" and sample.labels["status"] == str(status)
    )


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"no request at all\r\n\r\n", id="no request"),
        pytest.param(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", id="two lengths"),
        pytest.param(HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="both"),
        pytest.param(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 200_000, id="a long header"),
        pytest.param(b"GET /" + b"a" * 200_000, id="a long path"),
        pytest.param(b"GET /livez HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two hosts"),
        pytest.param(b"GET /livez HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", id="a header without a name"),
        pytest.param(b"GET /livez HTTP/1.1\r\nHost: a\r\nB: \0\r\n\r\n", id="a zero in a header"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", id="TLS"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nnone\r\n", id="a bad chunk"),
    ],
)
def test_what_is_no_http_is_a_problem_of_the_client(service: ServiceProcess, sent: bytes) -> None:
    """It is answered, the connection is closed, and it is counted as 400 and never as a fault."""
    before, faults = count(service, 400), count(service, 500)
    received = service.send_raw(sent)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in received.lower()
    assert read_problem(received)["status"] == 400
    assert (count(service, 400), count(service, 500)) == (before + 1, faults)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/docs/..", 404),
        (b"/../etc/passwd", 404),
        (b"/static/%00", 404),
        (b"/static/x/%00", 404),
        (b"/static/" + b"a" * 5_000, 404),
        (b"/static/x/" + b"a" * 5_000, 404),
        (b"/%ff%fe", 404),
        (b"*", 404),
        (b"localhost:443", 404),
        (b"http://localhost/nothing", 404),
        (b"HTTP://localhost:8000/v1/models/none?x=1", 422),
        (b"http://attacker.example/v1/catalog", 421),
        (b"ftp://localhost/livez", 404),
    ],
)
def test_a_strange_target_is_a_problem_with_an_id(
    service: ServiceProcess, target: bytes, status: int
) -> None:
    before = count(service, status)
    sent = b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    received = service.send_raw(sent)
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert read_problem(received)["status"] == status
    assert count(service, status) == before + 1


def test_a_whole_address_is_answered_as_its_path(service: ServiceProcess) -> None:
    """RFC 9112, 3.2.2: its host counts, and the header Host does not."""
    for target in (b"http://localhost:1/v1/catalog?", b"HTTPS://LOCALHOST/v1/catalog"):
        sent = b"GET " + target + b" HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n"
        received = service.send_raw(sent)
        assert received.startswith(b"HTTP/1.1 200 ")
        assert b'"revision":"' in received


def test_an_idle_connection_is_closed(service: ServiceProcess) -> None:
    assert service.send_raw(b"") == b""


def test_half_a_head_is_not_waited_for(service: ServiceProcess) -> None:
    assert service.send_raw(b"POST /v1/quotes HTTP/1.1\r\nHost: loc") == b""


def test_a_stalled_upload_is_408(service: ServiceProcess) -> None:
    received = service.send_raw(HEAD + b"Content-Length: 1000\r\n\r\n{")
    assert received.startswith(b"HTTP/1.1 408 ")
    assert "within 1 seconds" in str(read_problem(received)["detail"])


def test_an_answer_that_nobody_takes_is_dropped(service: ServiceProcess) -> None:
    """The connection ends although the client has closed nothing; what it could read is not all."""
    plan = json.dumps({**SMALL, "turns": [{**SMALL["turns"][0], "repeat": 20_000}]}).encode()
    with service.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(HEAD + f"Content-Length: {len(plan)}\r\n\r\n".encode() + plan)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while _is_open(connection, service):
            assert time.monotonic() < give_up
            time.sleep(0.2)


def _is_open(connection: socket.socket, service: ServiceProcess) -> bool:
    """Whether the service still holds its end: only that end knows what was not sent."""
    return _row(connection, service)[3:4] == ["01"]  # established


def _row(connection: socket.socket, service: ServiceProcess) -> list[str]:
    """What the system says of the service's end of a connection; empty if there is none."""
    local, remote = f":{service.port:04X}", f":{connection.getsockname()[1]:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return next((row for row in rows if row[1].endswith(local) and row[2].endswith(remote)), [])


def test_a_client_that_leaves_is_499(service: ServiceProcess) -> None:
    before, faults = count(service, 499), count(service, 500)
    with service.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
    give_up = time.monotonic() + PATIENCE_SECONDS
    while count(service, 499) == before:
        assert time.monotonic() < give_up
        time.sleep(0.05)
    assert (count(service, 499), count(service, 500)) == (before + 1, faults)


def test_a_body_that_is_refused_is_not_waited_for(service: ServiceProcess) -> None:
    """The answer comes before the body does, says that the connection ends, and so it does."""
    with service.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: 99000000\r\n\r\n{")
        received = connection.recv(65_536)
        assert received.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in received.lower()
        with suppress(ConnectionError):
            connection.sendall(b"x" * 1_000_000)
            while connection.recv(65_536):
                pass


def test_who_sends_all_of_a_body_that_is_refused_still_gets_the_answer(service: ServiceProcess) -> None:
    """As clients do that read nothing before they have sent all; most libraries do."""
    with service.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: 30000000\r\n\r\n")
        for _ in range(30):
            connection.sendall(b"x" * 1_000_000)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")


def test_the_system_asks_whether_a_silent_client_is_still_there(service: ServiceProcess) -> None:
    """The timer of a connection on which nothing is sent is the one of keepalive, which proc(5) numbers 2."""
    with service.connect() as connection:
        assert _row(connection, service)[5].startswith("02:")


def test_five_hundred_connections_leave_a_descriptor_for_each_that_is_taken() -> None:
    with serving(descriptors=64) as small:
        idle = [small.connect() for _ in range(500)]
        assert httpx2.post(f"{small.url}/v1/quotes", json=SMALL, timeout=60).status_code == 200
        for connection in idle:
            connection.close()
        assert "loop.failure" not in small.log()


def test_idle_connections_give_way_to_new_ones(service: ServiceProcess) -> None:
    """With three times as many idle connections as it holds, it still answers."""
    idle = [service.connect() for _ in range(60)]
    try:
        assert httpx2.post(f"{service.url}/v1/quotes", json=SMALL, timeout=60).status_code == 200
    finally:
        for connection in idle:
            connection.close()
