"""Plan files of the command line: YAML or JSON to an answer, or sentences that say why not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import ValidationError

from tokenquote.catalog import CatalogError, load_catalog, parse_yaml
from tokenquote.problems import KNOWN_ERRORS, invalid, problem_of
from tokenquote.quotes import answer
from tokenquote.tokens import Vocabularies
from tokenquote_client import Comparison, Plan, Problem, Quote

__all__ = ["PlanFileError", "answer_plan_file"]


class PlanFileError(ValueError):
    """A plan file that cannot be quoted; the text is one sentence a line."""


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
    try:
        catalog = load_catalog(catalog_dir)
        data = parse_yaml(content, name)
    except CatalogError as error:
        raise PlanFileError(str(error)) from None
    if isinstance(data, dict) and models:
        chosen = {"model": models[0]} if len(models) == 1 else {"models": list(models)}
        data = {key: value for key, value in data.items() if key not in ("model", "models")} | chosen
    try:
        plan = Plan.model_validate(data)
        return answer(plan, catalog, Vocabularies(catalog.vocabularies), dt.datetime.now(dt.UTC))
    except ValidationError as error:
        raise PlanFileError(_sentences(name, invalid(error, data))) from None
    except KNOWN_ERRORS as error:
        raise PlanFileError(_sentences(name, problem_of(error))) from None


def _sentences(name: str, problem: Problem) -> str:
    if not problem.errors:
        return f"{name}: {problem.detail}"
    return "\n".join(f"{name}: {error.pointer or 'the plan'}: {error.detail}" for error in problem.errors)
