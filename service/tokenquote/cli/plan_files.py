"""Files of the command line: YAML or JSON to an answer, or sentences that say why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from tokenquote.api.endpoints import Known, answer, read_parameters
from tokenquote.api.problems import Refused
from tokenquote.catalog import CatalogError, load_catalog, parse_yaml
from tokenquote.tokens import Vocabularies
from tokenquote_client import Comparison, DeploymentAnswer, Problem, Quote, TokensAnswer
from tokenquote_client.endpoint import Endpoint
from tokenquote_client.endpoints import Endpoints

__all__ = ["PlanFileError", "answer_body_file", "answer_deployment_file", "answer_plan_file"]


class PlanFileError(ValueError):
    """A file that cannot be answered; the text is one sentence a line."""


def answer_plan_file(
    content: bytes, name: str, models: tuple[str, ...] = (), catalog_dir: Path | None = None
) -> Quote | Comparison:
    """Quote the plan in a file.

    Args:
        content: YAML, of which JSON is a part.
        name: what errors call the file.
        models: take the place of the plan's own; several are compared.
        catalog_dir: catalog files of one's own.

    Raises:
        PlanFileError: not YAML, not a plan, or a plan that cannot be quoted.
    """
    data = _parsed(content, name)
    if isinstance(data, dict) and models:
        chosen = {"model": models[0]} if len(models) == 1 else {"models": list(models)}
        data = {key: value for key, value in data.items() if key not in ("model", "models")} | chosen
    answered: Quote | Comparison = _answer(
        Endpoints.quotes, data, len(content), name, "the plan", catalog_dir
    )
    return answered


def answer_deployment_file(
    content: bytes,
    name: str,
    changes: Mapping[str, Any],
    catalog_dir: Path | None = None,
    config: bytes | None = None,
) -> DeploymentAnswer:
    """Answer the question about a deployment in a file: what POST /v1/deployments takes.

    Args:
        content: YAML, of which JSON is a part.
        name: what errors call the file.
        changes: take the place of the question's own fields.
        catalog_dir: catalog files of one's own.
        config: a Hugging Face `config.json`, in place of the question's model.

    Raises:
        PlanFileError: not YAML, not such a question, or one that cannot be answered.
    """
    data = _parsed(content, name)
    if isinstance(data, dict):
        data = {**data, **changes}
        if config is not None:
            data = {**data, "model": None, "architecture": _parsed(config, "config.json")}
    size = len(content) + len(config or b"")
    answered: DeploymentAnswer = _answer(Endpoints.deployment, data, size, name, "the question", catalog_dir)
    return answered


def answer_body_file(
    content: bytes, name: str, body_format: str, model: str | None = None, catalog_dir: Path | None = None
) -> TokensAnswer:
    """Count the request body in a file, exactly as it would be sent: what POST /v1/tokens answers.

    Args:
        content: JSON.
        name: what errors call the file.
        body_format: the api that the body is for.
        model: takes the place of the one that the body names.
        catalog_dir: catalog files of one's own.

    Raises:
        PlanFileError: not JSON, not a body of the format, or of a model that is not known.
    """
    try:
        data = {"format": body_format, "body": from_json(content, allow_inf_nan=False), "model": model}
    except ValueError as error:
        raise PlanFileError(f"{name}: no JSON: {error}") from None
    answered: TokensAnswer = _answer(Endpoints.tokens, data, len(content), name, "the body", catalog_dir)
    return answered


def _parsed(content: bytes, name: str) -> Any:
    try:
        return parse_yaml(content, name)
    except CatalogError as error:
        raise PlanFileError(str(error)) from None


def _answer(row: Endpoint[Any], data: Any, size: int, name: str, what: str, catalog_dir: Path | None) -> Any:
    try:
        catalog = load_catalog(catalog_dir)
    except CatalogError as error:
        raise PlanFileError(str(error)) from None
    known = Known(catalog, Vocabularies(catalog.vocabularies), dt.datetime.now(dt.UTC))
    try:
        return answer(row, data, size, read_parameters(row, {}), known)
    except Refused as refused:
        raise PlanFileError(_sentences(name, what, refused.problem)) from None


def _sentences(name: str, what: str, problem: Problem) -> str:
    if not problem.errors:
        return f"{name}: {problem.detail}"
    return "\n".join(f"{name}: {error.pointer or what}: {error.detail}" for error in problem.errors)
