"""A service without a socket, for the tests of programs that use the client.

    def test_our_report_shows_the_cost():
        fake = FakeService()
        with fake.client() as client:
            assert our_report(client) == "0.01 dollars"
        assert fake.asked[0].body["model"] == "openai/gpt-5.4-mini"

Whatever is asked, it gives the canned answer of the endpoint's row; state your own by path:

    fake.answers["/v1/quotes"] = canned_quote("x/y", cost="2.50")   # any wire model
    fake.answers["/v1/quotes"] = problem(429)                       # ends in RateLimited
    fake.answers["/v1/quotes"] = httpx2.ConnectError("refused")     # ends in ConnectionFailed
    fake.answers["/v1/quotes"] = [problem(503), canned_quote()]     # one after the other; the last one stays
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

import httpx2
from pydantic import BaseModel

from tokenquote_client.async_client import AsyncClient
from tokenquote_client.canned_answers import canned_model, canned_quote
from tokenquote_client.client import Client
from tokenquote_client.endpoints import ENDPOINTS
from tokenquote_client.problem import Problem

__all__ = ["Asked", "FakeService", "canned_model", "canned_quote", "problem"]

Answer: TypeAlias = BaseModel | Exception


@dataclass(frozen=True)
class Asked:
    """A request that the fake service got."""

    method: str
    """The HTTP method of the request."""
    path: str
    """The path without the host, such as `/v1/models/openai/gpt-5.4-mini`."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The parameters in the query, by name."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The headers of the request, by name."""
    body: Any = None
    """The question as JSON data; None: the request has no body."""


class FakeService(httpx2.MockTransport):
    """A service that answers at once; `asked` remembers requests, `answers` holds your answers by path."""

    def __init__(self, answers: Mapping[str, Answer | Sequence[Answer]] | None = None) -> None:
        super().__init__(self._answer)
        self.answers: dict[str, Answer | Sequence[Answer]] = dict(answers or {})
        self.asked: list[Asked] = []

    def client(self, *, retries: int = 0, **options: Any) -> Client:
        """Make a client of this service, which does not retry unless told to, so that no test waits."""
        return Client(http_client=httpx2.Client(transport=self), retries=retries, **options)

    def async_client(self, *, retries: int = 0, **options: Any) -> AsyncClient:
        """Make a client of this service for programs that await, which does not retry unless told to."""
        return AsyncClient(http_client=httpx2.AsyncClient(transport=self), retries=retries, **options)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        asked = _asked(request)
        self.asked.append(asked)
        stated = self.answers.get(asked.path)
        if isinstance(stated, Sequence):
            times = sum(earlier.path == asked.path for earlier in self.asked)
            stated = stated[min(times, len(stated)) - 1]
        if stated is None:
            stated = _canned_answer(asked)
        if isinstance(stated, Exception):
            raise stated
        return _response(stated or problem(404))


def problem(status: int, detail: str = "canned", **members: Any) -> Problem:
    """Make a problem document of this status."""
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, **members)


def _canned_answer(asked: Asked) -> BaseModel | None:
    """Return the canned answer of the endpoint's row; None if there is no such path."""
    for row in ENDPOINTS:
        head, parameter, _ = row.path.partition("{")
        if parameter and asked.path.startswith(head):
            return row.canned({row.path_parameters[0]: asked.path.removeprefix(head)})
        if asked.path == row.path:
            return row.canned(asked.body if isinstance(asked.body, Mapping) else asked.params)
    return None


def _asked(request: httpx2.Request) -> Asked:
    content = request.read()
    return Asked(
        method=request.method,
        path=request.url.path,
        params=dict(request.url.params),
        headers=dict(request.headers),
        body=json.loads(content) if content else None,
    )


def _response(answer: BaseModel) -> httpx2.Response:
    is_problem = isinstance(answer, Problem)
    return httpx2.Response(
        answer.status if isinstance(answer, Problem) else 200,
        content=answer.model_dump_json(exclude_none=is_problem),
        headers={"content-type": "application/problem+json" if is_problem else "application/json"},
    )
