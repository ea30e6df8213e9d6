"""docs/prices.md: every plan on it costs what it says."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from tests.conftest import NOW
from tests.docs.test_readme import ROOT
from tests.made_up_prices import made_up_catalog

from tokenquote.api.quotes import answer_plan
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

PAGE = (ROOT / "docs" / "prices.md").read_text()
EXAMPLES = re.findall(r"```json\n(.+)\n```\n\ncosts `([0-9.]+)`", PAGE)


def test_every_plan_of_the_page_has_its_cost() -> None:
    assert len(EXAMPLES) == PAGE.count("```json") == 10


@pytest.mark.parametrize(("plan", "dollars"), EXAMPLES)
def test_a_plan_of_the_page_costs_what_it_says(vocabularies: Vocabularies, plan: str, dollars: str) -> None:
    quote = answer_plan(Plan.model_validate(json.loads(plan)), made_up_catalog(), vocabularies, NOW)
    assert isinstance(quote, Quote)
    assert (quote.totals.cost, quote.totals.complete) == (Decimal(dollars), True)
