"""When to ask again, and when: as pure tables, and against a server that changes its mind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tokenquote import BadAnswer, ClientError, ConnectionFailed, Problem, RateLimited, TimedOut, Unavailable
from tokenquote_client.errors import build_service_error
from tokenquote_client.retries import Retries, retry_after_seconds

Connect = Callable[..., Callable[..., Any]]
Serve = Callable[..., str]

NOW = dt.datetime(2026, 11, 23, 12, 0, 0, tzinfo=dt.UTC)
CATALOG = b'{"revision": "r", "models": 0, "providers": [], "vocabularies": []}'
# The scripted server closes each connection behind its answer, and says so: a client that sends its next
# request before it sees the end of a connection that it may keep has one failure more.
GOOD = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(CATALOG) + CATALOG
NO_JSON = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno"


def upper(low: float, high: float) -> float:
    """A die that always shows its highest number."""
    assert low == 0
    return high


def problem(status: int, retry_after: float | None = None) -> ClientError:
    return build_service_error(Problem(title="t", status=status, detail="d"), retry_after)


@pytest.mark.parametrize(
    ("failures", "longest"),
    [(1, 0.25), (2, 0.5), (3, 1), (4, 2), (5, 4), (6, 8), (7, 8), (2000, 8)],
)
def test_the_longest_delay_doubles_up_to_eight_seconds(failures: int, longest: float) -> None:
    assert Retries(5000).delay_after(failures, ConnectionFailed(), upper) == longest


def test_the_delay_is_drawn_from_nothing_to_the_longest() -> None:
    """Full jitter: a die that shows the lowest number does not wait at all."""
    assert Retries(1).delay_after(1, TimedOut(), lambda low, high: low) == 0


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (ConnectionFailed(), True),
        (TimedOut(), True),
        (BadAnswer(), False),
        (ClientError(), False),
        *[(problem(status), True) for status in (408, 429, 500, 502, 503, 504)],
        *[(problem(status), False) for status in (400, 401, 403, 404, 405, 409, 413, 422, 501, 505)],
    ],
    ids=lambda value: f"{getattr(value, 'status', '')}{type(value).__name__}",
)
def test_what_may_pass_is_tried_again(error: ClientError, passing: bool) -> None:
    assert (Retries(2).delay_after(1, error) is not None) is passing


@pytest.mark.parametrize(("retries", "delays"), [(0, []), (1, [0.25]), (2, [0.25, 0.5]), (3, [0.25, 0.5, 1])])
def test_there_are_so_many_retries(retries: int, delays: list[float]) -> None:
    policy = Retries(retries)
    found = [policy.delay_after(failures, TimedOut(), upper) for failures in range(1, retries + 2)]
    assert found == [*delays, None]


@pytest.mark.parametrize(
    ("wished", "delay"), [(0, 0), (1.5, 1.5), (60, 60), (60.1, None), (86_400, None), (None, 0.25)]
)
def test_the_services_wish_is_obeyed_up_to_a_minute(wished: float | None, delay: float | None) -> None:
    """A longer one ends the call: asking earlier would be refused again."""
    assert Retries(2).delay_after(1, problem(429, wished), upper) == delay
    assert Retries(2).delay_after(1, problem(503, wished), upper) == delay


@pytest.mark.parametrize("retries", [-1, 1.5, "2", True, None])
def test_a_number_of_retries_is_a_whole_number(retries: Any) -> None:
    with pytest.raises(ValueError, match="retries"):
        Retries(retries)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("999999", 999999),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("", None),
        ("soon", None),
        ("7 seconds", None),
        ("٣", 3),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 12:00:30 -0000", 30),
        ("Mon, 23 Nov 2026 13:00:30 +0100", 30),
        ("Monday, 23-Nov-26 12:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Mon, 23 Nov 2026", None),
        ("Mon, 99 Nov 2026 12:00:30 GMT", None),
        ("Mon, 23 Nov 99999 12:00:30 GMT", None),
        ("Mon, 23 Nov 2026 12:00:30 +9999999999", None),
        ("\x00", None),
        (",;=" * 1000, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_rubbish_is_ignored(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after_seconds(header, NOW) == seconds


def refusal(status: str, *headers: str) -> bytes:
    body = b'{"title": "Busy", "status": 0, "detail": "later"}'
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, "connection: close", f"content-length: {len(body)}"])
    return head.encode() + b"\r\n\r\n" + body


def test_after_503_the_second_try_is_answered(connect: Connect, serve: Serve, received: list[bytes]) -> None:
    base_url = serve(refusal("503 Service Unavailable", "retry-after: 0"), GOOD)
    assert connect(base_url)("catalog").revision == "r"
    assert len(received) == 2


def test_after_an_answer_that_broke_off_the_third_try_is_answered(
    connect: Connect, serve: Serve, received: list[bytes]
) -> None:
    assert connect(serve(b"", GOOD[:-5], GOOD))("catalog").revision == "r"
    assert len(received) == 3


def test_429_says_when_to_come_back(connect: Connect, serve: Serve, received: list[bytes]) -> None:
    """In an hour: nobody waits that long, and the error says it."""
    with pytest.raises(RateLimited) as caught:
        connect(serve(refusal("429 Too Many Requests", "retry-after: 3600")))("catalog")
    assert caught.value.retry_after == 3600
    assert len(received) == 1


def test_429_is_asked_again_when_the_service_wishes(
    connect: Connect, serve: Serve, received: list[bytes]
) -> None:
    base_url = serve(
        refusal("429 Too Many Requests", "retry-after: 0"),
        refusal("429 Too Many Requests", "retry-after: Mon, 23 Nov 2020 11:00:00 GMT"),
        GOOD,
    )
    assert connect(base_url)("catalog").revision == "r"
    assert len(received) == 3


def test_two_retries_are_all(connect: Connect, serve: Serve, received: list[bytes]) -> None:
    with pytest.raises(Unavailable, match="503 Busy: later"):
        connect(serve(refusal("503 Service Unavailable", "retry-after: 0")))("catalog")
    assert len(received) == 3


def test_an_answer_that_will_not_change_is_not_asked_for_again(
    connect: Connect, serve: Serve, received: list[bytes]
) -> None:
    for sent in (refusal("422 Unprocessable Entity"), NO_JSON):
        with pytest.raises(ClientError):
            connect(serve(sent))("catalog")
    assert len(received) == 2


def test_ready_asks_once_and_answers_no(connect: Connect, serve: Serve, received: list[bytes]) -> None:
    assert connect(serve(refusal("503 Service Unavailable", "retry-after: 0")))("ready") is False
    assert connect(serve(b""))("ready") is False
    assert len(received) == 2
    with pytest.raises(BadAnswer):
        connect(serve(NO_JSON))("ready")
