"""A question as it came and its answer as it goes out, wherever between the two it is computed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from tokenquote.api.endpoints import Known, draft, encode_answer
from tokenquote.api.json_bodies import read_json
from tokenquote.api.problems import Refused
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.api.work import READ_BYTES
from tokenquote.catalog import Catalog, Fault
from tokenquote.http.counting import count_answer, count_refusal
from tokenquote.http.increments import Increment
from tokenquote.settings import ALL, USUAL
from tokenquote.tokens import Vocabularies
from tokenquote_client import Problem
from tokenquote_client.catalog import CatalogProblem, CatalogState
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["Answered", "Question", "Serving", "make_answer", "read_early"]

MAX_PROBLEMS = 20
"""The most faults of files that the answers and the metrics name; the log has them all."""

_MANY_MODELS = 20
"""The number of priced models from which on a vocabulary is a usual one."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A catalog that answers; each answer is made of one of these, whatever is loaded meanwhile."""

    catalog: Catalog
    vocabularies: Vocabularies
    state: CatalogState

    def load_encoders(self, wanted: Collection[str]) -> None:
        """Load vocabularies before they are needed; the others are loaded when they are.

        Args:
            wanted: names of vocabularies. Any may be `usual`, which is those of many models, or `all`, which
                takes some eight seconds and a gigabyte. What the catalog does not have is left out.
        """
        usual = self._usual_vocabularies() if USUAL in wanted else ()
        for name in self.catalog.vocabularies:
            if name in wanted or name in usual or ALL in wanted:
                self.vocabularies.trouble(name)  # why one cannot be used, the answer that needs it says

    def _usual_vocabularies(self) -> Collection[str]:
        """Return the package's own vocabularies of many models with a price."""
        priced = (model.counting.vocabulary for model in self.catalog.models.values() if model.entry.prices)
        often = [name for name, models in Counter(priced).items() if models >= _MANY_MODELS]
        entries = {name: self.catalog.vocabularies.get(name) for name in often}
        return [
            name
            for name, entry in entries.items()
            if entry is not None and entry.file and entry.package is None and entry.directory is None
        ]

    def with_faults(self, faults: Sequence[Fault]) -> Serving:
        """Return the same catalog with the reasons why its files cannot be used as they are now."""
        problems = [
            CatalogProblem(file=fault.file, line=fault.line, field=fault.field, detail=fault.what)
            for fault in faults[:MAX_PROBLEMS]
        ]
        failed = self.state.failed_reloads + 1
        return replace(
            self, state=self.state.model_copy(update={"problems": problems, "failed_reloads": failed})
        )


_ROWS = {row.name: row for row in ENDPOINTS}


@dataclass(frozen=True, slots=True)
class Question:
    """One request for an answer that is computed."""

    row: Endpoint[BaseModel]
    body: bytes
    """The body as it was sent; empty for a GET."""
    data: object
    """What the body says as JSON; None if that has not been read yet."""
    parameters: BaseModel | None
    """What stands in path and query; None if the endpoint has no parameters."""
    received: dt.datetime
    """The time of receipt, whose prices apply unless a plan says `at`."""
    request_id: str
    """The id of the request, for the log."""

    def packed(self) -> tuple[Any, ...]:
        """Return what another process makes the same question of; a row of the table is its name there."""
        return (self.row.name, self.body, None, self.parameters, self.received, self.request_id)

    @classmethod
    def unpacked(cls, packed: tuple[Any, ...]) -> Question:
        """Return the question that was packed."""
        return cls(_ROWS[packed[0]], *packed[1:])


@dataclass(frozen=True, slots=True)
class Answered:
    """What a question led to."""

    content: bytes = b""
    """The answer as JSON; empty if there is a problem."""
    problem: Problem | None = None
    """Why the question is not answered; None if it is."""
    increments: list[Increment] = field(default_factory=list)
    """What it adds to the metrics."""


def read_early(body: bytes) -> object:
    """Read a body as JSON if that takes no time; None: it is too long, or no JSON, as its answer will say."""
    if len(body) > READ_BYTES:
        return None
    try:
        return read_json(body)
    except Refused:
        return None


def make_answer(asked: Question, serving: Serving, recent: RecentQuotes, apps: Collection[str]) -> Answered:
    """Answer a question from one catalog.

    Args:
        asked: the question.
        serving: the catalog, of which the whole answer is made.
        recent: the quotes that were made lately, which grow by those of the answer.
        apps: the apps that the metrics know.
    """
    known = Known(serving.catalog, serving.vocabularies, asked.received, serving.state, recent)
    data = asked.data
    try:
        if data is None and asked.row.question is not None:
            data = read_json(asked.body)
        answered = draft(asked.row, data, len(asked.body), asked.parameters, known)
    except Refused as refused:
        return Answered(problem=refused.problem, increments=count_refusal(asked.row, data, apps))
    return Answered(encode_answer(answered), increments=count_answer(answered, data, apps))
