"""Request bodies: bytes to a wire model, or the problem that says why not."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from tokenquote.http.problem_responses import Refused
from tokenquote.problems import invalid
from tokenquote_client import Problem

__all__ = ["json_of", "validated"]

ModelT = TypeVar("ModelT", bound=BaseModel)


def json_of(body: bytes) -> Any:
    """The body as JSON data.

    Raises:
        Refused: 400, not JSON.
    """
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        detail = f"The body cannot be read as JSON: {error}."
        raise Refused(Problem(title="Not JSON", status=400, detail=detail)) from None


def validated(data: Any, kind: type[ModelT]) -> ModelT:
    """JSON data as a wire model.

    Raises:
        Refused: 422, naming each field that is wrong.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise Refused(invalid(error, data)) from None
