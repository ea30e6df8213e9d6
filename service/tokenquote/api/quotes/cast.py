"""Who takes part in a conversation: the models of its turns, and those of its history strategy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.reroutes import find_answering
from tokenquote.errors import LocatedError, under
from tokenquote.ledger.rows import Purpose
from tokenquote_client import plan as wire

__all__ = ["Cast", "choose_cast", "find_agent_model"]

CONVERSING = ("chat", "realtime")


@dataclass(frozen=True, slots=True)
class Cast:
    """The models of one conversation, by what they do."""

    models: Mapping[str, Model]
    """The models that see the conversation, by id; the conversation's own is the first."""
    answered_by: tuple[str, ...]
    """The model of each turn of the plan."""
    condenser: str | None = None
    """The model that writes summaries. None: the one of the coming turn."""
    searchers: Mapping[Purpose, Model] = field(default_factory=dict)
    """The models that embed questions and rank passages, by what they are for."""

    @property
    def own(self) -> Model:
        """The model that answers turns which name none."""
        return next(iter(self.models.values()))

    @property
    def everyone(self) -> Mapping[str, Model]:
        """All models by id, the conversation's own first."""
        return {**self.models, **{model.id: model for model in self.searchers.values()}}


def choose_cast(plan: wire.Plan, own: Model, catalog: Catalog, at: dt.datetime) -> Cast:
    """Look up every model that a conversation names besides its own.

    Raises:
        LocatedError: the catalog has no such model, or one that cannot do what it is named for.
    """

    def find(name: str, kinds: Sequence[str], *location: str | int) -> Model:
        with under(*location):
            model = find_answering(catalog.resolve(name, at), catalog.models, at)
            if model.entry.kind not in kinds or not (own.converses or location[0] == "history"):
                raise _wrong_kind(model, kinds[0])
        return model

    models = {own.id: own}
    answered_by = []
    for i, turn in enumerate(plan.turns):
        model = own if turn.model is None else find(turn.model, CONVERSING, "turns", i, "model")
        answered_by.append(model.id)
        models.setdefault(model.id, model)
    history = plan.history
    condenser = None
    if isinstance(history, wire.Summary | wire.Compaction) and history.model is not None:
        found = find(history.model, CONVERSING, "history", "model")
        condenser = found.id
        models.setdefault(found.id, found)
    searchers: dict[Purpose, Model] = {}
    if isinstance(history, wire.Retrieval):
        if history.embedding_model is not None:
            searchers["embedding"] = find(
                history.embedding_model, ("embedding",), "history", "embedding_model"
            )
        if history.rerank_model is not None:
            searchers["rerank"] = find(history.rerank_model, ("rerank",), "history", "rerank_model")
    return Cast(models, tuple(answered_by), condenser, searchers)


def find_agent_model(agent: wire.Agent, own: Model, catalog: Catalog, at: dt.datetime) -> Model:
    """Look up the model of an agent: the one that it names, or else the plan's own.

    Raises:
        LocatedError: the catalog has no such model, or it holds no conversation.
    """
    if agent.model is None:
        return own
    with under("model"):
        model = find_answering(catalog.resolve(agent.model, at), catalog.models, at)
        if model.entry.kind not in CONVERSING:
            raise _wrong_kind(model, CONVERSING[0])
    return own if model.id == own.id else model


def _wrong_kind(model: Model, needed: str) -> LocatedError:
    what = f"{model.id} is a model of kind {model.entry.kind}; here one of kind {needed} is needed"
    return LocatedError((), what)
