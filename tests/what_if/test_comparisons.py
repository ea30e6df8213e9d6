"""POST /v1/comparisons: merge patches on a plan, and what each variant costs more or less."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import NOW
from tests.made_up_prices import made_up_catalog

from tokenquote.api.comparisons import answer_comparison
from tokenquote.api.merge_patches import merge
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client.comparisons import (
    ComparisonAnswer,
    ComparisonQuestion,
    FailedVariant,
    KindDifference,
    QuotedVariant,
)

CATALOG = made_up_catalog()
PLAN = {
    "model": "acme/bare",
    "system": 1_000,
    "turns": [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 2}],
}
"""Inputs of 1,100 and 1,250 tokens at 2 USD a million, 100 tokens of output at 10: 0.0047 + 0.001 USD."""


def ask(*patches: dict[str, Any], **plan: Any) -> ComparisonAnswer:
    variants = [{"name": str(i), "patch": patch} for i, patch in enumerate(patches)]
    question = ComparisonQuestion.model_validate({"plan": {**PLAN, **plan}, "variants": variants})
    return answer_comparison(question, CATALOG, Vocabularies(CATALOG.vocabularies), NOW)


def quoted(*patches: dict[str, Any], **plan: Any) -> QuotedVariant:
    variant = ask(*patches, **plan).variants[-1]
    assert isinstance(variant, QuotedVariant), variant
    return variant


def refused(*patches: dict[str, Any], **plan: Any) -> FailedVariant:
    variant = ask(*patches, **plan).variants[-1]
    assert isinstance(variant, FailedVariant), variant
    return variant


def test_a_longer_system_message_with_literal_numbers() -> None:
    answer = ask({"system": 2_000})
    assert answer.base.totals.cost == Decimal("0.0057")
    variant = quoted({"system": 2_000})
    assert variant.totals.input_tokens == 2_350 + 2_000
    assert variant.differences == [KindDifference(kind="input", tokens=2_000, cost=Decimal("0.004"))]
    assert variant.cost_ratio == pytest.approx(97 / 57)


def test_another_model_and_null_take_effect() -> None:
    dearer = quoted({"model": "acme/asks", "system": None})
    # 350 tokens of input and 100 of output at 1 USD, two requests at 0.005 USD.
    assert (dearer.model, dearer.totals.cost) == ("acme/asks", Decimal("0.01045"))
    by_kind = {one.kind: (one.tokens, one.cost) for one in dearer.differences}
    assert by_kind == {
        "input": (-2_000, Decimal("-0.00435")),
        "output": (0, Decimal("-0.0009")),
        "request": (0, Decimal("0.01")),
    }


def test_every_variant_changes_the_plan_and_not_the_variant_before() -> None:
    answer = ask({"system": 0}, {"turns": PLAN["turns"]})
    assert isinstance(answer.variants[1], QuotedVariant)
    assert answer.variants[1].differences == []
    assert answer.variants[1].totals == answer.base.totals


def test_strategies_and_caching_are_replaced_whole() -> None:
    """Merged, a window of turns and one of tokens would contradict each other."""
    window = {"strategy": "window", "turns": 1}
    variant = quoted({"history": {"strategy": "window", "tokens": 0}}, history=window)
    assert variant.totals.input_tokens == 2_200
    off = quoted({"caching": {"enabled": False}}, model="acme/chat", caching={"hit_rate": 0.5})
    assert off.totals.cache_read_tokens == 0


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_rfc_7396(target: Any, patch: Any, result: Any) -> None:
    assert merge(target, patch) == result


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"turns": [{"user": -1}]}, "/variants/0/patch/turns/0/user"),
        ({"model": "no/such"}, "/variants/0/patch/model"),
        ({"mode": "flex"}, "/variants/0/patch/mode"),
        ({"colour": "red"}, "/variants/0/patch/colour"),
        ({"model": None}, "/variants/0/patch"),
        ({"model": None, "models": ["acme/chat"]}, "/variants/0/patch/models"),
    ],
)
def test_a_variant_that_makes_no_plan_names_variant_and_field(patch: dict[str, Any], pointer: str) -> None:
    failed = refused(patch)
    assert failed.name == "0"
    assert failed.problem.errors[0].pointer == pointer


def test_all_together_make_no_more_requests_than_a_quote() -> None:
    turns = [{"user": 1, "assistant": 0, "reasoning": 0, "repeat": 60_000}]
    assert "more than 100000 requests" in refused({}, {"turns": turns}, {"turns": turns}).problem.detail


def test_a_variant_that_is_too_long_takes_nothing_from_those_after_it() -> None:
    turns = [{"user": 1, "assistant": 0, "reasoning": 0, "repeat": 1_000_000_000}]
    too_long, small = ask({"turns": turns}, {"system": 2_000}).variants
    assert isinstance(too_long, FailedVariant)
    assert isinstance(small, QuotedVariant)


def test_two_variants_of_one_name_are_refused() -> None:
    question = {"plan": PLAN, "variants": [{"name": "a", "patch": {}}, {"name": "a", "patch": {}}]}
    with pytest.raises(LocatedError) as raised:
        answer_comparison(
            ComparisonQuestion.model_validate(question), CATALOG, Vocabularies(CATALOG.vocabularies), NOW
        )
    assert raised.value.location == ("variants", 1, "name")


def test_a_plan_that_cannot_be_quoted_is_an_error_of_the_question() -> None:
    with pytest.raises(LocatedError) as raised:
        ask({}, mode="flex")
    assert raised.value.location == ("plan", "mode")


def test_agents_are_replaced_whole_as_lists_are() -> None:
    """Called anew, an agent sends 300 tokens twice; kept, it sends 300 more at 2 USD a million."""
    turn = {
        "user": 100,
        "tool_rounds": [{"calls": [{"call": 0, "agent": "researcher"}], "reasoning": 0}],
        "assistant": 50,
        "reasoning": 0,
        "repeat": 2,
    }
    agent = {"name": "researcher", "turns": [{"user": 300, "assistant": 0, "reasoning": 0}]}
    kept = quoted({"agents": [{**agent, "keep": True}]}, turns=[turn], agents=[agent])
    (difference,) = kept.differences
    assert difference == KindDifference(kind="input", tokens=300, cost=Decimal("0.0006"))


def test_a_patch_that_takes_an_agent_away_is_refused_where_it_is_called() -> None:
    turn = {"user": 100, "tool_rounds": [{"calls": [{"call": 0, "agent": "researcher"}]}]}
    agent = {"name": "researcher", "turns": [{"user": 300}]}
    problem = refused({"agents": None}, turns=[turn], agents=[agent]).problem
    assert problem.errors is not None
    assert problem.errors[0].pointer == "/variants/0/patch/turns/0/tool_rounds/0/calls/0/agent"


def test_variants_are_drawn_by_the_same_numbers() -> None:
    """Twice the price is twice every percentile; a variant without ranges has none."""
    ranged = [{"user": {"p50": 100, "p90": 900}, "assistant": 0, "reasoning": 0}]
    answer = ask({"rates": {"input": "4"}}, {"turns": PLAN["turns"]}, turns=ranged, model="acme/bare")
    dearer, certain = answer.variants
    assert isinstance(dearer, QuotedVariant)
    assert isinstance(certain, QuotedVariant)
    base, spread = answer.base.range, dearer.range
    assert base is not None
    assert spread is not None
    assert base.cost is not None
    assert spread.cost is not None
    assert spread.input_tokens == base.input_tokens
    assert (spread.cost.p10, spread.cost.max) == (2 * base.cost.p10, 2 * base.cost.max)
    assert base.sensitivity is None
    assert certain.range is None


def test_plan_and_variants_share_the_bound_of_draws() -> None:
    """Each draws 100,000 samples of 60 requests, 6 of 10 million: the third finds nothing left."""
    ranged = [{"user": {"p50": 100, "p90": 900}, "assistant": 0, "reasoning": 0, "repeat": 60}]
    answer = ask({"seed": 1}, {"seed": 2}, turns=ranged, model="acme/bare", samples=100_000)
    second, third = answer.variants
    assert isinstance(second, QuotedVariant)
    assert isinstance(third, FailedVariant)
    assert "state fewer `samples`" in third.problem.detail
