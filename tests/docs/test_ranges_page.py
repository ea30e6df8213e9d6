"""docs/ranges.md: every plan is quoted, and its table is what comes out."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from tests.docs.test_readme import ROOT
from tests.docs.test_worked_examples import table_rows

from tokenquote import Estimator

PAGE = (ROOT / "docs" / "ranges.md").read_text()
EXAMPLES = [
    (json.loads(plan), table_rows(table))
    for plan, table in re.findall(r"```json\n(.*?)```\n\n(\|.*?)\n\n", PAGE, flags=re.DOTALL)
]


def same(told: Any, shown: str) -> bool:
    return Decimal(str(told)) == Decimal(shown)


def test_the_distributions_of_a_conversation(estimator: Estimator) -> None:
    plan, rows = EXAMPLES[0]
    quote = estimator.quote(plan).model_dump(mode="json")
    spreads = {**quote["range"], "fleet": quote["fleet"]["range"]}
    assert len(rows) == 5
    for row in rows:
        spread = spreads[row.pop("of the draws")]
        assert all(same(spread[name], shown) for name, shown in row.items())
    assert f"8 requests for `{quote['totals']['cost']}` dollars" in PAGE


def test_the_shares_of_the_variance(estimator: Estimator) -> None:
    plan, rows = EXAMPLES[1]
    spreads = estimator.quote(plan).range
    assert spreads is not None
    told = [{"what": found.what, "share": str(found.share)} for found in spreads.sensitivity or []]
    assert told == rows


def test_what_is_expected_with_retries(estimator: Estimator) -> None:
    assert len(EXAMPLES) == 4
    for plan, (row,) in EXAMPLES[2:]:
        quote = estimator.quote(plan)
        assert quote.retries is not None
        assert same(quote.totals.cost, row["totals"])
        assert same(quote.retries.requests, row["expected requests"])
        assert same(quote.retries.cost, row["expected cost"])
