"""The command `tokenquote quote`: a plan in a file, for its own model, for others, or for all models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO

import click

__all__ = ["print_quote"]

_ALL = "all"


@click.command("quote")
@click.argument("plan", type=click.File("rb"))
@click.option(
    "--format", "output", type=click.Choice(["text", "json", "svg"]), default="text", show_default=True
)
@click.option(
    "--model",
    "named",
    multiple=True,
    help="The model to quote instead of the plan's; repeat it to compare several, or write `all` for every "
    "model that holds conversations.",
)
@click.option(
    "--provider",
    "providers",
    multiple=True,
    help="With `--model all`, only models of this provider, by its word in our ids: openai. Repeat it "
    "for others.",
)
@click.option(
    "--window",
    type=click.IntRange(1),
    help="With `--model all`, only those that take at least this number of tokens.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    help="With `--model all`, only those that take image, audio, video or document; repeat it for several.",
)
@click.option(
    "--at-most",
    type=click.IntRange(1),
    help="With `--model all`, only this number of quotes, the cheapest ones.",
)
@click.option(
    "--rate",
    "rates",
    multiple=True,
    metavar="KIND=DOLLARS",
    help="Dollars per million tokens instead of the catalog's rate: input=1.2. Repeat it for other kinds.",
)
@click.option(
    "--catalog-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A directory of your own catalog files, laid over the shipped ones and over those named before.",
)
def print_quote(
    plan: IO[bytes],
    output: str,
    named: tuple[str, ...],
    providers: tuple[str, ...],
    window: int | None,
    inputs: tuple[str, ...],
    at_most: int | None,
    rates: tuple[str, ...],
    catalog_dir: tuple[Path, ...],
) -> None:
    r"""Quote the conversation planned in PLAN, a YAML or JSON file (- for standard input).

    \b
    For other models:       tokenquote quote plan.yaml --model gpt-5.4-mini --model gemini-3.6-flash
    The five cheapest:      tokenquote quote plan.yaml --model all --window 200000 --at-most 5
    """
    from rich.console import Console

    from tokenquote.cli import quote_breakdown
    from tokenquote.cli.plan_files import PlanFileError, answer_plan_file

    stated = {"providers": list(providers), "window": window, "inputs": list(inputs), "at_most": at_most}
    models = _choose_models(named, {name: value for name, value in stated.items() if value})
    try:
        name = getattr(plan, "name", "<stdin>")
        answered = answer_plan_file(plan.read(), name, models, catalog_dir, _read_rates(rates))
    except PlanFileError as error:
        raise click.ClickException(str(error)) from None
    if output == "json":
        click.echo(answered.model_dump_json(indent=2))
    elif output == "svg":
        click.echo(quote_breakdown.to_svg(answered, "tokenquote quote"))
    else:
        quote_breakdown.print_answer(answered, Console())


def _choose_models(named: tuple[str, ...], filters: Mapping[str, object]) -> dict[str, object]:
    """Return `model` or `models` of the plan, as its fields are; nothing keeps the plan's own."""
    if _ALL in named:
        if len(named) > 1:
            raise click.BadParameter("`all` stands alone, without other models", param_hint="--model")
        return {"models": dict(filters) or _ALL}
    if filters:
        hint = "--" + next(iter(filters)).removesuffix("s").replace("_", "-")
        raise click.BadParameter("a filter needs `--model all`", param_hint=hint)
    if not named:
        return {}
    return {"model": named[0]} if len(named) == 1 else {"models": list(named)}


def _read_rates(written: tuple[str, ...]) -> dict[str, str]:
    """Read `input=1.2`; what is wrong with kind or amount the plan's own check says."""
    for rate in written:
        if "=" not in rate:
            raise click.BadParameter(f"write a rate as input=1.2, not {rate!r}", param_hint="--rate")
    return dict(rate.split("=", 1) for rate in written)
