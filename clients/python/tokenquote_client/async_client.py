"""The client for programs that await: it has the methods and arguments of `Client`, under asyncio."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Mapping

import httpx2

from tokenquote_client.answers import Incoming, read_answer, timed_out, to_client_error
from tokenquote_client.connection import Connection, WithConnection
from tokenquote_client.endpoint import AnswerT
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.errors import ClientError, ConnectionFailed, Unavailable
from tokenquote_client.operations import Operation, build_operation
from tokenquote_client.quoters import AsyncQuoter

__all__ = ["AsyncClient"]


class AsyncClient(WithConnection, AsyncQuoter):
    """A client of a Tokenquote service.

        async with AsyncClient("http://127.0.0.1:8000") as client:
            quote = await client.quote(model="gpt-5.4-mini", turns=[{"user": 120, "assistant": 260}])
            print(quote.totals.cost)

    A question is given as its model (`Plan`, `MediaQuestion`, …), as a mapping, as keywords, or as one of
    the first two with keywords that replace members of it. Every method raises a `ClientError` if it has
    no answer. Tasks of one event loop may share a client.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float | httpx2.Timeout | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            base_url: where the service is; else TOKENQUOTE_BASE_URL, else http://127.0.0.1:8000.
            api_key: sent as a bearer token; else TOKENQUOTE_API_KEY, else none.
            timeout: seconds that one try may take; else TOKENQUOTE_TIMEOUT, else 10. An `httpx2.Timeout`
                limits the steps one by one instead; `httpx2.Timeout(None)` none of them.
            retries: how many further tries a passing failure is worth; 2 by default.
            headers: sent with every request.
            http_client: for proxies, certificates and tests; it stays yours to close.

        Raises:
            ValueError: an option makes no sense.
        """
        self._connection = Connection.choose(base_url, api_key, timeout, retries, headers, os.environ)
        self._owns_http = http_client is None
        self._http = httpx2.AsyncClient() if http_client is None else http_client

    async def ready(self) -> bool:
        """Return whether the service can answer now; False too if nothing listens. There are no retries."""
        try:
            await self._try(build_operation(Endpoints.readiness))
        except (ConnectionFailed, Unavailable):
            return False
        return True

    async def aclose(self) -> None:
        """Close the sockets, unless they are those of an `http_client` or of another client."""
        if self._owns_http:
            await self._http.aclose()

    async def _call(self, operation: Operation[AnswerT]) -> AnswerT:
        failures = 0
        while True:
            try:
                return await self._try(operation)
            except ClientError as error:
                failures += 1
                delay = self._connection.retries.delay_after(failures, error)
                if delay is None:
                    raise
            await asyncio.sleep(delay)

    async def _try(self, operation: Operation[AnswerT]) -> AnswerT:
        request = self._connection.request(operation, self._http.build_request)
        try:
            async with asyncio.timeout(self._connection.deadline_seconds):
                incoming = await self._exchange(request)
        except httpx2.RequestError as error:
            raise to_client_error(error) from error
        except TimeoutError:
            raise timed_out() from None
        return read_answer(operation, incoming, dt.datetime.now(dt.UTC))

    async def _exchange(self, request: httpx2.Request) -> Incoming:
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            incoming = Incoming(response.status_code, response.headers)
            async for chunk in response.aiter_bytes():
                incoming.add(chunk)
            return incoming
        finally:
            await response.aclose()
