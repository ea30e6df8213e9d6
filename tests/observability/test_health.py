"""`tokenquote health`, which container probes run."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from tokenquote.cli import main


def health(port: int) -> tuple[int, str]:
    # A proxy of the environment must not come between.
    environment = {"TOKENQUOTE_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    done = CliRunner().invoke(main, ["health"], env=environment)
    return done.exit_code, done.output


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that says one thing, once."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def say() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=say)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=5)


def test_a_service_that_is_ready(base_url: str) -> None:
    assert health(int(base_url.rsplit(":", 1)[1])) == (0, "ready\n")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", "not ready: /readyz answered 503"),
        (b"SSH-2.0-whatever\r\n", "no answer"),
        (b"", "no answer"),
    ],
)
def test_a_service_that_is_not(answer: bytes, said: str) -> None:
    with answering(answer) as port:
        code, output = health(port)
    assert code == 1
    assert said in output
    assert output.count("\n") == 1


def test_no_service_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    code, output = health(port)
    assert code == 1
    assert output.startswith(f"Error: no answer from port {port}: ConnectionRefusedError(")


def test_a_port_that_is_no_number_is_named() -> None:
    done = CliRunner().invoke(main, ["health"], env={"TOKENQUOTE_PORT": "eighty"})
    assert done.exit_code == 1
    assert done.output.startswith("Error: TOKENQUOTE_PORT: ")
