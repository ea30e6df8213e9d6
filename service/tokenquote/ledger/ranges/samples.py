"""What a plan with ranges comes to in each of its samples: every one a conversation with numbers of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from tokenquote.counts import Count
from tokenquote.ledger.caching import CacheTerms
from tokenquote.ledger.conversation import MAX_ROWS, Conversation, PlanTooLong
from tokenquote.ledger.history import WholeHistory
from tokenquote.ledger.prices import Tariff
from tokenquote.ledger.ranges.caches import SampledCache
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.draws import BLOCK, Draws
from tokenquote.ledger.ranges.histories import SampledHistory, sample_history
from tokenquote.ledger.ranges.replay import sample_rows, sample_single_rows
from tokenquote.ledger.ranges.rows import SampledRow
from tokenquote.ledger.ranges.shares import share_down
from tokenquote.ledger.ranges.sizes import DrawnCounts
from tokenquote.ledger.ranges.story import SampledStory
from tokenquote.ledger.ranges.tallies import ExactCosts, SampledTally, count_decimals, price_exactly
from tokenquote.ledger.retries import Retries

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAX_SAMPLED_REQUESTS", "Sampled", "SampledModel", "SampledPlan", "sample"]

MAX_SAMPLED_REQUESTS = 10_000_000
"""The largest number of samples times the requests of the longest sample: a few seconds of work."""
_CHUNK_BYTES = 32_000_000
"""Memory for what grows with the requests of a chunk of samples."""


@dataclass(frozen=True, slots=True)
class SampledModel:
    """One of the models of a plan: how it counts, caches and prices."""

    tariff: Tariff
    conversation: Conversation | None = None
    """The plan as it counts it. None: it finds passages, and sees nothing else of the conversation."""
    terms: CacheTerms | None = None
    """How its requests use its cache. None: they do not."""
    write_kind: str = "cache_write"
    """What a cache write is billed as."""
    finds_opening: bool = False
    """Whether its first request finds the tools and the system message cached, instead of `terms.warm`."""
    window: int | None = None
    """The tokens of input and output that fit. None: it is not known."""
    max_input: int | None = None
    """The most input tokens. None: nothing but the window bounds them."""
    request_fee: Decimal = Decimal(0)
    """What each request costs by itself, in USD."""


@dataclass(frozen=True)
class SampledPlan:
    """A plan whose amounts may be ranges."""

    models: Mapping[str, SampledModel]
    """All models, by id, the plan's own first."""
    answered_by: Sequence[str]
    """The model of each turn."""
    draws: Draws
    samples: int
    history: WholeHistory = field(default_factory=WholeHistory)
    turn_fees: Sequence[Decimal] = ()
    """What one repetition of each turn costs beside its tokens, in USD; empty: nothing."""
    retries: Retries | None = None
    """None: no request fails."""
    converses: bool = True
    """Whether the plan's own model holds a conversation, or answers each message by itself."""

    @property
    def conversations(self) -> dict[str, Conversation]:
        """The conversation as each model counts it that sees it."""
        found = ((name, model.conversation) for name, model in self.models.items())
        return {name: conversation for name, conversation in found if conversation is not None}


@dataclass(frozen=True, slots=True)
class Sampled:
    """What each sample comes to."""

    requests: WholeNumbers
    input_tokens: WholeNumbers
    output_tokens: WholeNumbers
    overflows: NDArray[np.bool_]
    """Whether any request does not fit its model."""
    costs: ExactCosts
    """The cost of what has a price, in parts of a dollar with `decimals` decimals: exact, and sortable."""
    decimals: int

    def cost(self, sample: int) -> Decimal:
        """Return the exact cost of a sample in USD."""
        return Decimal(int(self.costs[sample])).scaleb(-self.decimals)


def sample(plan: SampledPlan) -> Sampled:
    """Replay every sample of the plan.

    Raises:
        PlanTooLong: a sample makes more than MAX_ROWS requests or too long a one, or all of them together
            more than MAX_SAMPLED_REQUESTS.
    """
    money = [plan.turn_fees, (model.request_fee for model in plan.models.values())]
    rates = (
        rate for model in plan.models.values() for tier in model.tariff.tiers for rate in tier.rates.values()
    )
    decimals = count_decimals(amount for amounts in (*money, rates) for amount in amounts)
    size = _chunk_size(plan)
    parts: list[_Chunk] = []
    requests = 0
    for first in range(0, plan.samples, size):
        chunk = _Chunk(plan, first, min(first + size, plan.samples), MAX_SAMPLED_REQUESTS - requests)
        parts.append(chunk)
        requests += chunk.work
    return Sampled(
        np.concatenate([part.requests for part in parts]),
        np.concatenate([part.input_tokens for part in parts]),
        np.concatenate([part.output_tokens for part in parts]),
        np.concatenate([part.overflows for part in parts]),
        np.concatenate([part.costs(decimals) for part in parts]),
        decimals,
    )


class _Chunk:
    """Some samples of a plan, replayed together."""

    def __init__(self, plan: SampledPlan, first: int, last: int, allowed: int) -> None:
        """Replay the samples from `first` up to but not including `last`; `allowed` bounds the work."""
        self._plan = plan
        number = last - first
        self.requests = np.zeros(number, np.int64)
        self.input_tokens = np.zeros(number, np.int64)
        self.output_tokens = np.zeros(number, np.int64)
        self.overflows = np.zeros(number, np.bool_)
        self.work = 0
        """The samples times the requests of the longest one."""
        self._counts = DrawnCounts(plan.draws, first, last, holds_media=_holds_media(plan))
        self._tallies = {
            name: SampledTally(model.tariff, model.write_kind, number) for name, model in plan.models.items()
        }
        self._requests_to = {name: np.zeros(number, np.int64) for name in plan.models}
        self._caches: dict[str, SampledCache] = {}
        for places, row in enumerate(self._rows()):
            self.work += number
            if places >= MAX_ROWS or self.work > allowed:
                raise PlanTooLong(
                    f"{plan.samples} samples of so many requests are more than the {MAX_SAMPLED_REQUESTS} that "
                    f"a quote draws together, or one of them makes more than {MAX_ROWS}; state fewer `samples` "
                    "or a narrower `repeat`"
                )
            self._add(row)

    def costs(self, decimals: int) -> ExactCosts:
        """Return the cost of each sample, in parts of a dollar with so many decimals."""
        fees = [
            (self._counts.repeats(turn.repeat, ()), int(fee.scaleb(decimals)))
            for turn, fee in zip(self._own.turns, self._plan.turn_fees, strict=False)
        ]
        fees += [
            (self._requests_to[name], int(model.request_fee.scaleb(decimals)))
            for name, model in self._plan.models.items()
        ]
        tokens = (tally.costs(decimals) for tally in self._tallies.values())
        return sum(tokens, price_exactly(fees, len(self.requests)))

    @property
    def _own(self) -> Conversation:
        return next(iter(self._plan.conversations.values()))

    def _rows(self) -> Iterator[SampledRow]:
        plan, counts = self._plan, self._counts
        if not plan.converses:
            return sample_single_rows(plan.answered_by[0], self._own, counts)
        history = sample_history(plan.history, counts.number)
        story = SampledStory(
            plan.conversations, counts, keeps_turns=history.keeps_turns, clears=history.clears
        )
        return sample_rows(story, history, plan.answered_by)

    def _cache(self, name: str) -> SampledCache | None:
        """Return the cache of a model. None: its requests use none."""
        model, counts = self._plan.models[name], self._counts
        if model.terms is None or model.conversation is None:
            return None
        if name not in self._caches:
            opening = model.conversation.opening
            tools, head = (counts.tokens(count, ()) for count in (opening.tools, opening.head))
            self._caches[name] = SampledCache(
                model.terms, tools, head, finds_opening=model.finds_opening, number=counts.number
            )
        return self._caches[name]

    def _add(self, row: SampledRow) -> None:
        """Add up a request, with its failed attempts."""
        made = np.ones(len(self.requests), np.int64) if row.mask is None else row.mask.astype(np.int64)
        model, tally = self._plan.models[row.model], self._tallies[row.model]
        cache = self._cache(row.model) if row.shared is not None else None
        use = cache.use(row, row.shared) if cache is not None and row.shared is not None else None
        output = row.output.visible + row.output.reasoning
        self._requests_to[row.model] += made
        tally.add_input(row, use, made)
        tally.add_output(row, made)
        self._note_overflow(model, row, output)
        retries = self._plan.retries
        if retries is not None:
            failed = self._counts.failures(float(retries.rate), row.number) * made
            share = retries.output_share
            tally.add_input(row, cache.use_again(row) if cache is not None else None, failed)
            tally.add_output(row, failed, share)
            written = share_down(row.output.visible, share) + share_down(row.output.reasoning, share)
            self.output_tokens += written * failed
            self.input_tokens += row.input * failed
            self.requests += failed
        self.requests += made
        self.input_tokens += row.input * made
        self.output_tokens += output * made

    def _note_overflow(self, model: SampledModel, row: SampledRow, output: WholeNumbers) -> None:
        """Note the samples in which a request does not fit its model (law 10)."""
        too_long = np.zeros(len(self.requests), np.bool_)
        if model.window is not None:
            too_long |= row.input + output > model.window
        if model.max_input is not None:
            too_long |= row.input > model.max_input
        self.overflows |= too_long if row.mask is None else too_long & row.mask


def _holds_media(plan: SampledPlan) -> bool:
    """Return whether anything that the plan sends holds media."""
    return any(
        count.media.tokens for conversation in plan.conversations.values() for count in _counts(conversation)
    )


def _counts(conversation: Conversation) -> Iterator[Count]:
    """Yield everything that requests of a conversation send."""
    opening = conversation.opening
    yield from (opening.tools, opening.system, opening.messages)
    for piece in conversation.earlier:
        yield piece.sent
        yield from (result.sent for result in piece.results)
    for turn in conversation.turns:
        yield from (turn.user, turn.answer)
        for made in turn.rounds:
            yield from (made.exchange, made.beside)
            yield from (result.sent for result in made.results)


def _chunk_size(plan: SampledPlan) -> int:
    """Return how many samples are replayed together: fewer where much is kept of every request."""
    history: SampledHistory = sample_history(plan.history, 1)
    marks = any(model.terms is not None and model.terms.rule.breakpoints for model in plan.models.values())
    numbers = 3 * history.keeps_turns + 10 * history.clears + 2 * marks
    rows = max(
        sum(turn.requests for turn in conversation.turns) for conversation in plan.conversations.values()
    )
    return max(1, min(BLOCK, _CHUNK_BYTES // max(1, 8 * numbers * rows)))
