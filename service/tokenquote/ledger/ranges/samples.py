"""What a plan with ranges comes to in each of its samples, which are conversations with their own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from tokenquote.ledger.conversation import MAX_ROWS, PlanTooLong
from tokenquote.ledger.ranges.caches import SampledCache
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.draws import BLOCK
from tokenquote.ledger.ranges.histories import sample_history
from tokenquote.ledger.ranges.replay import SampledStage, sample_single_rows
from tokenquote.ledger.ranges.rows import SampledOutput, SampledRow
from tokenquote.ledger.ranges.sampled_plan import SampledModel, SampledPlan
from tokenquote.ledger.ranges.sizes import DrawnCounts, masked
from tokenquote.ledger.ranges.tallies import ExactCosts, SampledTally, Times, count_decimals, price_exactly
from tokenquote.ledger.rows import ReadBy

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LEAST_TOGETHER", "MAX_DRAWN_NUMBERS", "MAX_SAMPLED_REQUESTS", "Sampled", "sample"]

MAX_SAMPLED_REQUESTS = 10_000_000
"""The largest number of samples times the requests of the longest sample: about ten seconds of work."""
MAX_DRAWN_NUMBERS = 100_000_000
"""The largest number of samples times the numbers that the longest sample draws: a few seconds of work."""
LEAST_TOGETHER = 1_000
"""The number of samples that fewer ones take as long as to replay together."""
_CHUNK_BYTES = 32_000_000
"""Memory for what grows with the requests of a chunk of samples; as it grows, it is three times as much."""


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
    drawn: int
    """How many numbers the longest sample draws."""

    def cost(self, sample: int) -> Decimal:
        """Return the exact cost of a sample in USD."""
        return Decimal(int(self.costs[sample])).scaleb(-self.decimals)


def sample(plan: SampledPlan) -> Sampled:
    """Replay every sample of the plan.

    Raises:
        PlanTooLong: a sample makes more than MAX_ROWS requests or too long a one, or all of them together
            more than MAX_SAMPLED_REQUESTS or MAX_DRAWN_NUMBERS, which all quotes of an answer share.
    """
    money = [plan.turn_fees.values(), (model.request_fee for model in plan.models.values())]
    rates = (
        rate for model in plan.models.values() for tier in model.tariff.tiers for rate in tier.rates.values()
    )
    decimals = count_decimals(amount for amounts in (*money, rates) for amount in amounts)
    size = _chunk_size(plan)
    parts: list[_Chunk] = []
    left = _SampleBudget(MAX_SAMPLED_REQUESTS // plan.quotes, MAX_DRAWN_NUMBERS // plan.quotes)
    for first in range(0, plan.samples, size):
        parts.append(_Chunk(plan, first, min(first + size, plan.samples), left))
    return Sampled(
        np.concatenate([part.requests for part in parts]),
        np.concatenate([part.input_tokens for part in parts]),
        np.concatenate([part.output_tokens for part in parts]),
        np.concatenate([part.overflows for part in parts]),
        np.concatenate([part.costs(decimals) for part in parts]),
        decimals,
        max(part.drawn for part in parts),
    )


@dataclass(slots=True)
class _SampleBudget:
    """How much work samples may still take: requests, and numbers that are drawn for them."""

    requests: int
    numbers: int

    def spend(self, samples: int, drawn: int) -> bool:
        """Take off one request of some samples replayed together; return whether it was left.

        Args:
            samples: how many samples make the request; less than LEAST_TOGETHER take as long.
            drawn: how many numbers were drawn for it in each.
        """
        together = max(samples, LEAST_TOGETHER)
        self.requests -= together
        self.numbers -= together * drawn
        return self.requests >= 0 and self.numbers >= 0


class _Chunk:
    """Some samples of a plan, replayed together."""

    def __init__(self, plan: SampledPlan, first: int, last: int, left: _SampleBudget) -> None:
        """Replay the samples from `first` up to but not including `last`; what is `left` bounds the work."""
        self._plan = plan
        number = last - first
        self.requests = np.zeros(number, np.int64)
        self.input_tokens = np.zeros(number, np.int64)
        self.output_tokens = np.zeros(number, np.int64)
        self.overflows = np.zeros(number, np.bool_)
        self._counts = DrawnCounts(plan.draws, first, last, holds_media=plan.holds_media)
        self._tallies = {
            reader: SampledTally(model.tariff, model.write_kind, number)
            for reader, model in plan.models.items()
        }
        self._requests_to = {reader: np.zeros(number, np.int64) for reader in plan.models}
        self._answers_to = {turn: np.zeros(number, np.int64) for turn in plan.turn_fees}
        self._caches: dict[ReadBy, SampledCache] = {}
        self.drawn = 0
        """How many numbers the longest sample draws."""
        for places, row in enumerate(self._rows()):
            drawn, self.drawn = self._counts.drawn - self.drawn, self._counts.drawn
            if places >= MAX_ROWS or not left.spend(number, drawn):
                raise PlanTooLong(_too_much(plan, number))
            self._add(row)

    def costs(self, decimals: int) -> ExactCosts:
        """Return the cost of each sample, in parts of a dollar with these decimals."""
        fees = [
            (self._answers_to[turn], int(fee.scaleb(decimals))) for turn, fee in self._plan.turn_fees.items()
        ]
        fees += [
            (self._requests_to[reader], int(model.request_fee.scaleb(decimals)))
            for reader, model in self._plan.models.items()
        ]
        tokens = (tally.costs(decimals) for tally in self._tallies.values())
        return sum(tokens, price_exactly(fees, len(self.requests)))

    def _rows(self) -> Iterator[SampledRow]:
        plan, counts = self._plan, self._counts
        if plan.converses:
            return SampledStage(plan.scripts, counts).play(None, (), None)
        ((model, conversation),) = plan.scripts[None].conversations.items()
        return sample_single_rows(model, conversation, counts)

    def _cache(self, reader: ReadBy) -> SampledCache | None:
        """Return what a conversation uses of a model's cache. None: nothing."""
        model, counts = self._plan.models[reader], self._counts
        conversation = self._plan.conversation(reader)
        if model.terms is None or conversation is None:
            return None
        if reader not in self._caches:
            opening = conversation.opening
            tools, head = (counts.tokens(count, ()) for count in (opening.tools, opening.head))
            self._caches[reader] = SampledCache(
                model.terms, tools, head, finds_opening=model.finds_opening, number=counts.number
            )
        return self._caches[reader]

    def _add(self, row: SampledRow) -> None:
        """Add up a request, with its failed attempts."""
        made = None if row.mask is None else row.mask.astype(np.int64)
        model, tally = self._plan.models[row.reader], self._tallies[row.reader]
        cache = self._cache(row.reader) if row.shared is not None else None
        use = cache.use(row, row.shared) if cache is not None and row.shared is not None else None
        self._requests_to[row.reader] += 1 if made is None else made
        if row.answers is not None and (turn := (row.agent, row.answers)) in self._answers_to:
            self._answers_to[turn] += 1 if made is None else made
        tally.add_input(row, use, made)
        self._add_output(row, row.output, made)
        self._note_overflow(model, row)
        retries = self._plan.retries
        if retries is not None:
            failed = masked(row.mask, self._counts.failures(float(retries.rate), row.number))
            tally.add_input(row, cache.use_again(row) if cache is not None else None, failed)
            self._add_output(row, row.output.cut(retries.output_share), failed)

    def _add_output(self, row: SampledRow, output: SampledOutput, times: Times) -> None:
        """Add up attempts at a request that are answered so."""
        self._tallies[row.reader].add_output(row, output, times)
        self.requests += 1 if times is None else times
        self.input_tokens += row.input if times is None else row.input * times
        self.output_tokens += output.total if times is None else output.total * times

    def _note_overflow(self, model: SampledModel, row: SampledRow) -> None:
        """Note the samples in which a request does not fit its model (law 10)."""
        too_long = np.zeros(len(self.requests), np.bool_)
        if model.window is not None:
            too_long |= row.input + row.output.total > model.window
        if model.max_input is not None:
            too_long |= row.input > model.max_input
        self.overflows |= too_long if row.mask is None else too_long & row.mask


def _too_much(plan: SampledPlan, together: int) -> str:
    """Say why samples of which some are replayed together are not drawn."""
    all_quotes = f" for {plan.quotes} models" if plan.quotes > 1 else ""
    return (
        f"{plan.samples} samples of {plan.requests} requests or more{all_quotes} are too many: samples times "
        f"requests may be {MAX_SAMPLED_REQUESTS} in all, and samples times the numbers that each draws "
        f"{MAX_DRAWN_NUMBERS}, where {together} samples are replayed together and fewer count as "
        f"{LEAST_TOGETHER}; state fewer `samples`, a shorter plan, fewer ranges, or a `repeat` that is less "
        "wide"
    )


def _chunk_size(plan: SampledPlan) -> int:
    """Return how many samples are replayed together: fewer where much is kept of every request."""
    histories = [sample_history(script.history) for script in plan.scripts.values()]
    marks = any(model.terms is not None and model.terms.rule.breakpoints for model in plan.models.values())
    numbers = 2 * marks
    numbers += 3 * any(history.keeps_turns for history in histories)
    numbers += 10 * any(history.clears for history in histories)
    return max(1, min(BLOCK, _CHUNK_BYTES // max(1, 8 * numbers * plan.requests)))
