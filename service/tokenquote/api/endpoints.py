"""Names the function that answers each row of the table in `tokenquote_client.endpoints`.

The one way from a question to its answer, whether it comes by HTTP, from the estimator or from the
command line. Read, validate, answer; whatever goes wrong becomes a problem document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from tokenquote.api.comparisons import answer_comparison
from tokenquote.api.context_tax import answer_context_tax
from tokenquote.api.deployments import answer_deployment
from tokenquote.api.gpus import answer_gpus
from tokenquote.api.media import answer_media
from tokenquote.api.memory import answer_kv_cache
from tokenquote.api.memory.grid_and_index import answer_memory_grid, answer_vector_index
from tokenquote.api.memory.training import answer_training
from tokenquote.api.memory.weights import answer_weights
from tokenquote.api.models import answer_catalog, answer_model, answer_models
from tokenquote.api.problems import Refused, invalid, invalid_parameters, write_problem
from tokenquote.api.quotes import DraftedQuote, draft_answer
from tokenquote.api.solutions import answer_solution
from tokenquote.api.tokens import answer_tokens
from tokenquote.api.usage import answer_usage
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.api.validation import validate
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError
from tokenquote.tokens import Vocabularies
from tokenquote_client.catalog import CatalogState, ModelListParameters, ModelParameters
from tokenquote_client.endpoint import AnswerT, Endpoint, GetEndpoint, PostEndpoint
from tokenquote_client.endpoints import Endpoints
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Comparison, Quote, QuoteParameters

__all__ = [
    "FUNCTIONS",
    "Drafted",
    "Known",
    "answer",
    "draft",
    "encode_answer",
    "read_parameters",
]

QuestionT = TypeVar("QuestionT", bound=BaseModel)
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Known:
    """Holds what answers are made from."""

    catalog: Catalog
    vocabularies: Vocabularies
    now: dt.datetime
    """The time of receipt, whose prices apply unless a plan says `at`."""
    state: CatalogState
    """When the catalog was loaded, and whether its files can be used as they are now."""
    recent: RecentQuotes
    """The quotes that were made lately, which grow by those of the answer."""


Drafted: TypeAlias = BaseModel | DraftedQuote
"""An answer, or a draft of one that is written sooner."""

_Answering: TypeAlias = Callable[[BaseModel | None, BaseModel | None, Known], Drafted]
"""Makes an answer from the question of a body, and from what stands in path and query."""


def _by_body(
    endpoint: PostEndpoint[QuestionT, AnswerT], function: Callable[[QuestionT, Known], AnswerT]
) -> tuple[Endpoint[BaseModel], _Answering]:
    """Name the function that answers a body by itself."""

    def answering(question: BaseModel | None, _: BaseModel | None, known: Known) -> BaseModel:
        return function(_expect(endpoint.question, question), known)

    return endpoint, answering


def _by_parameters(
    endpoint: Endpoint[AnswerT], kind: type[ModelT], function: Callable[[ModelT, Known], AnswerT]
) -> tuple[Endpoint[BaseModel], _Answering]:
    """Name the function that answers what stands in path and query."""

    def answering(_: BaseModel | None, parameters: BaseModel | None, known: Known) -> BaseModel:
        return function(_expect(kind, parameters), known)

    return endpoint, answering


def _by_catalog(
    endpoint: GetEndpoint[AnswerT], function: Callable[[Catalog], AnswerT]
) -> tuple[Endpoint[BaseModel], _Answering]:
    """Name the function that answers from the catalog alone."""
    return endpoint, lambda _question, _parameters, known: function(known.catalog)


def _answer_quotes(plan: BaseModel | None, parameters: BaseModel | None, known: Known) -> Drafted:
    """Answer a plan, and keep what is quoted; the one row that has both a body and parameters."""
    detail = _expect(QuoteParameters, parameters).detail
    drafted = draft_answer(
        _expect(Plan, plan),
        known.catalog,
        known.vocabularies,
        known.now,
        with_requests=detail == "full",
    )
    known.recent.keep(drafted.quote if isinstance(drafted, DraftedQuote) else drafted)
    return drafted


FUNCTIONS: Mapping[Endpoint[BaseModel], _Answering] = dict(
    (
        (Endpoints.quotes, _answer_quotes),
        _by_body(
            Endpoints.what_if,
            lambda asked, known: answer_comparison(asked, known.catalog, known.vocabularies, known.now),
        ),
        _by_body(
            Endpoints.solve,
            lambda asked, known: answer_solution(asked, known.catalog, known.vocabularies, known.now),
        ),
        _by_body(
            Endpoints.context_tax,
            lambda asked, known: answer_context_tax(asked, known.catalog, known.vocabularies, known.now),
        ),
        _by_body(
            Endpoints.usage, lambda asked, known: answer_usage(asked, known.catalog, known.now, known.recent)
        ),
        _by_body(
            Endpoints.tokens,
            lambda asked, known: answer_tokens(
                asked, known.catalog, known.vocabularies, known.now.astimezone(dt.UTC).date()
            ),
        ),
        _by_body(
            Endpoints.media, lambda asked, known: answer_media(asked, known.catalog, known.vocabularies)
        ),
        _by_body(Endpoints.kv_cache, lambda asked, known: answer_kv_cache(asked, known.catalog)),
        _by_body(Endpoints.weights, lambda asked, known: answer_weights(asked, known.catalog)),
        _by_body(Endpoints.training, lambda asked, known: answer_training(asked, known.catalog)),
        _by_body(Endpoints.memory_grid, lambda asked, known: answer_memory_grid(asked, known.catalog)),
        _by_body(Endpoints.vector_index, lambda asked, known: answer_vector_index(asked)),
        _by_body(
            Endpoints.deployment,
            lambda asked, known: answer_deployment(asked, known.catalog, known.vocabularies, known.now),
        ),
        _by_parameters(
            Endpoints.model_list,
            ModelListParameters,
            lambda asked, known: answer_models(asked, known.catalog, known.now),
        ),
        _by_parameters(
            Endpoints.model_detail,
            ModelParameters,
            lambda asked, known: answer_model(asked, known.catalog, known.now),
        ),
        (Endpoints.catalog, lambda _question, _parameters, known: answer_catalog(known.catalog, known.state)),
        _by_catalog(Endpoints.gpus, answer_gpus),
    )
)
"""The function of each row. Whether the service lives and is ready, the service itself says."""


def answer(
    endpoint: Endpoint[BaseModel], data: object, size: int | None, parameters: BaseModel | None, known: Known
) -> BaseModel:
    """Answer a question with the model that the row names; the arguments and errors are those of `draft`."""
    drafted = draft(endpoint, data, size, parameters, known)
    return drafted.complete() if isinstance(drafted, DraftedQuote) else drafted


def draft(
    endpoint: Endpoint[BaseModel], data: object, size: int | None, parameters: BaseModel | None, known: Known
) -> Drafted:
    """Answer a question, in the form that is written soonest.

    Args:
        endpoint: the row of the table.
        data: the body as JSON data; None for a GET.
        size: length of the body's text in bytes; None: the data never were a text.
        parameters: what stands in path and query, as `read_parameters` reads it.
        known: what the answer is made from.

    Raises:
        Refused: not such a question, or one that cannot be answered.
    """
    try:
        return FUNCTIONS[endpoint](_read_question(endpoint, data, size), parameters, known)
    except LocatedError as error:
        raise Refused(write_problem(error)) from None


def _expect(kind: type[ModelT], given: BaseModel | None) -> ModelT:
    """Return the question or the parameters of a row, which must be of the model that its function takes."""
    if not isinstance(given, kind):
        raise TypeError(f"the function of a row takes {kind.__name__}, not {type(given).__name__}")
    return given


def read_parameters(endpoint: Endpoint[BaseModel], given: Mapping[str, str]) -> BaseModel | None:
    """Read what stands in path and query as the row's model; None if the row has none.

    Raises:
        Refused: a value that is out of its bounds.
    """
    if endpoint.parameters is None:
        return None
    try:
        return endpoint.parameters.model_validate(given)
    except ValidationError as error:
        raise Refused(invalid_parameters(error)) from None


def encode_answer(answered: Drafted) -> bytes:
    """Write the answer as JSON; a summary leaves out its requests altogether."""
    if isinstance(answered, DraftedQuote):
        return answered.write()
    left_out: set[str] | dict[str, dict[str, set[str]]] | None = None
    if isinstance(answered, Quote) and answered.requests is None:
        left_out = {"requests"}
    elif isinstance(answered, Comparison) and not any(
        isinstance(quote, Quote) and quote.requests is not None for quote in answered.quotes
    ):
        left_out = {"quotes": {"__all__": {"requests"}}}
    return answered.model_dump_json(exclude=left_out).encode()


def _read_question(endpoint: Endpoint[BaseModel], data: object, size: int | None) -> BaseModel | None:
    if endpoint.question is None:
        return None
    try:
        return validate(endpoint.question, data, size)
    except ValidationError as error:
        raise Refused(invalid(error, data, endpoint.question)) from None
