"""Answers what the catalog knows of models and providers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from tokenquote.api.model_filters import find_provider, passes_filters
from tokenquote.catalog import Catalog, Model
from tokenquote.ledger.prices import tariff_on
from tokenquote_client.catalog import (
    CatalogInfo,
    CatalogState,
    ModelDetail,
    ModelList,
    ModelListParameters,
    ModelParameters,
    ModelSummary,
    ProviderInfo,
)

__all__ = ["answer_catalog", "answer_model", "answer_models"]


def answer_models(asked: ModelListParameters, catalog: Catalog, at: dt.datetime) -> ModelList:
    """List the models that pass the filters by id, after the one that the cursor names.

    Raises:
        LocatedError: the catalog has no such provider.
    """
    cursor = asked.cursor
    if asked.provider is not None:
        asked = asked.model_copy(update={"provider": find_provider(asked.provider, catalog)})
    models = [model for model in catalog.models.values() if passes_filters(model, asked, at)]
    rest = [model for model in models if cursor is None or model.id > cursor]
    page = rest[: asked.limit]
    more = len(rest) > asked.limit
    return ModelList(items=[_summary(m, at) for m in page], next_cursor=page[-1].id if more else None)


def answer_model(asked: ModelParameters, catalog: Catalog, at: dt.datetime) -> ModelDetail:
    """Tell everything about one model; prices as the files say them, with modes by `times` spelt out.

    Raises:
        LocatedError: the catalog has no such model.
    """
    model = catalog.resolve(asked.model_id, at)
    return ModelDetail(
        **_summary(model, at).model_dump(),
        counting=model.counting.model_dump(mode="json"),
        caching=model.caching.model_dump(mode="json") if model.caching else None,
        media_limits=_limits(model),
        rate_limits=model.rate_limits.model_dump(mode="json", exclude_defaults=True)
        if model.rate_limits is not None
        else None,
        reasoning_kept=model.entry.reasoning_kept,
        file=model.file or None,
        prices=[
            block.spelt_out().model_dump(mode="json", exclude_defaults=True) for block in model.entry.prices
        ],
    )


def answer_catalog(catalog: Catalog, state: CatalogState) -> CatalogInfo:
    """Tell the catalog's revision, its counts, the age of its prices, and how it was loaded."""
    used = sorted({model.provider.id for model in catalog.models.values()})
    return CatalogInfo(
        **dict(state),
        models=len(catalog.models),
        providers=[
            ProviderInfo(
                id=provider,
                name=catalog.providers[provider].name,
                models=sum(model.provider.id == provider for model in catalog.models.values()),
                oldest_price_check=oldest,
            )
            for provider in used
            if (oldest := catalog.oldest_check(provider)) is not None
        ],
        vocabularies=sorted(catalog.vocabularies),
    )


def _summary(model: Model, at: dt.datetime) -> ModelSummary:
    block = model.prices_on(at)
    rates = tariff_on(block, at).tiers[0].rates
    end = model.answers_until()
    return ModelSummary(
        id=model.id,
        name=model.entry.name,
        provider=model.provider.id,
        aliases=list(model.entry.aliases),
        window=model.entry.context.window,
        max_input=model.entry.context.max_input,
        max_output=model.entry.context.max_output,
        vocabulary=model.counting.vocabulary,
        method=model.counting.method,
        rates={kind: format(rate, "f") for kind, rate in rates.items()},
        modes=["standard", *(block.modes if block else ())],
        checked=block.checked if block else None,
        kind=model.entry.kind,
        released=model.entry.released,
        retires=end.date() if end is not None else None,
        retires_at=end,
        successor=model.entry.successor,
        rerouted_to=model.entry.rerouted_to,
        regions=sorted(block.uplifts) if block else [],
        open_weights=model.weights.id if model.weights is not None else None,
        media=model.media.rule_names,
    )


def _limits(model: Model) -> Mapping[str, object] | None:
    limits = model.media_limits
    return limits.model_dump(mode="json", exclude_defaults=True) if limits is not None else None
