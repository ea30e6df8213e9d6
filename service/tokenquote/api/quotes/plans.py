"""Turns a wire plan into a conversation whose every amount is counted, with the source of each count."""

from __future__ import annotations

from dataclasses import replace

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.media.items import ItemReader
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.counted_turns import TurnCounter
from tokenquote.api.quotes.generated import GeneratedPartCounter
from tokenquote.api.quotes.history_texts import count_search_texts, read_clearing, read_instruction
from tokenquote.api.quotes.openings import count_marks
from tokenquote.api.quotes.planned_messages import LastAnswer, MessageReader
from tokenquote.api.quotes.resolved_plan import ResolvedPlan
from tokenquote.api.quotes.single_messages import SingleMessages
from tokenquote.api.quotes.unstated import count_unstated
from tokenquote.api.quotes.uses import UseMeter
from tokenquote.catalog import Catalog, Model
from tokenquote.errors import Location
from tokenquote.ledger import (
    Conversation,
)
from tokenquote.ledger.prices import Tariff
from tokenquote.tokens import TokenRules
from tokenquote_client import plan as wire

__all__ = ["resolve"]


def resolve(
    plan: wire.Plan,
    model: Model,
    rules: TokenRules,
    catalog: Catalog,
    item_reader: ItemReader | None = None,
    tariff: Tariff | None = None,
    root: Location = (),
) -> ResolvedPlan:
    """Count every amount of the plan as the model does; `item_reader` keeps headers for the next model.

    `tariff` says what is billed by fees; None: nothing is. `root` is the place of an agent whose conversation
    it is.

    Raises:
        LocatedError: something that is not offered, or that cannot be counted.
    """
    counter = AmountCounter(rules, catalog.profiles, root=root)
    reader = item_reader or ItemReader()
    media = MediaCounter(model.media, catalog.profiles, reader, rules.text, counter.assumptions)
    meter = UseMeter(tariff, ranks=model.entry.kind == "rerank")
    generated = GeneratedPartCounter(media, counter, meter, model.entry.generated_images)
    answers = {
        agent.name: LastAnswer(
            agent.turns[-1].assistant, ("agents", i, "turns", len(agent.turns) - 1, "assistant")
        )
        for i, agent in enumerate(plan.agents)
    }
    spoken = MessageReader(rules, media, counter, generated, meter, answers)
    alone = None if model.converses else SingleMessages(model.entry.kind, rules)
    resolver = TurnCounter(rules, media, counter, spoken, meter, alone)
    resolver.clears = read_clearing(plan.history, counter)
    opening = resolver.opening(plan)
    instruction = resolver.sent(read_instruction(plan.history, counter))
    queries, hypothesis = count_search_texts(plan.history, counter)
    marked = model.caching is not None and model.caching.breakpoints
    marks = count_marks(plan.start, rules, media) if plan.start is not None and marked else ()
    turns, uses = resolver.turns(plan.turns)
    conversation = Conversation(
        turns=turns,
        opening=opening,
        earlier=resolver.earlier,
        waits=plan.turns[0].user is None,
        instruction=instruction,
        queries=queries,
        hypothesis=hypothesis,
        reasoning_kept=model.entry.reasoning_kept,
    )
    if model.converses and conversation.is_framed:  # else no vocabulary is needed, and none is loaded
        conversation = replace(conversation, per_request=rules.per_request)
    unstated = count_unstated(plan.turns)
    assumptions = tuple(dict.fromkeys(counter.assumptions))
    return ResolvedPlan(
        conversation, tuple(counter.counts), unstated, assumptions, marks, uses, counter.ranges
    )
