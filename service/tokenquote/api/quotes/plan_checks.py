"""Refuses plans that no model could be quoted for, before any model is looked at."""

from __future__ import annotations

from tokenquote.catalog import Model
from tokenquote.catalog.schema.fees import MEASURED
from tokenquote.errors import LocatedError, NotYetOffered
from tokenquote.ledger import MAX_ROWS, PlanTooLong
from tokenquote_client import plan as wire

__all__ = ["check_plan", "check_single_requests", "count_requests"]

_SILENT = ("embedding", "rerank", "moderation")
"""The kinds of model whose answers have no tokens."""


def check_plan(plan: wire.Plan, models: int) -> None:
    """Refuse what no model could be quoted for.

    Raises:
        LocatedError: fields that contradict each other, a draw, or a turn that nobody asks.
        PlanTooLong: more requests, over all models together, than a ledger holds.
    """
    _check_history(plan.history)
    _check_caching(plan)
    _check_draws(plan)
    _check_users(plan)
    _check_server_tools(plan)
    _check_length(plan, models)


def check_single_requests(plan: wire.Plan, model: Model) -> None:
    """Refuse what a request has no place for that is a user message alone, as those for embeddings are.

    Raises:
        LocatedError: the plan states an opening, tools, or an answer of a model that gives none.
    """
    what = f"{model.id} holds no conversation ({model.entry.kind}): a request is the user message alone"
    for name in ("system", "tools", "start"):
        if getattr(plan, name) is not None:
            raise LocatedError((name,), f"{what}; leave out `{name}`")
    if plan.history.strategy != "full":
        raise LocatedError(("history", "strategy"), f"{what}; leave out `history`")
    gives = "assistant" if model.entry.kind not in _SILENT else ""
    for i, turn in enumerate(plan.turns):
        for name in ("tool_rounds", "server_tools", "reasoning", "assistant"):
            if getattr(turn, name) and name != gives:
                raise LocatedError(("turns", i, name), f"{what}; leave out `{name}`")


def _check_history(history: wire.History) -> None:
    if isinstance(history, wire.WindowHistory):
        _refuse_unless_one(history, ("turns", "tokens"))
    if isinstance(history, wire.Compaction):
        _refuse_unless_one(history, ("at", "at_tokens"))
    if isinstance(history, wire.Summary) and history.keep >= history.every:
        detail = f"at least `every` ({history.every}): a summary would condense nothing; state less"
        raise LocatedError(("history", "keep"), detail)
    if (
        isinstance(history, wire.Retrieval)
        and history.candidates is not None
        and history.rerank_model is None
    ):
        raise LocatedError(("history", "candidates"), "without effect unless `rerank_model` is stated")


def _refuse_unless_one(history: wire.WindowHistory | wire.Compaction, names: tuple[str, str]) -> None:
    stated = [name for name in names if getattr(history, name) is not None]
    if len(stated) == 1:
        return
    detail = f"state either `{names[0]}` or `{names[1]}`, {'not both' if stated else 'one of them'}"
    raise LocatedError(("history", stated[1]) if stated else ("history",), detail)


def _check_caching(plan: wire.Plan) -> None:
    caching = plan.caching
    if caching.warm is not None and caching.shared is not None:
        detail = (
            "beside `warm`: state what one conversation finds in the cache, or what a fleet shares, not both"
        )
        raise LocatedError(("caching", "shared"), detail)
    if caching.explicit is not None and caching.hit_rate != 1:
        detail = "an explicit cache is read by every request; leave it out"
        raise LocatedError(("caching", "hit_rate"), detail)
    if caching.explicit is not None and caching.warm not in (None, "opening"):
        detail = "an explicit cache holds the opening: write `opening` if it exists already, or leave it out"
        raise LocatedError(("caching", "warm"), detail)
    if caching.shared is not None and plan.conversations is None:
        detail = "conversations share nothing unless there are several: state `conversations`"
        raise LocatedError(("caching", "shared"), detail)


def _check_draws(plan: wire.Plan) -> None:
    """Refuse settings of random draws, which have no meaning while ranges are not offered."""
    for name in ("samples", "seed"):
        if getattr(plan, name) is not None:
            raise NotYetOffered((name,), "not yet offered, since ranges are not; leave it out")


def _check_users(plan: wire.Plan) -> None:
    for i, turn in enumerate(plan.turns):
        if turn.user is not None:
            continue
        if plan.start is None or i > 0:
            detail = "missing; only the first turn after a `start` may go without"
            raise LocatedError(("turns", i, "user"), detail)
        if turn.repeat > 1:
            detail = "a turn without `user` answers `start`, which happens once"
            raise LocatedError(("turns", i, "repeat"), detail)


def _check_server_tools(plan: wire.Plan) -> None:
    """Refuse as tools what is measured in the plan itself, which would be billed twice."""
    for i, turn in enumerate(plan.turns):
        for name in turn.server_tools:
            if name in MEASURED:
                detail = "no server tool: what of it is billed is measured in the plan itself; leave it out"
                raise LocatedError(("turns", i, "server_tools", name), detail)


def count_requests(plan: wire.Plan) -> int:
    """Return the requests that the turns of a plan make, without those that a history strategy adds."""
    rounds = ((turn.repeat, sum(tool_round.repeat for tool_round in turn.tool_rounds)) for turn in plan.turns)
    return sum(repeat * (1 + made) for repeat, made in rounds)


def _check_length(plan: wire.Plan, models: int) -> None:
    requests = models * count_requests(plan)
    if requests > MAX_ROWS:
        over = f" for its {models} models" if models > 1 else ""
        raise PlanTooLong(f"the plan makes {requests} requests{over}; a quote holds {MAX_ROWS}")
