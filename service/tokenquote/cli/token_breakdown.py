"""Print the input tokens of a body for a person: where they are, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tokenquote_client.tokens import TokensAnswer

__all__ = ["print_answer"]

MAX_TOOLS_SHOWN = 20
_CERTAIN = ("stated", "exact", "rule")


def print_answer(answered: TokensAnswer, console: Console) -> None:
    """Print each part of the body that has tokens, their sum, and what the count rests on."""
    console.print(Group(*_sections(answered)))


def _sections(answered: TokensAnswer) -> Iterator[RenderableType]:
    how = answered.method if answered.vocabulary is None else f"{answered.method}, {answered.vocabulary}"
    yield Text.assemble((answered.model, "bold"), f"   {how}")
    yield Text()
    yield _parts(answered)
    yield from _notes(answered)


def _parts(answered: TokensAnswer) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("part")
    table.add_column("tokens", justify="right")
    for part, tokens in answered.breakdown.model_dump(by_alias=True).items():
        if tokens:
            table.add_row(part, f"{tokens:,}")
        if part == "tools":
            for name, tool in [*answered.tools.items()][:MAX_TOOLS_SHOWN]:
                table.add_row(Text(f"  {name}"), f"{tool:,}", style="dim")
    star = "" if answered.method in _CERTAIN else "*"
    table.add_row("input", f"{answered.input_tokens:,}{star}", style="bold green")
    return table


def _notes(answered: TokensAnswer) -> Iterator[RenderableType]:
    yield Text()
    if len(answered.tools) > MAX_TOOLS_SHOWN:
        yield Text(f"… {len(answered.tools) - MAX_TOOLS_SHOWN} more tools", style="dim")
    if answered.method not in _CERTAIN:
        yield Text("* rests on a fit or an assumption", style="dim")
    if answered.low != answered.high:
        yield Text(f"nine bills in ten are expected from {answered.low:,} to {answered.high:,}", style="dim")
    for part in answered.unknown:
        yield Text(f"! {part.what} at {part.pointer}: counted by its text", style="yellow")
    for note in answered.assumptions:
        yield Text(f"· {note}", style="dim")
