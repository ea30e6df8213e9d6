"""Request bodies: bytes to a wire model and on to its answer, or the problem that says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from tokenquote.api.problems import invalid, not_json, problem_of
from tokenquote.api.validation import validated
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError
from tokenquote.http.problem_responses import Refused

__all__ = ["answer_to", "json_of", "question_of"]

ModelT = TypeVar("ModelT", bound=BaseModel)
_GZIP = b"\x1f\x8b"
"""The first bytes of RFC 1952."""


def answer_to(
    body: bytes, kind: type[ModelT], answer: Callable[[ModelT, Catalog], BaseModel], catalog: Catalog
) -> bytes:
    """The answer, as JSON, to a question that needs nothing but the catalog.

    Raises:
        Refused: not JSON, not such a question, or one that cannot be answered.
    """
    question = question_of(json_of(body), kind, len(body))
    try:
        return answer(question, catalog).model_dump_json().encode()
    except LocatedError as error:
        raise Refused(problem_of(error)) from None


def question_of(data: Any, kind: type[ModelT], size: int) -> ModelT:
    """JSON data as a wire model; `size` is the length of the body in bytes.

    Raises:
        Refused: 422, naming the fields that are wrong.
    """
    try:
        return validated(kind, data, size)
    except ValidationError as error:
        raise Refused(invalid(error, data)) from None
    except LocatedError as error:
        raise Refused(problem_of(error)) from None


def json_of(body: bytes) -> Any:
    """The body as JSON data.

    Raises:
        Refused: 400, not JSON.
    """
    if body.startswith(_GZIP):
        raise Refused(not_json(ValueError("it is compressed; send it without Content-Encoding")))
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(not_json(error)) from None
