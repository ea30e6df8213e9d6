"""RFC 9457 problem documents, the shape of every error."""

from __future__ import annotations

from tokenquote_client.wire import Received

__all__ = ["FieldError", "Problem"]


class FieldError(Received):
    """What is wrong with one field of the request."""

    pointer: str
    """JSON pointer (RFC 6901) into the request body."""
    detail: str


class Problem(Received):
    """`application/problem+json`."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None
    request_id: str | None = None
    errors: tuple[FieldError, ...] = ()
