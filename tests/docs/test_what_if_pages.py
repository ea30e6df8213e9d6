"""docs/usage.md and docs/what_if.md: every example answers what the page says."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from tests.docs.test_readme import ROOT

from tokenquote import Estimator
from tokenquote_client import FailedVariant, QuotedVariant


def examples(page: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in re.findall(r"```json\n(.+)\n```", (ROOT / "docs" / page).read_text())]


def test_the_usage_costs_what_the_page_says(estimator: Estimator) -> None:
    (question,) = examples("usage.md")
    page = (ROOT / "docs" / "usage.md").read_text()
    cost = estimator.usage(question).cost
    assert cost is not None
    assert f"costs `{cost.normalize():f}`" in page


def test_the_page_on_what_would_change_a_cost(estimator: Estimator) -> None:
    comparison, solution, rates, models = examples("what_if.md")
    answer = estimator.what_if(comparison)
    window, batch, mistake = answer.variants
    assert isinstance(window, QuotedVariant)
    assert isinstance(batch, QuotedVariant)
    assert isinstance(mistake, FailedVariant)
    costs = [answer.base.totals.cost, window.totals.cost, batch.totals.cost]
    assert costs == [Decimal("0.0173178"), Decimal("0.0190146"), Decimal("0.0086589")]
    assert batch.cost_ratio == 0.5
    assert mistake.problem.errors[0].pointer == "/variants/2/patch/turns/0/user"
    solved = estimator.solve(solution)
    assert (solved.value, solved.totals.cost, solved.monotone) == (35, Decimal("0.9534"), True)
    minute = estimator.quote(rates).rates_per_minute
    assert minute is not None
    assert (minute.requests.mean, minute.requests.busiest) == (40, 84)
    assert (minute.input_tokens.mean, minute.input_tokens.busiest) == (490_000, 1_029_000)
    assert minute.limits[0].exceeded_by_busiest == ["input_tokens"]
    assert len(estimator.compare(models).quotes) == 5
