"""Questions that are posted: read, answered and sent without the framework, which costs as much as an answer.

The framework knows the same paths, and does the rest: other methods, and paths that are not written as usual.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import parse_qsl

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from pydantic import BaseModel

from tokenquote.api.endpoints import read_parameters
from tokenquote.api.problems import Refused, repeated_parameter
from tokenquote.http.access import find_asker
from tokenquote.http.bodies import HeldBytes, read_body
from tokenquote.http.counting import find_app
from tokenquote.http.problem_responses import send_failure
from tokenquote.http.questions import Answered, Question, read_early
from tokenquote.http.request_ids import ensure_request_id
from tokenquote.http.service_state import ServiceState
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["answer_posted", "collect_parameters", "posted", "take"]

_ROWS: Mapping[str, Endpoint[BaseModel]] = {row.path: row for row in ENDPOINTS if row.method == "POST"}


def posted(app: ASGIApp, service: ServiceState) -> ASGIApp:
    """Wrap the framework's application so that it is not asked what a row of the table answers to a body."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "POST" and scope["path"] in _ROWS:
            await _serve(_ROWS[scope["path"]], service, scope, receive, send)
        else:
            await app(scope, receive, send)

    return call


async def _serve(
    row: Endpoint[BaseModel], service: ServiceState, scope: HTTPScope, receive: Receive, send: Send
) -> None:
    scope["path_template"] = row.path
    try:
        content = await answer_posted(row, service, scope, receive)
    except Exception as error:
        await send_failure(error, scope, send)
        return
    length = str(len(content)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})


async def answer_posted(
    row: Endpoint[BaseModel], service: ServiceState, scope: HTTPScope, receive: Receive
) -> bytes:
    """Read the body of a request and answer it.

    Raises:
        Refused: it came to a problem.
        NotServed: it is not answered for a reason that lies in no field.
    """
    received = dt.datetime.now(dt.UTC)
    parameters = read_parameters(row, collect_parameters(scope["query_string"]))
    settings, asker = service.settings, find_asker(scope)
    with HeldBytes(service.memory, asker.name) as held:
        body = await read_body(scope, receive, held, settings.max_body_bytes, settings.body_seconds)
        asked = Question(row, body, read_early(body), parameters, received, ensure_request_id(scope))
        answered = await service.answering.answer(asked, service.serving, asker, receive)
        if (app := find_app(answered.increments)) is not None:
            scope["state"]["app"] = app
        return take(service, answered)


def take(service: ServiceState, answered: Answered) -> bytes:
    """Count what came of a question, and return its answer.

    Raises:
        Refused: it came to a problem.
    """
    service.telemetry.add(answered.increments)
    if answered.problem is not None:
        raise Refused(answered.problem)
    return answered.content


def collect_parameters(query: bytes) -> dict[str, str]:
    """Collect the parameters of a query string.

    Raises:
        Refused: it states one of them twice.
    """
    given: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name in given:
            raise Refused(repeated_parameter(name))
        given[name] = value
    return given
