"""Which models a plan is quoted for: the one or those that it names, or all that pass its filters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError, under
from tokenquote_client import plan as wire
from tokenquote_client.quote import Comparison

__all__ = ["choose_models", "chooses_by_filter", "cut_answer"]

_EVERY = wire.ModelChoice()


def chooses_by_filter(plan: wire.Plan) -> bool:
    """Return whether the plan names no model, but `all` or filters."""
    return plan.models is not None and not isinstance(plan.models, list)


def choose_models(plan: wire.Plan, catalog: Catalog, at: dt.datetime) -> Sequence[Model]:
    """Return the models of the plan, each once.

    Raises:
        LocatedError: a model or provider that is not known, or filters that no model passes.
    """
    if plan.models is None:
        with under("model"):
            return [catalog.resolve(plan.model or "", at)]
    if isinstance(plan.models, list):
        found = []
        for i, name in enumerate(plan.models):
            with under("models", i):
                found.append(catalog.resolve(name, at))
        return list({model.id: model for model in found}.values())
    return _filter(_EVERY if isinstance(plan.models, str) else plan.models, catalog, at)


def _filter(asked: wire.ModelChoice, catalog: Catalog, at: dt.datetime) -> Sequence[Model]:
    """Return the models that hold conversations, still answer, and pass every filter."""
    sellers = {model.provider.id for model in catalog.models.values()}
    for i, provider in enumerate(asked.providers or ()):
        if provider not in sellers:
            detail = f"no provider of the catalog: {', '.join(sorted(sellers))[:500]}"
            raise LocatedError(("models", "providers", i), detail)
    found = [model for model in catalog.models.values() if _answers(model, at) and _passes(model, asked)]
    if not found:
        raise LocatedError(("models",), "no model of the catalog passes these filters: leave one out")
    return found


def _answers(model: Model, at: dt.datetime) -> bool:
    end = model.answers_until()
    return model.converses and (end is None or at < end)


def _passes(model: Model, asked: wire.ModelChoice) -> bool:
    window = model.entry.context.window
    return (
        (asked.providers is None or model.provider.id in asked.providers)
        and (asked.window is None or (window is not None and window >= asked.window))
        and model.media.rule_names.keys() >= set(asked.inputs or ())
    )


def cut_answer(plan: wire.Plan, comparison: Comparison, considered: int) -> Comparison:
    """Return the first of the quotes of `all` or filters; those of named models are all kept."""
    if not chooses_by_filter(plan):
        return comparison
    asked = plan.models if isinstance(plan.models, wire.ModelChoice) else _EVERY
    return comparison.model_copy(
        update={"quotes": comparison.quotes[: asked.at_most], "considered": considered}
    )
