"""docs/context-tax.md: the example answers what the page's table and its sums say."""

from __future__ import annotations

import re
from decimal import Decimal

from tests.docs.test_readme import ROOT
from tests.docs.test_what_if_pages import examples

from tokenquote import Estimator
from tokenquote_client.context_tax import ContextCosts

PAGE = (ROOT / "docs" / "context-tax.md").read_text()


def cells(name: str, kind: str, costs: ContextCosts) -> list[str]:
    money = (
        costs.cost_per_request,
        costs.cost_per_conversation,
        costs.cost_per_conversation_without_cache,
        costs.cost_deferred,
    )
    return [name, kind, str(costs.tokens), *(f"{cost.normalize():f}" for cost in money if cost is not None)]


def test_the_table_is_the_answer(estimator: Estimator) -> None:
    (question,) = examples("context-tax.md")
    answer = estimator.context_tax(question)
    rows = [cells(part.name, part.kind, part) for part in answer.parts]
    rows.append(cells("all of it", "", answer.totals))
    shown = re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE)[1:]
    assert [[cell.strip() for cell in row.split("|")] for row in shown] == rows


def test_the_sums_below_it_are_right(estimator: Estimator) -> None:
    totals = estimator.context_tax(examples("context-tax.md")[0]).totals
    assert totals.cost_per_request == Decimal(692) * 3 / 1_000_000
    assert totals.cost_per_conversation == 692 * (Decimal("3.75") + 4 * Decimal("0.30")) / 1_000_000
    assert totals.cost_deferred == 519 * Decimal("4.95") / 1_000_000
    for cost in (totals.cost_per_1000_conversations, totals.saved_by_deferring):
        assert cost is not None
        assert f"`{cost.normalize():f}`" in PAGE
