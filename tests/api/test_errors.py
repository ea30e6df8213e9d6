"""One located error: a place that grows as questions hold questions, and never an old one changed."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from tokenquote import Estimator, InvalidRequest
from tokenquote.api.problems import write_problem
from tokenquote.catalog import AmbiguousModel, ModelNotFound, UnknownGpu
from tokenquote.errors import LocatedError, NotYetOffered, under
from tokenquote.ledger import PlanTooLong
from tokenquote.ledger.prices import UnknownMode
from tokenquote.memory import ArchitectureError, CacheError
from tokenquote.tokens import BodyError, VocabularyError

ERRORS = [
    LocatedError(("turns", 0), "wrong"),
    NotYetOffered(("history",), "not yet"),
    ModelNotFound("gpt-9", ["gpt-5"]),
    AmbiguousModel(["a/x", "b/x"]),
    UnknownGpu(["h100"]),
    UnknownMode(["standard"]),
    PlanTooLong("too long"),
    BodyError(("messages", 3), "no such role"),
    ArchitectureError(("num_hidden_layers",), "missing"),
    CacheError("dtype", "no whole blocks"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_under_a_prefix_is_a_new_one_of_its_kind(error: LocatedError) -> None:
    before = (error.location, error.is_placed)
    lifted = error.under("break_even", "plan")
    assert type(lifted) is type(error)
    assert lifted.location == ("break_even", "plan", *error.location)
    assert lifted.is_placed
    assert str(lifted) == str(error) == error.detail
    assert (error.location, error.is_placed) == before
    assert lifted.__traceback__ is None


@pytest.mark.parametrize("error", [*ERRORS, VocabularyError("none")], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301
def test_an_error_survives_copies_and_processes(error: LocatedError, again: Any) -> None:
    lifted = error.under("plan")
    for one in (error, lifted):
        same = again(one)
        assert type(same) is type(one)
        assert (same.location, same.detail, same.args) == (one.location, one.detail, one.args)
    assert lifted.args == (lifted.location, lifted.detail)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_the_problem_points_where_the_error_lies(error: LocatedError) -> None:
    problem = write_problem(error.under("variants", 2))
    assert [found.pointer for found in problem.errors] == [
        "/".join(["", "variants", "2", *map(str, error.location)])
    ]
    assert problem.type == f"urn:tokenquote:problem:{error.kind}"


@pytest.mark.parametrize(
    "error", [ModelNotFound("x", []), AmbiguousModel(["a/x"])], ids=["unknown", "ambiguous"]
)
def test_a_name_in_a_path_has_no_place_in_the_body(error: LocatedError) -> None:
    assert write_problem(error).errors == ()


def test_a_missing_vocabulary_is_nobodys_field() -> None:
    problem = write_problem(VocabularyError("not installed").under("body"))
    assert (problem.status, problem.errors, problem.detail) == (503, (), "not installed")


def test_blocks_within_blocks_add_up() -> None:
    with pytest.raises(BodyError) as raised, under("plan"), under("start", "body"):
        raise BodyError(("messages", 0), "empty")
    assert raised.value.location == ("plan", "start", "body", "messages", 0)


def test_other_errors_pass_through() -> None:
    with pytest.raises(KeyError), under("plan"):
        raise KeyError("x")


TURN = {"user": 1}


@pytest.mark.parametrize(
    ("plan", "pointer", "said"),
    [
        ({"turns": [{**TURN, "asistant": 5}]}, "/turns/0/asistant", "did you mean 'assistant'?"),
        ({"turns": [TURN], "modle": "x"}, "/modle", "did you mean"),
        ({"turns": [TURN], "caching": {"tll": "5m"}}, "/caching/tll", "there are enabled, ttl, hit_rate"),
        ({"turns": [TURN], "budget": {"dollars": "5"}}, "/budget/dollars", "there are cost"),
        ({"turns": [{"user": {"text": "a", "tokens": 5}}]}, "/turns/0/user/tokens", "not together"),
        ({"turns": [{"user": [{"type": "image", "widht": 5}]}]}, "/turns/0/user/0/widht", "'width'?"),
    ],
)
def test_an_unknown_field_is_told_what_may_be_meant(
    estimator: Estimator, plan: dict[str, Any], pointer: str, said: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        estimator.quote(model="gpt-4o", **plan)
    told = {error.pointer: error.detail for error in refused.value.errors}
    assert said in told[pointer]


def _subclasses(kind: type[LocatedError]) -> Iterator[type[LocatedError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


def test_every_kind_has_a_problem() -> None:
    for kind in _subclasses(LocatedError):
        error = LocatedError.__new__(kind)
        LocatedError.__init__(error, ("a",), "b")
        assert write_problem(error).status in (404, 422, 503)
