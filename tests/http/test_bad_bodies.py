"""Every row of the table of bad bodies: what the service answers, and that Estimator says the same.

The table pins status, type and pointers of each problem, so that none of them changes unnoticed; the
wording is free. `python -m tests.http.record_bad_bodies` writes what the code answers today into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest
from tests.http.bad_body_rows import MARKER, Answer, Row, read_rows, table_files

from tokenquote import Estimator, ServiceError
from tokenquote_client.endpoints import ENDPOINTS

ROWS = [row for file in table_files() for row in read_rows(file)]
ASKED_IN_PROCESS = [row for row in ROWS if "body" in row.members and "not_in_process" not in row.members]
POSTS = {row.path: row for row in ENDPOINTS if row.question is not None}


def named(rows: list[Row]) -> list[Any]:
    return [pytest.param(row, id=f"{row.endpoint.removeprefix('/v1/')}: {row.id}") for row in rows]


@pytest.mark.parametrize("row", named(ROWS))
def test_a_bad_body_gets_the_problem_that_the_table_says(roomy_http: httpx2.Client, row: Row) -> None:
    headers = {"content-type": "application/json"}
    answered = roomy_http.request(row.method, row.path, content=row.content, headers=headers)
    assert answered.status_code == row.answer.status, answered.text[:1000]
    assert answered.headers["content-type"] == "application/problem+json"
    document = answered.json()
    assert Answer.from_problem(document) == row.answer
    assert MARKER not in answered.text or "repeats_text" in row.members


@pytest.mark.parametrize("row", named(ASKED_IN_PROCESS))
def test_the_estimator_says_the_same(estimator: Estimator, row: Row) -> None:
    with pytest.raises(ServiceError) as caught:
        method_for(row, estimator)(row.body)
    assert Answer.from_problem(caught.value.problem.model_dump()) == row.answer
    assert MARKER not in str(caught.value) or "repeats_text" in row.members


def method_for(row: Row, estimator: Estimator) -> Callable[[Any], Any]:
    """The method of the row's endpoint; a plan for several models is one to compare."""
    several = isinstance(row.body, Mapping) and row.body.get("models") is not None
    name = "compare" if several else POSTS[row.endpoint].asked_by[0]
    method: Callable[[Any], Any] = getattr(estimator, name)
    return method


def test_the_table_is_long_enough_for_every_endpoint() -> None:
    """A new endpoint need not bring rows; one that has some has enough of them."""
    assert len(ROWS) >= 900
    found = Counter(row.endpoint for row in ROWS if row.endpoint in POSTS)
    assert len(found) >= 9
    assert {path: times for path, times in found.items() if times < 8} == {}


def test_every_row_has_an_id_of_its_own() -> None:
    found = Counter((row.endpoint, row.id) for row in ROWS)
    assert [name for name, times in found.items() if times > 1] == []


@pytest.mark.parametrize("member", ["repeats_text", "not_in_process"])
def test_every_exception_has_its_reason(member: str) -> None:
    reasons = [row.members[member] for row in ROWS if member in row.members]
    assert all(isinstance(reason, str) and len(reason) > 10 for reason in reasons)
