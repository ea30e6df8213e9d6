"""A whole number may be written as `465.0`, as JSON Schema has it; what is no whole number stays refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tokenquote.api.validation import validate
from tokenquote_client import Comparison, KvCacheQuestion, Plan, Quote

CALLS = [{"call": 40, "result": 300}]
PLAN: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "system": 400,
    "turns": [{"user": 120, "assistant": 260, "repeat": 3}, {"user": 1, "tool_rounds": [{"calls": CALLS}]}],
    "history": {"strategy": "window", "turns": 2},
}


def with_floats(value: object) -> object:
    """Write every whole number as a float."""
    if isinstance(value, dict):
        return {name: with_floats(member) for name, member in value.items()}
    if isinstance(value, list):
        return [with_floats(item) for item in value]
    return float(value) if type(value) is int else value


def test_a_plan_of_floats_is_the_plan_of_whole_numbers() -> None:
    assert validate(Plan, with_floats(PLAN), None) == validate(Plan, PLAN, None)


def test_every_turn_of_a_long_plan_of_floats_is_read() -> None:
    plan = {**PLAN, "turns": [{"user": number, "assistant": 260} for number in range(2_000)]}
    floats = with_floats(plan)
    assert validate(Plan, floats, len(json.dumps(floats))) == validate(Plan, plan, None)


def test_what_the_caller_holds_stays_as_it_is() -> None:
    floats = with_floats(PLAN)
    before = copy.deepcopy(floats)
    validate(Plan, floats, None)
    assert repr(floats) == repr(before)


@given(
    st.one_of(
        st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
        st.sampled_from([1e300, -1.0, float(2**53) * 2]),
        st.booleans(),
        st.sampled_from(["465", "465.0", None]),
    )
)
def test_other_numbers_stay_refused(number: object) -> None:
    with pytest.raises(ValidationError):
        validate(KvCacheQuestion, {"model": "Qwen/Qwen3-32B", "context_tokens": number}, None)


def test_a_fault_elsewhere_is_the_one_that_is_named() -> None:
    with pytest.raises(ValidationError) as refused:
        validate(Plan, {**PLAN, "system": 400.0, "modle": 1}, None)
    assert [fault["loc"] for fault in refused.value.errors()] == [("modle",)]


def test_a_quote_of_floats_is_the_quote_of_whole_numbers(
    answered: Callable[[Any], Quote | Comparison],
) -> None:
    assert answered(validate(Plan, with_floats(PLAN), None).model_dump(mode="json", exclude_unset=True)) == (
        answered(PLAN)
    )
