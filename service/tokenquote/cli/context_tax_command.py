"""The subcommand `context-tax`: what tools and instruction files cost before anyone has asked anything."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

__all__ = ["print_context_tax"]


@click.command("context-tax")
@click.argument("files", nargs=-1, type=click.File("rb"))
@click.option("--model", required=True, help="The model that reads them.")
@click.option("--tools", type=click.File("rb"), help="A JSON list of tool definitions of any known api.")
@click.option(
    "--mcp", "mcp_tools", type=click.File("rb"), help="An MCP server's answer to tools/list as a JSON file."
)
@click.option("--plan", type=click.File("rb"), help="The conversation behind them, a YAML or JSON plan.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--catalog-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A directory of your own catalog files, laid over the shipped ones and over those named before.",
)
def print_context_tax(
    files: tuple[IO[bytes], ...],
    model: str,
    tools: IO[bytes] | None,
    mcp_tools: IO[bytes] | None,
    plan: IO[bytes] | None,
    output: str,
    catalog_dir: tuple[Path, ...],
) -> None:
    """Show what tools and FILES, such as CLAUDE.md, cost in every request, the dearest first.

    FILES are texts that the system message holds.
    """
    from rich.console import Console

    from tokenquote.cli.context_tax_breakdown import print_answer
    from tokenquote.cli.plan_files import PlanFileError, answer_context_tax_files

    given = {"tools": tools, "mcp_tools": mcp_tools, "plan": plan}
    lists = {field: _read(file) for field, file in given.items() if file is not None}
    try:
        answered = answer_context_tax_files(model, lists, [*map(_read, files)], catalog_dir)
    except PlanFileError as error:
        raise click.ClickException(str(error)) from None
    if output == "json":
        click.echo(answered.model_dump_json(indent=2))
    else:
        print_answer(answered, Console())


def _read(file: IO[bytes]) -> tuple[bytes, str]:
    return file.read(), getattr(file, "name", "<stdin>")
