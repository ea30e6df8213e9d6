"""What the OpenAPI document cannot say are rules of the service, and nothing else is excused."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from tests.openapi_cases.breaking_bodies import BREAKING
from tests.openapi_cases.known_rules import RULES, find_rule, is_refused_by_rule

from tokenquote import Estimator, InvalidRequest
from tokenquote.http.openapi import openapi_document
from tokenquote_client.endpoints import ENDPOINTS

BODIES = [
    pytest.param(words, method, body, id=f"{words} {i}")
    for words, bodies in BREAKING.items()
    for i, (method, body) in enumerate(bodies, start=1)
]
_USAGE: dict[str, Any] = {"model": "openai/gpt-5.4-mini", "usage": {"prompt_tokens": -1}}


def refusal(estimator: Estimator, method: str, body: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(InvalidRequest) as caught:
        list(getattr(estimator, method)(**body))  # a list of models is asked for page by page
    return caught.value.problem.model_dump(mode="json")


def is_allowed(method: str, body: dict[str, Any]) -> bool:
    """Return whether the document allows a body."""
    row = next(row for row in ENDPOINTS if method in row.asked_by)
    if row.question is not None:
        schema = {"$ref": f"#/components/schemas/{row.question.__name__}", **openapi_document()}
    else:
        assert row.parameters is not None
        schema = row.parameters.model_json_schema()
    return bool(jsonschema.Draft202012Validator(schema).is_valid(body))


def test_each_rule_has_a_body_that_breaks_it() -> None:
    assert list(BREAKING) == list(RULES)
    assert all(BREAKING.values())


@pytest.mark.parametrize(("words", "method", "body"), BODIES)
def test_a_rule_is_one_of_the_service_and_none_of_the_document(
    words: str, method: str, body: dict[str, Any], estimator: Estimator
) -> None:
    assert is_allowed(method, body)
    problem = refusal(estimator, method, body)
    errors = problem["errors"] or [{"pointer": "", "detail": problem["detail"]}]
    assert [find_rule(error) for error in errors] == [words], errors
    assert is_refused_by_rule(problem)


def test_another_refusal_is_not_excused(estimator: Estimator) -> None:
    unknown = refusal(estimator, "usage", _USAGE)
    assert not is_refused_by_rule(unknown)
    method, body = BREAKING["names differ"][0]
    both = {"errors": [*refusal(estimator, method, body)["errors"], *unknown["errors"]]}
    assert not is_refused_by_rule(both)
    assert not is_refused_by_rule({"errors": []})
