"""What went wrong, as the problem document that says so: one place for types, titles and wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from tokenquote.catalog import AmbiguousModel, UnknownModel
from tokenquote.catalog.wording import plain
from tokenquote.conversation import PlanTooLong
from tokenquote.prices import UnknownMode
from tokenquote.questions.plan_errors import PlanError
from tokenquote.tokens import VocabularyError
from tokenquote_client.amounts import UNION_MEMBER
from tokenquote_client.problem import FieldError, Problem

__all__ = ["KNOWN_ERRORS", "invalid", "not_json", "pointer_to", "problem_of", "unprocessable_parameter"]

_TYPE = "urn:tokenquote:problem:"
_MAX_ERRORS = 20

KNOWN_ERRORS = (UnknownModel, AmbiguousModel, UnknownMode, PlanTooLong, PlanError, VocabularyError)
"""Errors that a question can end in: the asker's, or a vocabulary that is not installed here."""


def problem_of(error: Exception) -> Problem:
    """The problem document of one of KNOWN_ERRORS."""
    if isinstance(error, UnknownModel):
        return _unknown_model(error)
    if isinstance(error, PlanError):
        kind = "invalid-request" if error.offered else "not-yet-offered"
        return _unprocessable(kind, error.location, error.detail)
    if isinstance(error, UnknownMode):
        offered = ", ".join(error.offered)
        return _unprocessable("invalid-request", ("mode",), f"the model is offered in: {offered}")
    if isinstance(error, AmbiguousModel):
        detail = f"several providers use this name; write one of {', '.join(error.ids)}"
        return _unprocessable("invalid-request", error.location or ("model",), detail)
    if isinstance(error, VocabularyError):
        kind = "vocabulary-unavailable"
        return Problem(type=f"{_TYPE}{kind}", title=_TITLES[kind], status=503, detail=str(error))
    if isinstance(error, PlanTooLong):
        return _unprocessable("plan-too-long", ("turns",), str(error))
    raise error


def invalid(error: ValidationError, body: Any) -> Problem:
    """The problem document of a body that is JSON but not what is asked for."""
    found = error.errors(include_url=False, include_input=False)
    errors = [FieldError(pointer=pointer_to(line["loc"], body), detail=plain(line)) for line in found]
    return _with_errors("invalid-request", errors[:_MAX_ERRORS], len(errors))


def not_json(error: ValueError) -> Problem:
    """The problem document of a body that is no JSON."""
    return Problem(title="Not JSON", status=400, detail=f"The body cannot be read as JSON: {error}.")


def unprocessable_parameter(detail: str) -> Problem:
    """The problem document of a query parameter, which has no place in the body."""
    kind = "invalid-request"
    return Problem(type=f"{_TYPE}{kind}", title=_TITLES[kind], status=422, detail=detail)


def pointer_to(location: Sequence[int | str], body: Any) -> str:
    """RFC 6901 pointer to a place in the body. pydantic's names of union members are not places in it."""
    steps: list[int | str] = []
    for i, step in enumerate(location):
        last = i == len(location) - 1
        if isinstance(step, str) and step.startswith(UNION_MEMBER):
            continue
        if isinstance(body, Mapping) and (step in body or last):
            body = body.get(str(step))
        elif isinstance(body, list) and isinstance(step, int) and step < len(body):
            body = body[step]
        else:
            continue
        steps.append(step)
    return _pointer(steps)


def _unknown_model(error: UnknownModel) -> Problem:
    near = f" Near names: {', '.join(error.near)}." if error.near else ""
    detail = f"The catalog has no model {error.name[:100]!r}.{near} GET /v1/models lists all."
    return Problem(
        type=f"{_TYPE}unknown-model",
        title="Unknown model",
        status=404,
        detail=detail,
        errors=(FieldError(pointer=_pointer(error.location), detail=detail),) if error.location else (),
    )


def _unprocessable(kind: str, location: Sequence[int | str], detail: str) -> Problem:
    return _with_errors(kind, [FieldError(pointer=_pointer(location), detail=detail)], 1)


def _pointer(steps: Sequence[int | str]) -> str:
    """RFC 6901; a name that somebody made up is cut, for it may be long."""
    return "".join(f"/{str(step)[:64].replace('~', '~0').replace('/', '~1')}" for step in steps)


_TITLES = {
    "invalid-request": "The request is not valid",
    "not-yet-offered": "Not yet offered",
    "plan-too-long": "The plan is too long",
    "vocabulary-unavailable": "A vocabulary is not available here",
}


def _with_errors(kind: str, errors: list[FieldError], count: int) -> Problem:
    first = errors[0]
    more = f" (and {count - 1} more)" if count > 1 else ""
    return Problem(
        type=f"{_TYPE}{kind}",
        title=_TITLES[kind],
        status=422,
        detail=f"{first.pointer or 'the body'}: {first.detail}{more}",
        errors=tuple(errors),
    )
