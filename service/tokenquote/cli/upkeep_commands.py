"""`tokenquote catalog propose | compare | diff | age`: what a week's upkeep of the catalog needs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tokenquote.catalog import Catalog
    from tokenquote.upkeep.differences import DifferencesFile
    from tokenquote.upkeep.propose import Proposal
    from tokenquote.upkeep.sources_at_hand import SourcesAtHand

__all__ = ["UPKEEP_COMMANDS"]

_SOURCE = click.option(
    "--source",
    type=click.Choice(["genai-prices", "litellm"]),
    help="The only source to read. [both, where installed]",
)
_DIRECTORY = click.option(
    "--catalog-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The directory of your own catalog files, laid over the shipped ones.",
)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_DAY = click.DateTime(["%Y-%m-%d"])


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _noon(day: dt.datetime | None) -> dt.datetime:
    """Return noon UTC of a day, or now."""
    return dt.datetime.now(dt.UTC) if day is None else day.replace(hour=12, tzinfo=dt.UTC)


def _load(directory: Path | None) -> Catalog:
    from tokenquote.catalog import CatalogError, load_catalog

    try:
        return load_catalog(directory)
    except CatalogError as error:
        raise click.ClickException(str(error)) from None


def _sources(checked: dt.date, only: str | None) -> SourcesAtHand:
    """Read the sources; what is missing is said on standard error, and having none ends the command."""
    from tokenquote.upkeep.sources_at_hand import read_sources

    found = read_sources(checked, only)
    for sentence in found.missing:
        click.echo(sentence, err=True)
    if not found.indexes:
        raise click.ClickException("there is no source to read")
    return found


def _known_differences() -> DifferencesFile:
    from tokenquote.catalog import CatalogError
    from tokenquote.upkeep.differences import read_differences

    try:
        return read_differences()
    except CatalogError as error:
        raise click.ClickException(str(error)) from None


@click.command("propose")
@click.argument("models", nargs=-1)
@click.option(
    "--provider", help="Propose what is missing or changed of one provider, by its word in our ids."
)
@click.option("--missing", is_flag=True, help="Propose all models that the catalog lacks, of its providers.")
@click.option("--from", "begins", type=_DAY, help="The first day of a changed price. [today]")
@click.option("--checked", type=_DAY, help="The day to write as the day of the check. [today]")
@click.option("--write", is_flag=True, help="Append the proposals to the catalog's files.")
@_SOURCE
@_DIRECTORY
def propose_entries(
    models: tuple[str, ...],
    provider: str | None,
    missing: bool,
    begins: dt.datetime | None,
    checked: dt.datetime | None,
    write: bool,
    source: str | None,
    catalog_dir: Path | None,
) -> None:
    """Write YAML, for review, of MODELS as `provider/name` that genai-prices or litellm list.

    A model that the catalog lacks becomes an entry; a price that has changed becomes a block from a day on.
    No price that stands in the catalog is ever written over.
    """
    if not models and provider is None and not missing:
        raise click.UsageError("name a model, or say --provider or --missing")
    catalog = _load(catalog_dir)
    found = _sources((checked.date() if checked else _today()), source)
    proposals = list(_proposals(catalog, found, models, provider, missing, begins))
    _show(proposals)
    if write:
        _append(proposals, catalog_dir)


def _proposals(
    catalog: Catalog,
    found: SourcesAtHand,
    models: tuple[str, ...],
    provider: str | None,
    missing: bool,
    begins: dt.datetime | None,
) -> Iterator[Proposal]:
    from tokenquote.upkeep.choosing import UnknownToSources, listed_groups, models_asked_for
    from tokenquote.upkeep.propose import propose_block, propose_model

    known = _known_differences()
    now, first_day = _noon(None), (begins.date() if begins else _today())
    try:
        asked = models_asked_for(catalog, found.indexes, models)
    except UnknownToSources as error:
        raise click.ClickException(str(error)) from None
    for group in listed_groups(catalog, found.indexes, asked, provider, missing):
        yield propose_model(group, catalog, now)
    for model in catalog.models.values():
        if model.id in asked or model.provider.id == provider:
            proposal = propose_block(model, found.indexes, known, now, first_day)
            if proposal is not None:
                yield proposal


def _show(proposals: list[Proposal]) -> None:
    from tokenquote.upkeep.proposal_yaml import block_lines, entry_lines

    for proposal in proposals:
        if proposal.listed is not None:
            click.echo(f"# providers/{proposal.provider}.yaml: a new model")
            click.echo("\n".join(entry_lines(proposal)))
        else:
            click.echo(f"# providers/{proposal.provider}.yaml: behind the last block of {proposal.model}")
            for remark in proposal.remarks:
                click.echo(f"      # {remark}")
            click.echo("\n".join(line for block in proposal.blocks for line in block_lines(block)))
        click.echo()
    click.echo(f"{len(proposals)} proposals", err=True)


def _append(proposals: list[Proposal], catalog_dir: Path | None) -> None:
    from tokenquote.catalog import CatalogError, shipped_catalog
    from tokenquote.upkeep.append import append_proposals

    try:
        files = append_proposals(
            catalog_dir or shipped_catalog(), [proposal for proposal in proposals if proposal.blocks]
        )
    except CatalogError as error:
        raise click.ClickException(f"nothing is written, for the catalog would not load:\n{error}") from None
    click.echo(f"written: {', '.join(files) or 'nothing'}", err=True)


@click.command("compare")
@click.option("--at", type=_DAY, help="The day whose prices are compared, at noon UTC. [now]")
@click.option("--json", "as_machines", is_flag=True, help="Print JSON, with every figure that is not equal.")
@click.option("--markdown", "as_page", is_flag=True, help="Print the tables of docs/upkeep.md.")
@_SOURCE
@_DIRECTORY
def compare_prices(
    at: dt.datetime | None, as_machines: bool, as_page: bool, source: str | None, catalog_dir: Path | None
) -> None:
    """Compare the catalog's prices with those of genai-prices and litellm, as they are installed here.

    Differences that models_catalog/upkeep/differences.yaml gives a reason for are shown with it; any other
    ends the command with exit code 1.
    """
    from rich.console import Console

    from tokenquote.cli import comparison_report
    from tokenquote.upkeep.compare import compare_with
    from tokenquote.upkeep.missing import rank_missing

    catalog, known, instant = _load(catalog_dir), _known_differences(), _noon(at)
    found = _sources(instant.date(), source)
    comparisons = [compare_with(index, catalog, known, instant) for index in found.indexes]
    missing = rank_missing(catalog, found.indexes)
    if as_machines:
        click.echo(json.dumps(comparison_report.as_json(comparisons, missing, instant), indent=2))
    elif as_page:
        click.echo(comparison_report.as_page(comparisons, instant))
    else:
        comparison_report.print_comparison(comparisons, missing, Console())
    for comparison in comparisons:
        if comparison.read is None or comparison.read.version != comparison.version:
            click.echo(
                f"upkeep/differences.yaml is about another version of {comparison.source} than "
                f"{comparison.version}, which is installed: go through it once more",
                err=True,
            )
    if any(comparison.unexplained for comparison in comparisons):
        raise SystemExit(1)


@click.command("diff")
@click.argument("before", type=_FOLDER)
@click.argument("after", required=False, type=_FOLDER)
@click.option("--at", type=_DAY, help="The day of the prices that are compared first, at noon UTC. [now]")
@click.option("--json", "as_machines", is_flag=True, help="Print JSON.")
def diff_catalogs(before: Path, after: Path | None, at: dt.datetime | None, as_machines: bool) -> None:
    """Print what changed from the catalog in the folder BEFORE to that in AFTER, or to the shipped one.

    A folder holds a whole catalog, such as that of another revision, or files that are laid over the shipped
    one.
    """
    from rich.console import Console

    from tokenquote.cli import upkeep_tables
    from tokenquote.upkeep.diff import find_changes

    changes = find_changes(_load_folder(before), _load_folder(after), _noon(at))
    if as_machines:
        click.echo(json.dumps(upkeep_tables.changes_json(changes), indent=2))
    else:
        upkeep_tables.print_changes(changes, Console())


def _load_folder(folder: Path | None) -> Catalog:
    from tokenquote.catalog import CatalogError
    from tokenquote.upkeep.append import load_folder

    try:
        return _load(None) if folder is None else load_folder(folder)
    except CatalogError as error:
        raise click.ClickException(str(error)) from None


@click.command("age")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="How far to look.")
@click.option("--at", type=_DAY, help="The day to count from, at noon UTC. [now]")
@click.option("--json", "as_machines", is_flag=True, help="Print JSON, with every price.")
@_DIRECTORY
def show_age(days: int, at: dt.datetime | None, as_machines: bool, catalog_dir: Path | None) -> None:
    """Print how old the checks of prices are, the oldest first, and what changes or retires soon."""
    from rich.console import Console

    from tokenquote.cli import upkeep_tables
    from tokenquote.upkeep.age import find_age

    age = find_age(_load(catalog_dir), _noon(at), days)
    if as_machines:
        click.echo(json.dumps(upkeep_tables.age_json(age), indent=2))
    else:
        upkeep_tables.print_age(age, days, Console())


UPKEEP_COMMANDS = (propose_entries, compare_prices, diff_catalogs, show_age)
"""The commands of the group `tokenquote catalog` that are about upkeep."""
