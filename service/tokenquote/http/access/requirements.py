"""Which path asks for which scope of a key: every path that the service has is here, and no other is let in.

Paths are read as Litestar reads them, which does not mind slashes at the end or several in a row. So a key of
the wrong scope finds no second way of writing a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from tokenquote_client.endpoint import Scope
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["METRICS", "PAGES", "Requirement", "find_requirement"]

METRICS = "/metrics"
PAGES = ("/", "/catalog", "/accuracy", "/docs", "/docs/openapi.json", "/openapi.json")
"""The documents of the web page, and the description of the service."""
_STATIC = "/static/"

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
