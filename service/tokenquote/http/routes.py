"""The paths of the service."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import partial
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from pydantic import BaseModel

from tokenquote.api.gpus import gpu_list
from tokenquote.api.media import answer_media
from tokenquote.api.models import catalog_info, model_detail, model_page
from tokenquote.api.problems import problem_of, unprocessable_parameter
from tokenquote.api.quotes import answer
from tokenquote.api.tokens import answer_tokens
from tokenquote.catalog import AmbiguousModel, Catalog, UnknownModel
from tokenquote.errors import LocatedError
from tokenquote.http import telemetry
from tokenquote.http.bodies import answer_to, json_of, question_of
from tokenquote.http.problem_responses import Refused
from tokenquote.http.service_state import ServiceState
from tokenquote_client import Comparison, MediaQuestion, Plan, Problem, Quote, TokensAnswer, TokensQuestion

__all__ = ["ROUTES"]

Service = NamedDependency[ServiceState]
AnyRequest = Request[Any, Any, Any]


@post("/v1/quotes", status_code=200, operation_id="createQuote", summary="Quote a planned conversation")
async def create_quote(
    request: AnyRequest, service: Service, detail: FromQuery[Literal["full", "summary"]] = "full"
) -> Response[bytes]:
    """Tokens and money of a conversation that is planned, per request and in total."""
    body = await request.body()
    received = dt.datetime.now(dt.UTC)

    def work() -> bytes:
        return _quote(body, service, received, with_requests=detail == "full")

    content = await service.off_loop(work)
    return Response(content, media_type="application/json")


@post("/v1/media", status_code=200, operation_id="countMedia", summary="Count media")
async def count_media(request: AnyRequest, service: Service) -> Response[bytes]:
    """What each item costs as the model counts it; sizes are stated, or read from headers of base64 data."""
    body = await request.body()
    answer_question = partial(answer_media, vocabularies=service.vocabularies)
    content = await service.off_loop(lambda: answer_to(body, MediaQuestion, answer_question, service.catalog))
    return Response(content, media_type="application/json")


@post("/v1/tokens", status_code=200, operation_id="countTokens", summary="Count a request body")
async def count_tokens(request: AnyRequest, service: Service) -> Response[bytes]:
    """Input tokens of a body of any known api, exactly as it would be sent, and where they are."""
    body = await request.body()

    def answered(question: TokensQuestion, catalog: Catalog) -> TokensAnswer:
        return answer_tokens(question, catalog, service.vocabularies)

    content = await service.off_loop(lambda: answer_to(body, TokensQuestion, answered, service.catalog))
    return Response(content, media_type="application/json")


@get("/v1/models", operation_id="listModels", summary="List models")
async def list_models(
    request: AnyRequest,
    service: Service,
    provider: FromQuery[str | None] = None,
    limit: FromQuery[int] = 1000,
    cursor: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Every model with its limits, its rates today and how its text is counted."""
    if not 1 <= limit <= 1000:
        raise Refused(unprocessable_parameter("query parameter limit: 1 to 1000"))
    now = dt.datetime.now(dt.UTC)
    return _cached(request, model_page(service.catalog, now, provider, limit, cursor))


@get("/v1/models/{model_id:path}", operation_id="getModel", summary="One model")
async def get_model(request: AnyRequest, service: Service, model_id: FromPath[str]) -> Response[bytes]:
    """Everything the catalog knows of a model: prices with source and date, counting and caching rules."""
    try:
        model = service.catalog.resolve(model_id.lstrip("/"))
    except (UnknownModel, AmbiguousModel) as error:
        raise Refused(problem_of(error)) from None
    return _cached(request, model_detail(model, dt.datetime.now(dt.UTC)))


@get("/v1/catalog", operation_id="getCatalog", summary="The catalog's revision")
async def get_catalog(request: AnyRequest, service: Service) -> Response[bytes]:
    """Which catalog answers, and how old its prices are."""
    return _cached(request, catalog_info(service.catalog), service.catalog.revision)


@get("/v1/gpus", operation_id="listGpus", summary="List GPUs")
async def list_gpus(request: AnyRequest, service: Service) -> Response[bytes]:
    """Every GPU with its usable memory, bandwidth, operations a second and price, each with its source."""
    return _cached(request, gpu_list(service.catalog), service.catalog.revision)


@get("/livez", operation_id="getLiveness", summary="The process runs")
async def livez() -> dict[str, str]:
    """200 as long as the event loop turns."""
    return {"status": "ok"}


@get("/readyz", operation_id="getReadiness", summary="The service can answer")
async def readyz(service: Service) -> dict[str, str]:
    """200 once catalog and vocabularies are loaded; 503 before, and while the process drains."""
    if not service.ready:
        raise Refused(Problem(title="Service Unavailable", status=503, detail="Not ready, or shutting down."))
    return {"status": "ok"}


@get("/metrics", include_in_schema=False)
async def metrics(service: Service) -> Response[bytes]:
    return Response(service.telemetry.exposition(), media_type=telemetry.CONTENT_TYPE)


ROUTES = (
    create_quote,
    count_tokens,
    count_media,
    list_models,
    get_model,
    get_catalog,
    list_gpus,
    livez,
    readyz,
    metrics,
)


def _quote(body: bytes, service: ServiceState, received: dt.datetime, *, with_requests: bool) -> bytes:
    data = json_of(body)
    app = data.get("app") if isinstance(data, dict) else None
    try:
        plan = question_of(data, Plan, len(body))
        answered = answer(plan, service.catalog, service.vocabularies, received, with_requests=with_requests)
    except Refused:
        service.telemetry.refused(None, app)
        raise
    except LocatedError as error:
        service.telemetry.refused(None, app)
        raise Refused(problem_of(error)) from None
    for quote in answered.quotes if isinstance(answered, Comparison) else [answered]:
        if isinstance(quote, Quote):
            service.telemetry.quoted(quote, plan.app)
        else:
            service.telemetry.refused(quote.model, plan.app)
    return _dump(answered, with_requests=with_requests)


def _dump(answered: Quote | Comparison, *, with_requests: bool) -> bytes:
    left_out: Any = None
    if not with_requests:
        left_out = {"quotes": {"__all__": {"requests"}}} if isinstance(answered, Comparison) else {"requests"}
    return answered.model_dump_json(exclude=left_out).encode()


def _cached(request: AnyRequest, view: BaseModel, revision: str | None = None) -> Response[bytes]:
    """An answer with an ETag: the catalog's revision where nothing else decides it, else of the content.

    Rates of today change with the hour and the day, though the catalog does not.
    """
    content = view.model_dump_json().encode()
    etag = f'"{revision or hashlib.sha256(content).hexdigest()[:16]}"'
    wanted = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if wanted & {etag, "*"}:
        return Response(b"", status_code=304, headers={"etag": etag})
    return Response(content, media_type="application/json", headers={"etag": etag})
