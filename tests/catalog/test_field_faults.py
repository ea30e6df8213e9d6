"""Errors of fields in plain words: whatever is wrong, wherever it is, none is told in pydantic's phrases."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError, PydanticKnownError

import tokenquote.catalog
import tokenquote_client
from tokenquote.catalog.schema.providers import ProviderFile
from tokenquote.errors.field_faults import describe_fault, did_you_mean, fields_at
from tokenquote_client import Plan

PYDANTICS_OWN = re.compile(
    r"Input|Field required|Extra inputs|Value error|Assertion|String should|Unable to|Decimal input|Tuple|"
    r"List should|Dictionary|Keys should|Date|Data should|.* valid (integer|number|string|boolean|list)|"
    r".*characters? are not|.*other characters",
)
PRIVATE = "zq words that nobody may repeat"
WRONG: list[Any] = [
    None, True, 0, -1, 1, 1.5, 10**30, 1e30, float("inf"), float("nan"), "", "x", "ÄÖ", "\ud800", "x" * 300,
    "0.5", "1" * 40, "9" * 5000, "2026-13-45", "2026-01-01T00:00:00", "99999999999999", "24:00", [], {}, [1],
    ["x"], ["x"] * 2000, {"x": 1}, {"Ä B": "x"}, [[1]], {"type": "x"}, {"kind": "x"}, {"choose": "x"},
    b"\xff",
]  # fmt: skip


def models_of(package: Any) -> list[type[BaseModel]]:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    found = [kind for kind in _below(BaseModel) if kind.__module__.startswith(package.__name__)]
    return sorted(set(found), key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


def _below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)


WIRE, CATALOG = models_of(tokenquote_client), models_of(tokenquote.catalog)


def wrong_data(kind: type[BaseModel]) -> Iterator[Any]:
    """Every wrong value in place of the whole, and of each field, by itself and within a list."""
    for value in WRONG:
        yield value
        for name, field in kind.model_fields.items():
            for nested in (value, [value], {"x": value}):
                yield {field.alias or name: nested}


def sentences(kind: type[BaseModel], value: Any) -> list[str]:
    try:
        kind.model_validate(value)
    except ValidationError as error:
        return [describe_fault(line) for line in error.errors()]
    return []


@pytest.mark.parametrize("kind", [*WIRE, *CATALOG], ids=lambda kind: kind.__name__)
def test_no_wrong_value_of_any_model_is_told_in_pydantics_words(kind: type[BaseModel]) -> None:
    said = {sentence for value in wrong_data(kind) for sentence in sentences(kind, value)}
    assert said
    assert [sentence for sentence in said if PYDANTICS_OWN.match(sentence) or sentence.endswith(".")] == []


@pytest.mark.parametrize("kind", WIRE, ids=lambda kind: kind.__name__)
def test_what_was_sent_is_not_repeated(kind: type[BaseModel]) -> None:
    for value in (PRIVATE, [PRIVATE], {"type": PRIVATE}, {"strategy": PRIVATE}, {PRIVATE: PRIVATE}):
        for name, field in kind.model_fields.items():
            for said in sentences(kind, {field.alias or name: value, PRIVATE: 1}):
                assert PRIVATE not in said


def test_every_pattern_has_words() -> None:
    patterns = {
        found
        for kind in [*WIRE, *CATALOG]
        for found in _patterns(json.loads(json.dumps(kind.model_json_schema())))
    }
    assert len(patterns) > 5
    # Money and times, whose validators speak first.
    whole = ("[0-9]+", "[0-9]{1,24}")
    money = {f"^{digits}(\\.[0-9]+)?$" for digits in whole} | {
        r"^[0-9]{1,12}(\.[0-9]{1,12})?$", r"^([0-9]{1,5}(\.[0-9]+)?|100000(\.0+)?)$", "^[0.]+$",
    }  # fmt: skip
    times = {pattern for pattern in patterns if pattern.startswith("^(197[1-9]|")}
    for pattern in patterns - money - times:
        line = {"type": "string_pattern_mismatch", "ctx": {"pattern": pattern}, "loc": ("x",), "msg": ""}
        assert describe_fault(line) != "write other characters", pattern


def _patterns(schema: Any) -> Iterator[str]:
    for name, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if name == "pattern" and isinstance(value, str) and value.startswith("^"):
            yield value
        elif isinstance(value, (dict, list)):
            yield from _patterns(value)


@pytest.mark.parametrize(
    ("kind", "context", "sentence"),
    [
        ("missing", None, "missing: it has to be stated"),
        ("none_required", None, "nothing is expected here: leave it out"),
        ("greater_than", {"gt": 0.0}, "a number above 0 is expected"),
        ("greater_than_equal", {"ge": 0.001}, "a number of at least 0.001 is expected"),
        ("less_than", {"lt": 5}, "a number below 5 is expected"),
        ("less_than_equal", {"le": 1_000_000.0}, "a number of at most 1000000 is expected"),
        ("multiple_of", {"multiple_of": 64}, "a multiple of 64 is expected"),
        ("literal_error", {"expected": "'low' or 'high'"}, "one of these is expected: 'low' or 'high'"),
        ("literal_error", {"expected": "'text'"}, "'text' is expected"),
        ("enum", {"expected": "'a', 'b' or 'c'"}, "one of these is expected: 'a', 'b' or 'c'"),
        ("string_too_short", {"min_length": 3}, "write at least 3 characters"),
        ("string_too_long", {"max_length": 64}, "write at most 64 characters"),
        ("too_short", {"field_type": "Dictionary", "min_length": 1, "actual_length": 0},
         "write at least 1 member"),
        ("too_short", {"field_type": "Tuple", "min_length": 1, "actual_length": 0},
         "write at least 1 item"),
        ("too_long", {"field_type": "List", "max_length": 9, "actual_length": 10},
         "write at most 9 items"),
        ("decimal_max_digits", {"max_digits": 24}, "write at most 24 digits"),
        ("decimal_max_places", {"decimal_places": 2}, "write at most 2 digits after the point"),
        ("union_tag_invalid", {"discriminator": "'kind'", "tag": "secret", "expected_tags": "'a', 'b'"},
         "'kind' has to be one of these: 'a', 'b'"),
        ("union_tag_not_found", {"discriminator": "'kind'"},
         "'kind' is missing or no word: it says of which kind this is"),
        ("int_type", None, "a whole number is expected, without quotes, like 400"),
        ("date_from_datetime_parsing", {"error": "input is too short"},
         "a day is expected, without quotes, like 2026-01-31"),
        ("timezone_aware", None, "the offset is missing: write 2026-12-01T02:00:00Z"),
        ("is_instance_of", {"class": "Decimal"}, "another kind of value is expected"),
    ],
)  # fmt: skip
def test_the_sentence_of(kind: Any, context: dict[str, Any] | None, sentence: str) -> None:
    """The line is made by pydantic, so that a name of its context that changes is seen."""
    made = PydanticKnownError(kind, context)
    line = {"type": kind, "msg": made.message(), "loc": ("x",), "ctx": made.context or {}}
    assert describe_fault(line) == sentence


def test_words_of_a_validator_of_our_own_are_taken_as_they_are() -> None:
    def refuse(value: Any) -> Any:
        raise PydanticCustomError("contradiction", "state either `a` or `b`")

    line = {"type": "contradiction", "msg": "state either `a` or `b`", "loc": (), "ctx": {}}
    assert describe_fault(line) == "state either `a` or `b`"
    line = {"type": "value_error", "msg": "Value error, no", "loc": (), "ctx": {"error": ValueError("no")}}
    assert describe_fault(line) == "no"


@pytest.mark.parametrize(
    ("place", "named", "not_named"),
    [
        ((), {"first_party", "models"}, "prices"),
        (("models", 0), {"counting", "prices", "weights"}, "first_party"),
        (("models", 7, "prices", 1), {"from", "modes", "checked"}, "from_"),
        (("models", 0, "prices", 0, "modes", "batch"), {"times", "rates", "tiers"}, "checked"),
        (("models", 0, "prices", 0, "tiers", 0, "rates"), {"input", "cache_read"}, "above"),
    ],
)
def test_the_fields_of_a_place(place: tuple[int | str, ...], named: set[str], not_named: str) -> None:
    fields = fields_at(ProviderFile, place)
    assert named <= set(fields)
    assert not_named not in fields


def test_fields_of_a_plan() -> None:
    assert {"user", "tool_rounds", "repeat"} <= set(fields_at(Plan, ("turns", 0)))


def test_near_names_and_none() -> None:
    assert did_you_mean("inputs", ["input", "output"]) == "; did you mean 'input'?"
    assert did_you_mean("colour", ["input", "output"]) == ""
