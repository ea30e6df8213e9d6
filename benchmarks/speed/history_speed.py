"""Time the quote of 1,000 turns of 5 tool rounds under each history strategy beside `full`, in one run.

Printed are milliseconds of processor time, the ratio to `full`, and how it grows when the number of turns
doubles: twice means that it is linear in the rows. The second table has an image in every tool result.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog import load_catalog
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
RUNS = 3
STRATEGIES: dict[str, dict[str, Any]] = {
    "full": {"strategy": "full"},
    "window of 20 turns": {"strategy": "window", "turns": 20},
    "window of 30,000 tokens": {"strategy": "window", "tokens": 30_000},
    "summary every 10 turns": {"strategy": "summary", "every": 10, "tokens": 500, "keep": 2},
    "compaction at 100,000": {"strategy": "compaction", "at_tokens": 100_000, "tokens": 500, "keep": 2},
    "compaction, keep 20 turns": {"strategy": "compaction", "at_tokens": 100_000, "tokens": 500, "keep": 20},
    "compaction at each request": {"strategy": "compaction", "at_tokens": 1, "tokens": 500},
    "retrieval": {"strategy": "retrieval", "tokens": 2_000, "turns": 20},
    "clear_tool_results, keep 5": {"strategy": "clear_tool_results", "keep": 5, "placeholder": 10},
    "clear_tool_results, keep 20": {"strategy": "clear_tool_results", "keep": 20, "placeholder": 10},
}
SCREENSHOT = [{"type": "image", "width": 1280, "height": 800}]
TABLES: tuple[tuple[str, str, Any], ...] = (
    ("openai/gpt-5.4", "results of 300 tokens", 300),
    ("openai/gpt-5.4", "results of one image", SCREENSHOT),
    ("anthropic/claude-opus-4-8", "results of 300 tokens", 300),
)
"""The model of each table, what a result is in words, and the result."""

catalog = load_catalog()
vocabularies = Vocabularies(catalog.vocabularies)


def main() -> None:
    for model, words, result in TABLES:
        print(f"\n{model}, prompt cache on, 5 tool rounds a turn, {words}")
        _timed(_plan(model, STRATEGIES["full"], result, 1))
        print(f"{'history':<28} {'500 turns':>13} {'1,000':>15} {'growth':>7} {'x full':>7} {'rows':>7}")
        whole = 0.0
        for name, history in STRATEGIES.items():
            shorter, _ = _timed(_plan(model, history, result, 500))
            longer, rows = _timed(_plan(model, history, result, 1000))
            whole = whole or longer
            print(
                f"{name:<28} {shorter * 1e3:>13.1f} {longer * 1e3:>15.1f} {longer / shorter:>7.2f} "
                f"{longer / whole:>7.2f} {rows:>7}"
            )


def _plan(model: str, history: dict[str, Any], result: Any, turns: int) -> Plan:
    rounds = [{"calls": [{"call": 40, "result": result}], "reasoning": 0, "repeat": 5}]
    turn = {"user": 80, "tool_rounds": rounds, "assistant": 200, "reasoning": 0, "repeat": turns}
    plan = {
        "model": model,
        "system": 2000,
        "turns": [turn],
        "history": history,
        "caching": {"enabled": True},
    }
    return Plan.model_validate(plan)


def _timed(plan: Plan) -> tuple[float, int]:
    """Return the median seconds of a quote, and how many requests it has."""
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        quote = answer_plan(plan, catalog, vocabularies, AT)
        times.append(time.process_time() - started)
    return median(times), quote.totals.requests if isinstance(quote, Quote) else 0


if __name__ == "__main__":
    main()
