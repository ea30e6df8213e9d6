"""Who takes part in a planned conversation: the models of its turns, and those of its history strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tokenquote.catalog import Catalog, Model
from tokenquote.errors import under
from tokenquote_client import plan as wire

__all__ = ["Cast", "choose_cast"]


@dataclass(frozen=True, slots=True)
class Cast:
    """The models of one quote, by what they do."""

    models: Mapping[str, Model]
    """The models that see the conversation, by id; the quote's own is the first."""
    answered_by: tuple[str, ...]
    """The model of each turn of the plan."""
    condenser: str | None = None
    """The model that writes summaries. None: the one of the coming turn."""
    embedder: Model | None = None
    """The model that embeds questions. None: none does."""

    @property
    def own(self) -> Model:
        """The model that the quote is for."""
        return next(iter(self.models.values()))

    @property
    def everyone(self) -> Mapping[str, Model]:
        """All models by id, the quote's own first."""
        return self.models if self.embedder is None else {**self.models, self.embedder.id: self.embedder}

    @property
    def is_one(self) -> bool:
        """Whether the quote's own model answers every request."""
        return len(self.everyone) == 1


def choose_cast(plan: wire.Plan, own: Model, catalog: Catalog) -> Cast:
    """Look up every model that the plan names besides its own.

    Raises:
        LocatedError: the catalog has no such model.
    """
    models = {own.id: own}
    answered_by = []
    for i, turn in enumerate(plan.turns):
        model = own
        if turn.model is not None:
            with under("turns", i, "model"):
                model = catalog.resolve(turn.model)
        answered_by.append(model.id)
        models.setdefault(model.id, model)
    history, condenser, embedder = plan.history, None, None
    if isinstance(history, wire.Summary | wire.Compaction) and history.model is not None:
        with under("history", "model"):
            found = catalog.resolve(history.model)
        condenser = found.id
        models.setdefault(found.id, found)
    if isinstance(history, wire.Retrieval) and history.embedding_model is not None:
        with under("history", "embedding_model"):
            embedder = catalog.resolve(history.embedding_model)
    return Cast(models, tuple(answered_by), condenser, embedder)
