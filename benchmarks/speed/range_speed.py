"""Time 10,000 samples of 200 requests beside a plain Python loop over samples, in one run.

The loop replays one sample after the other with the ledger of a single conversation: its numbers are drawn
already, and neither counted nor read again. It is timed on fewer samples, in turns, and scaled.
Printed are seconds of processor time and how the process grew in memory.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.ranges.sampled_plans import gather

from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.participants import Participants
from tokenquote.api.quotes.sampling import plan_samples
from tokenquote.catalog import load_catalog
from tokenquote.counts import Count
from tokenquote.ledger import CountedRound, CountedTurn
from tokenquote.ledger.ranges import Draws, sample
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan

AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
RUNS = 3
SAMPLES = 10_000
LOOP_SAMPLES = 20
PLANS: dict[str, dict[str, Any]] = {
    "full, GPT-5.4": {"model": "openai/gpt-5.4"},
    "full, Claude, marks": {"model": "anthropic/claude-opus-4-8", "caching": {"enabled": True}},
    "window of 20 turns": {"model": "openai/gpt-5.4", "history": {"strategy": "window", "turns": 20}},
    "compaction, keep 2": {
        "model": "openai/gpt-5.4",
        "history": {"strategy": "compaction", "at_tokens": 40_000, "tokens": 500, "keep": 2},
    },
    "clear_tool_results": {
        "model": "openai/gpt-5.4",
        "history": {"strategy": "clear_tool_results", "keep": 5, "placeholder": 10},
    },
}
AMOUNT = {"p50": 150, "p90": 600}
TURN = {
    "user": AMOUNT,
    "tool_rounds": [{"calls": [{"call": 40, "result": AMOUNT}], "reasoning": 0, "repeat": 3}],
    "assistant": AMOUNT,
    "reasoning": 0,
    "gap_seconds": 30,
    "repeat": 50,
}
"""Four requests a turn, 50 times."""

catalog = load_catalog()
vocabularies = Vocabularies(catalog.vocabularies)


def main() -> None:
    print(f"{SAMPLES} samples of 200 requests; the loop is timed on {LOOP_SAMPLES} and scaled")
    print(f"{'':<22} {'samples, s':>11} {'loop, s':>9} {'times':>7} {'memory grew, MB':>16}")
    for name, parts in PLANS.items():
        plan = Plan.model_validate({"system": 2000, "turns": [TURN], **parts})
        timed = _Timed(plan)
        timed.sampled(2)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        together, looped = [], []
        for _ in range(RUNS):
            together.append(_seconds(partial(timed.sampled, SAMPLES)))
            looped.append(_seconds(timed.looped) * SAMPLES / LOOP_SAMPLES)
        grew = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        ratio = median(looped) / median(together)
        print(f"{name:<22} {median(together):>11.2f} {median(looped):>9.1f} {ratio:>7.0f} {grew:>16.0f}")


class _Timed:
    """One plan, both ways."""

    def __init__(self, plan: Plan) -> None:
        self._company = gather(plan, catalog, vocabularies, AT)
        self._replayed = self._company.replay()
        self._draws = Draws(self._company.ranges, 0)
        self._drawn = [_Drawn(self._draws, i).company(self._company) for i in range(LOOP_SAMPLES)]

    def sampled(self, samples: int) -> None:
        sample(plan_samples(self._company, self._replayed, self._draws, samples))

    def looped(self) -> None:
        for company in self._drawn:
            replayed = company.replay()
            company.bill(replayed.rows, company.use_caches(replayed, {}))


@dataclass
class _Drawn:
    """The numbers of one sample, in the place of the ranges."""

    draws: Draws
    sample: int

    def company(self, company: Company) -> Company:
        """Return the conversation of the sample, repetitions as turns of their own."""
        name, own = next(iter(company.own.by_id.items()))
        conversation = own.resolved.conversation
        turns = tuple(
            self._turn(turn, repetition)
            for turn in conversation.turns
            for repetition in range(turn.repeat.times)
        )
        told = replace(conversation, turns=turns)
        resolved = replace(own.resolved, conversation=told, uses=((),) * len(turns))
        cast = replace(company.own.cast, answered_by=(name,) * len(turns))
        models = {name: replace(own, resolved=resolved)}
        return Company(Participants(models, cast, company.own.plan))

    def _turn(self, turn: CountedTurn, repetition: int) -> CountedTurn:
        return turn._replace(
            user=self._count(turn.user, (repetition,)),
            answer=self._count(turn.answer, (repetition,)),
            answer_output=self._count(turn.answer_output, (repetition,)),
            rounds=tuple(self._rounds(turn, repetition)),
            repeat=replace(turn.repeat, times=1),
        )

    def _rounds(self, turn: CountedTurn, repetition: int) -> list[CountedRound]:
        made = []
        for tool_round in turn.rounds:
            for i in range(tool_round.repeat.times):
                results = tuple(
                    replace(result, sent=self._count(result.sent, (repetition, i)))
                    for result in tool_round.results
                )
                exchange = self._count(tool_round.exchange, (repetition, i))
                once = replace(tool_round.repeat, times=1)
                made.append(replace(tool_round, exchange=exchange, results=results, repeat=once))
        return made

    def _count(self, count: Count, repetition: tuple[int, ...]) -> Count:
        drawn = sum(
            int(self.draws.take(what, repetition, self.sample, self.sample + 1)[0])
            - self.draws.ranges[what].middle
            for what in count.ranges
        )
        return replace(count, tokens=count.tokens + drawn, ranges=())


def _seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
