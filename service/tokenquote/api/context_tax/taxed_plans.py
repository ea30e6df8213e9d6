"""The conversation that tools and files stand before: the plan of the question, or the default one."""

from __future__ import annotations

import datetime as dt

from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError, under
from tokenquote_client.amounts import Profile
from tokenquote_client.context_tax import ContextTaxQuestion
from tokenquote_client.plan import Caching, Plan, Turn
from tokenquote_client.quote import Quote, QuotedRequest

__all__ = ["CONVERSATIONS", "choose_plan", "describe_default", "list_taxed"]

CONVERSATIONS = 1_000
"""The number of conversations that a cost is given for beside that of one."""
_TURNS = 10
"""The turns of the default plan: a round number that no source gives, so the answer calls it assumed."""
_MEDIUM = Profile(profile="medium")
_WITHOUT_OPENING = ("embedding", "rerank", "cache")
"""The purposes of requests that do not send system message and tools to a model that answers."""


def choose_plan(asked: ContextTaxQuestion, model: Model, catalog: Catalog, now: dt.datetime) -> Plan:
    """Return the plan for 1,000 conversations.

    Raises:
        LocatedError: the plan is of another model, or brings tools of its own.
    """
    plan = _default_plan(asked.model, model) if asked.plan is None else asked.plan
    with under("plan"):
        if plan.models is not None:
            raise LocatedError(("models",), "name one `model` here")
        with under("model"):
            if catalog.resolve(plan.model or "", plan.at or now).id != model.id:
                raise LocatedError((), "the plan is of another model than the question: name the same one")
        for member in ("tools", "start"):
            if getattr(plan, member) is not None:
                raise LocatedError((member,), "state tools beside the plan, which has none of its own here")
    return plan.model_copy(update={"conversations": CONVERSATIONS})


def describe_default(plan: Plan) -> str:
    """Return the default plan in a sentence."""
    cached = "with the prompt cache" if plan.caching.enabled else "without a prompt cache"
    return f"no plan is stated: {_TURNS} turns of a medium user message and a medium answer, {cached}"


def list_taxed(plan: Plan, quote: Quote) -> list[QuotedRequest]:
    """Return the requests that send the plan's tools and system message: all of its own conversation.

    Agents that a plan states have a system message and tools of their own; a workflow's have the plan's.
    """
    return [
        request
        for request in quote.requests or ()
        if request.purpose not in _WITHOUT_OPENING and (request.agent is None or plan.workflow is not None)
    ]


def _default_plan(name: str, model: Model) -> Plan:
    turn = Turn(user=_MEDIUM, assistant=_MEDIUM, reasoning=0, repeat=_TURNS)
    caching = Caching(enabled=True) if model.caching is not None else Caching()
    return Plan(model=name, turns=[turn], caching=caching)
