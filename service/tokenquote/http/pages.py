"""The paths of the web page: its documents, their files, and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from litestar import Request, Response, route
from litestar.enums import HttpMethod
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.serialization import encode_json

from tokenquote.http.content_encodings import takes_gzip
from tokenquote.http.entity_tags import is_known
from tokenquote.http.openapi import openapi_document
from tokenquote.http.page_files import DOCUMENTS, STATIC, PageFile, page_files
from tokenquote.http.page_policy import PAGE_HEADERS

__all__ = ["pages"]

_OPENAPI = ("/openapi.json", "/docs/openapi.json")
_READ = [HttpMethod.GET, HttpMethod.HEAD]
_ASK_AGAIN = "no-cache"
"""A browser keeps the answer, and asks each time whether it still holds."""
_KEEP = "public, max-age=31536000, immutable"


def pages() -> list[HTTPRouteHandler]:
    """Make a handler for each document, one for the files, and one for the OpenAPI document."""
    page_files()  # read them now: a file that is missing ends the start, and not a visit
    documents = [_route(path, partial(_find, name)) for name, path in DOCUMENTS.items()]
    return [*documents, static_file, *(_route(path, _openapi_file) for path in _OPENAPI)]


def _route(path: str, find: Callable[[], PageFile | None]) -> HTTPRouteHandler:
    def show(request: Request[Any, Any, Any]) -> Response[bytes]:
        return _respond(request, find(), _ASK_AGAIN)

    return route(path, http_method=_READ, status_code=200, include_in_schema=False, sync_to_thread=True)(show)


@route(
    STATIC + "{revision:str}/{name:path}",
    http_method=_READ,
    status_code=200,
    include_in_schema=False,
    sync_to_thread=True,
)
def static_file(
    request: Request[Any, Any, Any], revision: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """Answer with a file; one that is asked for by another release's name may be kept for no time."""
    files = page_files()
    # Litestar's `{name:path}` leaves a slash before the value.
    return _respond(request, files.find(name[1:]), _KEEP if revision == files.revision else _ASK_AGAIN)


@cache
def _openapi_file() -> PageFile:
    return PageFile(encode_json(openapi_document()), "application/json")


def _find(name: str) -> PageFile | None:
    return page_files().find(name)


def _respond(request: Request[Any, Any, Any], found: PageFile | None, keeping: str) -> Response[bytes]:
    """Answer with a file, compressed if the client takes that, or that it has not changed.

    Raises:
        NotFoundException: there is no such file.
    """
    if found is None:
        raise NotFoundException
    headers = {**PAGE_HEADERS, "etag": found.etag, "cache-control": keeping, "vary": "accept-encoding"}
    if is_known(request.headers.get("if-none-match", ""), found.etag):
        return Response(b"", status_code=304, headers=headers)
    content = found.content
    if takes_gzip(request.headers.get("accept-encoding", "")):
        content, headers["content-encoding"] = found.compressed, "gzip"
    return Response(content, media_type=found.media_type, headers=headers)
