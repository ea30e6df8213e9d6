"""The `tokenquote` command and its subcommands."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tokenquote import __version__

try:
    import click
except ModuleNotFoundError:
    print("The tokenquote command needs its extra: pip install 'tokenquote[service]'", file=sys.stderr)
    raise SystemExit(1) from None

from tokenquote.cli.context_tax_command import print_context_tax
from tokenquote.cli.key_commands import keys
from tokenquote.cli.memory_commands import memory
from tokenquote.cli.model_list import models
from tokenquote.cli.quote_command import print_quote
from tokenquote.cli.training_command import print_training
from tokenquote.cli.upkeep_commands import UPKEEP_COMMANDS
from tokenquote.cli.what_if_commands import WHAT_IF_COMMANDS

if TYPE_CHECKING:
    from tokenquote.settings import Settings

__all__ = ["main"]


_CATALOG_DIR = click.option(
    "--catalog-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A directory of your own catalog files, laid over the shipped ones and over those named before.",
)


@click.group()
@click.version_option(__version__)
def main() -> None:
    """A quote before the call: the tokens and money of a planned LLM conversation."""


main.add_command(keys)
memory.add_command(print_training)
main.add_command(memory)
main.add_command(print_context_tax)
main.add_command(models)
main.add_command(print_quote)
for beside_quote in WHAT_IF_COMMANDS:
    main.add_command(beside_quote)


@main.command()
@click.option("--host", help="The address to listen on. [TOKENQUOTE_HOST; 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on. [TOKENQUOTE_PORT; 8000]")
def serve(host: str | None, port: int | None) -> None:
    """Run the HTTP service."""
    from tokenquote.cli.serving import run_service

    stated = {"host": host, "port": port}
    run_service(
        _settings().model_copy(update={name: value for name, value in stated.items() if value is not None})
    )


def _settings() -> Settings:
    """Read the settings; variables with bad values end the command, which names each."""
    from pydantic import ValidationError

    from tokenquote.errors.field_faults import describe_fault
    from tokenquote.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        wrong = (
            f"TOKENQUOTE_{str(e['loc'][0]).upper()}: {describe_fault(e)}"
            for e in error.errors(include_input=False)
        )
        raise click.ClickException("\n".join(wrong)) from None


@main.command("tokens")
@click.argument("body", type=click.File("rb"))
@click.option("--format", "body_format", required=True, help="The API that the body is for: openai.chat, …")
@click.option("--model", help="The model to count for, instead of the model that the body names.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_CATALOG_DIR
def print_tokens(
    body: IO[bytes], body_format: str, model: str | None, output: str, catalog_dir: tuple[Path, ...]
) -> None:
    """Count the request body in BODY, a JSON file (- for standard input), exactly as it would be sent."""
    from rich.console import Console

    from tokenquote.cli.plan_files import PlanFileError, answer_body_file
    from tokenquote.cli.token_breakdown import print_answer

    name = getattr(body, "name", "<stdin>")
    try:
        answered = answer_body_file(body.read(), name, body_format, model, catalog_dir)
    except PlanFileError as error:
        raise click.ClickException(str(error)) from None
    if output == "json":
        click.echo(answered.model_dump_json(indent=2))
    else:
        print_answer(answered, Console())


@main.command("deployment")
@click.argument("question", type=click.File("rb"))
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--gpu", help="The GPU instead of the question's: an id of GET /v1/gpus, or an alias.")
@click.option("--gpu-count", type=int, help="The number of GPUs instead of the question's.")
@click.option("--config", type=click.File("rb"), help="A config.json that replaces the question's model.")
@_CATALOG_DIR
def print_deployment(
    question: IO[bytes],
    output: str,
    gpu: str | None,
    gpu_count: int | None,
    config: IO[bytes] | None,
    catalog_dir: tuple[Path, ...],
) -> None:
    """Say whether the model of QUESTION fits on GPUs, how fast it is there, and when hosting is cheaper.

    QUESTION is a YAML or JSON file (- for standard input) with the fields that POST /v1/deployments takes.
    """
    from rich.console import Console

    from tokenquote.cli.deployment_breakdown import print_answer
    from tokenquote.cli.plan_files import PlanFileError, answer_deployment_file

    stated = {"gpu": gpu, "gpu_count": gpu_count}
    changes = {name: value for name, value in stated.items() if value is not None}
    name = getattr(question, "name", "<stdin>")
    try:
        shape = None if config is None else config.read()
        answered = answer_deployment_file(question.read(), name, changes, catalog_dir, shape)
    except PlanFileError as error:
        raise click.ClickException(str(error)) from None
    if output == "json":
        click.echo(answered.model_dump_json(indent=2))
    else:
        print_answer(answered, Console())


@main.command()
def health() -> None:
    """Ask the service of this host, on TOKENQUOTE_PORT, whether it is ready; exit 1 if it is not."""
    from http.client import HTTPConnection, HTTPException

    # Not through httpx2: a probe runs every few seconds, and must not meet a proxy of the environment.
    connection = HTTPConnection("127.0.0.1", _settings().port, timeout=3)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise click.ClickException(f"no answer from port {connection.port}: {error!r}") from None
    finally:
        connection.close()
    if status != 200:
        raise click.ClickException(f"not ready: /readyz answered {status}")
    click.echo("ready")


@main.group()
def catalog() -> None:
    """Check the model catalog and keep it up to date."""


for command in UPKEEP_COMMANDS:
    catalog.add_command(command)


@catalog.command("check")
@click.argument("directories", nargs=-1, type=click.Path(path_type=Path, file_okay=False))
def check_catalog(directories: tuple[Path, ...]) -> None:
    """Load the shipped catalog, with the files of DIRECTORIES over it in this order; print every mistake."""
    from tokenquote.catalog import CatalogError, load_catalog

    try:
        loaded = load_catalog(*directories)
    except CatalogError as error:
        raise click.ClickException(str(error)) from None
    sold = len(loaded.models) - loaded.open_weights
    click.echo(
        f"{sold} models of {len(loaded.providers)} providers and {loaded.open_weights} open-weight models, "
        f"revision {loaded.revision}"
    )


@catalog.command("schema")
def print_schema() -> None:
    """Print the JSON schema of the catalog's files, for editors."""
    from tokenquote.catalog.json_schema import catalog_schema

    click.echo(json.dumps(catalog_schema(), indent=2, ensure_ascii=False))


@main.group()
def vocabularies() -> None:
    """List or import the vocabularies that texts are counted with."""


def _catalog_dirs() -> tuple[Path, ...]:
    directories = _settings().catalog_dir
    if not directories:
        raise click.ClickException("set TOKENQUOTE_CATALOG_DIR to the directory of your own catalog")
    return directories


@vocabularies.command("list")
def list_vocabularies() -> None:
    """List every vocabulary of the catalog: where its file is, or why it cannot be used."""
    from tokenquote.catalog import CatalogError, load_catalog
    from tokenquote.tokens import Vocabularies

    try:
        catalog = load_catalog(*_settings().catalog_dir)
    except CatalogError as error:
        raise click.ClickException(str(error)) from None
    loaded = Vocabularies(catalog.vocabularies)
    for name, entry in catalog.vocabularies.items():
        place = f"from {entry.package}" if entry.package else entry.source
        click.echo(f"{name:16} {loaded.trouble(name) or place}")


@vocabularies.command("add")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def add_vocabulary(name: str, path: Path) -> None:
    """Import the file PATH as the vocabulary NAME into the last directory of TOKENQUOTE_CATALOG_DIR."""
    from tokenquote.catalog import CatalogError, load_catalog
    from tokenquote.cli.vocabulary_import import ImportRefused, import_vocabulary

    *others, directory = _catalog_dirs()
    try:
        catalog = load_catalog(*others, directory if directory.is_dir() else None)
        entry = import_vocabulary(name, path, catalog, directory)
    except (CatalogError, ImportRefused) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{name}: {entry.format}, SHA-256 {entry.sha256}, in {directory / str(entry.file)}")
