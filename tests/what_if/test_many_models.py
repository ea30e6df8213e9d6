"""`models: "all"` and filters: summaries of what passes, the cheapest first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import NOW
from tests.made_up_prices import made_up_catalog

from tokenquote.api.quotes import answer_plan
from tokenquote.api.quotes.chosen_models import choose_models
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client import Comparison, Plan, Quote

CATALOG = made_up_catalog()
TURNS = [{"user": 100, "assistant": 50, "reasoning": 0}]


def compare(models: Any, **plan: Any) -> Comparison:
    asked = Plan.model_validate({"models": models, "turns": TURNS, **plan})
    answer = answer_plan(asked, CATALOG, Vocabularies(CATALOG.vocabularies), NOW)
    assert isinstance(answer, Comparison)
    return answer


def test_the_models_of_a_provider_that_converse_and_answer_cheapest_first() -> None:
    """100 tokens of input and 50 of output; `asks` bills 0.005 USD a request besides, `oldest` retired."""
    answer = compare({"providers": ["acme"]})
    assert [(one.model, one.totals.cost) for one in answer.quotes if isinstance(one, Quote)] == [
        ("acme/bare", Decimal("0.0007")),
        ("acme/chat", Decimal("0.0007")),
        ("acme/keeps", Decimal("0.0007")),
        ("acme/old", Decimal("0.00105")),
        ("acme/older", Decimal("0.00135")),
        ("acme/asks", Decimal("0.00515")),
    ]
    assert answer.considered == 6
    assert all(isinstance(one, Quote) and one.requests is None for one in answer.quotes)


def test_filters() -> None:
    assert [one.model for one in compare({"providers": ["acme"], "window": 900_000}).quotes] == ["acme/chat"]
    cheapest = compare({"providers": ["acme"], "at_most": 2})
    assert (len(cheapest.quotes), cheapest.considered) == (2, 6)


def test_all_are_those_of_every_provider_that_converse_and_answer() -> None:
    chosen = choose_models(Plan.model_validate({"models": "all", "turns": TURNS}), CATALOG, NOW)
    assert {"acme", "openai", "anthropic", "google"} <= {model.provider.id for model in chosen}
    assert all(model.converses and not model.has_retired(NOW) for model in chosen)
    left_out = {model.id for model in CATALOG.models.values()} - {model.id for model in chosen}
    assert {"acme/oldest", "acme/embed", "acme/paint"} <= left_out


def test_all_means_the_same_as_naming_them() -> None:
    chosen = compare({"providers": ["acme"]})
    named = compare([one.model for one in chosen.quotes])
    assert named.considered is None
    totals = [one.totals for one in chosen.quotes if isinstance(one, Quote)]
    assert totals == [one.totals for one in named.quotes if isinstance(one, Quote)]


@pytest.mark.parametrize(
    ("models", "location"),
    [({"providers": ["acme", "nobody"]}, ("models", "providers", 1)), ({"window": 10**9}, ("models",))],
)
def test_refusals(models: dict[str, Any], location: tuple[str | int, ...]) -> None:
    with pytest.raises(LocatedError) as raised:
        compare(models)
    assert raised.value.location == location
