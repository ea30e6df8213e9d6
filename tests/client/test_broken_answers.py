"""Whatever comes back, or nothing: a typed error, within the time limit."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tokenquote import (
    BadAnswer,
    ClientError,
    ConnectionFailed,
    InvalidRequest,
    ServiceError,
    TimedOut,
    Unauthorized,
    Unavailable,
    UnknownModel,
)

Connect = Callable[..., Callable[..., Any]]
Serve = Callable[..., str]

PLAN = {"model": "openai/gpt-5.4-mini", "turns": [{"user": 1, "assistant": 1}]}
LIMIT_SECONDS = 0.5


def answer(
    body: bytes, *, status: str = "200 OK", media_type: str = "application/json", length: int | None = None
) -> bytes:
    length = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n"
    return head.encode() + body


def test_where_nobody_listens_the_connection_failed(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed) as caught:
        connect(f"http://127.0.0.1:{port}", retries=0)("catalog")
    assert not isinstance(caught.value, TimedOut)


def test_a_host_that_does_not_exist_is_a_failed_connection(connect: Connect) -> None:
    """`.invalid` never resolves (RFC 6761)."""
    with pytest.raises(ConnectionFailed):
        connect("http://tokenquote.invalid", retries=0)("catalog")


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        pytest.param(answer(b'{"revision": "ab', length=1000), ConnectionFailed, id="cut in mid-body"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-ty", ConnectionFailed, id="cut in the head"),
        pytest.param(b"", ConnectionFailed, id="closed without a word"),
        pytest.param(b"\x16\x03\x01 no HTTP at all\r\n\r\n", ConnectionFailed, id="another protocol"),
        pytest.param(
            b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"rev',
            ConnectionFailed,
            id="cut in mid-chunk",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}", ConnectionFailed, id="no chunk"
        ),
        pytest.param(answer(b"{}", length=-5), ConnectionFailed, id="a negative length"),
        pytest.param(
            answer(b'{"revision": "abcdef"}', length=10), BadAnswer, id="more than the stated length"
        ),
        pytest.param(answer(b""), BadAnswer, id="empty body"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", BadAnswer, id="no content"),
        pytest.param(answer(b"<html>Sign in</html>", media_type="text/html"), BadAnswer, id="HTML with 200"),
        pytest.param(answer(b'{"hello": "world"}'), BadAnswer, id="other JSON"),
        pytest.param(answer(b"[]"), BadAnswer, id="a list"),
        pytest.param(answer(b"null"), BadAnswer, id="null"),
        pytest.param(answer(b'{"revision": "a",'), BadAnswer, id="half of some JSON"),
        pytest.param(answer(b"\xff\xfe\x00"), BadAnswer, id="no UTF-8"),
        pytest.param(answer(b"[" * 100_000), BadAnswer, id="deep JSON"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 7\r\n\r\nno gzip",
            BadAnswer,
            id="broken compression",
        ),
        pytest.param(answer(b"{}", status="302 Found\r\nlocation: /elsewhere"), BadAnswer, id="a redirect"),
        pytest.param(answer(b"{}", status="304 Not Modified"), BadAnswer, id="not modified"),
    ],
)
@pytest.mark.parametrize(
    ("method", "question"), [("catalog", {}), ("quote", PLAN), ("compare", {"models": ["a"]}), ("models", {})]
)
def test_rubbish_ends_in_a_typed_error(
    connect: Connect, serve: Serve, sent: bytes, kind: type[ClientError], method: str, question: Any
) -> None:
    with pytest.raises(kind) as caught:
        connect(serve(sent), timeout=5, retries=0)(method, **question)
    assert type(caught.value) is kind
    assert str(caught.value)


def test_a_redirect_is_not_followed_and_takes_no_key_along(
    connect: Connect, serve: Serve, received: list[bytes]
) -> None:
    elsewhere = serve(answer(b"{}"))
    here = serve(answer(b"", status=f"307 Temporary Redirect\r\nlocation: {elsewhere}/v1/catalog"))
    with pytest.raises(BadAnswer, match=r"307 Temporary Redirect.*not followed"):
        connect(here, api_key="secret", retries=0)("catalog")
    assert len(received) == 1


@pytest.mark.parametrize(
    ("sent", "pause"),
    [
        pytest.param(b"", 0, id="says nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", 0, id="falls silent in the head"),
        pytest.param(answer(b'{"revision": ', length=1000), 0, id="falls silent in the body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 9999\r\n\r\n" + b" " * 9999, 0.02, id="drips"
        ),
    ],
)
def test_who_is_slow_has_timed_out(connect: Connect, serve: Serve, sent: bytes, pause: float) -> None:
    """Dripping, every single read is quick: it is the whole that takes too long."""
    ask = connect(serve(sent, pause=pause, hold=True), timeout=LIMIT_SECONDS, retries=0)
    began = time.monotonic()
    with pytest.raises(TimedOut):
        ask("quote", **PLAN)
    assert time.monotonic() - began < 20, "a generous bound: a call that hangs would last for minutes"


def test_each_step_may_have_a_limit_of_its_own(connect: Connect, serve: Serve) -> None:
    limits = httpx2.Timeout(5, read=0.2)
    with pytest.raises(TimedOut):
        connect(serve(b"", hold=True), timeout=limits, retries=0)("catalog")


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])
def test_an_endless_answer_is_given_up(connect: Connect, serve: Serve, compressed: bool) -> None:
    blanks = b" " * (140 * 1024 * 1024)
    body = gzip.compress(blanks, compresslevel=1) if compressed else blanks
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\n\r\n" % (b"gzip" if compressed else b"identity")
    with pytest.raises(BadAnswer, match="more than 134,217,728 bytes"):
        connect(serve(head + body), timeout=60, retries=0)("catalog")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", InvalidRequest),
        ("401 Unauthorized", Unauthorized),
        ("403 Forbidden", Unauthorized),
        ("404 Not Found", ServiceError),
        ("405 Method Not Allowed", ServiceError),
        ("413 Content Too Large", InvalidRequest),
        ("500 Internal Server Error", Unavailable),
        ("502 Bad Gateway", Unavailable),
        ("599 Whatever", Unavailable),
    ],
)
def test_a_proxys_page_is_told_by_its_status(
    connect: Connect, serve: Serve, status: str, kind: type[ServiceError]
) -> None:
    page = answer(b"<html>nginx</html>", status=status, media_type="text/html")
    with pytest.raises(kind) as caught:
        connect(serve(page), retries=0)("model", "openai/gpt-4o")
    assert type(caught.value) is kind
    assert caught.value.status == int(status[:3])
    assert "18 bytes (text/html) instead of a problem document" in caught.value.detail


def test_only_a_problem_that_says_so_is_an_unknown_model(connect: Connect, serve: Serve) -> None:
    """A wrong base URL answers 404 as well."""
    said = b'{"type": "urn:tokenquote:problem:unknown-model", "title": "t", "status": 404, "detail": "d"}'
    with pytest.raises(UnknownModel):
        connect(serve(answer(said, status="404 Not Found")), retries=0)("model", "a/b")
    with pytest.raises(ServiceError) as caught:
        connect(serve(answer(b"{}", status="404 Not Found")), retries=0)("model", "a/b")
    assert not isinstance(caught.value, UnknownModel)


def test_the_status_that_was_sent_counts_not_the_documents(connect: Connect, serve: Serve) -> None:
    said = b'{"title": "Fine", "status": 200, "detail": "all is well", "from_a_newer_service": 1}'
    with pytest.raises(Unavailable) as caught:
        connect(serve(answer(said, status="503 Service Unavailable")), retries=0)("catalog")
    assert (caught.value.status, caught.value.title) == (503, "Fine")


def test_what_a_newer_service_adds_is_ignored(connect: Connect, serve: Serve) -> None:
    said = b'{"revision": "r", "models": 0, "providers": [], "vocabularies": [], "weather": "fine"}'
    assert connect(serve(answer(said)))("catalog").revision == "r"


def test_pages_that_go_round_in_a_circle_end(connect: Connect, serve: Serve) -> None:
    with pytest.raises(BadAnswer, match="does not get past 'a'"):
        connect(serve(answer(b'{"items": [], "next_cursor": "a"}')), retries=0)("models")


def test_the_key_is_in_no_error(connect: Connect, serve: Serve) -> None:
    with pytest.raises(ClientError) as caught:
        connect(serve(answer(b"no")), api_key="very-secret", retries=0)("quote", **PLAN)
    assert "very-secret" not in repr(caught.value)
