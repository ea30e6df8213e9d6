"""Refuses plans that no model could be quoted for, before any model is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.api.quotes.agent_calls import as_plan, count_requests, every_turn
from tokenquote.api.quotes.planned_ranges import find_drawn
from tokenquote.catalog import Model
from tokenquote.catalog.schema.fees import MEASURED
from tokenquote.errors import LocatedError, NotYetOffered, under
from tokenquote.ledger import MAX_ROWS, PlanTooLong
from tokenquote_client import plan as wire
from tokenquote_client.amounts import (
    AudioPart,
    DocumentPart,
    ImagePart,
    Percentiles,
    Triangular,
    VideoPart,
)

__all__ = ["check_plan", "check_single_requests"]

_MEDIA = (ImagePart, AudioPart, VideoPart, DocumentPart)
_SILENT = ("embedding", "rerank", "moderation")
"""The kinds of model whose answers have no tokens."""
_STATED_MEDIA = {"transcription": "user", "speech": "assistant", "image": "assistant"}
"""By kind of model, where stated tokens are audio or images."""


def check_plan(plan: wire.Plan, models: int) -> None:
    """Refuse what no model could be quoted for.

    Raises:
        LocatedError: fields that contradict each other, or a turn that nobody asks.
        PlanTooLong: more requests, over all models together, than a ledger holds.
    """
    _check_conversation(plan)
    _check_caching(plan)
    for i, agent in enumerate(plan.agents):
        with under("agents", i):
            _check_conversation(as_plan(agent, plan))
    _check_drawn_parts(plan)
    _check_length(plan, models)


def _check_conversation(plan: wire.Plan) -> None:
    """Check what a plan and each of its agents have: a history, and turns."""
    _check_history(plan.history)
    _check_users(plan)
    _check_search_texts(plan)
    _check_server_tools(plan)


def check_single_requests(plan: wire.Plan, model: Model) -> None:
    """Refuse what a request has no place for that is a user message alone, as those for embeddings are.

    Raises:
        LocatedError: the plan states an opening, tools, or an answer of a model that gives none.
    """
    what = f"{model.id} holds no conversation ({model.entry.kind}): a request is the user message alone"
    for name in ("system", "tools", "start", "agents"):
        if getattr(plan, name) not in (None, []):
            raise LocatedError((name,), f"{what}; leave out `{name}`")
    if plan.history.strategy != "full":
        raise LocatedError(("history", "strategy"), f"{what}; leave out `history`")
    gives = "assistant" if model.entry.kind not in _SILENT else ""
    for i, turn in enumerate(plan.turns):
        for name in ("tool_rounds", "server_tools", "reasoning", "assistant"):
            if getattr(turn, name) and name != gives:
                raise LocatedError(("turns", i, name), f"{what}; leave out `{name}`")
        media = _STATED_MEDIA.get(model.entry.kind)
        if media is not None and isinstance(getattr(turn, media), Percentiles | Triangular):
            detail = (
                f"stated tokens of {model.id} are those of media here, which take no range: state a number"
            )
            raise LocatedError(("turns", i, media), detail)


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
    if isinstance(history, wire.Retrieval) and (history.queries is None) != (history.query is None):
        missing = "query" if history.query is None else "queries"
        raise LocatedError(("history", missing), "missing: state both `queries` and `query`, or neither")


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
    if caching.explicit is not None and plan.agents:
        detail = "an explicit cache beside `agents`: not yet offered; leave one of them out"
        raise NotYetOffered(("caching", "explicit"), detail)
    if caching.explicit is not None and caching.hit_rate != 1:
        detail = "an explicit cache is read by every request; leave it out"
        raise LocatedError(("caching", "hit_rate"), detail)
    if caching.explicit is not None and caching.warm not in (None, "opening"):
        detail = "an explicit cache holds the opening: write `opening` if it exists already, or leave it out"
        raise LocatedError(("caching", "warm"), detail)
    if caching.shared is not None and plan.conversations is None:
        detail = "conversations share nothing unless there are several: state `conversations`"
        raise LocatedError(("caching", "shared"), detail)


def _check_users(plan: wire.Plan) -> None:
    for i, turn in enumerate(plan.turns):
        if turn.user is not None:
            continue
        if plan.start is None or i > 0:
            detail = "missing; only the first turn after a `start` may go without"
            raise LocatedError(("turns", i, "user"), detail)
        if turn.repeat != 1:
            detail = "a turn without `user` answers `start`, which happens once"
            raise LocatedError(("turns", i, "repeat"), detail)


def _check_drawn_parts(plan: wire.Plan) -> None:
    """Refuse what is not drawn yet: texts to search with, and repeats by a range beside `turns_per_call`."""
    if find_drawn(plan) is None:
        return
    history = plan.history
    for name in ("queries", "hypothesis"):
        if isinstance(history, wire.Retrieval) and getattr(history, name) is not None:
            detail = "with a range or `retries`: not yet offered; state numbers, and leave `retries` out"
            raise NotYetOffered(("history", name), f"what the model writes to search with, {detail}")
    leads_on = any(agent.turns_per_call is not None for agent in plan.agents)
    if leads_on and any(not isinstance(times, int) for times in _list_repeats(plan)):
        detail = "a range of repetitions beside agents of `turns_per_call`: not yet offered; state a number"
        raise NotYetOffered(("turns",), detail)


def _list_repeats(plan: wire.Plan) -> Iterator[wire.PlannedRepeats]:
    """Yield how often each turn and each round of the plan and its agents happens."""
    for turn in every_turn(plan):
        yield turn.repeat
        yield from (made.repeat for made in turn.tool_rounds)


def _check_search_texts(plan: wire.Plan) -> None:
    """Refuse questions with media where the model is to write what is searched for them."""
    history = plan.history
    if not isinstance(history, wire.Retrieval) or (history.queries, history.hypothesis) == (None, None):
        return
    for i, turn in enumerate(plan.turns):
        parts = turn.user if isinstance(turn.user, list) else []
        if turn.user is None or any(isinstance(part, _MEDIA) for part in parts):
            detail = "what is searched for a question of `start` or one with media: not yet offered"
            raise NotYetOffered(("turns", i, "user"), f"{detail}; state the question as a text or as tokens")


def _check_server_tools(plan: wire.Plan) -> None:
    """Refuse as tools what is measured in the plan itself, which would be billed twice."""
    for i, turn in enumerate(plan.turns):
        for name in turn.server_tools:
            if name in MEASURED:
                detail = "no server tool: what of it is billed is measured in the plan itself; leave it out"
                raise LocatedError(("turns", i, "server_tools", name), detail)


def _check_length(plan: wire.Plan, models: int) -> None:
    requests = models * count_requests(plan)
    if requests > MAX_ROWS:
        over = f" for its {models} models" if models > 1 else ""
        agents = " with those of its agents" if plan.agents else ""
        raise PlanTooLong(
            f"the plan makes {_written(requests)} requests{agents}{over}; a quote holds {MAX_ROWS}"
        )


def _written(number: int) -> str:
    """Write a number that agents who call agents may make as long as a line."""
    return str(number) if number < 10**18 else f"more than 10^{len(str(number)) - 1}"
