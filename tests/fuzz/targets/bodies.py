"""Bodies of questions: read and validated for each row of the table, and answered where that is little work.

An input is the name of a row, and the body behind it.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from pydantic import ValidationError
from tests.fuzz.target import Target, must_say
from tests.fuzz.trees import TreeMutation, join_input, split_input
from tests.fuzz.under_fuzzing import change_bytes
from tests.http.bad_body_rows import read_rows, table_files

from tokenquote.api.json_bodies import read_json
from tokenquote.api.problems import Refused, invalid
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.api.validation import validate
from tokenquote.api.work import estimate_seconds
from tokenquote.catalog import load_catalog
from tokenquote.errors import LocatedError
from tokenquote.http.questions import Question, Serving, make_answer
from tokenquote.tokens import Vocabularies
from tokenquote_client.catalog import CatalogState
from tokenquote_client.endpoints import ENDPOINTS
from tokenquote_client.quote import QuoteParameters

_NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
_ROWS = {row.name: row for row in ENDPOINTS if row.method == "POST"}
_MOST_WORK = 1.2
"""The guess of the work, in seconds, up to which a body is answered: samples and workflows count as one."""
_LONGEST_SEED = 3_000


def _seeds() -> tuple[bytes, ...]:
    """The examples of the docs, and the short ones among the bad bodies of the tests."""
    names = {row.path: row.name for row in _ROWS.values()}
    found = {join_input(name, json.dumps(row.example).encode()) for name, row in _ROWS.items()}
    for file in table_files():
        for row in read_rows(file):
            if row.endpoint in names and "repeat" not in row.members and "times" not in row.members:
                found.add(join_input(names[row.endpoint], row.content or b""))
    return tuple(sorted(seed for seed in found if len(seed) <= _LONGEST_SEED))


def _mutation(seeds: tuple[bytes, ...]) -> TreeMutation:
    readable = [seed for seed in seeds if _is_json(split_input(seed)[1])]
    return TreeMutation(readable, json.loads, _write, change_bytes())


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _write(tree: Any) -> bytes:
    return json.dumps(tree).encode()


def make_bodies() -> Target:
    """What reads and validates: refused with a problem, or a question."""
    seeds = _seeds()

    def take(content: bytes) -> None:
        name, body = split_input(content)
        if name not in _ROWS or (kind := _ROWS[name].question) is None:
            return
        try:
            data = read_json(body)
        except Refused as refused:
            must_say(refused.problem.status in (400, 422))
            return
        for size in (len(body), 1 << 20):  # as a short body, and as a long one
            try:
                validate(kind, data, size)
            except ValidationError as error:
                must_say(invalid(error, data, kind).errors)
            except LocatedError as error:
                must_say(str(error))

    return Target(take, seeds, seconds=2, mutate=_mutation(seeds))


def make_answers() -> Target:
    """The whole way from a body to its answer: JSON, or a problem that is the client's."""
    seeds = _seeds()
    catalog = load_catalog()
    state = CatalogState(revision=catalog.revision, loaded_at=_NOW, reloads=0)
    serving = Serving(catalog, Vocabularies(catalog.vocabularies), state)
    recent = RecentQuotes()

    def take(content: bytes) -> None:
        name, body = split_input(content)
        if name not in _ROWS:
            return
        row = _ROWS[name]
        try:
            data = read_json(body)
        except Refused:
            return  # as the target above sees
        if estimate_seconds(row, body, data) > _MOST_WORK:
            return
        parameters = QuoteParameters() if row.parameters is QuoteParameters else None
        answered = make_answer(Question(row, body, data, parameters, _NOW, "fuzz"), serving, recent, ())
        if answered.problem is None:
            row.answer.model_validate_json(answered.content) if row.or_answer is None else json.loads(
                answered.content
            )
        else:
            assert 400 <= answered.problem.status < 500
            assert answered.problem.errors or answered.problem.detail

    return Target(take, seeds, seconds=10, mutate=_mutation(seeds))
