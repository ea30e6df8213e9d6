"""The errors that a call may raise; `Estimator` raises the same, so that an application can swap the two.

    ClientError                 everything below; the only one that most programs catch
     ├─ ConnectionFailed        no complete answer: refused, reset, cut off in the middle
     │   └─ TimedOut            no complete answer in time
     ├─ BadAnswer               an answer, but none of Tokenquote's: HTML, a redirect, other JSON, too long
     └─ ServiceError            Tokenquote answers with a problem: .status .title .detail .errors .request_id
         ├─ InvalidRequest      400, 413, 415, 422: `.errors` names the fields
         ├─ Unauthorized        401, 403: the API key is missing or wrong
         ├─ UnknownModel        404 of a model; `.detail` has near names
         ├─ RateLimited         429; `.retry_after` in seconds, where the service says
         └─ Unavailable         500 and above

Wrong arguments that no service could make sense of (a time limit of -1) are ValueErrors.
"""

from __future__ import annotations

from tokenquote_client.problem import FieldError, Problem

__all__ = [
    "BadAnswer",
    "ClientError",
    "ConnectionFailed",
    "InvalidRequest",
    "RateLimited",
    "ServiceError",
    "TimedOut",
    "Unauthorized",
    "Unavailable",
    "UnknownModel",
    "build_service_error",
    "invalid_request",
]

UNKNOWN_MODEL = "urn:tokenquote:problem:unknown-model"
INVALID_REQUEST = "urn:tokenquote:problem:invalid-request"


class ClientError(Exception):
    """The base of all errors: a call did not end in an answer.

    try:
        cost = client.quote(plan).totals.cost
    except ClientError:
        cost = None
    """


class ConnectionFailed(ClientError):
    """No complete answer came: nobody listens, or the connection broke."""


class TimedOut(ConnectionFailed):
    """No complete answer came in time."""


class BadAnswer(ClientError):
    """Something answered that does not speak Tokenquote: a proxy's page, a redirect, other JSON."""


class ServiceError(ClientError):
    """The service answered with a problem document (RFC 9457)."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(problem, retry_after)
        self.problem = problem
        self.retry_after = retry_after
        """The seconds after which the service wants to be asked again; None: it does not say."""

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self.problem.status

    @property
    def type(self) -> str:
        """The URN that names the kind of problem, or `about:blank` where the status says it all."""
        return self.problem.type

    @property
    def title(self) -> str:
        """The kind of problem in words."""
        return self.problem.title

    @property
    def detail(self) -> str:
        """What went wrong in this request, in words."""
        return self.problem.detail

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """The fields of the request that are wrong, each with its fault; empty: no field is to blame."""
        return self.problem.errors

    @property
    def request_id(self) -> str | None:
        """The id by which the request is found in the service's log; None: there is none."""
        return self.problem.request_id

    def __str__(self) -> str:
        traced = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.status} {self.title}: {self.detail}{traced}"


class InvalidRequest(ServiceError):
    """The question is not valid: `errors` names the fields that are wrong."""


class Unauthorized(ServiceError):
    """The API key is missing or wrong."""


class UnknownModel(ServiceError):
    """The catalog has no model of this name; `detail` holds near names."""


class RateLimited(ServiceError):
    """The service gets too many requests; `retry_after` says how many seconds to wait, where it is known."""


class Unavailable(ServiceError):
    """The service, or a proxy before it, failed or is not ready."""


_BY_STATUS: dict[int, type[ServiceError]] = {
    400: InvalidRequest,
    401: Unauthorized,
    403: Unauthorized,
    413: InvalidRequest,
    415: InvalidRequest,
    422: InvalidRequest,
    429: RateLimited,
}


def build_service_error(problem: Problem, retry_after: float | None = None) -> ServiceError:
    """Make the error that says what the problem document says."""
    if problem.type == UNKNOWN_MODEL:
        return UnknownModel(problem, retry_after)
    if problem.status >= 500:
        return Unavailable(problem, retry_after)
    return _BY_STATUS.get(problem.status, ServiceError)(problem, retry_after)


def invalid_request(pointer: str, detail: str) -> InvalidRequest:
    """Make the error of a question that need not be sent, in the words that the service would use."""
    return InvalidRequest(
        Problem(
            type=INVALID_REQUEST,
            title="The request is not valid",
            status=422,
            detail=f"{pointer or 'the body'}: {detail}",
            errors=(FieldError(pointer=pointer, detail=detail),),
        )
    )
