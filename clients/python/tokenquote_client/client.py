"""The client for programs that wait: it has a method for each thing that the service answers."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Mapping

import httpx2

from tokenquote_client.answers import Incoming, read_answer, to_client_error
from tokenquote_client.connection import Connection, WithConnection
from tokenquote_client.endpoint import AnswerT
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.errors import ClientError, ConnectionFailed, Unavailable
from tokenquote_client.operations import Operation, build_operation
from tokenquote_client.quoters import Quoter

__all__ = ["Client"]


class Client(WithConnection, Quoter):
    """A client of a Tokenquote service.

        with Client("http://127.0.0.1:8000") as client:
            quote = client.quote(model="gpt-5.4-mini", turns=[{"user": 120, "assistant": 260, "repeat": 10}])
            print(quote.totals.cost)

    A question is given as its model (`Plan`, `MediaQuestion`, …), as a mapping, as keywords, or as one of
    the first two with keywords that replace members of it. Every method raises a `ClientError` if it has
    no answer. Threads may share a client.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float | httpx2.Timeout | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: httpx2.Client | None = None,
    ) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            base_url: where the service is; else TOKENQUOTE_BASE_URL, else http://127.0.0.1:8000.
            api_key: sent as a bearer token; else TOKENQUOTE_API_KEY, else none.
            timeout: seconds that one try may take; else TOKENQUOTE_TIMEOUT, else 10. The clock is looked at
                between two reads of the body, so a trickling answer may last for one read more; while
                headers trickle in, only the wait for each piece is limited (AsyncClient ends that too). An
                `httpx2.Timeout` limits the steps one by one instead; `httpx2.Timeout(None)` none of them.
            retries: how many further tries a passing failure is worth; 2 by default.
            headers: sent with every request.
            http_client: for proxies, certificates and tests; it stays yours to close.

        Raises:
            ValueError: an option makes no sense.
        """
        self._connection = Connection.choose(base_url, api_key, timeout, retries, headers, os.environ)
        self._owns_http = http_client is None
        self._http = httpx2.Client() if http_client is None else http_client

    def ready(self) -> bool:
        """Return whether the service can answer now; False too if nothing listens. There are no retries."""
        try:
            self._try(build_operation(Endpoints.readiness))
        except (ConnectionFailed, Unavailable):
            return False
        return True

    def close(self) -> None:
        """Close the sockets, unless they are those of an `http_client` or of another client."""
        if self._owns_http:
            self._http.close()

    def _call(self, operation: Operation[AnswerT]) -> AnswerT:
        failures = 0
        while True:
            try:
                return self._try(operation)
            except ClientError as error:
                failures += 1
                delay = self._connection.retries.delay_after(failures, error)
                if delay is None:
                    raise
            time.sleep(delay)

    def _try(self, operation: Operation[AnswerT]) -> AnswerT:
        seconds = self._connection.deadline_seconds
        give_up_at = None if seconds is None else time.monotonic() + seconds
        request = self._connection.request(operation, self._http.build_request)
        try:
            response = self._http.send(request, stream=True, follow_redirects=False)
            try:
                incoming = Incoming(response.status_code, response.headers, give_up_at)
                for chunk in response.iter_bytes():
                    incoming.add(chunk, time.monotonic())
            finally:
                response.close()
        except httpx2.RequestError as error:
            raise to_client_error(error) from error
        return read_answer(operation, incoming, dt.datetime.now(dt.UTC))
