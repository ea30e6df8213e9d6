"""The client of programs that await: the same methods and arguments as `Client`, under asyncio."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import os
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from tokenquote_client import operations as ask
from tokenquote_client.answers import Incoming, answer_of, cursor_after, failure_of, timed_out
from tokenquote_client.catalog import CatalogInfo, ModelDetail, ModelSummary
from tokenquote_client.connection import Connection
from tokenquote_client.deployments import DeploymentAnswer, DeploymentQuestion
from tokenquote_client.errors import ClientError, ConnectionFailed, Unavailable
from tokenquote_client.gpus import GpuList
from tokenquote_client.media import MediaAnswer, MediaQuestion
from tokenquote_client.memory import KvCacheAnswer, KvCacheQuestion, WeightsAnswer, WeightsQuestion
from tokenquote_client.memory_grid import MemoryGridAnswer, MemoryGridQuestion
from tokenquote_client.operations import AnswerT, Detail, Operation
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Comparison, Quote
from tokenquote_client.tokens import TokensAnswer, TokensQuestion
from tokenquote_client.training import TrainingAnswer, TrainingQuestion
from tokenquote_client.vector_index import VectorIndexAnswer, VectorIndexQuestion

__all__ = ["AsyncClient"]


class AsyncClient:
    """Asks a Tokenquote service.

        async with AsyncClient("http://127.0.0.1:8000") as client:
            quote = await client.quote(model="gpt-5.4-mini", turns=[{"user": 120, "assistant": 260}])
            print(quote.totals.cost)

    A question is given as its model (`Plan`, `MediaQuestion`, …), as a mapping, as keywords, or as one of
    the first two with keywords that replace members of it. Every method raises a `ClientError` if it has
    no answer. Tasks of one event loop may share a client.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float | httpx2.Timeout | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            base_url: where the service is; else TOKENQUOTE_BASE_URL, else http://127.0.0.1:8000.
            api_key: sent as a bearer token; else TOKENQUOTE_API_KEY, else none.
            timeout: seconds that one try may take; else TOKENQUOTE_TIMEOUT, else 10. An `httpx2.Timeout`
                limits the steps one by one instead; `httpx2.Timeout(None)` none of them.
            retries: how many further tries a passing failure is worth; 2 by default.
            headers: sent with every request.
            http_client: for proxies, certificates and tests; it stays yours to close.

        Raises:
            ValueError: an option makes no sense.
        """
        self._connection = Connection.choose(base_url, api_key, timeout, retries, headers, os.environ)
        self._owns_http = http_client is None
        self._http = httpx2.AsyncClient() if http_client is None else http_client

    async def quote(
        self, plan: Plan | Mapping[str, Any] | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Quote:
        """Tokens and money of a planned conversation; `detail="summary"` leaves out its requests."""
        return await self._call(ask.quote_operation(plan, fields, detail))

    async def compare(
        self, plan: Plan | Mapping[str, Any] | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Comparison:
        """The quotes of several `models`, cheapest complete one first, failures last."""
        return await self._call(ask.compare_operation(plan, fields, detail))

    async def models(self, *, provider: str | None = None) -> AsyncIterator[ModelSummary]:
        """Every model of the catalog, or of one provider, by id."""
        cursor: str | None = None
        while True:
            page = await self._call(ask.models_operation(provider, cursor))
            for item in page.items:
                yield item
            cursor = cursor_after(page, cursor)
            if cursor is None:
                return

    async def model(self, model_id: str, /) -> ModelDetail:
        """Everything the catalog knows of a model, by id, alias or bare name."""
        return await self._call(ask.model_operation(model_id))

    async def catalog(self) -> CatalogInfo:
        """Which catalog answers, and how old its prices are."""
        return await self._call(ask.catalog_operation())

    async def gpus(self) -> GpuList:
        """Every GPU of the catalog, with what it holds, how fast it is and what an hour costs."""
        return await self._call(ask.gpus_operation())

    async def tokens(
        self, question: TokensQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> TokensAnswer:
        """Input tokens of a request body, exactly as it would be sent."""
        return await self._call(ask.tokens_operation(question, fields))

    async def media(
        self, question: MediaQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> MediaAnswer:
        """Tokens of pictures, sounds, films and documents."""
        return await self._call(ask.media_operation(question, fields))

    async def kv_cache(
        self, question: KvCacheQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> KvCacheAnswer:
        """Memory of the keys and values of running sequences."""
        return await self._call(ask.kv_cache_operation(question, fields))

    async def weights(
        self, question: WeightsQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> WeightsAnswer:
        """Memory of a model's weights."""
        return await self._call(ask.weights_operation(question, fields))

    async def deployment(
        self, question: DeploymentQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> DeploymentAnswer:
        """Whether a model fits on GPUs, how fast it is there, and when that is cheaper than an API."""
        return await self._call(ask.deployment_operation(question, fields))

    async def vector_index(
        self, question: VectorIndexQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> VectorIndexAnswer:
        """Memory of an index over embeddings."""
        return await self._call(ask.vector_index_operation(question, fields))

    async def training(
        self, question: TrainingQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> TrainingAnswer:
        """Memory of training and fine-tuning, on each GPU."""
        return await self._call(ask.training_operation(question, fields))

    async def memory_grid(
        self, question: MemoryGridQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> MemoryGridAnswer:
        """Memory at every point of a grid of contexts, sequences and quantisations."""
        return await self._call(ask.memory_grid_operation(question, fields))

    async def ready(self) -> bool:
        """Whether the service can answer now; False also if nobody listens. Asked once, without retries."""
        try:
            await self._try(ask.ready_operation())
        except (ConnectionFailed, Unavailable):
            return False
        return True

    def with_options(
        self,
        *,
        timeout: float | httpx2.Timeout | None = None,
        retries: int | None = None,
        request_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """A client with other options over the same sockets, which stay this one's to close.

        await client.with_options(timeout=60, request_id="order-4711").quote(plan)
        """
        other = copy.copy(self)
        other._connection = self._connection.but(timeout, retries, request_id, headers)
        other._owns_http = False
        return other

    async def aclose(self) -> None:
        """Close the sockets, unless they are those of an `http_client` or of another client."""
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._connection.shown()})"

    async def _call(self, operation: Operation[AnswerT]) -> AnswerT:
        failures = 0
        while True:
            try:
                return await self._try(operation)
            except ClientError as error:
                failures += 1
                delay = self._connection.retries.delay_after(failures, error)
                if delay is None:
                    raise
            await asyncio.sleep(delay)

    async def _try(self, operation: Operation[AnswerT]) -> AnswerT:
        request = self._connection.request(operation, self._http.build_request)
        try:
            async with asyncio.timeout(self._connection.deadline_seconds):
                incoming = await self._exchange(request)
        except httpx2.RequestError as error:
            raise failure_of(error) from error
        except TimeoutError:
            raise timed_out() from None
        return answer_of(operation, incoming, dt.datetime.now(dt.UTC))

    async def _exchange(self, request: httpx2.Request) -> Incoming:
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            incoming = Incoming(response.status_code, response.headers)
            async for chunk in response.aiter_bytes():
                incoming.add(chunk)
            return incoming
        finally:
            await response.aclose()
