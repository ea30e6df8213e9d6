"""What the OpenAPI document cannot say are rules of the service, and nothing else is excused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.openapi_cases.known_rules import RULES, is_refused_by_rule

from tokenquote import Estimator, InvalidRequest

_USAGE: dict[str, Any] = {"model": "openai/gpt-5.4-mini", "usage": {"": []}}
_PLAN: dict[str, Any] = {"model": "openai/gpt-5.4-mini", "turns": [{"user": 1}]}
BREAKING: list[tuple[str, dict[str, Any]]] = [
    ("weights", {"architecture": {}}),
    ("quote", {**_PLAN, "turns": [{"user": {"min": 2, "mode": 1, "max": 3}}]}),
    ("quote", {**_PLAN, "turns": [{}]}),
    ("media", {"model": "openai/gpt-5.4-mini", "items": [{"type": "image", "data": "0"}]}),
    ("solve", {"plan": _PLAN, "at": "/nothing", "limit": {"context": True}}),
    ("vector_index", {"library": "hnswlib", "index": "hnsw", "dtype": "int8", "vectors": 1, "dimension": 1}),
    ("tokens", {"format": "openai.chat", "body": {}, "model": "openai/gpt-5.4-mini"}),
    ("usage", _USAGE),
]
"""A method and a body for each rule, in the order of the table."""


def refusal(estimator: Estimator, method: str, body: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(InvalidRequest) as caught:
        getattr(estimator, method)(**body)
    return caught.value.problem.model_dump(mode="json")


def test_each_rule_is_one_of_the_service(estimator: Estimator) -> None:
    assert len(BREAKING) == len(RULES)
    for method, body in BREAKING:
        problem = refusal(estimator, method, body)
        assert is_refused_by_rule(problem), problem["errors"]


def test_another_refusal_is_not_excused(estimator: Estimator) -> None:
    unknown = refusal(estimator, "usage", {**_USAGE, "usage": {"prompt_tokens": -1}})
    assert not is_refused_by_rule(unknown)
    both = {"errors": [*refusal(estimator, *BREAKING[0])["errors"], *unknown["errors"]]}
    assert not is_refused_by_rule(both)
    assert not is_refused_by_rule({"errors": []})
