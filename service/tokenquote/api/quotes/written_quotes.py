"""Says in a quote what a workflow wrote, and what it takes for granted."""

from __future__ import annotations

from tokenquote.api.quotes.gathering import Gatherer
from tokenquote.api.quotes.workflows import WrittenPlan, price_indexing
from tokenquote.catalog.reroutes import find_answering
from tokenquote_client import plan as wire
from tokenquote_client.bill import Indexing
from tokenquote_client.quote import Comparison, Quote

__all__ = ["tell_workflow", "tell_workflow_once"]


def tell_workflow(quote: Quote, written: WrittenPlan, gatherer: Gatherer) -> Quote:
    """Return the quote with what a workflow wrote; that of a plan which states its turns stays as it is.

    Raises:
        LocatedError: the model that embeds the corpus is not sold in the plan's mode or region.
    """
    if written.kind is None:
        return quote
    told: dict[str, object] = {
        "workflow": written.kind,
        "compiled": written.compiled if written.plan.models is None else None,
        "indexing": _price_corpus(written, gatherer),
        "assumptions": [*written.assumptions, *quote.assumptions],
    }
    if not written.keeps_history:  # nobody chose that history over another
        told["cost_without_strategy"] = None
        told["warnings"] = [each for each in quote.warnings if each.code != "strategy_costs_more"]
    return quote.model_copy(update=told)


def tell_workflow_once(comparison: Comparison, written: WrittenPlan) -> Comparison:
    """Return the comparison with what a workflow wrote for all of its models."""
    if written.kind is None:
        return comparison
    return comparison.model_copy(update={"workflow": written.kind, "compiled": written.compiled})


def _price_corpus(written: WrittenPlan, gatherer: Gatherer) -> Indexing | None:
    """Price the embedding of the corpus. None: the plan has none."""
    history, catalog, at = written.plan.history, gatherer.catalog, gatherer.at
    if written.corpus is None or not isinstance(history, wire.Retrieval):
        return None
    model = find_answering(catalog.resolve(history.embedding_model or "", at), catalog.models, at)
    return price_indexing(written.corpus, model, gatherer.find_tariff(model, own=False))
