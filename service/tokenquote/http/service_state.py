"""The routes share one state: catalog, vocabularies, recent quotes, metrics, threads for long work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from pydantic import BaseModel

from tokenquote.api.endpoints import Known, answer, encode_answer, read_json
from tokenquote.api.problems import Refused
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.api.validation import prepare
from tokenquote.catalog import Catalog, Fault
from tokenquote.http.access_log import log_failed_reload, log_reload
from tokenquote.http.reloading import CatalogFiles, CatalogWatch
from tokenquote.http.telemetry import Telemetry
from tokenquote.tokens import Vocabularies
from tokenquote_client.catalog import CatalogProblem, CatalogState
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["ServiceState", "Serving"]

MAX_PROBLEMS = 20
"""The most faults of files that the answers and the metrics name; the log has them all."""

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Serving:
    """A catalog that answers; each answer is made of one of these, whatever is loaded meanwhile."""

    catalog: Catalog
    vocabularies: Vocabularies
    state: CatalogState

    def load_encoders(self) -> None:
        """Load the package's own vocabularies of models with a price.

        Others are loaded when first needed, for all of them take seconds and hundreds of megabytes.
        """
        priced = {model.counting.vocabulary for model in self.catalog.models.values() if model.entry.prices}
        for name, entry in self.catalog.vocabularies.items():
            own = entry.file is not None and entry.package is None and entry.directory is None
            if own and name in priced:
                self.vocabularies.encoder(name)

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


class ServiceState:
    """The state of one application; a plain class, as Litestar inspects dataclasses and fails on unions."""

    def __init__(
        self, files: CatalogFiles, telemetry: Telemetry, *, worker_threads: int, reload_seconds: float
    ) -> None:
        """Load the catalog.

        Raises:
            CatalogError: the files cannot be used.
        """
        catalog = files.load()
        state = CatalogState(revision=catalog.revision, loaded_at=dt.datetime.now(dt.UTC))
        self.serving = Serving(catalog, Vocabularies(catalog.vocabularies), state)
        self.watch = CatalogWatch(files, reload_seconds, self._prepare, self._take)
        self.recent = RecentQuotes()
        self.telemetry = telemetry
        telemetry.describe(catalog, state)
        self.ready = False  # until the vocabularies are loaded, and again while the process drains
        self._worker_threads = worker_threads
        self._limiter: CapacityLimiter | None = None

    def answer(
        self,
        row: Endpoint[BaseModel],
        body: bytes,
        parameters: BaseModel | None,
        received: dt.datetime,
        serving: Serving,
    ) -> bytes:
        """Answer a request as JSON and count it among the metrics.

        Args:
            row: the endpoint that was asked.
            body: the body as it was sent; empty for a GET.
            parameters: the parameters of path and query; None if the endpoint has none.
            received: the time of receipt, whose prices apply unless a plan says `at`.
            serving: the catalog that answers, of which the whole answer is made.

        Raises:
            Refused: the request cannot be answered.
        """
        known = Known(serving.catalog, serving.vocabularies, received, serving.state, self.recent)
        data = read_json(body) if row.question is not None else None
        try:
            answered = answer(row, data, len(body), parameters, known)
        except Refused:
            self.telemetry.refused(row, data)
            raise
        self.telemetry.answered(answered, data)
        return encode_answer(answered)

    async def warm_up(self) -> None:
        """Load what the first requests need, then report ready."""
        await self.off_loop(self.serving.load_encoders)
        await self.off_loop(lambda: prepare(row.question for row in ENDPOINTS if row.question))
        self.ready = True

    def _prepare(self, catalog: Catalog) -> Serving:
        """Make a catalog that was loaded anew ready to answer, in the thread that loaded it."""
        before = self.serving
        state = CatalogState(
            revision=catalog.revision,
            loaded_at=dt.datetime.now(dt.UTC),
            reloads=before.state.reloads + 1,
            failed_reloads=before.state.failed_reloads,
        )
        serving = Serving(catalog, before.vocabularies.renewed(catalog.vocabularies), state)
        serving.load_encoders()
        return serving

    def _take(self, outcome: Serving | tuple[Fault, ...]) -> None:
        """Let a new catalog answer from now on, or say why the files cannot be used."""
        if isinstance(outcome, Serving):
            self.serving = outcome
            self.telemetry.reloaded("loaded")
            log_reload(outcome.catalog.revision)
        else:
            self.serving = self.serving.with_faults(outcome)
            self.telemetry.reloaded("failed")
            log_failed_reload(outcome)
        self.telemetry.describe(self.serving.catalog, self.serving.state)

    async def off_loop(self, work: Callable[[], ResultT]) -> ResultT:
        """Run long work in a thread; at most `worker_threads` run at the same time, the others wait."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(self._worker_threads)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)
