"""The requests that the methods of a client send; they are built here without I/O, and sent elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, Literal, TypeAlias, TypedDict
from urllib.parse import quote as percent_encoded

from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

from tokenquote_client.catalog import ModelDetail, ModelList
from tokenquote_client.endpoint import AnswerT, Endpoint, Fields
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.errors import UNKNOWN_MODEL, InvalidRequest, UnknownModel, invalid_request
from tokenquote_client.plan import Plan
from tokenquote_client.problem import Problem
from tokenquote_client.quote import Comparison, FullQuote, Quote

__all__ = [
    "Detail",
    "ModelFilters",
    "Operation",
    "build_operation",
    "compare_operation",
    "model_operation",
    "models_operation",
    "quote_operation",
]

Detail: TypeAlias = Literal["full", "summary"]


@dataclass(frozen=True, slots=True)
class Operation(Generic[AnswerT]):
    """One request that is ready to be sent, and the model of its answer."""

    endpoint: Endpoint[Any]
    answer: type[AnswerT]
    params: Mapping[str, str] = field(default_factory=dict)
    """The parameters in the query, by name."""
    in_path: Mapping[str, str] = field(default_factory=dict)
    """The parameters in the path, by name."""
    members: Fields | None = field(default=None, repr=False)
    """The body's members as JSON data; None: there is no body."""

    @property
    def content(self) -> bytes | None:
        """The body as JSON; None: there is no body.

        Raises:
            InvalidRequest: a text in it has no UTF-8 form.
        """
        try:
            return None if self.members is None else to_json(self.members)
        except ValueError as error:
            raise _unwritable(error) from None

    @property
    def method(self) -> Literal["GET", "POST"]:
        """The HTTP method of the request."""
        return self.endpoint.method

    @property
    def path(self) -> str:
        """The path with its parameters in place."""
        path = self.endpoint.path
        for name, value in self.in_path.items():
            path = path.replace(f"{{{name}}}", percent_encoded(value, errors="replace"))
        return path


def build_operation(
    endpoint: Endpoint[AnswerT], question: BaseModel | Fields | None = None, fields: Fields | None = None
) -> Operation[AnswerT]:
    """Build the request for an endpoint; a field replaces the member of the question of the same name.

    Raises:
        InvalidRequest: the question cannot be JSON.
    """
    if endpoint.question is None:
        return Operation(endpoint, endpoint.answer)
    return Operation(endpoint, endpoint.answer, members=_members(question, fields or {}))


def quote_operation(plan: Plan | Fields | None, fields: Fields, detail: Detail) -> Operation[Quote]:
    """Build the request to quote a plan for one model.

    Raises:
        InvalidRequest: the plan names several models, or cannot be JSON.
    """
    members = _plan_members(plan, fields)
    if members.get("models") is not None and members.get("model") is None:
        raise invalid_request("/models", "quote() takes one `model`; compare() takes several")
    return _plan_operation(FullQuote if detail == "full" else Quote, members, detail)


def compare_operation(plan: Plan | Fields | None, fields: Fields, detail: Detail) -> Operation[Comparison]:
    """Build the request to quote a plan for several models.

    Raises:
        InvalidRequest: the plan names one model or none, or cannot be JSON.
    """
    members = _plan_members(plan, fields)
    if members.get("models") is None:
        raise invalid_request(
            "/models",
            "compare() takes `models`: a list of names, `all`, or filters; quote() takes one `model`",
        )
    return _plan_operation(Comparison, members, detail)


class ModelFilters(TypedDict, total=False):
    """What narrows a list of models; a model is listed that passes every filter.

    The parameters of GET /v1/models by their names, which say more.
    """

    provider: str | None
    kind: str | None
    retiring: int | None
    window: int | None
    inputs: Sequence[str] | str | None
    """Several kinds of input as a list, or as one text with commas."""
    max_input_price: Decimal | str | None
    max_output_price: Decimal | str | None
    open_weights: bool | None


def models_operation(filters: ModelFilters, cursor: str | None) -> Operation[ModelList]:
    """Build the request for the page of filtered models after the cursor."""
    given = {name: _write_parameter(value) for name, value in filters.items() if value is not None}
    if cursor is not None:
        given["cursor"] = cursor
    return Operation(Endpoints.model_list, ModelList, given)


def model_operation(model_id: str) -> Operation[ModelDetail]:
    """Build the request for one model by any of its names.

    Raises:
        UnknownModel: no model can have this name, and as a path it would lead elsewhere.
    """
    if any(step in ("", ".", "..") for step in model_id.split("/")):
        detail = f"The catalog has no model {model_id[:100]!r}. GET /v1/models lists all."
        problem = Problem(type=UNKNOWN_MODEL, title="Unknown model", status=404, detail=detail)
        raise UnknownModel(problem)
    return Operation(Endpoints.model_detail, ModelDetail, in_path={"model_id": model_id})


def _write_parameter(value: object) -> str:
    """Write a parameter as it stands in a query: lists with commas, `true`, plain decimals."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)


def _plan_operation(answer: type[AnswerT], members: Fields, detail: Detail) -> Operation[AnswerT]:
    if detail not in ("full", "summary"):
        raise ValueError(f"detail must be 'full' or 'summary', not {detail!r}")
    params = {"detail": detail} if detail == "summary" else {}
    return Operation(Endpoints.quotes, answer, params, members=members)


def _plan_members(plan: Plan | Fields | None, fields: Fields) -> dict[str, Any]:
    members = _members(plan, fields)
    # `compare(plan, models=[...])` asks about other models than the plan's own.
    for stated, instead_of in (("models", "model"), ("model", "models")):
        if fields.get(stated) is not None and instead_of not in fields:
            members.pop(instead_of, None)
    return members


def _members(question: BaseModel | Fields | None, fields: Fields) -> dict[str, Any]:
    """Return the question's members; a field replaces the member of the same name."""
    try:
        return {**(_as_json_data(question) or {}), **_as_json_data(fields)}
    except (ValueError, RecursionError) as error:
        raise _unwritable(error) from None


def _as_json_data(value: Any) -> Any:
    """Turn models into mappings without their defaults, and times, decimals and the like into what JSON has.

    A service that is older than this client need not know a default. Nothing else is checked: what was put
    into a copy of a model unchecked passes without a warning, for the service says best what is wrong.
    """
    if isinstance(value, str):
        return _sendable(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, BaseModel):
        # What was put into a model unchecked may be no JSON, so what is dumped is looked at as well.
        return _as_json_data(value.model_dump(mode="json", exclude_defaults=True, warnings=False))
    if isinstance(value, Mapping):
        return {_member_name(name): _as_json_data(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json_data(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no number of JSON")
    return to_jsonable_python(value)


def _member_name(name: Any) -> str:
    """Return the name of a member as JSON has it; `{1: 2}` becomes `{"1": 2}`."""
    return _sendable(name if isinstance(name, str) else next(iter(to_jsonable_python({name: None}))))


def _sendable(text: str) -> str:
    """Return the text as it is, unless it is no text of JSON: half a surrogate pair has no UTF-8 form."""
    if not text.isascii():
        text.encode()
    return text


def _unwritable(error: Exception) -> InvalidRequest:
    # pydantic's serialization error is a ValueError; neither it nor the others repeat what they met.
    detail = f"The request cannot be written as JSON: {error}."
    return InvalidRequest(Problem(title="Not JSON", status=400, detail=detail))
