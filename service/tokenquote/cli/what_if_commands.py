"""The subcommands beside `quote`: compare a plan with changes of it, solve it for a number, price a usage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import click
from pydantic import BaseModel

if TYPE_CHECKING:
    from rich.console import Console

AnswerT = TypeVar("AnswerT", bound=BaseModel)

__all__ = ["WHAT_IF_COMMANDS"]

_OUTPUT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
)
_CATALOG_DIR = click.option(
    "--catalog-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A directory of your own catalog files, laid over the shipped ones and over those named before.",
)


@click.command("compare")
@click.argument("question", type=click.File("rb"))
@_OUTPUT
@_CATALOG_DIR
def print_comparison(question: IO[bytes], output: str, catalog_dir: tuple[Path, ...]) -> None:
    """Compare the plan of QUESTION with its variants.

    QUESTION is a YAML or JSON file (- for standard input) with the fields that POST /v1/comparisons takes:
    `plan` and `variants`, each with a `name` and a `patch`.
    """
    from tokenquote.cli.plan_files import answer_comparison_file
    from tokenquote.cli.what_if_breakdown import print_variants

    answered = _ask(lambda: answer_comparison_file(question.read(), _name(question), catalog_dir))
    _show(answered, output, print_variants)


@click.command("solve")
@click.argument("plan", type=click.File("rb"))
@click.option("--at", required=True, help="The place of the number as a JSON pointer: /turns/0/repeat.")
@click.option("--cost", help="The most that one conversation may cost, in US dollars: 1.00.")
@click.option("--cost-p90", help="The most that nine in ten may cost, of a plan with ranges: 1.00.")
@click.option("--context", is_flag=True, help="Every request must fit into the context window.")
@_OUTPUT
@_CATALOG_DIR
def print_solution(
    plan: IO[bytes],
    at: str,
    cost: str | None,
    cost_p90: str | None,
    context: bool,
    output: str,
    catalog_dir: tuple[Path, ...],
) -> None:
    """Find the largest whole number at one place of PLAN, a YAML or JSON file, that keeps a limit."""
    from tokenquote.cli.plan_files import answer_solution_file
    from tokenquote.cli.what_if_breakdown import print_value

    stated = {"cost": cost, "cost_p90": cost_p90, "context": True if context else None}
    limit = {name: value for name, value in stated.items() if value is not None}
    answered = _ask(lambda: answer_solution_file(plan.read(), _name(plan), at, limit, catalog_dir))
    _show(answered, output, print_value)


@click.command("usage")
@click.argument("usage", type=click.File("rb"))
@click.option("--model", required=True, help="The model that was asked.")
@click.option("--format", "usage_format", help="The API of the answer (openai.chat, …), else recognised.")
@click.option("--mode", help="The processing mode, such as batch; else the one that the usage names.")
@click.option("--region", help="The region that the request was kept in; else the one that the usage names.")
@click.option("--at", help="The instant of the request, as 2026-12-01T02:00:00Z; else now.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_CATALOG_DIR
def print_usage(
    usage: IO[bytes],
    model: str,
    usage_format: str | None,
    mode: str | None,
    region: str | None,
    at: str | None,
    output: str,
    catalog_dir: tuple[Path, ...],
) -> None:
    """Price the usage object in USAGE, a JSON file (- for standard input), as a provider answered it."""
    from tokenquote.cli.plan_files import answer_usage_file
    from tokenquote.cli.what_if_breakdown import print_bill

    stated = {"model": model, "format": usage_format, "mode": mode, "region": region, "at": at}
    answered = _ask(lambda: answer_usage_file(usage.read(), _name(usage), stated, catalog_dir))
    _show(answered, output, print_bill)


def _name(file: IO[bytes]) -> str:
    return getattr(file, "name", "<stdin>")


def _ask(answer: Callable[[], AnswerT]) -> AnswerT:
    """Return the answer; a file that has none ends the command with sentences that say why."""
    from tokenquote.cli.plan_files import PlanFileError

    try:
        return answer()
    except PlanFileError as error:
        raise click.ClickException(str(error)) from None


def _show(answered: AnswerT, output: str, show: Callable[[AnswerT, Console], None]) -> None:
    from rich.console import Console

    if output == "json":
        click.echo(answered.model_dump_json(indent=2))
    else:
        show(answered, Console())


WHAT_IF_COMMANDS = (print_comparison, print_solution, print_usage)
