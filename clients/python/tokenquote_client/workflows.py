"""Workflows: plans that are written for you, each named by what people call it.

    Plan(model="openai/gpt-5.4-mini", workflow=React(kind="react", steps=4, observation=300))

What a workflow does not state has the value that the catalog gives with its source.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Tag
from pydantic_core import PydanticCustomError

from tokenquote_client.document_workflows import MapReduce, Rag, Refine
from tokenquote_client.team_workflows import Crew, CrewTask, GroupChat, Member
from tokenquote_client.thinking_workflows import (
    GraphLoop,
    PlanAndSolve,
    React,
    Reflection,
    SelfConsistency,
    TreeOfThoughts,
)

__all__ = [
    "Crew",
    "CrewTask",
    "GraphLoop",
    "GroupChat",
    "MapReduce",
    "Member",
    "PlanAndSolve",
    "Rag",
    "React",
    "Refine",
    "Reflection",
    "SelfConsistency",
    "TreeOfThoughts",
    "Workflow",
]

_KINDS = (
    "react", "plan_and_solve", "self_consistency", "tree_of_thoughts", "reflection", "rag", "map_reduce",
    "refine", "group_chat", "crew", "graph_loop",
)  # fmt: skip


def _kind(value: Any) -> str | None:
    name = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return f"~{name}" if isinstance(name, str) else None


def _known_kind(value: Any) -> Any:
    """Refuse an unknown kind with the one that may be meant."""
    kind = _kind(value)
    if kind is None or kind[1:] in _KINDS:
        return value
    near = difflib.get_close_matches(kind[1:65].lower(), _KINDS, n=2, cutoff=0.5)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    raise PydanticCustomError(
        "workflow_kind", "no such kind of workflow; {meant}" + _THERE_ARE, {"meant": meant}
    )


_THERE_ARE = f"a workflow has a `kind`: {', '.join(_KINDS[:-1])} or {_KINDS[-1]}"

Workflow = Annotated[
    Annotated[
        Annotated[React, Tag("~react")]
        | Annotated[PlanAndSolve, Tag("~plan_and_solve")]
        | Annotated[SelfConsistency, Tag("~self_consistency")]
        | Annotated[TreeOfThoughts, Tag("~tree_of_thoughts")]
        | Annotated[Reflection, Tag("~reflection")]
        | Annotated[Rag, Tag("~rag")]
        | Annotated[MapReduce, Tag("~map_reduce")]
        | Annotated[Refine, Tag("~refine")]
        | Annotated[GroupChat, Tag("~group_chat")]
        | Annotated[Crew, Tag("~crew")]
        | Annotated[GraphLoop, Tag("~graph_loop")],
        Discriminator(_kind, custom_error_type="workflow_kind", custom_error_message=_THERE_ARE),
    ],
    BeforeValidator(_known_kind),
]
