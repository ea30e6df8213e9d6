"""What each method asks of the service: one place for paths, queries and bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar
from urllib.parse import quote as percent_encoded

from pydantic import BaseModel
from pydantic_core import to_json

from tokenquote_client.catalog import CatalogInfo, ModelDetail, ModelList
from tokenquote_client.deployments import DeploymentAnswer, DeploymentQuestion
from tokenquote_client.errors import UNKNOWN_MODEL, InvalidRequest, UnknownModel, invalid_request
from tokenquote_client.gpus import GpuList
from tokenquote_client.media import MediaAnswer, MediaQuestion
from tokenquote_client.memory import KvCacheAnswer, KvCacheQuestion, WeightsAnswer, WeightsQuestion
from tokenquote_client.memory_grid import MemoryGridAnswer, MemoryGridQuestion
from tokenquote_client.plan import Plan
from tokenquote_client.problem import Problem
from tokenquote_client.quote import Comparison, Quote
from tokenquote_client.tokens import TokensAnswer, TokensQuestion
from tokenquote_client.training import TrainingAnswer, TrainingQuestion
from tokenquote_client.vector_index import VectorIndexAnswer, VectorIndexQuestion

__all__ = [
    "Detail",
    "Operation",
    "Readiness",
    "catalog_operation",
    "compare_operation",
    "deployment_operation",
    "gpus_operation",
    "kv_cache_operation",
    "media_operation",
    "memory_grid_operation",
    "model_operation",
    "models_operation",
    "quote_operation",
    "ready_operation",
    "tokens_operation",
    "vector_index_operation",
    "weights_operation",
]

AnswerT = TypeVar("AnswerT", bound=BaseModel)
Detail: TypeAlias = Literal["full", "summary"]
Fields: TypeAlias = Mapping[str, Any]


class Readiness(BaseModel):
    """What /readyz says when all is well."""

    status: str


@dataclass(frozen=True, slots=True)
class Operation(Generic[AnswerT]):
    """One request that may be sent, and what it should be answered with."""

    method: Literal["GET", "POST"]
    path: str
    answer: type[AnswerT]
    params: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)


def quote_operation(plan: Plan | Fields | None, fields: Fields, detail: Detail) -> Operation[Quote]:
    """A plan for one model.

    Raises:
        InvalidRequest: it names several, or cannot be JSON.
    """
    members = _plan_members(plan, fields)
    if members.get("models") is not None and members.get("model") is None:
        raise invalid_request("/models", "quote() takes one `model`; compare() takes several")
    return Operation("POST", "/v1/quotes", Quote, _detail(detail), _json(members))


def compare_operation(plan: Plan | Fields | None, fields: Fields, detail: Detail) -> Operation[Comparison]:
    """A plan for several models.

    Raises:
        InvalidRequest: it names one or none, or cannot be JSON.
    """
    members = _plan_members(plan, fields)
    if members.get("models") is None:
        raise invalid_request("/models", "compare() takes a list of `models`; quote() takes one `model`")
    return Operation("POST", "/v1/quotes", Comparison, _detail(detail), _json(members))


def models_operation(provider: str | None, cursor: str | None) -> Operation[ModelList]:
    """The page of models after the cursor."""
    params = {"provider": provider, "cursor": cursor}
    given = {name: value for name, value in params.items() if value is not None}
    return Operation("GET", "/v1/models", ModelList, given)


def model_operation(model_id: str) -> Operation[ModelDetail]:
    """One model by any of its names.

    Raises:
        UnknownModel: no model can have this name, and as a path it would lead elsewhere.
    """
    if any(step in ("", ".", "..") for step in model_id.split("/")):
        detail = f"The catalog has no model {model_id[:100]!r}. GET /v1/models lists all."
        problem = Problem(type=UNKNOWN_MODEL, title="Unknown model", status=404, detail=detail)
        raise UnknownModel(problem)
    return Operation("GET", f"/v1/models/{percent_encoded(model_id, errors='replace')}", ModelDetail)


def catalog_operation() -> Operation[CatalogInfo]:
    """Which catalog answers."""
    return Operation("GET", "/v1/catalog", CatalogInfo)


def gpus_operation() -> Operation[GpuList]:
    """Every GPU of the catalog."""
    return Operation("GET", "/v1/gpus", GpuList)


def tokens_operation(question: TokensQuestion | Fields | None, fields: Fields) -> Operation[TokensAnswer]:
    """What a request body costs."""
    return Operation("POST", "/v1/tokens", TokensAnswer, content=_json(_members(question, fields)))


def media_operation(question: MediaQuestion | Fields | None, fields: Fields) -> Operation[MediaAnswer]:
    """What pictures, sounds, films and documents cost."""
    return Operation("POST", "/v1/media", MediaAnswer, content=_json(_members(question, fields)))


def kv_cache_operation(question: KvCacheQuestion | Fields | None, fields: Fields) -> Operation[KvCacheAnswer]:
    """How much memory keys and values take."""
    return Operation("POST", "/v1/memory/kv-cache", KvCacheAnswer, content=_json(_members(question, fields)))


def weights_operation(question: WeightsQuestion | Fields | None, fields: Fields) -> Operation[WeightsAnswer]:
    """How much memory weights take."""
    return Operation("POST", "/v1/memory/weights", WeightsAnswer, content=_json(_members(question, fields)))


def deployment_operation(
    question: DeploymentQuestion | Fields | None, fields: Fields
) -> Operation[DeploymentAnswer]:
    """Whether a model fits on GPUs, how fast it is there, and when that is cheaper than an API."""
    return Operation("POST", "/v1/deployments", DeploymentAnswer, content=_json(_members(question, fields)))


def vector_index_operation(
    question: VectorIndexQuestion | Fields | None, fields: Fields
) -> Operation[VectorIndexAnswer]:
    """How much memory an index over embeddings takes."""
    content = _json(_members(question, fields))
    return Operation("POST", "/v1/memory/vector-index", VectorIndexAnswer, content=content)


def training_operation(
    question: TrainingQuestion | Fields | None, fields: Fields
) -> Operation[TrainingAnswer]:
    """Memory of training."""
    return Operation("POST", "/v1/memory/training", TrainingAnswer, content=_json(_members(question, fields)))


def memory_grid_operation(
    question: MemoryGridQuestion | Fields | None, fields: Fields
) -> Operation[MemoryGridAnswer]:
    """How much memory a model takes at every point of a grid."""
    return Operation("POST", "/v1/memory/grid", MemoryGridAnswer, content=_json(_members(question, fields)))


def ready_operation() -> Operation[Readiness]:
    """Whether the service can answer."""
    return Operation("GET", "/readyz", Readiness)


def _plan_members(plan: Plan | Fields | None, fields: Fields) -> dict[str, Any]:
    members = _members(plan, fields)
    # `compare(plan, models=[...])` asks about other models than the plan's own.
    for stated, instead_of in (("models", "model"), ("model", "models")):
        if fields.get(stated) is not None and instead_of not in fields:
            members.pop(instead_of, None)
    return members


def _members(question: BaseModel | Fields | None, fields: Fields) -> dict[str, Any]:
    """The question's members; a field stands in for a member of the same name."""
    try:
        return {**(_lean(question) or {}), **_lean(fields)}
    except (ValueError, RecursionError) as error:
        raise _unwritable(error) from None


def _lean(value: Any) -> Any:
    """Models as mappings without their defaults, wherever they stand.

    A service that is older than this client need not know a default. What was put into a copy of a model
    unchecked passes without a warning, for the service to judge.
    """
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True, warnings=False)
    if isinstance(value, Mapping):
        return {name: _lean(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_lean(item) for item in value]
    return value


def _json(members: Fields) -> bytes:
    """The body. Nothing is checked here: what is wrong with it, the service says best."""
    try:
        return to_json(members)
    except (ValueError, RecursionError) as error:
        raise _unwritable(error) from None


def _unwritable(error: Exception) -> InvalidRequest:
    # pydantic's serialization error is a ValueError; neither it nor the others repeat what they met.
    detail = f"The request cannot be written as JSON: {error}."
    return InvalidRequest(Problem(title="Not JSON", status=400, detail=detail))


def _detail(detail: Detail) -> dict[str, str]:
    if detail not in ("full", "summary"):
        raise ValueError(f"detail must be 'full' or 'summary', not {detail!r}")
    return {"detail": detail} if detail == "summary" else {}
