"""The HTTP service."""

from tokenquote.http.app import create_app

__all__ = ["create_app"]
