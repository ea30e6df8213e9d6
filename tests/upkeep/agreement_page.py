"""The tables of docs/catalog.md that say how far it agrees with others; `make agreement` writes them.

PYTHONPATH=.prices python -m tests.upkeep.agreement_page
"""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from tokenquote.cli import main
from tokenquote.upkeep.differences import read_differences

__all__ = ["PAGE", "agreement_of_today", "agreement_on_the_page", "compared_on"]

PAGE = Path(__file__).parents[2] / "docs" / "catalog.md"
BEGIN, END = "<!-- written by `make agreement` -->\n", "<!-- until here -->\n"


def compared_on() -> str:
    """The day of the newest source: what it cannot know does not count against it."""
    return max(read.prices_of for read in read_differences().read.values()).isoformat()


def agreement_of_today(*options: str) -> str:
    """The tables as the command prints them with the sources that are installed here."""
    arguments = ["catalog", "compare", "--at", compared_on(), "--markdown", *options]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def agreement_on_the_page() -> str:
    """The tables that the page holds."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + agreement_of_today() + END + rest.split(END)[1], encoding="utf-8")
