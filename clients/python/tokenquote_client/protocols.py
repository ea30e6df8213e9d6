"""What `Client` and `Estimator` have in common, and its twin for `AsyncClient`: depend on these to swap them.

def cost_of(plan: Plan, quoter: Quoter) -> Decimal | None:
    return quoter.quote(plan, detail="summary").totals.cost
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from tokenquote_client.catalog import CatalogInfo, ModelDetail, ModelSummary
from tokenquote_client.deployments import DeploymentAnswer, DeploymentQuestion
from tokenquote_client.gpus import GpuList
from tokenquote_client.media import MediaAnswer, MediaQuestion
from tokenquote_client.memory import KvCacheAnswer, KvCacheQuestion, WeightsAnswer, WeightsQuestion
from tokenquote_client.memory_grid import MemoryGridAnswer, MemoryGridQuestion
from tokenquote_client.operations import Detail
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Comparison, Quote
from tokenquote_client.tokens import TokensAnswer, TokensQuestion
from tokenquote_client.training import TrainingAnswer, TrainingQuestion
from tokenquote_client.vector_index import VectorIndexAnswer, VectorIndexQuestion

__all__ = ["AsyncQuoter", "Quoter"]


@runtime_checkable
class Quoter(Protocol):
    """Whoever quotes plans: a service over HTTP, or an estimator in process."""

    def quote(
        self, plan: Plan | Mapping[str, Any] | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Quote: ...

    def compare(
        self, plan: Plan | Mapping[str, Any] | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Comparison: ...

    def models(self, *, provider: str | None = None) -> Iterator[ModelSummary]: ...

    def model(self, model_id: str, /) -> ModelDetail: ...

    def catalog(self) -> CatalogInfo: ...

    def gpus(self) -> GpuList: ...

    def tokens(
        self, question: TokensQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> TokensAnswer: ...

    def media(
        self, question: MediaQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> MediaAnswer: ...

    def kv_cache(
        self, question: KvCacheQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> KvCacheAnswer: ...

    def weights(
        self, question: WeightsQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> WeightsAnswer: ...

    def deployment(
        self, question: DeploymentQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> DeploymentAnswer: ...

    def vector_index(
        self, question: VectorIndexQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> VectorIndexAnswer: ...

    def training(
        self, question: TrainingQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> TrainingAnswer: ...

    def memory_grid(
        self, question: MemoryGridQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> MemoryGridAnswer: ...

    def ready(self) -> bool: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


@runtime_checkable
class AsyncQuoter(Protocol):
    """Whoever quotes plans for programs that await."""

    async def quote(
        self, plan: Plan | Mapping[str, Any] | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Quote: ...

    async def compare(
        self, plan: Plan | Mapping[str, Any] | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Comparison: ...

    def models(self, *, provider: str | None = None) -> AsyncIterator[ModelSummary]: ...

    async def model(self, model_id: str, /) -> ModelDetail: ...

    async def catalog(self) -> CatalogInfo: ...

    async def gpus(self) -> GpuList: ...

    async def tokens(
        self, question: TokensQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> TokensAnswer: ...

    async def media(
        self, question: MediaQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> MediaAnswer: ...

    async def kv_cache(
        self, question: KvCacheQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> KvCacheAnswer: ...

    async def weights(
        self, question: WeightsQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> WeightsAnswer: ...

    async def deployment(
        self, question: DeploymentQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> DeploymentAnswer: ...

    async def vector_index(
        self, question: VectorIndexQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> VectorIndexAnswer: ...

    async def training(
        self, question: TrainingQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> TrainingAnswer: ...

    async def memory_grid(
        self, question: MemoryGridQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> MemoryGridAnswer: ...

    async def ready(self) -> bool: ...

    async def aclose(self) -> None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
