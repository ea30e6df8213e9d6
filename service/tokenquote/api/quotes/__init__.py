"""Answers plans: chooses the models, quotes the plan for each (`quoting.py`), and puts quotes in order."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from decimal import Decimal

from tokenquote.api.problems import write_problem
from tokenquote.api.quotes.chosen_models import choose_models, chooses_by_filter, cut_answer
from tokenquote.api.quotes.drafts import DraftedQuote
from tokenquote.api.quotes.plan_checks import check_plan
from tokenquote.api.quotes.quoting import DrawnParts, Quoting
from tokenquote.api.quotes.server_tools import check_server_tools
from tokenquote.api.quotes.workflows import write_plan
from tokenquote.api.quotes.written_quotes import tell_workflow_once
from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client import plan as wire
from tokenquote_client.quote import Comparison, Failure, FullQuote, Quote

__all__ = ["DraftedQuote", "DrawnParts", "answer_plan", "draft_answer", "quote_as"]


def answer_plan(
    plan: wire.Plan,
    catalog: Catalog,
    vocabularies: Vocabularies,
    now: dt.datetime,
    *,
    with_requests: bool = True,
    draws: DrawnParts = "all",
) -> Quote | Comparison:
    """Quote the plan for its model, or compare its models.

    Args:
        plan: what is planned.
        catalog: what is known about models.
        vocabularies: the catalog's vocabularies.
        now: the time of receipt, whose prices apply unless the plan says `at`.
        with_requests: False for the summary, which has no row for each request.
        draws: what of a plan with ranges or retries is drawn.

    Raises:
        LocatedError: the plan cannot be quoted.
    """
    drafted = draft_answer(plan, catalog, vocabularies, now, with_requests=with_requests, draws=draws)
    return drafted.complete() if isinstance(drafted, DraftedQuote) else drafted


def draft_answer(
    plan: wire.Plan,
    catalog: Catalog,
    vocabularies: Vocabularies,
    now: dt.datetime,
    *,
    with_requests: bool = True,
    draws: DrawnParts = "all",
) -> DraftedQuote | Comparison:
    """Quote the plan for its model as a draft, which is written sooner than a quote, or compare its models.

    Arguments and errors are those of `answer_plan`.
    """
    models = choose_models(plan, catalog, plan.at or now)
    if chooses_by_filter(plan):
        with_requests, draws = False, "spreads"
    quoting = _begin(plan, len(models), catalog, vocabularies, plan.at or now, with_requests, draws)
    if plan.models is None:
        return quoting.draft(models[0], FullQuote if with_requests else Quote)
    return cut_answer(plan, _compare(quoting, models), len(models))


def quote_as(
    plan: wire.Plan, model: Model, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> Quote:
    """Quote the plan for this very model, whatever the plan names.

    Raises:
        LocatedError: the plan cannot be quoted.
    """
    return _begin(plan, 1, catalog, vocabularies, plan.at or now).quote(model)


def _begin(
    plan: wire.Plan,
    models: int,
    catalog: Catalog,
    vocabularies: Vocabularies,
    at: dt.datetime,
    with_requests: bool = True,
    draws: DrawnParts = "all",
) -> Quoting:
    """Let a workflow write the plan, and refuse what no model could be quoted for.

    Raises:
        LocatedError: the plan cannot be quoted.
    """
    written = write_plan(plan, catalog)
    with written.placing_errors():
        check_plan(written.plan, models)
        check_server_tools(written.plan, catalog)
    digest = hashlib.sha256(plan.model_dump_json().encode()).hexdigest()
    return Quoting(written, catalog, vocabularies, at, digest, with_requests, draws, models)


def _compare(quoting: Quoting, models: Sequence[Model]) -> Comparison:
    """Quote several models: complete quotes first, then by cost, then by id; failures stand last.

    Raises:
        LocatedError: what is wrong is the plan, for every model fails in the same way.
    """
    quotes: list[Quote] = []
    failures: dict[str, LocatedError] = {}
    # Models of one vocabulary follow each other, so that few need be kept where there is little memory.
    for model in sorted(models, key=lambda each: each.counting.vocabulary):
        try:
            quotes.append(quoting.quote(model))
        except LocatedError as error:
            failures[model.id] = error
    problems = {model.id: write_problem(failures[model.id]) for model in models if model.id in failures}
    if not quotes and len({problem.detail for problem in problems.values()}) == 1:
        raise next(iter(failures.values()))
    quotes.sort(key=_by_price)
    failed = [Failure(model=model_id, problem=problem) for model_id, problem in problems.items()]
    return tell_workflow_once(Comparison(quotes=[*quotes, *failed]), quoting.written)


def _by_price(quote: Quote) -> tuple[bool, bool, Decimal, str]:
    cost = quote.totals.cost
    return not quote.totals.complete, cost is None, cost or Decimal(0), quote.model
