"""The command `tokenquote models`: which models there are, what they cost, and which end soon."""

from __future__ import annotations

import datetime as dt
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

_LONGEST_LINE = 2_000
"""Columns of a line at most: above those of any table of ids, of which one has up to 200 characters."""


class _Price(click.ParamType[Decimal]):
    """A price in US dollars."""

    name = "dollars"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            return Decimal(value)
        except InvalidOperation:
            self.fail(f"{value!r} is no amount of dollars, like 0.50", param, ctx)


@click.command()
@click.option("--provider", help="The provider whose models to list, by its word in our ids: openai.")
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
@click.option(
    "--sort",
    type=click.Choice(["id", "input", "output"]),
    default="id",
    show_default=True,
    help="By id, or the cheapest input or output first, and last what no longer answers.",
)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--catalog-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A directory of your own catalog files, laid over the shipped ones and over those named before.",
)
def models(output: str, sort: str, catalog_dir: tuple[Path, ...], **filters: Any) -> None:
    r"""List the models of the catalog that pass every filter.

    \b
    Those that end within 90 days:     tokenquote models --retiring 90
    The cheapest that read images:     tokenquote models --input image --window 200000 --sort input
    """
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
    if sort != "id":
        now = dt.datetime.now(dt.UTC)
        found.sort(key=lambda model: (_has_ended(model, now), _rate_or_last(model, sort)))
    if output == "json":
        click.echo(f"[{','.join(model.model_dump_json() for model in found)}]")
    else:
        _print_table(found)


def _has_ended(model: ModelSummary, now: dt.datetime) -> bool:
    return model.retires_at is not None and model.retires_at <= now


def _rate_or_last(model: ModelSummary, kind: str) -> Decimal:
    """Return a rate to sort by; a model without that rate goes last."""
    return Decimal(model.rates.get(kind, "Infinity"))


def _print_table(found: list[ModelSummary]) -> None:
    """Print one line for each model, as long as its id needs: a name that is cut off is no use."""
    from rich.console import Console

    from tokenquote.cli.tables import plain_table

    columns = {
        "model": [model.id for model in found],
        "kind": [model.kind for model in found],
        ">window": ["" if model.window is None else f"{model.window:,}" for model in found],
        ">$ input": [model.rates.get("input", "") for model in found],
        ">$ output": [model.rates.get("output", "") for model in found],
        "ends": ["" if model.retires is None else str(model.retires) for model in found],
        "then": [model.rerouted_to or model.successor or "" for model in found],
    }
    shown = {heading: cells for heading, cells in columns.items() if any(cells)}
    if shown:
        table = plain_table(*shown)
        for row in zip(*shown.values(), strict=True):
            table.add_row(*row)
        console = Console()
        longest = console.measure(table, options=console.options.update(max_width=_LONGEST_LINE)).maximum
        Console(width=max(console.width, longest)).print(table)
    click.echo(f"{len(found)} models; prices in US dollars per million tokens")
