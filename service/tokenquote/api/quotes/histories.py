"""Turns the history of a plan into the ledger's strategy, with what that needs of models and amounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tokenquote.api.quotes.amounts import AmountCounter, PlannedAmount, find_text
from tokenquote.api.quotes.cast import Cast
from tokenquote.catalog import Model
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, Location, NotYetOffered
from tokenquote.ledger import NOTHING
from tokenquote.ledger.history import (
    ClearedResults,
    CompactedContext,
    LatestTokens,
    LatestTurns,
    RetrievedPassages,
    SearchRequest,
    SummarizedTurns,
    WholeHistory,
)
from tokenquote.tokens import Request, read_body
from tokenquote_client import plan as wire
from tokenquote_client.amounts import Amount, AudioPart, DocumentPart, ImagePart, Part, VideoPart

__all__ = ["choose_history", "count_questions", "count_search_text"]


def choose_history(history: wire.History, cast: Cast, searches: Sequence[SearchRequest]) -> WholeHistory:
    """Make the strategy; `searches` are its requests to models that find passages.

    Raises:
        LocatedError: a threshold is a share of a window that is not published.
    """
    match history:
        case wire.WindowHistory(turns=int(turns)):
            return LatestTurns(turns)
        case wire.WindowHistory():
            return LatestTokens(history.tokens or 0)
        case wire.Summary():
            return SummarizedTurns(history.every, history.tokens, history.keep, cast.condenser)
        case wire.Compaction():
            most = {model_id: _threshold(history, cast.models[model_id]) for model_id in cast.answered_by}
            return CompactedContext(most, history.tokens, history.keep, cast.condenser)
        case wire.Retrieval():
            return RetrievedPassages(history.tokens, history.turns, tuple(searches))
        case wire.ClearToolResults():
            return ClearedResults(history.keep, history.above)
    return WholeHistory()


def _threshold(history: wire.Compaction, model: Model) -> int:
    """Return the most input tokens that a request may have without a compaction."""
    if history.at is None:
        return history.at_tokens or 0
    limits = model.entry.context
    known = [limit for limit in (limits.window, limits.max_input) if limit is not None]
    if not known:
        detail = f"the catalog knows of no context window of {model.id}; state `at_tokens` instead"
        raise LocatedError(("history", "at"), detail)
    return int(min(known) * Decimal(str(history.at)))


def count_questions(plan: wire.Plan, counter: AmountCounter) -> tuple[Count, ...]:
    """Count the user message of each turn as a model that embeds it does.

    Raises:
        LocatedError: a message holds media.
    """
    return tuple(_count_question(plan, i, counter) for i in range(len(plan.turns)))


def _count_question(plan: wire.Plan, turn: int, counter: AmountCounter) -> Count:
    user = plan.turns[turn].user
    at: Location = ("turns", turn, "user")
    if user is None:
        return _embedded(_last_question(plan), counter)
    if not isinstance(user, list):
        return _counted(user, at, counter)
    return total((_counted(part, (*at, i), counter) for i, part in enumerate(user)), NOTHING)


def _counted(value: Amount | Part, at: Location, counter: AmountCounter) -> Count:
    if isinstance(value, ImagePart | AudioPart | VideoPart | DocumentPart):
        raise NotYetOffered(at, "embedding of images, audio, video and documents: not yet offered")
    return count_search_text(value, at, "user", counter)


def count_search_text(value: PlannedAmount, at: Location, kind: str, counter: AmountCounter) -> Count:
    """Count what a model embeds, of any form; `kind` says what it stands for, for profiles."""
    text = find_text(value)
    if text is None:
        return counter.count(value, at, kind)
    return counter.note_at(at, _embedded(text, counter))


def _embedded(text: str, counter: AmountCounter) -> Count:
    return counter.rules.request(Request(prompts=(text,), shape="prompts")).count


def _last_question(plan: wire.Plan) -> str:
    """Return the text of the message that the body of `start` ends with, which the first turn answers."""
    if plan.start is None:
        return ""
    messages = read_body(plan.start.format, plan.start.body).messages
    return next(("".join(message.texts) for message in reversed(messages) if message.role == "user"), "")
