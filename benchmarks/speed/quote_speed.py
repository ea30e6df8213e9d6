"""Time quotes of stated tokens, from the bytes of a plan to those of its answer, beside a fixed yardstick.

The yardstick is what any service that uses pydantic does at least: read the plan from JSON, read the complete
answer as its model and write it again. Each round times both, one after the other, in processor time, and
what is printed are the minima of all rounds and their ratio: other work on the machine adds to both.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pydantic import BaseModel

from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import load_catalog
from tokenquote.http.questions import Question, Serving, make_answer
from tokenquote.tokens import Vocabularies
from tokenquote_client import Comparison, FullQuote, Plan
from tokenquote_client.catalog import CatalogState
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.quote import QuoteParameters

AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
MINI, OPUS = "openai/gpt-5.4-mini", "anthropic/claude-opus-4-8"
ROUND = {"calls": [{"call": 40, "result": 300}], "repeat": 40}
TURNS = [{"user": 120 + i, "assistant": 260 - i} for i in range(10)]
PLANS: Mapping[str, tuple[dict[str, Any], type[BaseModel]]] = {
    "10 turns": ({"model": MINI, "system": 400, "turns": TURNS}, FullQuote),
    "10 turns, cache with marks": (
        {"model": OPUS, "system": 4000, "turns": TURNS, "caching": {"enabled": True}},
        FullQuote,
    ),
    "40 rounds of tools": (
        {"model": MINI, "system": 400, "turns": [{"user": 120, "tool_rounds": [ROUND], "assistant": 260}]},
        FullQuote,
    ),
    "100 turns, window of 5": (
        {
            "model": MINI,
            "turns": [{"user": 120, "assistant": 260, "repeat": 100}],
            "history": {"strategy": "window", "turns": 5},
        },
        FullQuote,
    ),
    "1,000 requests": (
        {"model": MINI, "turns": [{"user": 120, "assistant": 260, "repeat": 1000}]},
        FullQuote,
    ),
    "all models": ({"models": "all", "system": 400, "turns": TURNS}, Comparison),
}
LEAST_SECONDS = 0.02
"""How long each side of a round is timed at least."""

catalog = load_catalog()
serving = Serving(
    catalog,
    Vocabularies(catalog.vocabularies),
    CatalogState(revision=catalog.revision, loaded_at=AT, reloads=0),
)
recent = RecentQuotes()


@dataclass(frozen=True)
class _Timed:
    """The least time that anything took, in seconds."""

    ours: float
    yardstick: float

    def __str__(self) -> str:
        ratio = self.ours / self.yardstick
        return f"{self.ours * 1e3:10.3f} ms {self.yardstick * 1e3:10.3f} ms {ratio:8.2f}"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print(f"{'':28}{'quote':>13} {'yardstick':>13} {'ratio':>8}   (minima of {rounds} rounds)")
    body = json.dumps(PLANS["10 turns"][0]).encode()
    alone = _time(lambda: Plan.model_validate_json(body), lambda: Plan.model_validate_json(body), rounds)
    print(f"{'reading of 10 turns alone':28}{alone.ours * 1e3:10.3f} ms")
    for name, (plan, model) in PLANS.items():
        few = min(rounds, 3) if plan.get("models") == "all" else rounds
        print(f"{name:28}{_time_plan(plan, model, few)}")


def _time_plan(plan: dict[str, Any], model: type[BaseModel], rounds: int) -> _Timed:
    body = json.dumps(plan).encode()
    answer = _ask(body)

    def yardstick() -> None:
        Plan.model_validate_json(body)
        model.model_validate_json(answer).model_dump_json()

    return _time(lambda: _ask(body), yardstick, rounds)


def _ask(body: bytes) -> bytes:
    asked = Question(Endpoints.quotes, body, None, QuoteParameters(), AT, "benchmark")
    answered = make_answer(asked, serving, recent, ())
    if answered.problem is not None:
        raise ValueError(answered.problem.detail)
    return answered.content


def _time(ours: Callable[[], object], yardstick: Callable[[], object], rounds: int) -> _Timed:
    pairs = [(_seconds(ours), _seconds(yardstick)) for _ in range(rounds)]
    return _Timed(min(mine for mine, _ in pairs), min(its for _, its in pairs))


def _seconds(work: Callable[[], object]) -> float:
    times, begun = 0, time.process_time()
    while (took := time.process_time() - begun) < LEAST_SECONDS or not times:
        work()
        times += 1
    return took / times


if __name__ == "__main__":
    main()
