"""How a request names what it asks for: by a path alone, or by a whole address as proxies are asked."""

from __future__ import annotations

from urllib.parse import unquote

from litestar.types import HTTPScope

__all__ = ["read_target"]

_SCHEMES = ("http://", "https://")


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
