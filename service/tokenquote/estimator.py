"""The client's methods without a service: the same questions, answers and errors, in process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from tokenquote.api.deployments import answer_deployment
from tokenquote.api.gpus import gpu_list
from tokenquote.api.media import answer_media
from tokenquote.api.memory import answer_kv_cache, answer_weights
from tokenquote.api.memory.grid_and_index import answer_memory_grid, answer_vector_index
from tokenquote.api.memory.training import answer_training
from tokenquote.api.models import catalog_info, model_detail, model_page
from tokenquote.api.problems import invalid, not_json, problem_of
from tokenquote.api.quotes import answer
from tokenquote.api.tokens import answer_tokens
from tokenquote.api.validation import validated
from tokenquote.catalog import load_catalog
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client import operations as ask
from tokenquote_client.catalog import CatalogInfo, ModelDetail, ModelSummary
from tokenquote_client.deployments import DeploymentAnswer, DeploymentQuestion
from tokenquote_client.errors import error_of
from tokenquote_client.gpus import GpuList
from tokenquote_client.media import MediaAnswer, MediaQuestion
from tokenquote_client.memory import KvCacheAnswer, KvCacheQuestion, WeightsAnswer, WeightsQuestion
from tokenquote_client.memory_grid import MemoryGridAnswer, MemoryGridQuestion
from tokenquote_client.operations import Detail, Operation
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Comparison, Quote
from tokenquote_client.tokens import TokensAnswer, TokensQuestion
from tokenquote_client.training import TrainingAnswer, TrainingQuestion
from tokenquote_client.vector_index import VectorIndexAnswer, VectorIndexQuestion

__all__ = ["Estimator"]

WireT = TypeVar("WireT", bound=BaseModel)
ResultT = TypeVar("ResultT")


class Estimator:
    """Quotes plans in process, without network or environment.

        estimator = Estimator()
        print(estimator.quote(model="gpt-5.4-mini", turns=[{"user": 120, "assistant": 260}]).totals.cost)

    Loading the catalog takes a moment: make one and keep it. Threads may share it.
    """

    def __init__(self, *, catalog_dir: Path | str | None = None) -> None:
        """Load the catalog.

        Args:
            catalog_dir: your own catalog files, laid over the shipped ones.

        Raises:
            tokenquote.catalog.CatalogError: the files cannot be used; the message names file and field.
        """
        self._catalog = load_catalog(None if catalog_dir is None else Path(catalog_dir))
        self._vocabularies = Vocabularies(self._catalog.vocabularies)

    def quote(
        self, plan: Plan | Mapping[str, Any] | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Quote:
        """Tokens and money of a planned conversation; `detail="summary"` leaves out its requests."""
        return self._answer_plan(ask.quote_operation(plan, fields, detail), detail)

    def compare(
        self, plan: Plan | Mapping[str, Any] | None = None, /, *, detail: Detail = "full", **fields: Any
    ) -> Comparison:
        """The quotes of several `models`, cheapest complete one first, failures last."""
        return self._answer_plan(ask.compare_operation(plan, fields, detail), detail)

    def models(self, *, provider: str | None = None) -> Iterator[ModelSummary]:
        """Every model of the catalog, or of one provider, by id."""
        everything = len(self._catalog.models)
        yield from model_page(self._catalog, _now(), provider, everything, None).items

    def model(self, model_id: str, /) -> ModelDetail:
        """Everything the catalog knows of a model, by id, alias or bare name."""
        ask.model_operation(model_id)
        return _with_typed_errors(lambda: model_detail(self._catalog.resolve(model_id), _now()))

    def catalog(self) -> CatalogInfo:
        """Which catalog answers, and how old its prices are."""
        return catalog_info(self._catalog)

    def gpus(self) -> GpuList:
        """Every GPU of the catalog, with what it holds, how fast it is and what an hour costs."""
        return gpu_list(self._catalog)

    def tokens(
        self, question: TokensQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> TokensAnswer:
        """Input tokens of a request body, exactly as it would be sent."""
        asked = _read(ask.tokens_operation(question, fields), TokensQuestion)
        return _with_typed_errors(lambda: answer_tokens(asked, self._catalog, self._vocabularies))

    def media(
        self, question: MediaQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> MediaAnswer:
        """Tokens of pictures, sounds, films and documents."""
        asked = _read(ask.media_operation(question, fields), MediaQuestion)
        return _with_typed_errors(lambda: answer_media(asked, self._catalog, self._vocabularies))

    def kv_cache(
        self, question: KvCacheQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> KvCacheAnswer:
        """Memory of the keys and values of running sequences."""
        asked = _read(ask.kv_cache_operation(question, fields), KvCacheQuestion)
        return _with_typed_errors(lambda: answer_kv_cache(asked, self._catalog))

    def weights(
        self, question: WeightsQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> WeightsAnswer:
        """Memory of a model's weights."""
        asked = _read(ask.weights_operation(question, fields), WeightsQuestion)
        return _with_typed_errors(lambda: answer_weights(asked, self._catalog))

    def deployment(
        self, question: DeploymentQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> DeploymentAnswer:
        """Whether a model fits on GPUs, how fast it is there, and when that is cheaper than an API."""
        asked = _read(ask.deployment_operation(question, fields), DeploymentQuestion)
        return _with_typed_errors(lambda: answer_deployment(asked, self._catalog, self._vocabularies, _now()))

    def vector_index(
        self, question: VectorIndexQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> VectorIndexAnswer:
        """Memory of an index over embeddings."""
        asked = _read(ask.vector_index_operation(question, fields), VectorIndexQuestion)
        return _with_typed_errors(lambda: answer_vector_index(asked, self._catalog))

    def training(
        self, question: TrainingQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> TrainingAnswer:
        """Memory of training and fine-tuning, on each GPU."""
        asked = _read(ask.training_operation(question, fields), TrainingQuestion)
        return _with_typed_errors(lambda: answer_training(asked, self._catalog))

    def memory_grid(
        self, question: MemoryGridQuestion | Mapping[str, Any] | None = None, /, **fields: Any
    ) -> MemoryGridAnswer:
        """Memory at every point of a grid of contexts, sequences and quantisations."""
        asked = _read(ask.memory_grid_operation(question, fields), MemoryGridQuestion)
        return _with_typed_errors(lambda: answer_memory_grid(asked, self._catalog))

    def ready(self) -> bool:
        """True: an estimator that could be made can answer."""
        return True

    def close(self) -> None:
        """Nothing to close; here so that an estimator can stand where a client stood."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Estimator(<{len(self._catalog.models)} models, revision {self._catalog.revision}>)"

    def _answer_plan(self, operation: Operation[WireT], detail: Detail) -> WireT:
        plan = _read(operation, Plan)
        full = detail == "full"
        answered = _with_typed_errors(
            lambda: answer(plan, self._catalog, self._vocabularies, _now(), with_requests=full)
        )
        if not isinstance(answered, operation.answer):
            raise TypeError(f"a plan for {operation.answer.__name__} got {type(answered).__name__}")
        return answered


def _read(operation: Operation[Any], kind: type[WireT]) -> WireT:
    """What the service would make of the very bytes that a client would send."""
    content = operation.content or b""
    try:
        data = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise error_of(not_json(error)) from None
    try:
        return validated(kind, data, len(content))
    except ValidationError as error:
        raise error_of(invalid(error, data)) from None
    except LocatedError as error:
        raise error_of(problem_of(error)) from None


def _with_typed_errors(work: Callable[[], ResultT]) -> ResultT:
    try:
        return work()
    except LocatedError as error:
        raise error_of(problem_of(error)) from None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
