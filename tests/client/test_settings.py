"""Argument, else environment, else default; what makes no sense is refused where it is written."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from tokenquote import AsyncClient, Client
from tokenquote_client.testing import FakeService

KINDS = pytest.mark.parametrize("kind", [Client, AsyncClient])


@KINDS
@pytest.mark.parametrize(
    ("environment", "arguments", "shown"),
    [
        pytest.param({}, {}, "'http://127.0.0.1:8000', timeout=10.0, retries=2", id="defaults"),
        pytest.param(
            {"TOKENQUOTE_BASE_URL": "https://quotes.example/api/", "TOKENQUOTE_TIMEOUT": "2.5"},
            {},
            "'https://quotes.example/api', timeout=2.5, retries=2",
            id="environment",
        ),
        pytest.param(
            {"TOKENQUOTE_BASE_URL": "https://quotes.example", "TOKENQUOTE_TIMEOUT": "2.5"},
            {"base_url": "http://other:9", "timeout": 1, "retries": 0},
            "'http://other:9', timeout=1.0, retries=0",
            id="arguments",
        ),
        pytest.param(
            {"TOKENQUOTE_BASE_URL": "", "TOKENQUOTE_TIMEOUT": ""},
            {},
            "'http://127.0.0.1:8000', timeout=10.0, retries=2",
            id="an empty variable is an unset one",
        ),
    ],
)
def test_what_applies(
    kind: type[Any], environment: dict[str, str], arguments: Any, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert repr(kind(**arguments)) == f"{kind.__name__}({shown})"


@KINDS
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"base_url": "quotes.example"}, "base_url must look like http://host:8000"),
        ({"base_url": "ftp://quotes.example"}, "base_url must look like"),
        ({"base_url": "http://me:secret@quotes.example"}, "must not hold a name or password"),
        ({"api_key": "two\nlines"}, "no header can carry"),
        ({"timeout": 0}, "timeout must be a number of seconds above 0"),
        ({"timeout": float("nan")}, "timeout must be a number of seconds above 0"),
        ({"headers": {"bad name": "x"}}, "its name or value cannot be sent"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(kind: type[Any], arguments: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        kind(**arguments)
    assert "secret" not in str(caught.value)


def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENQUOTE_TIMEOUT", "soon")
    with pytest.raises(
        ValueError, match="TOKENQUOTE_TIMEOUT must be a number of seconds above 0, not 'soon'"
    ):
        Client()


def test_key_identity_and_request_id_are_sent_and_the_key_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKENQUOTE_API_KEY", "from-outside")
    fake = FakeService()
    client = fake.client(headers={"Traceparent": "00-abc"})
    client.with_options(request_id="order-4711").catalog()
    headers = fake.asked[0].headers
    assert headers["authorization"] == "Bearer from-outside"
    assert headers["x-request-id"] == "order-4711"
    assert headers["traceparent"] == "00-abc"
    assert headers["user-agent"].startswith("tokenquote-python/")
    assert "from-outside" not in repr(client)
    client.catalog()
    assert "x-request-id" not in fake.asked[1].headers


def test_options_of_a_copy_leave_the_first_as_it_was() -> None:
    first = Client(timeout=3, retries=1)
    assert repr(first.with_options(timeout=60, retries=0)).endswith("timeout=60.0, retries=0)")
    assert repr(first).endswith("timeout=3.0, retries=1)")


def test_an_http_client_of_ones_own_is_not_closed() -> None:
    with httpx2.Client(transport=FakeService()) as own:
        with Client(http_client=own) as client:
            client.catalog()
        assert not own.is_closed

    async def scenario() -> None:
        async with httpx2.AsyncClient(transport=FakeService()) as own:
            async with AsyncClient(http_client=own) as client:
                await client.catalog()
            assert not own.is_closed

    asyncio.run(scenario())


def test_a_copy_does_not_close_the_sockets_of_the_first() -> None:
    with Client() as first:
        first.with_options(timeout=1).close()
        assert not first._http.is_closed
    assert first._http.is_closed
