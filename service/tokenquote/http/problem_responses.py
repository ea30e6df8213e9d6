"""Answer every failure as `application/problem+json`, including failures of the framework."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import Scope, Send

from tokenquote.api.problems import Refused
from tokenquote.http.access_log import log_failure
from tokenquote.http.refusals import NotServed
from tokenquote.http.request_ids import ensure_request_id
from tokenquote_client.problem import Problem

__all__ = ["problem_response", "send_failure"]

MEDIA_TYPE = "application/problem+json"

_REMEDIES = {
    404: "GET /openapi.json lists every path.",
    405: "GET /openapi.json lists the methods of every path.",
}


def problem_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Build the answer to an exception; a fault of the service is logged and hides its message."""
    problem, headers = _describe(error, request.scope)
    content = _write(problem, request.scope)
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


async def send_failure(error: Exception, scope: Scope, send: Send) -> None:
    """Send the answer to an exception, without the framework."""
    problem, headers = _describe(error, scope)
    content = _write(problem, scope)
    stated = {**headers, "content-type": MEDIA_TYPE, "content-length": str(len(content))}
    lines = [(name.encode(), value.encode()) for name, value in stated.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": lines})
    await send({"type": "http.response.body", "body": content, "more_body": False})


def _describe(error: Exception, scope: Scope) -> tuple[Problem, dict[str, str]]:
    """Return what is said of an exception, and the headers that go with it."""
    if isinstance(error, Refused):
        return error.problem, {}
    if isinstance(error, NotServed):
        if error.shed is not None:
            scope["state"]["shed"] = error.shed  # for the metrics and the log
        return error.problem, error.headers
    if isinstance(error, HTTPException):
        headers = {k: v for k, v in (error.headers or {}).items() if k.lower() != "content-type"}
        return _status_problem(error.status_code), headers
    log_failure(error, ensure_request_id(scope))
    return _status_problem(500), {}


def _write(problem: Problem, scope: Any) -> bytes:
    """Write a problem document with the path and the id of the request that has this ASGI scope."""
    placed = problem.model_copy(
        update={"instance": scope["path"][:256], "request_id": ensure_request_id(scope)}
    )
    return placed.model_dump_json(exclude_none=True).encode()


def _status_problem(status: int) -> Problem:
    phrase = HTTPStatus(status).phrase
    detail = _REMEDIES.get(status) or f"{phrase}."
    if status >= 500:
        detail = "The service failed; the log has the place under this request id."
    return Problem(title=phrase, status=status, detail=detail)
