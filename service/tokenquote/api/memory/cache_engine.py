"""The serving engine whose layout a KV cache has, as a question names it."""

from __future__ import annotations

from tokenquote.errors import under
from tokenquote.memory.engines import ServingEngine, find_engine
from tokenquote_client.memory import KvCacheQuestion

__all__ = ["cache_engine"]


def cache_engine(question: KvCacheQuestion) -> ServingEngine | None:
    """Return the engine whose cache layout applies; None: the question names none.

    Raises:
        LocatedError: the version is not known.
    """
    asked = question.engine
    if asked is None:
        return None
    if isinstance(asked, str):
        return find_engine(asked, None)
    with under("engine"):
        return find_engine(asked.name, asked.version)
