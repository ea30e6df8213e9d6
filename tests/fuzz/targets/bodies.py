"""Bodies of questions, read and validated for each row of the table.

An input is the name of a row, and the body behind it.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from tests.fuzz.target import Target, must_say
from tests.fuzz.trees import TreeMutation, join_input, split_input
from tests.fuzz.under_fuzzing import change_bytes
from tests.http.bad_body_rows import read_rows, table_files

from tokenquote.api.json_bodies import read_json
from tokenquote.api.problems import Refused, invalid
from tokenquote.api.validation import validate
from tokenquote.errors import LocatedError
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["LONGEST_SEED", "ROWS", "bad_bodies", "change_bodies", "is_json", "make", "write_body"]

ROWS = {row.name: row for row in ENDPOINTS if row.method == "POST"}
"""The rows that take a body, by name."""
LONGEST_SEED = 3_000


def bad_bodies() -> tuple[bytes, ...]:
    """The examples of the docs, and the short ones among the bad bodies of the tests."""
    names = {row.path: row.name for row in ROWS.values()}
    found = {join_input(name, json.dumps(row.example).encode()) for name, row in ROWS.items()}
    for file in table_files():
        for row in read_rows(file):
            if row.endpoint in names and "repeat" not in row.members and "times" not in row.members:
                found.add(join_input(names[row.endpoint], row.content or b""))
    return tuple(sorted(seed for seed in found if len(seed) <= LONGEST_SEED))


def change_bodies(seeds: tuple[bytes, ...]) -> TreeMutation:
    """Return what changes bodies as trees, with what stands in these."""
    readable = [seed for seed in seeds if is_json(split_input(seed)[1])]
    return TreeMutation(readable, json.loads, write_body, change_bytes())


def is_json(text: bytes) -> bool:
    """Return whether Python reads the text."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def write_body(tree: Any) -> bytes:
    """Write a body as clients do."""
    return json.dumps(tree).encode()


def make() -> Target:
    """What reads and validates: refused with a problem, or a question."""
    seeds = bad_bodies()

    def take(content: bytes) -> None:
        name, body = split_input(content)
        if name not in ROWS or (kind := ROWS[name].question) is None:
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

    return Target(take, seeds, seconds=2, mutate=change_bodies(seeds))
