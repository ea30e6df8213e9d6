"""Where nothing may be loaded: loading a vocabulary takes up to seconds, which not everybody can wait for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["NotLoaded", "loaded_only", "require_loading"]


class NotLoaded(Exception):
    """A vocabulary would have to be loaded first, which takes up to seconds."""


_may_load = ContextVar("may_load", default=True)


@contextmanager
def loaded_only() -> Iterator[None]:
    """Let nothing be loaded within the block: what is not loaded yet raises `NotLoaded`."""
    before = _may_load.set(False)
    try:
        yield
    finally:
        _may_load.reset(before)


def require_loading(name: str) -> None:
    """Refuse to load something where nothing may be loaded.

    Raises:
        NotLoaded: this is within `loaded_only`.
    """
    if not _may_load.get():
        raise NotLoaded(name)
