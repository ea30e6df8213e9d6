"""Which model answers under a name once the provider has switched the named one off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from tokenquote.catalog.models import Model

__all__ = ["find_answering"]


def find_answering(model: Model, models: Mapping[str, Model], at: dt.datetime) -> Model:
    """Return the model that answers calls to a model at an instant: itself, or where it is rerouted to.

    A circle of retired models ends at the one before its first.
    """
    seen = {model.id}
    answering = model
    while (
        answering.has_retired(at) and (name := answering.entry.rerouted_to) is not None and name not in seen
    ):
        seen.add(name)
        answering = models[name]
    return answering
