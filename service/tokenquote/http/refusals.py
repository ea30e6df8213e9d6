"""Requests that are not answered for a reason that lies in no field: their length, their time, the crowd."""

from __future__ import annotations

from http import HTTPStatus

from tokenquote_client.problem import Problem

__all__ = [
    "CLIENT_LEFT",
    "SHED_REASONS",
    "NotServed",
    "broke_off",
    "busy",
    "contradictory_length",
    "failed",
    "malformed",
    "no_room_for_body",
    "no_such_path",
    "sent_too_slowly",
    "shutting_down",
    "too_long",
    "too_much_memory",
    "took_too_long",
    "worker_ended",
]

CLIENT_LEFT = 499
"""The status of a request whose client did not wait for the answer, as nginx has it; nobody receives it."""
SHED_REASONS = ("queue", "asker", "body_memory", "time")
"""What a service may be too full of, so that a request is sent away."""
_TITLES = {CLIENT_LEFT: "The client left"}


class NotServed(Exception):
    """Ends a request in a problem document that the service itself writes."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        retry_after: int | None = None,
        closes: bool = False,
        shed: str | None = None,
    ) -> None:
        """State the answer.

        Args:
            status: the HTTP status.
            detail: what is wrong, and what to do about it.
            retry_after: the seconds after which asking again may help; None: it does not by itself.
            closes: whether the connection ends, for nobody knows where its next request begins.
            shed: what the service is too full of, one of `SHED_REASONS`; None: that is not why.
        """
        title = _TITLES.get(status) or HTTPStatus(status).phrase
        super().__init__(title)
        self.problem = Problem(title=title, status=status, detail=detail)
        self.shed = shed
        self.headers: dict[str, str] = {}
        if retry_after is not None:
            self.headers["retry-after"] = str(retry_after)
        if closes:
            self.headers["connection"] = "close"


def broke_off() -> NotServed:
    """Say that the client left, for the log and the metrics alone."""
    return NotServed(CLIENT_LEFT, "The client closed the connection before it was answered.", closes=True)


def malformed() -> NotServed:
    """Say that what came is no HTTP/1.1."""
    return NotServed(400, "What was sent is not HTTP/1.1 as RFC 9112 has it.", closes=True)


def contradictory_length() -> NotServed:
    """Say that the length is stated in two ways, behind which a second request may hide (RFC 9112, 6.1)."""
    detail = "The length of the body is stated twice; send either Content-Length or Transfer-Encoding."
    return NotServed(400, detail, closes=True)


def no_such_path() -> NotServed:
    """Say that the service has no such path."""
    return NotServed(404, "GET /openapi.json lists every path.")


def too_long(most_bytes: int) -> NotServed:
    """Say that the body is too long."""
    return NotServed(
        413,
        f"The body is longer than the {most_bytes} bytes that this service takes; state tokens in place of "
        "texts, or split the plan.",
        closes=True,
    )


def sent_too_slowly(seconds: float) -> NotServed:
    """Say that the body did not come in time."""
    return NotServed(408, f"The body did not come within {seconds:g} seconds.", retry_after=1, closes=True)


def busy(retry_after: int, *, by: str | None = None) -> NotServed:
    """Say that there is too much work here already: `by` this address or key, or of all together."""
    if by is not None:
        detail = f"Your {by} has as much work waiting here as one may have; ask again in {retry_after} s."
        return NotServed(429, detail, retry_after=retry_after, shed="asker")
    detail = f"The service is busy; ask again in {retry_after} s."
    return NotServed(503, detail, retry_after=retry_after, shed="queue")


def no_room_for_body(retry_after: int) -> NotServed:
    """Say that the bodies that are held already leave no room for this one."""
    detail = f"The service is busy; ask again in {retry_after} s."
    return NotServed(503, detail, retry_after=retry_after, closes=True, shed="body_memory")


def shutting_down() -> NotServed:
    """Say that this process ends before it can answer."""
    return NotServed(503, "The service is shutting down; ask again in 1 s.", retry_after=1, closes=True)


def took_too_long(seconds: float, *, began: bool) -> NotServed:
    """Say that the time for an answer is over, and whether it was being made at all."""
    if began:
        detail = f"The answer was not finished within {seconds:g} seconds; ask for less at a time."
        return NotServed(503, detail, shed="time")
    detail = f"The service was busy for {seconds:g} seconds; ask again in 5 s."
    return NotServed(503, detail, retry_after=5, shed="time")


def too_much_memory(most_bytes: int) -> NotServed:
    """Say that the answer takes more memory than one may."""
    detail = f"The answer takes more than {most_bytes // 2**20} MiB of memory; ask for less at a time."
    return NotServed(503, detail)


def failed() -> NotServed:
    """Say that the service has a fault, which is in the log."""
    return NotServed(500, "The service failed; the log has the place under this request id.")


def worker_ended() -> NotServed:
    """Say that the process that was making the answer ended without one."""
    return NotServed(503, "The process that was making the answer ended; ask again in 1 s.", retry_after=1)
