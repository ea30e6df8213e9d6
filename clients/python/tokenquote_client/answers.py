"""Turn what came over the wire into an answer or an error, without I/O: the clients do the reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx2
from pydantic import ValidationError

from tokenquote_client.catalog import ModelList
from tokenquote_client.endpoint import AnswerT
from tokenquote_client.errors import BadAnswer, ClientError, ConnectionFailed, TimedOut, build_service_error
from tokenquote_client.operations import Operation
from tokenquote_client.problem import Problem
from tokenquote_client.retries import retry_after_seconds

__all__ = ["MAX_ANSWER_BYTES", "Incoming", "cursor_after", "read_answer", "timed_out", "to_client_error"]

MAX_ANSWER_BYTES = 128 * 1024 * 1024
"""The most bytes that an answer may have; the longest quote, of 100,000 requests, has about 25 MB."""


@dataclass
class Incoming:
    """An answer while it is read, with the limits that it must keep."""

    status: int
    headers: Mapping[str, str]
    give_up_at: float | None = None
    """The time at which to give up, on the clock that `add` is told; None: someone else watches the clock."""
    _chunks: list[bytes] = field(default_factory=list)
    _length: int = 0

    def add(self, chunk: bytes, now: float = 0.0) -> None:
        """Add the next piece of the body.

        Raises:
            TimedOut: the answer took too long.
            BadAnswer: the body is too long.
        """
        if self.give_up_at is not None and now > self.give_up_at:
            raise timed_out()
        self._length += len(chunk)
        if self._length > MAX_ANSWER_BYTES:
            raise BadAnswer(f"the answer has more than {MAX_ANSWER_BYTES:,} bytes; try detail='summary'")
        self._chunks.append(chunk)

    @property
    def content(self) -> bytes:
        """The body as far as it has been read."""
        return b"".join(self._chunks)


def read_answer(operation: Operation[AnswerT], incoming: Incoming, now: dt.datetime) -> AnswerT:
    """Return the service's answer as its model.

    Raises:
        ServiceError: the service answered with a problem.
        BadAnswer: something else answered.
    """
    if incoming.status >= 400:
        wished = retry_after_seconds(incoming.headers.get("retry-after"), now)
        raise build_service_error(_problem(incoming), wished)
    if incoming.status != 200:
        raise BadAnswer(f"{_status_line(incoming)}{_redirection(incoming)}: is base_url that of the service?")
    try:
        return operation.answer.model_validate_json(incoming.content)
    except ValidationError as error:
        raise BadAnswer(_what_is_wrong(operation, incoming, error)) from None


def cursor_after(page: ModelList, asked: str | None) -> str | None:
    """Return the cursor of the next page; None after the last one.

    Raises:
        BadAnswer: the pages would never end.
    """
    if page.next_cursor is not None and (page.next_cursor == asked or not page.items):
        raise BadAnswer(f"the list of models does not get past {page.next_cursor[:100]!r}")
    return page.next_cursor


def to_client_error(error: httpx2.RequestError) -> ClientError:
    """Turn a failure of the HTTP library into the error of this client that says why no answer came."""
    if isinstance(error, httpx2.TimeoutException):
        return timed_out(str(error))
    what = str(error) or type(error).__name__
    if isinstance(error, httpx2.TransportError):
        return ConnectionFailed(f"no complete answer: {what}")
    return BadAnswer(f"the answer cannot be read: {what}")


def timed_out(why: str = "") -> TimedOut:
    """Make the error of an answer that was not complete in time."""
    return TimedOut(f"no complete answer in time{f': {why}' if why else ''}")


def _problem(incoming: Incoming) -> Problem:
    """Return the problem document, or what the status alone says: a proxy answers with its own pages."""
    asked_as = incoming.headers.get("x-request-id")
    try:
        problem = Problem.model_validate_json(incoming.content)
    except ValidationError:
        return Problem(
            title=_phrase(incoming.status),
            status=incoming.status,
            detail=f"{_described(incoming)} instead of a problem document: a proxy's, or another service's",
            request_id=asked_as,
        )
    # Retrying and the error's type go by the status that was sent, whatever the document says.
    return problem.model_copy(
        update={"status": incoming.status, "request_id": problem.request_id or asked_as}
    )


def _what_is_wrong(operation: Operation[AnswerT], incoming: Incoming, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = "/".join(map(str, first["loc"])) or "body"
    wanted = operation.answer.__name__
    return f"{_described(incoming)} is no {wanted} of Tokenquote's: {place}: {first['msg']}"


def _described(incoming: Incoming) -> str:
    media_type = incoming.headers.get("content-type", "no content type").split(";")[0][:100]
    return f"an answer of {len(incoming.content):,} bytes ({media_type})"


def _redirection(incoming: Incoming) -> str:
    target = incoming.headers.get("location")
    return f", a redirect to {target[:200]!r}, which is not followed" if target else ""


def _status_line(incoming: Incoming) -> str:
    return f"{incoming.status} {_phrase(incoming.status)}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown Status"
