"""The command `tokenquote models`: which models there are, what they cost, and which end soon."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tokenquote_client import ModelSummary

__all__ = ["models"]

KINDS = (
    "chat", "embedding", "rerank", "image", "video", "speech", "transcription", "realtime", "ocr",
    "moderation",
)  # fmt: skip


class _Price(click.ParamType[Decimal]):
    """A price in US dollars."""

    name = "dollars"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            return Decimal(value)
        except InvalidOperation:
            self.fail(f"{value!r} is no amount of dollars, like 0.50", param, ctx)


@click.command()
@click.option("--provider", help="The provider whose models to list.")
@click.option("--kind", type=click.Choice(KINDS), help="What the models are for.")
@click.option(
    "--retiring", type=click.IntRange(1, 3650), help="Only those that end within this number of days."
)
@click.option("--window", type=click.IntRange(1), help="Only those that take at least this number of tokens.")
@click.option(
    "--input", "inputs", multiple=True, help="image, audio, video or document; repeat it for several."
)
@click.option("--max-input-price", type=_Price(), help="The most that a million input tokens may cost.")
@click.option("--max-output-price", type=_Price(), help="The most that a million output tokens may cost.")
@click.option(
    "--open-weights/--closed-weights", default=None, help="Only those with or without public weights."
)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--catalog-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A directory of your own catalog files, laid over the shipped ones and over those named before.",
)
def models(output: str, catalog_dir: tuple[Path, ...], **filters: Any) -> None:
    """List the models of the catalog that pass every filter."""
    from tokenquote.catalog import CatalogError
    from tokenquote.estimator import Estimator
    from tokenquote_client import ServiceError

    filters["inputs"] = filters["inputs"] or None
    try:
        found = list(Estimator(catalog_dir=catalog_dir).models(**filters))
    except CatalogError as error:
        raise click.ClickException(str(error)) from None
    except ServiceError as error:
        raise click.ClickException(error.problem.detail) from None
    if output == "json":
        click.echo(f"[{','.join(model.model_dump_json() for model in found)}]")
    else:
        _print_table(found)


def _print_table(found: list[ModelSummary]) -> None:
    from rich.console import Console

    from tokenquote.cli.quote_breakdown import plain_table

    table = plain_table("model", "kind", ">window", ">$ input", ">$ output", "ends", "then")
    for model in found:
        table.add_row(
            model.id,
            model.kind,
            "" if model.window is None else f"{model.window:,}",
            model.rates.get("input", ""),
            model.rates.get("output", ""),
            "" if model.retires is None else str(model.retires),
            model.rerouted_to or model.successor or "",
        )
    Console().print(table)
    click.echo(f"{len(found)} models; prices in US dollars per million tokens")
