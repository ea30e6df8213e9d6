"""The paths of the service are made from the table of endpoints; /metrics is added."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from pydantic import BaseModel

from tokenquote.api.endpoints import read_parameters
from tokenquote.api.problems import Refused
from tokenquote.http import telemetry
from tokenquote.http.content_encodings import takes_gzip
from tokenquote.http.entity_tags import is_known
from tokenquote.http.posted import answer_posted, collect_parameters, take
from tokenquote.http.questions import Question, make_answer
from tokenquote.http.request_ids import ensure_request_id
from tokenquote.http.service_state import ServiceState
from tokenquote_client import Problem
from tokenquote_client.catalog import Readiness
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import ENDPOINTS, Endpoints

__all__ = ["routes"]

_COMPRESSED_FROM = 1400
"""The most bytes of a content that is sent as it is: a shorter one fits into a packet or two."""
Service = NamedDependency[ServiceState]
AnyRequest = Request[Any, Any, Any]


def routes() -> list[HTTPRouteHandler]:
    """Make a handler for each row of the table, and one for the metrics."""
    own: dict[Endpoint[BaseModel], HTTPRouteHandler] = {
        Endpoints.liveness: livez,
        Endpoints.readiness: readyz,
    }
    return [*(own.get(row) or _route(row) for row in ENDPOINTS), metrics]


@get(Endpoints.liveness.path, include_in_schema=False)
async def livez() -> dict[str, str]:
    """Answer that the process lives."""
    return {"status": "ok"}


@get(Endpoints.readiness.path, include_in_schema=False)
async def readyz(service: Service) -> Response[bytes]:
    """Answer whether the service takes requests: 503 while it loads and while it shuts down.

    Files of the catalog that cannot be used are no reason: the catalog before answers on.
    """
    if not service.ready:
        raise Refused(Problem(title="Service Unavailable", status=503, detail="Not ready, or shutting down."))
    ready = Readiness(status="ok", catalog=service.serving.state)
    return Response(ready.model_dump_json().encode(), media_type="application/json")


@get("/metrics", include_in_schema=False)
async def metrics(service: Service) -> Response[bytes]:
    """Answer with all metrics in Prometheus' text format."""
    return Response(await service.telemetry.exposed(), media_type=telemetry.CONTENT_TYPE)


def _route(row: Endpoint[BaseModel]) -> HTTPRouteHandler:
    async def ask(request: AnyRequest, service: Service) -> Response[bytes]:
        content = await answer_posted(row, service, request.scope, request.receive)
        return Response(content, media_type="application/json")

    async def look_up(request: AnyRequest, service: Service) -> Response[bytes]:
        parameters = read_parameters(row, _parameters(request, row))
        serving, received = service.serving, dt.datetime.now(dt.UTC)
        asked = Question(row, b"", None, parameters, received, ensure_request_id(request.scope))
        answered = make_answer(asked, serving, service.recent, service.settings.apps)
        revision = serving.catalog.revision if row.changes_with_catalog else None
        return _with_etag(request, take(service, answered), revision)

    # A model's id has slashes, which only a parameter of the kind `path` takes.
    path = row.path.replace("}", ":path}")
    if row.method == "POST":
        return post(path, status_code=200, include_in_schema=False)(ask)
    return get(path, include_in_schema=False)(look_up)


def _parameters(request: AnyRequest, row: Endpoint[BaseModel]) -> dict[str, str]:
    """Collect the parameters of path and query.

    Raises:
        Refused: the query states one of them twice.
    """
    # Litestar's `{name:path}` leaves a slash before the value.
    in_path = {name: str(request.path_params[name]).lstrip("/") for name in row.path_parameters}
    return collect_parameters(request.scope["query_string"]) | in_path


def _with_etag(request: AnyRequest, content: bytes, revision: str | None) -> Response[bytes]:
    """Return the answer with an ETag: the catalog's `revision`, or if that is None a hash of the content.

    The content decides where answers hold rates of today: these change with the hour, the catalog does not.
    """
    # Weak, as the compressed content has the same tag.
    etag = f'W/"{revision or hashlib.sha256(content).hexdigest()[:16]}"'
    if is_known(request.headers.get("if-none-match", ""), etag):
        return Response(b"", status_code=304, headers={"etag": etag})
    headers = {"etag": etag, "vary": "accept-encoding"}
    if len(content) > _COMPRESSED_FROM and takes_gzip(request.headers.get("accept-encoding", "")):
        # The fastest level: 4 ms for a thousand models, which become a tenth of their bytes.
        content, headers["content-encoding"] = gzip.compress(content, 1), "gzip"
    return Response(content, media_type="application/json", headers=headers)
