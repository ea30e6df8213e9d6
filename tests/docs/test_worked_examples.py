"""The pages on histories, on caching and on agents show what comes out: each plan with the table after it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tokenquote_client import Quote

Ask = Callable[..., Quote]

DOCS = Path(__file__).parents[2] / "docs"
AT = "2026-11-23T00:00:00Z"


def examples(page: str) -> list[tuple[dict[str, Any], list[dict[str, str]]]]:
    """Return each plan of a page with the table after it, a row as cells by heading."""
    found = re.findall(r"```json\n(.*?)```\n\n(\|.*?)\n\n", (DOCS / page).read_text(), flags=re.DOTALL)
    return [(json.loads(plan), table_rows(table)) for plan, table in found]


def table_rows(table: str) -> list[dict[str, str]]:
    heads, _, *lines = ([cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines())
    return [dict(zip(heads, line, strict=True)) for line in lines]


EXAMPLES = [example for page in ("history.md", "caching.md", "agents.md") for example in examples(page)]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 19


@pytest.mark.parametrize(("plan", "shown"), EXAMPLES)
def test_an_example_comes_out_as_its_table_says(quoted: Ask, plan: Any, shown: list[dict[str, str]]) -> None:
    quote = quoted(at=AT, **plan)
    assert quote.requests is not None
    told: dict[str, list[Any]] = {
        "agent": [request.agent or "" for request in quote.requests],
        "turn": [request.turn for request in quote.requests],
        "round": [request.round for request in quote.requests],
        "purpose": [request.purpose or "" for request in quote.requests],
        "input": [request.input_tokens for request in quote.requests],
        "read": [request.cache_read_tokens for request in quote.requests],
        "write": [request.cache_write_tokens for request in quote.requests],
        "output": [request.output_tokens for request in quote.requests],
    }
    last = {
        "cost": quote.totals.cost,
        "fees": quote.totals.fees,
        "without cache": quote.totals.cost_without_cache,
        "reads to break even": quote.cache_break_even_reads,
        "lost": quote.totals.cache_lost_tokens,
        "cold": quote.fleet.cold if quote.fleet else None,
        "warm": quote.fleet.warm if quote.fleet else None,
        "fleet": quote.fleet.cost if quote.fleet else None,
    }
    for head in shown[0]:
        if head in told:
            assert [row[head] for row in shown] == [str(cell) for cell in told[head]], head
        else:
            assert Decimal(shown[-1][head]) == last[head], head


def compactions() -> list[dict[str, str]]:
    text = (DOCS / "history.md").read_text()
    return table_rows(text[text.index("| turns | no cache") :].split("\n\n")[0])


def compacted(quoted: Ask, turns: int, threshold: int | None, *, cached: bool) -> Decimal:
    history: dict[str, Any] = {"strategy": "full"}
    if threshold is not None:
        history = {"strategy": "compaction", "at_tokens": threshold, "tokens": 500}
    cost = quoted(
        model="anthropic/claude-opus-4-8",
        at=AT,
        system=2000,
        turns=[{"user": 700, "assistant": 300, "reasoning": 0, "repeat": turns}],
        history=history,
        caching={"enabled": cached},
    ).totals.cost
    assert cost is not None
    return cost


@pytest.mark.parametrize("row", compactions(), ids=lambda row: row["turns"])
def test_compactions_cost_what_the_page_says(quoted: Ask, row: dict[str, str]) -> None:
    turns = int(row["turns"])
    cells = list(row.values())
    uncached, cached = cells[1:4], cells[4:8]
    assert compacted(quoted, turns, None, cached=False) == Decimal(uncached[0])
    assert compacted(quoted, turns, int(uncached[2]), cached=False) == Decimal(uncached[1])
    assert compacted(quoted, turns, None, cached=True) == Decimal(cached[0])
    assert compacted(quoted, turns, 6000, cached=True) == Decimal(cached[1])
    if cached[3] != "never":
        assert compacted(quoted, turns, int(cached[3]), cached=True) == Decimal(cached[2])


@pytest.mark.parametrize("turns", [10, 20, 50])
@pytest.mark.parametrize("cached", [False, True])
def test_the_cheapest_threshold_is_the_one_that_the_page_says(quoted: Ask, turns: int, cached: bool) -> None:
    cells = next(list(row.values()) for row in compactions() if row["turns"] == str(turns))
    full = compacted(quoted, turns, None, cached=cached)
    costs = {
        threshold: compacted(quoted, turns, threshold, cached=cached)
        for threshold in range(3000, 2000 + 1000 * turns + 1, 1000)
    }
    cheapest = min(costs, key=lambda threshold: (costs[threshold], threshold))
    found = str(cheapest) if costs[cheapest] < full else "never"
    assert found == cells[7 if cached else 3]
