"""The methods that `Client` and `Estimator` share, and their twin for `AsyncClient`: depend on these.

def find_cost(plan: Plan, quoter: Quoter) -> Decimal | None:
    return quoter.quote(plan, detail="summary").totals.cost

Each inherits a method for every row of the table (`tokens`, `kv_cache`, `gpus`, …); written out here are
those that do more than ask one question and return its answer.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Any, Literal, Self, Unpack, overload

from pydantic import BaseModel

from tokenquote_client.answers import cursor_after
from tokenquote_client.catalog import ModelDetail, ModelSummary
from tokenquote_client.endpoint import AnswerT, Awaiting, Endpoint, Fields, Waiting
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.operations import (
    Detail,
    ModelFilters,
    Operation,
    build_operation,
    compare_operation,
    model_operation,
    models_operation,
    quote_operation,
)
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Comparison, FullQuote, Quote

__all__ = ["AsyncQuoter", "Quoter"]


class Quoter(Endpoints, Waiting):
    """The methods that quote plans, of a service over HTTP or of an estimator in process.

    A question is given as its model (`Plan`, `MediaQuestion`, …), as a mapping, as keywords, or as one of
    the first two with keywords that replace members of it.
    """

    @overload
    def quote(
        self, plan: Plan | Fields | None = None, /, *, detail: Literal["full"] = "full", **fields: Any
    ) -> FullQuote: ...
    @overload
    def quote(self, plan: Plan | Fields | None = None, /, *, detail: Detail, **fields: Any) -> Quote: ...
    def quote(self, plan: Plan | Fields | None = None, /, *, detail: Detail = "full", **fields: Any) -> Quote:
        """Quote a planned conversation; `detail="summary"` leaves out the row of each request."""
        return self._call(quote_operation(plan, fields, detail))

    def compare(
        self, plan: Plan | Fields | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Comparison:
        """Quote a plan for several `models`: complete quotes first, the cheapest before the others."""
        return self._call(compare_operation(plan, fields, detail))

    def models(self, **filters: Unpack[ModelFilters]) -> Iterator[ModelSummary]:
        """Yield the models of the catalog that pass every filter, by id; pages are asked for as needed."""
        cursor: str | None = None
        while True:
            page = self._call(models_operation(filters, cursor))
            yield from page.items
            cursor = cursor_after(page, cursor)
            if cursor is None:
                return

    def model(self, model_id: str, /) -> ModelDetail:
        """Return everything the catalog knows of a model, by its id, an alias or its bare name."""
        return self._call(model_operation(model_id))

    @abstractmethod
    def ready(self) -> bool:
        """Return whether questions can be answered now."""

    @abstractmethod
    def close(self) -> None:
        """Close what is held open."""

    @abstractmethod
    def _call(self, operation: Operation[AnswerT]) -> AnswerT: ...

    def _ask(
        self, endpoint: Endpoint[AnswerT], question: BaseModel | Fields | None, fields: Fields
    ) -> AnswerT:
        return self._call(build_operation(endpoint, question, fields))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncQuoter(Endpoints, Awaiting):
    """The methods that quote plans, for programs that await."""

    @overload
    async def quote(
        self, plan: Plan | Fields | None = None, /, *, detail: Literal["full"] = "full", **fields: Any
    ) -> FullQuote: ...
    @overload
    async def quote(
        self, plan: Plan | Fields | None = None, /, *, detail: Detail, **fields: Any
    ) -> Quote: ...
    async def quote(
        self, plan: Plan | Fields | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Quote:
        """Quote a planned conversation; `detail="summary"` leaves out the row of each request."""
        return await self._call(quote_operation(plan, fields, detail))

    async def compare(
        self, plan: Plan | Fields | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Comparison:
        """Quote a plan for several `models`: complete quotes first, the cheapest before the others."""
        return await self._call(compare_operation(plan, fields, detail))

    async def models(self, **filters: Unpack[ModelFilters]) -> AsyncIterator[ModelSummary]:
        """Yield the models of the catalog that pass every filter, by id; pages are asked for as needed."""
        cursor: str | None = None
        while True:
            page = await self._call(models_operation(filters, cursor))
            for item in page.items:
                yield item
            cursor = cursor_after(page, cursor)
            if cursor is None:
                return

    async def model(self, model_id: str, /) -> ModelDetail:
        """Return everything the catalog knows of a model, by its id, an alias or its bare name."""
        return await self._call(model_operation(model_id))

    @abstractmethod
    async def ready(self) -> bool:
        """Return whether questions can be answered now."""

    @abstractmethod
    async def aclose(self) -> None:
        """Close what is held open."""

    @abstractmethod
    async def _call(self, operation: Operation[AnswerT]) -> AnswerT: ...

    async def _ask(
        self, endpoint: Endpoint[AnswerT], question: BaseModel | Fields | None, fields: Fields
    ) -> AnswerT:
        return await self._call(build_operation(endpoint, question, fields))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()
