"""The routes share one state: catalog, vocabularies, metrics, and the threads for long work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from pydantic import BaseModel

from tokenquote.api.endpoints import Known, answer, encode_answer, read_json
from tokenquote.api.problems import Refused
from tokenquote.api.validation import prepare
from tokenquote.catalog import Catalog
from tokenquote.http.telemetry import Telemetry
from tokenquote.tokens import Vocabularies
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import ENDPOINTS

__all__ = ["ServiceState"]

ResultT = TypeVar("ResultT")


class ServiceState:
    """The state of one application; a plain class, as Litestar inspects dataclasses and fails on unions."""

    def __init__(
        self, catalog: Catalog, vocabularies: Vocabularies, telemetry: Telemetry, *, worker_threads: int
    ) -> None:
        self.catalog = catalog
        self.vocabularies = vocabularies
        self.telemetry = telemetry
        self.ready = False  # until the vocabularies are loaded, and again while the process drains
        self._worker_threads = worker_threads
        self._limiter: CapacityLimiter | None = None

    def answer(
        self, row: Endpoint[BaseModel], body: bytes, parameters: BaseModel | None, received: dt.datetime
    ) -> bytes:
        """Answer a request as JSON and count it among the metrics.

        Args:
            row: the endpoint that was asked.
            body: the body as it was sent; empty for a GET.
            parameters: the parameters of path and query; None if the endpoint has none.
            received: the time of receipt, whose prices apply unless a plan says `at`.

        Raises:
            Refused: the request cannot be answered.
        """
        known = Known(self.catalog, self.vocabularies, received)
        data = read_json(body) if row.question is not None else None
        try:
            answered = answer(row, data, len(body), parameters, known)
        except Refused:
            self.telemetry.refused(row, data)
            raise
        self.telemetry.answered(answered, data)
        return encode_answer(answered)

    async def warm_up(self) -> None:
        """Load the package's own vocabularies of models with a price, then report ready.

        Others are loaded when first needed, for all of them take seconds and hundreds of megabytes.
        """
        priced = {model.counting.vocabulary for model in self.catalog.models.values() if model.entry.prices}
        for name, entry in self.catalog.vocabularies.items():
            own = entry.file is not None and entry.package is None and entry.directory is None
            if own and name in priced:
                await self.off_loop(partial(self.vocabularies.encoder, name))
        await self.off_loop(lambda: prepare(row.question for row in ENDPOINTS if row.question))
        self.ready = True

    async def off_loop(self, work: Callable[[], ResultT]) -> ResultT:
        """Run long work in a thread; at most `worker_threads` run at the same time, the others wait."""
        if self._limiter is None:
            self._limiter = CapacityLimiter(self._worker_threads)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)
