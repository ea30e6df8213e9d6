"""What a request asks for, by its path, and what it brings, by its headers.

Every path that the service has is here, and no other is let in. Paths are read as Litestar reads them, which
does not mind slashes at the end or several in a row: no key of a wrong scope finds a second way to write one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote

from litestar.types import HTTPScope

from tokenquote.http.access.denials import encoded_content, foreign_content
from tokenquote.http.access.origins import Headers
from tokenquote_client.endpoint import Scope
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["METRICS", "PAGES", "Requirement", "check_content", "find_requirement", "read_target"]

METRICS = "/metrics"
PAGES = ("/", "/catalog", "/accuracy", "/docs", "/docs/openapi.json", "/openapi.json")
"""The documents of the web page, and the description of the service."""
_STATIC = "/static/"
_SCHEMES = ("http://", "https://")
_JSON = b"application/json"

Requirement: TypeAlias = Scope | Literal["nothing", "page"]
"""A scope; or `nothing` for probes; or `page` for what a browser loads before anybody can state a key."""

_EXACT: Final[Mapping[str, Requirement]] = {
    **{row.path: row.scope or "nothing" for row in ENDPOINTS if not row.path_parameters},
    **dict.fromkeys(PAGES, "page"),
    METRICS: "metrics",
}
_PREFIXES: Final[tuple[tuple[str, Requirement], ...]] = (
    *((row.path.partition("{")[0], row.scope or "nothing") for row in ENDPOINTS if row.path_parameters),
    (_STATIC, "page"),
)


def find_requirement(path: str) -> Requirement | None:
    """Return what a path asks for; None: the service has no such path."""
    found = _EXACT.get(path)
    return found if found is not None else _find_written_otherwise(path)


def _find_written_otherwise(path: str) -> Requirement | None:
    """Look for a path with parameters, or with more slashes than it needs."""
    plain = "/" + "/".join(step for step in path.split("/") if step)
    found = _EXACT.get(plain)
    if found is None:
        found = next((asked for prefix, asked in _PREFIXES if plain.startswith(prefix)), None)
    return found


def read_target(scope: HTTPScope) -> None:
    """Take the path out of a whole address, whose host then stands for the header Host (RFC 9112, 3.2.2)."""
    path = scope["path"]
    if path.startswith("/") or not path.lower().startswith(_SCHEMES):
        return
    target = scope["raw_path"].decode("latin-1").partition("://")[2]
    authority, slash, rest = target.partition("/")
    raw = (slash + rest).encode("latin-1") or b"/"
    scope["raw_path"], scope["path"] = raw, unquote(raw.decode("latin-1"))
    others = [header for header in scope["headers"] if header[0] != b"host"]
    scope["headers"] = [(b"host", authority.encode("latin-1")), *others]


def check_content(headers: Headers) -> None:
    """Check the headers that say what a body is.

    A body without a Content-Type is read as JSON (RFC 9110, 8.3 leaves that to the recipient): several HTTP
    libraries send none. A page of another site that sends none is stopped by its origin.

    Raises:
        NotServed: 415, it is stated to be something else, or compressed.
    """
    stated = headers.get(b"content-type", _JSON)
    if stated != _JSON and not _is_json(stated):
        raise foreign_content(stated.partition(b";")[0].strip().lower().decode("latin-1"))
    encoding = headers.get(b"content-encoding")
    if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
        raise encoded_content()


def _is_json(stated: bytes) -> bool:
    """Return whether a media type is JSON in UTF-8, the one charset that JSON has (RFC 8259, 8.1)."""
    media_type, _, parameters = stated.lower().partition(b";")
    media_type = media_type.strip()
    if media_type != _JSON and not (media_type.startswith(b"application/") and media_type.endswith(b"+json")):
        return False
    for parameter in parameters.split(b";"):
        name, _, value = parameter.partition(b"=")
        if name.strip() == b"charset" and value.strip().strip(b'"') not in (b"utf-8", b"utf8", b"us-ascii"):
            return False
    return True
