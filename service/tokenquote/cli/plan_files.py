"""Answer the files of the command line: YAML or JSON to an answer, or sentences that say why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel
from pydantic_core import from_json

from tokenquote.api.endpoints import Known, answer, read_parameters
from tokenquote.api.problems import Refused
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import CACHE_DIR, CatalogError, load_catalog, parse_yaml
from tokenquote.tokens import Vocabularies
from tokenquote_client import (
    Comparison,
    ComparisonAnswer,
    ContextTaxAnswer,
    DeploymentAnswer,
    Problem,
    Quote,
    SolutionAnswer,
    TokensAnswer,
    UsageAnswer,
)
from tokenquote_client.catalog import CatalogState
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import Endpoints

__all__ = [
    "PlanFileError",
    "answer_body_file",
    "answer_comparison_file",
    "answer_context_tax_files",
    "answer_deployment_file",
    "answer_plan_file",
    "answer_solution_file",
    "answer_usage_file",
]

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class PlanFileError(ValueError):
    """A file that cannot be answered; each line of the text is a sentence."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A question that was read from a file."""

    data: object
    """The question as JSON data, of whatever form the file has."""
    size: int
    """The length of the file in bytes."""
    name: str
    """What errors call the file."""
    root: str
    """What errors call the question as a whole."""


def answer_plan_file(
    content: bytes,
    name: str,
    models: Mapping[str, object] | None = None,
    catalog_dir: Sequence[Path] = (),
    rates: Mapping[str, str] | None = None,
) -> Quote | Comparison:
    """Quote the plan in a file.

    Args:
        content: YAML, of which JSON is a part.
        name: what errors call the file.
        models: `model` or `models` in place of the plan's, as its fields are; None or empty keeps those.
        catalog_dir: the directories of the user's own catalog files; none for the shipped catalog alone.
        rates: rates by kind of token that go before those of the plan and of the catalog; None for none.

    Raises:
        PlanFileError: the content is not YAML, not a plan, or a plan that cannot be quoted.
    """
    data = _parse(content, name)
    if isinstance(data, dict) and models:
        data = {key: value for key, value in data.items() if key not in ("model", "models")} | {**models}
    if isinstance(data, dict) and rates:
        data = data | {"rates": {**(data.get("rates") or {}), **rates}}
    question = _Question(data, len(content), name, "the plan")
    kinds: tuple[type[Quote | Comparison], ...] = (Quote, Comparison)
    return _answer(Endpoints.quotes, kinds, question, catalog_dir)


def answer_deployment_file(
    content: bytes,
    name: str,
    changes: Mapping[str, str | int],
    catalog_dir: Sequence[Path] = (),
    config: bytes | None = None,
) -> DeploymentAnswer:
    """Answer the question about a deployment in a file: what POST /v1/deployments takes.

    Args:
        content: YAML, of which JSON is a part.
        name: what errors call the file.
        changes: values that replace fields of the question, by the field's name.
        catalog_dir: the directories of the user's own catalog files; none for the shipped catalog alone.
        config: a Hugging Face `config.json` that replaces the question's model; None keeps the model.

    Raises:
        PlanFileError: the content is not YAML, not such a question, or a question that cannot be answered.
    """
    data = _parse(content, name)
    if isinstance(data, dict):
        data = {**data, **changes}
        if config is not None:
            data = {**data, "model": None, "architecture": _parse(config, "config.json")}
    question = _Question(data, len(content) + len(config or b""), name, "the question")
    return _answer(Endpoints.deployment, (DeploymentAnswer,), question, catalog_dir)


def answer_body_file(
    content: bytes, name: str, body_format: str, model: str | None = None, catalog_dir: Sequence[Path] = ()
) -> TokensAnswer:
    """Count the request body in a file, exactly as it would be sent: what POST /v1/tokens answers.

    Args:
        content: JSON.
        name: what errors call the file.
        body_format: the API that the body is for.
        model: the model that replaces the one named in the body; None keeps that.
        catalog_dir: the directories of the user's own catalog files; none for the shipped catalog alone.

    Raises:
        PlanFileError: the content is not JSON, not a body of the format, or names an unknown model.
    """
    try:
        data = {"format": body_format, "body": from_json(content, allow_inf_nan=False), "model": model}
    except ValueError as error:
        raise PlanFileError(f"{name}: no JSON: {error}") from None
    question = _Question(data, len(content), name, "the body")
    return _answer(Endpoints.tokens, (TokensAnswer,), question, catalog_dir)


def answer_comparison_file(content: bytes, name: str, catalog_dir: Sequence[Path] = ()) -> ComparisonAnswer:
    """Answer the question in a file: what POST /v1/comparisons takes, as YAML.

    Raises:
        PlanFileError: the content is not YAML, not such a question, or a plan that cannot be quoted.
    """
    question = _Question(_parse(content, name), len(content), name, "the question")
    return _answer(Endpoints.what_if, (ComparisonAnswer,), question, catalog_dir)


def answer_solution_file(
    content: bytes, name: str, at: str, limit: Mapping[str, object], catalog_dir: Sequence[Path] = ()
) -> SolutionAnswer:
    """Solve the plan in a file for the number at a place.

    Args:
        content: the plan as YAML.
        name: what errors call the file.
        at: the place as a JSON pointer.
        limit: what must hold, as POST /v1/solutions takes it.
        catalog_dir: the directories of the user's own catalog files; none for the shipped catalog alone.

    Raises:
        PlanFileError: the content is not YAML, not a plan, or one that has no solution.
    """
    data = {"plan": _parse(content, name), "at": at, "limit": dict(limit)}
    question = _Question(data, len(content), name, "the plan")
    return _answer(Endpoints.solve, (SolutionAnswer,), question, catalog_dir)


def answer_context_tax_files(
    model: str,
    lists: Mapping[str, tuple[bytes, str]],
    files: Sequence[tuple[bytes, str]],
    catalog_dir: Sequence[Path] = (),
) -> ContextTaxAnswer:
    """Price the tools and texts in files: what POST /v1/context-tax answers.

    Args:
        model: the model that reads them.
        lists: content and name of a YAML or JSON file for each of the fields `tools`, `mcp_tools` and `plan`.
        files: content and name of each text that every request sends.
        catalog_dir: the directories of the user's own catalog files; none for the shipped catalog alone.

    Raises:
        PlanFileError: a file that cannot be read, or a question that cannot be answered.
    """
    data: dict[str, object] = {field: _parse(*file) for field, file in lists.items()}
    texts = [{"name": name, "text": _decode(content, name)} for content, name in files]
    size = sum(len(content) for content, _ in (*lists.values(), *files))
    question = _Question({**data, "model": model, "files": texts}, size, "the files", "the files")
    return _answer(Endpoints.context_tax, (ContextTaxAnswer,), question, catalog_dir)


def answer_usage_file(
    content: bytes, name: str, stated: Mapping[str, str | None], catalog_dir: Sequence[Path] = ()
) -> UsageAnswer:
    """Price the usage object in a file; `stated` are the other fields of POST /v1/usage.

    Raises:
        PlanFileError: the content is not JSON, or a usage that cannot be read or priced.
    """
    try:
        usage = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise PlanFileError(f"{name}: no JSON: {error}") from None
    question = _Question({**stated, "usage": usage}, len(content), name, "the usage")
    return _answer(Endpoints.usage, (UsageAnswer,), question, catalog_dir)


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise PlanFileError(f"{name}: no text in UTF-8") from None


def _parse(content: bytes, name: str) -> object:
    try:
        data: object = parse_yaml(content, name)
    except CatalogError as error:
        raise PlanFileError(str(error)) from None
    return data


def _answer(
    endpoint: Endpoint[BaseModel],
    kinds: tuple[type[AnswerT], ...],
    question: _Question,
    catalog_dir: Sequence[Path],
) -> AnswerT:
    """Answer a question; `kinds` are the answers that the endpoint has."""
    try:
        catalog = load_catalog(*catalog_dir, cache_dir=CACHE_DIR)
    except CatalogError as error:
        raise PlanFileError(str(error)) from None
    now = dt.datetime.now(dt.UTC)
    state = CatalogState(revision=catalog.revision, loaded_at=now)
    known = Known(catalog, Vocabularies(catalog.vocabularies), now, state, RecentQuotes())
    try:
        answered = answer(endpoint, question.data, question.size, read_parameters(endpoint, {}), known)
    except Refused as refused:
        raise PlanFileError(_explain(question, refused.problem)) from None
    if not isinstance(answered, kinds):
        raise TypeError(f"{endpoint.path} answered {type(answered).__name__}")
    return answered


def _explain(question: _Question, problem: Problem) -> str:
    """Put each error of a problem on a line of its own, with the file and the place in it."""
    if not problem.errors:
        return f"{question.name}: {problem.detail}"
    return "\n".join(
        f"{question.name}: {error.pointer or question.root}: {error.detail}" for error in problem.errors
    )
