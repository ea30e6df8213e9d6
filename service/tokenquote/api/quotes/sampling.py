"""Hands a plan with ranges to the ledger's samples: its conversations, what models charge, what may fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from tokenquote.api.quotes.cache_choice import cache_terms
from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.participants import Participant, Participants, Searcher
from tokenquote.api.quotes.uses import request_uses, turn_uses
from tokenquote.ledger import ReadBy, Replayed
from tokenquote.ledger.fees import Use, price_uses
from tokenquote.ledger.prices import Tariff
from tokenquote.ledger.ranges import Draws, SampledModel, SampledPlan
from tokenquote.ledger.retries import RetryTerms

__all__ = ["plan_samples"]


def plan_samples(
    company: Company,
    replayed: Replayed,
    draws: Draws,
    samples: int,
    retries: RetryTerms | None = None,
    *,
    quotes: int = 1,
    shares_opening: bool = False,
) -> SampledPlan:
    """Make the plan of samples.

    Args:
        company: the conversations of the quote.
        replayed: the requests of the plan at the middle of its ranges.
        draws: what is drawn.
        samples: how many samples are drawn.
        retries: how often requests fail. None: none does.
        quotes: how many quotes of the answer share the bounds of draws.
        shares_opening: whether it is a later conversation of a fleet, which finds the opening cached.
    """
    warm, first = company.own.plan.caching.warm, (None, replayed.opened_by)
    requests = Counter(zip(replayed.rows.agent, replayed.rows.model, strict=True))
    models: dict[ReadBy, SampledModel] = {}
    for agent, parts in company.conversations.items():
        for name, part in parts.by_id.items():
            finds = "opening" if shares_opening else warm if (agent, name) == first else None
            models[agent, name] = _seeing(part, finds)
        for searcher in parts.searchers:
            models[agent, searcher.model.id] = _finding(searcher)
    return SampledPlan(
        {agent: parts.script(parts.history) for agent, parts in company.conversations.items()},
        models,
        draws,
        samples,
        len(replayed.rows),
        {
            (agent, turn): fee
            for agent, parts in company.conversations.items()
            for turn, fee in enumerate(_turn_fees(agent, parts, requests))
            if fee
        },
        retries,
        company.own.cast.own.converses,
        quotes,
    )


def _seeing(part: Participant, warm: Literal["opening"] | int | None) -> SampledModel:
    """Describe a model that sees the conversation, and what its first request finds in the cache."""
    opening, limits = part.resolved.conversation.opening, part.model.entry.context
    return SampledModel(
        tariff=part.tariff,
        terms=cache_terms(part.cache, opening, 0 if warm == "opening" else warm or 0),
        write_kind=part.cache.write_kind,
        finds_opening=warm == "opening",
        window=limits.window,
        max_input=limits.max_input,
        request_fee=_request_fee(part.tariff),
    )


def _finding(searcher: Searcher) -> SampledModel:
    """Describe a model that finds passages, and sees nothing else of the conversation."""
    limits = searcher.model.entry.context
    return SampledModel(
        tariff=searcher.tariff,
        window=limits.window,
        max_input=limits.max_input,
        request_fee=_fee(searcher.tariff, searcher.uses),
    )


def _turn_fees(agent: str | None, parts: Participants, requests: Mapping[ReadBy, int]) -> Iterator[Decimal]:
    """Price what one repetition of each turn of a conversation uses that is not billed by the token.

    `requests` are those to each of its models, at the middle of all ranges.
    """
    for i, name in enumerate(parts.cast.answered_by):
        part = parts.by_id[name]
        sends_again = part.model.converses and requests.get((agent, name), 0) > 1
        yield _fee(part.tariff, turn_uses(part.resolved.uses[i], sends_again=sends_again))


def _request_fee(tariff: Tariff) -> Decimal:
    return _fee(tariff, request_uses(tariff))


def _fee(tariff: Tariff, uses: tuple[Use, ...]) -> Decimal:
    """Price uses; what has no price is listed beside the totals."""
    costs = price_uses(tariff.fees, [uses]).costs
    return (costs[0] or Decimal(0)) if costs else Decimal(0)
