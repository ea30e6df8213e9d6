"""Time the quote of a whole conversation beside a naive recount of every request, in one run.

The naive way is what a script does today: keep the list of messages, and before each request count all of it
again with litellm.token_counter; where litellm is not installed, with tiktoken itself, text by text. Both
count the same texts; printed are the ratio, and how each grows when the number of turns doubles.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog import load_catalog
from tokenquote.tokens import Vocabularies
from tokenquote_client import Comparison, Plan, Quote

AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
Message = dict[str, str]
Counter = Callable[[list[Message]], int]

catalog = load_catalog()
vocabularies = Vocabularies(catalog.vocabularies)


def main() -> None:
    counter, name = _naive_counter()
    print(f"Naive: {name}.\n")
    print("Chat: turns of two distinct texts of about 90 tokens each, gpt-4o.")
    _compare(
        [_Case(turns, turns, _text_plan(turns), _text_messages(turns)) for turns in (25, 50, 100, 200)],
        counter,
    )
    print("\nAgent: 5 tool rounds a turn, texts of 20 to 60 tokens, gpt-4o.")
    cases = [_Case(turns, 6 * turns, _agent_plan(turns), _agent_messages(turns)) for turns in (30, 60, 120)]
    _compare(cases, counter)
    print("\nAgent, ours alone: the naive way would take minutes to hours.")
    _compare([_Case(turns, 6 * turns, _agent_plan(turns), None) for turns in (250, 500, 1000)], counter)


@dataclass(frozen=True)
class _Case:
    turns: int
    requests: int
    plan: dict[str, Any]
    messages: list[tuple[list[Message], bool]] | None
    """The new messages of each step, and whether a request follows them; None is not recounted."""


def _compare(cases: list[_Case], counter: Counter) -> None:
    print(
        f"{'turns':>6} {'requests':>8} {'ours ms':>9} {'naive ms':>10} {'naive/ours':>10}  growth ours, naive"
    )
    before: tuple[float, float] | None = None
    counter([{"role": "user", "content": "Loads what it needs."}])
    for case in cases:
        ours = _timed(partial(_quote, case.plan), runs=5)
        naive = _timed(partial(_recount, case.messages, counter), runs=1) if case.messages else 0.0
        growth = f"x{ours / before[0]:.1f}" if before else ""
        row = f"{case.turns:>6} {case.requests:>8} {ours * 1e3:>9.1f}"
        if naive:
            row += f" {naive * 1e3:>10.1f} {naive / ours:>10.1f}"
            growth += f", x{naive / before[1]:.1f}" if before else ""
        print(f"{row}  {growth}")
        before = ours, naive


def _quote(plan: dict[str, Any]) -> Quote | Comparison:
    return answer_plan(Plan.model_validate(plan), catalog, vocabularies, AT)


def _text(i: int, sentences: int = 4) -> str:
    return (
        f"Where is my order number {i}? It should have come last week, said the mail of your shop. "
        * sentences
    )


def _text_plan(turns: int) -> dict[str, Any]:
    planned = [{"user": _text(2 * i), "assistant": _text(2 * i + 1), "reasoning": 0} for i in range(turns)]
    return {"model": "openai/gpt-4o", "turns": planned}


def _text_messages(turns: int) -> list[tuple[list[Message], bool]]:
    steps: list[tuple[list[Message], bool]] = []
    for i in range(turns):
        steps.append(([{"role": "user", "content": _text(2 * i)}], True))
        steps.append(([{"role": "assistant", "content": _text(2 * i + 1)}], False))
    return steps


def _agent_plan(turns: int) -> dict[str, Any]:
    rounds = [{"calls": [{"call": _text(1, 1), "result": _text(2, 3)}], "repeat": 5}]
    turn = {
        "user": _text(0, 2),
        "tool_rounds": rounds,
        "assistant": _text(3, 2),
        "reasoning": 0,
        "repeat": turns,
    }
    return {"model": "openai/gpt-4o", "system": _text(4), "turns": [turn]}


def _agent_messages(turns: int) -> list[tuple[list[Message], bool]]:
    steps: list[tuple[list[Message], bool]] = [([{"role": "system", "content": _text(4)}], False)]
    for _ in range(turns):
        steps.append(([{"role": "user", "content": _text(0, 2)}], True))
        for _ in range(5):
            call = {"role": "assistant", "content": _text(1, 1)}
            steps.append(([call, {"role": "user", "content": _text(2, 3)}], True))
        steps.append(([{"role": "assistant", "content": _text(3, 2)}], False))
    return steps


def _recount(steps: list[tuple[list[Message], bool]], counter: Counter) -> int:
    messages: list[Message] = []
    total = 0
    for new, request in steps:
        messages += new
        if request:
            total += counter(messages)
    return total


def _naive_counter() -> tuple[Counter, str]:
    try:
        import litellm
    except ImportError:
        encoder = vocabularies.encoder("o200k_base")

        def recount(messages: list[Message]) -> int:
            return 3 + sum(4 + encoder.count(message["content"]) for message in messages)

        return recount, "tiktoken on every text of every request; litellm is not installed"
    return lambda messages: int(litellm.token_counter("gpt-4o", messages=messages)), "litellm.token_counter"


def _timed(work: Callable[[], object], runs: int) -> float:
    if runs > 1:
        work()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


if __name__ == "__main__":
    main()
