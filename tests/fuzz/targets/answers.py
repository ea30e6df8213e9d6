"""The whole way from a body to its answer, for bodies that are little work.

An input is the name of a row, and the body behind it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel
from tests.fuzz.good_bodies import architectures, bodies_of_the_docs, mend
from tests.fuzz.target import Target
from tests.fuzz.targets.bodies import LONGEST_SEED, ROWS, bad_bodies, change_bodies, is_json, write_body
from tests.fuzz.trees import join_input, split_input
from tests.fuzz.under_fuzzing import change_bytes

from tokenquote.api.json_bodies import read_json
from tokenquote.api.problems import Refused
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.api.work import estimate_seconds
from tokenquote.catalog import load_catalog
from tokenquote.http.questions import Answered, Question, Serving, make_answer
from tokenquote.tokens import Vocabularies
from tokenquote_client.catalog import CatalogState
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.quote import QuoteParameters

_NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
_MOST_WORK = 1.2
"""The guess of the work, in seconds, up to which a body is answered: samples and workflows count as one."""

_ABOUT_MEMORY: Sequence[tuple[str, dict[str, Any]]] = (
    ("weights", {"quantization": "bf16"}), ("kv_cache", {"context_tokens": 1000}),
    ("training", {"batch_size": 1, "sequence_tokens": 64}),
    ("memory_grid", {"context_tokens": [1000], "quantization": ["bf16"]}),
)  # fmt: skip
_SECONDS = 40
"""A search for the most repetitions takes 4 s where no branch is counted, and more where they are."""


def make() -> Target:
    """JSON, or a problem that is the client's."""
    answering, bad = _Answering(), bad_bodies()
    good = {join_input(name, write_body(row.example)) for name, row in ROWS.items()}
    if change_bytes() is not None:  # each of them takes some seconds
        good |= {*answering.docs(), *answering.mended(bad), *_of_architectures()}
    seeds = tuple(sorted(seed for seed in good if len(seed) <= LONGEST_SEED))
    return Target(answering.take, seeds, seconds=_SECONDS, mutate=change_bodies((*bad, *seeds)))


def _of_architectures() -> Iterator[bytes]:
    """Yield questions about the memory of each architecture."""
    for number, config in enumerate(architectures()):
        named = _ABOUT_MEMORY[number % 2 :: 2] if "_class_name" not in config else _ABOUT_MEMORY[:1]
        for name, more in named:
            yield join_input(name, write_body({"architecture": config, **more}))


class _Answering:
    """Answers bodies from the shipped catalog."""

    def __init__(self) -> None:
        catalog = load_catalog()
        state = CatalogState(revision=catalog.revision, loaded_at=_NOW, reloads=0)
        self._serving = Serving(catalog, Vocabularies(catalog.vocabularies), state)
        self._recent = RecentQuotes()

    def take(self, content: bytes) -> None:
        """Answer an input, and read the answer again."""
        name, body = split_input(content)
        row = ROWS.get(name)
        if row is None or (answered := self._answer(row, body)) is None:
            return
        if answered.problem is not None:
            assert 400 <= answered.problem.status < 500
            assert answered.problem.errors or answered.problem.detail
        elif row.or_answer is None:
            row.answer.model_validate_json(answered.content)
        else:
            json.loads(answered.content)

    def docs(self) -> Iterator[bytes]:
        """Yield inputs of the bodies that the docs show, for the rows that answer them."""
        for body in bodies_of_the_docs():
            likely = [row for row in ROWS.values() if len(body.keys() & row.example.keys()) > 1]
            for row in likely or ROWS.values():
                if self._find_faults(row, body) == []:
                    yield join_input(row.name, write_body(body))

    def mended(self, bad: Sequence[bytes]) -> Iterator[bytes]:
        """Yield inputs without what is wrong with them."""
        for name, text in map(split_input, bad):
            if is_json(text):
                body = mend(json.loads(text), partial(self._find_faults, ROWS[name]))
                if body is not None:
                    yield join_input(name, write_body(body))

    def _answer(self, row: Endpoint[BaseModel], body: bytes) -> Answered | None:
        """Answer the body; None: it cannot be read, which another target looks at, or is much work."""
        try:
            data = read_json(body)
        except Refused:
            return None
        if estimate_seconds(row, body, data) > _MOST_WORK:
            return None
        parameters = QuoteParameters() if row.parameters is QuoteParameters else None
        return make_answer(
            Question(row, body, data, parameters, _NOW, "fuzz"), self._serving, self._recent, ()
        )

    def _find_faults(self, row: Endpoint[BaseModel], body: Any) -> list[str] | None:
        """Return the pointers of the faults of a body; None: it is not answered, and why is not told so."""
        answered = self._answer(row, write_body(body))
        if answered is None or answered.problem is None:
            return None if answered is None else []
        return [error.pointer for error in answered.problem.errors] or None
