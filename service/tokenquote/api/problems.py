"""Writes errors as problem documents: type, title, status, and a pointer to each faulty field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ValidationError

from tokenquote.errors import LocatedError, ProblemKind
from tokenquote.errors.field_faults import describe_fault, fields_at
from tokenquote_client.amounts import UNION_MEMBER
from tokenquote_client.problem import FieldError, Problem

__all__ = [
    "Refused",
    "invalid",
    "invalid_inside",
    "invalid_parameters",
    "not_json",
    "pointer_to",
    "repeated_parameter",
    "write_pointer",
    "write_problem",
]

_TYPE = "urn:tokenquote:problem:"
_MAX_ERRORS = 20
_KINDS: Mapping[ProblemKind, tuple[int, str, str]] = {
    "invalid-request": (422, "The request is not valid", ""),
    "not-yet-offered": (422, "Not yet offered", ""),
    "plan-too-long": (422, "The plan is too long", ""),
    "unknown-model": (404, "Unknown model", " GET /v1/models lists all."),
    "vocabulary-unavailable": (503, "A vocabulary is not available here", ""),
}
"""Status, title and remedy of each kind."""


class Refused(Exception):
    """Ends a question in a problem document, whichever way the question came in."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def write_problem(error: LocatedError) -> Problem:
    """Write the problem document of a question that cannot be answered."""
    status, title, remedy = _KINDS[error.kind]
    detail = f"{error.detail}{remedy}"
    errors: tuple[FieldError, ...] = ()
    if error.is_placed and status < 500:
        errors = (FieldError(pointer=write_pointer(error.location), detail=detail),)
    if status == 422:
        return _with_errors(error.kind, errors, 1, detail)
    return Problem(type=f"{_TYPE}{error.kind}", title=title, status=status, detail=detail, errors=errors)


def invalid(error: ValidationError, body: object, question: type[BaseModel]) -> Problem:
    """Write the problem document of a body that is JSON but not the `question` that is asked for."""
    found = error.errors(include_url=False, include_input=False)
    errors = [
        FieldError(
            pointer=pointer_to(line["loc"], body),
            detail=describe_fault(line, fields_at(question, line["loc"][:-1])),
        )
        for line in found[:_MAX_ERRORS]
    ]
    return _with_errors("invalid-request", errors, len(found))


def invalid_inside(
    error: ValidationError, data: object, question: type[BaseModel], *at: str | int
) -> Problem:
    """Write the problem document of data that stand at a place inside a body and are not the `question`."""
    problem, prefix = invalid(error, data, question), write_pointer(at)
    placed = [line.model_copy(update={"pointer": f"{prefix}{line.pointer}"}) for line in problem.errors]
    return _with_errors("invalid-request", placed, len(error.errors(include_url=False, include_input=False)))


def invalid_parameters(error: ValidationError) -> Problem:
    """Write the problem document of parameters in path and query, which have no place in the body."""
    found = error.errors(include_url=False, include_input=False)[:_MAX_ERRORS]
    said = "; ".join(
        f"query parameter {'/'.join(map(str, line['loc']))}: {describe_fault(line)}" for line in found
    )
    return _with_errors("invalid-request", (), 0, said)


def repeated_parameter(name: str) -> Problem:
    """Write the problem document of a query that states a parameter more than once."""
    detail = f"query parameter {name[:64]}: stated twice; state it once"
    return _with_errors("invalid-request", (), 0, detail)


def not_json(error: ValueError) -> Problem:
    """Write the problem document of a body that is no JSON."""
    return Problem(title="Not JSON", status=400, detail=f"The body cannot be read as JSON: {error}.")


def pointer_to(location: Sequence[int | str], body: object) -> str:
    """Write an RFC 6901 pointer to a place in the body, without pydantic's names of union members."""
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
    return write_pointer(steps)


def write_pointer(steps: Sequence[int | str]) -> str:
    """Write an RFC 6901 pointer; a name that somebody made up is cut, for it may be long."""
    return "".join(f"/{str(step)[:64].replace('~', '~0').replace('/', '~1')}" for step in steps)


def _with_errors(kind: ProblemKind, errors: Sequence[FieldError], count: int, detail: str = "") -> Problem:
    status, title, _ = _KINDS[kind]
    if errors:
        first = errors[0]
        more = f" (and {count - 1} more)" if count > 1 else ""
        detail = f"{first.pointer or 'the body'}: {first.detail}{more}"
    return Problem(type=f"{_TYPE}{kind}", title=title, status=status, detail=detail, errors=tuple(errors))
