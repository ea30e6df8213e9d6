"""How vocabularies may be loaded, as loading one takes up to seconds, and keeping one up to 130 MB.

Where nobody can wait, nothing is loaded; where there is little memory, few are kept at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["NotLoaded", "keeps_few", "loaded_only", "one_after_the_other", "require_loading"]


class NotLoaded(Exception):
    """A vocabulary would have to be loaded first, which takes up to seconds."""


_may_load = ContextVar("may_load", default=True)
_keeps_few = ContextVar("keeps_few", default=False)


@contextmanager
def loaded_only() -> Iterator[None]:
    """Let nothing be loaded within the block: what is not loaded yet raises `NotLoaded`."""
    before = _may_load.set(False)
    try:
        yield
    finally:
        _may_load.reset(before)


@contextmanager
def one_after_the_other() -> Iterator[None]:
    """Let vocabularies that are loaded within the block make room for those that are loaded after them."""
    before = _keeps_few.set(True)
    try:
        yield
    finally:
        _keeps_few.reset(before)


def keeps_few() -> bool:
    """Return whether this is within `one_after_the_other`."""
    return _keeps_few.get()


def require_loading(name: str) -> None:
    """Refuse to load something where nothing may be loaded.

    Raises:
        NotLoaded: this is within `loaded_only`.
    """
    if not _may_load.get():
        raise NotLoaded(name)
