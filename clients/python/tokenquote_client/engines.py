"""Serving engines and their versions, as questions and answers name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from tokenquote_client.wire_types import Received, Sent

__all__ = ["CacheEngine", "EngineName", "EngineOfCache", "EngineUsed", "EngineVersionText"]

EngineName = Literal["vllm", "sglang", "llama.cpp", "ollama"]
"""The name of a serving engine."""
EngineVersionText = Annotated[str, Field(min_length=1, max_length=64)]
"""The version of an engine, such as `0.24` or `b7000`."""


class EngineOfCache(Sent):
    """A serving engine in one of its versions."""

    name: EngineName
    """The name of the engine: `vllm`, `sglang`, `llama.cpp` or `ollama`."""
    version: EngineVersionText | None = None
    """The version of the engine, such as `0.24` or `b7000`; one that is newer than all known ones is
    counted as the newest, and the answer says so. Null, the default: the newest that is known."""


class EngineUsed(Received):
    """The serving engine whose rules an answer follows."""

    name: str
    """The name of the engine, as asked or as assumed."""
    version: str
    """The version of the engine, as asked, or the newest that is known."""


def _form(value: Any) -> str:
    return "~version" if isinstance(value, Mapping | EngineOfCache) else "~name"


CacheEngine = Annotated[
    Annotated[EngineName, Tag("~name")] | Annotated[EngineOfCache, Tag("~version")], Discriminator(_form)
]
"""An engine by its name, or with its version."""
