"""Workflows: functions from plan to plan. Each kind is a class that writes the turns, history and agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tokenquote.api.quotes.workflows.defaults import find_defaults, list_values
from tokenquote.api.quotes.workflows.documents import Pieces
from tokenquote.api.quotes.workflows.recipes import read_recipe
from tokenquote.api.quotes.workflows.retrieval import RagRecipe, price_indexing
from tokenquote.api.quotes.workflows.written import Recipe, Written
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError, under
from tokenquote_client import plan as wire
from tokenquote_client.amounts import Amount

__all__ = ["WrittenPlan", "list_values", "price_indexing", "write_plan"]


@dataclass(frozen=True, slots=True)
class WrittenPlan:
    """A plan with its turns, whoever wrote them."""

    plan: wire.Plan
    """The plan without a workflow."""
    kind: str | None = None
    """The kind of workflow that wrote it. None: it was stated so."""
    assumptions: Sequence[str] = ()
    """What the workflow takes for granted, a sentence each."""
    corpus: Pieces | None = None
    """The passages that are to be embedded beforehand. None: none are."""
    keeps_history: bool = True
    """Whether the history is the one that was stated."""

    @property
    def compiled(self) -> dict[str, Any]:
        """The plan without a workflow as its author would write it, in JSON data."""
        return self.plan.model_dump(mode="json", exclude_unset=True)

    @contextmanager
    def placing_errors(self) -> Iterator[None]:
        """Let errors of what a workflow wrote lie at the workflow, whose author did not write the rest."""
        try:
            yield
        except LocatedError as error:
            if self.kind is None or not self._wrote(error.location):
                raise
            named = error.location[-1:] if error.location[-1] in _MODEL_FIELDS else ()
            raise error.at("workflow", *named) from None

    def _wrote(self, location: Sequence[str | int]) -> bool:
        first = location[0] if location else None
        return first in ("turns", "agents") or (first == "history" and not self.keeps_history)


_MODEL_FIELDS = ("embedding_model", "rerank_model", "candidates")
"""What a workflow states under the name that it has in what it writes."""


def write_plan(plan: wire.Plan, catalog: Catalog) -> WrittenPlan:
    """Return the plan with the turns that its workflow writes; one without a workflow stays as it is.

    Raises:
        LocatedError: the workflow cannot be written, or the plan states what it has no place for.
    """
    workflow = plan.workflow
    if workflow is None:
        return WrittenPlan(plan)
    with under("workflow"):
        defaults = find_defaults(workflow.kind, catalog)
        recipe = read_recipe(workflow, defaults)
        written = recipe.write()
        corpus = recipe.cut_corpus() if isinstance(recipe, RagRecipe) else None
    _refuse_misplaced(plan, recipe, workflow.kind)
    notes = (*defaults.taken, *written.notes)
    return WrittenPlan(
        _complete(plan, written, workflow.reasoning), workflow.kind, notes, corpus, recipe.keeps_history
    )


def _refuse_misplaced(plan: wire.Plan, recipe: Recipe, kind: str) -> None:
    """Refuse what a workflow has no place for.

    Raises:
        LocatedError: a start or agents, or a history where requests are no conversation.
    """
    if plan.start is not None:
        detail = "a workflow opens its own conversation: leave out `start`, or state `system` and `tools`"
        raise LocatedError(("start",), detail)
    if plan.agents:
        detail = "a workflow writes its own agents: leave them out, or quote the `compiled` plan with them"
        raise LocatedError(("agents",), detail)
    if "history" in plan.model_fields_set and not recipe.keeps_history:
        detail = f"{kind} decides itself what its requests send again: leave out `history`"
        raise LocatedError(("history",), detail)


def _complete(plan: wire.Plan, written: Written, reasoning: Amount | None) -> wire.Plan:
    """Put what a workflow writes into the plan: all else of the plan holds for every request."""
    changes: dict[str, object] = {
        "workflow": None,
        "turns": [_with_reasoning(turn, reasoning) for turn in written.turns],
    }
    if written.history is not None:
        changes["history"] = written.history
    if written.agents:
        opening = {
            name: getattr(plan, name) for name in ("system", "tools") if getattr(plan, name) is not None
        }
        changes["agents"] = [
            agent.model_copy(
                update={**opening, "turns": [_with_reasoning(turn, reasoning) for turn in agent.turns]}
            )
            for agent in written.agents
        ]
    return plan.model_copy(update=changes)


def _with_reasoning(turn: wire.Turn, reasoning: Amount | None) -> wire.Turn:
    """Return the turn with the reasoning of each of its requests. None: they state none."""
    if reasoning is None:
        return turn
    rounds = [made.model_copy(update={"reasoning": reasoning}) for made in turn.tool_rounds]
    changes = {"reasoning": reasoning, **({"tool_rounds": rounds} if rounds else {})}
    return turn.model_copy(update=changes)
