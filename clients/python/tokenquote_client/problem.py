"""RFC 9457 problem documents, the shape of every error."""

from __future__ import annotations

from tokenquote_client.wire_types import Received

__all__ = ["FieldError", "Problem"]


class FieldError(Received):
    """What is wrong with one field of the request."""

    pointer: str
    """The place of the field in the request body, as a JSON pointer (RFC 6901); empty: the whole body."""
    detail: str
    """What is wrong with the field, in words."""


class Problem(Received):
    """A problem document (`application/problem+json`): why a request was not answered."""

    type: str = "about:blank"
    """The URN that names the kind of problem, or `about:blank` where the status says it all."""
    title: str
    """The kind of problem in words."""
    status: int
    """The HTTP status of the answer."""
    detail: str
    """What is wrong with this request, in words."""
    instance: str | None = None
    """The path that was asked for; null: the problem did not come over HTTP."""
    request_id: str | None = None
    """The id of the request, by which it is found in the service's log; null: the problem did not come over
    HTTP."""
    errors: tuple[FieldError, ...] = ()
    """The fields of the request that are wrong, at most 20; empty: the problem lies in no field."""
