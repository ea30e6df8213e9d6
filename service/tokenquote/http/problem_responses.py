"""Answer every failure as `application/problem+json`, including failures of the framework."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from tokenquote.api.problems import Refused
from tokenquote.http.access_log import log_failure
from tokenquote.http.refusals import NotServed
from tokenquote.http.request_ids import ensure_request_id
from tokenquote_client.problem import Problem

__all__ = ["problem_response", "write_problem"]

MEDIA_TYPE = "application/problem+json"

_REMEDIES = {
    404: "GET /openapi.json lists every path.",
    405: "GET /openapi.json lists the methods of every path.",
}


def problem_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Build the answer to an exception; a fault of the service is logged and hides its message."""
    headers: dict[str, str] = {}
    if isinstance(error, Refused):
        problem = error.problem
    elif isinstance(error, NotServed):
        problem, headers = error.problem, error.headers
    elif isinstance(error, HTTPException):
        problem = _status_problem(error.status_code)
        headers = {k: v for k, v in (error.headers or {}).items() if k.lower() != "content-type"}
    else:
        log_failure(error, ensure_request_id(request.scope))
        problem = _status_problem(500)
    content = write_problem(problem, request.scope)
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def write_problem(problem: Problem, scope: Any) -> bytes:
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
