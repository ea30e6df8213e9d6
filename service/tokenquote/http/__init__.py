"""The HTTP service: the endpoints over Litestar, with logs and metrics."""

from tokenquote.http.app import create_app

__all__ = ["create_app"]
