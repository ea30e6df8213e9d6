"""docs/catalog.md says how far the catalog agrees with others: what the installed packages can confirm of it.

A new model or price is an edit of one file, so what the catalog itself has may be ahead of the page; the
versions, what the sources list, and that no difference lacks a reason must be as the page says.
"""

from __future__ import annotations

import re

from tests.upkeep.agreement_page import agreement_of_today, agreement_on_the_page

from tokenquote.upkeep.differences import read_differences


def tables(text: str) -> dict[str, dict[str, list[int]]]:
    """The numbers of each source's table, by provider."""
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    return {
        title: {
            cells[0]: [int(cell.replace(",", "")) for cell in cells[1:]]
            for line in part.splitlines()
            if line.startswith("| ") and (cells := line.strip("| ").split(" | "))[0] != "provider"
        }
        for title, part in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_the_page_is_about_the_versions_that_the_differences_are_about() -> None:
    read = read_differences().read
    assert list(tables(agreement_on_the_page())) == [
        f"{name} {source.version}" for name, source in read.items()
    ]


def test_no_difference_lacks_a_reason() -> None:
    for table in tables(agreement_on_the_page()).values():
        assert [provider for provider, row in table.items() if row[5]] == []
        assert table["all"][3] > 1000


def test_what_genai_prices_lists_is_as_the_page_says() -> None:
    (title, today), *_ = tables(agreement_of_today("--source", "genai-prices")).items()
    page = tables(agreement_on_the_page())[title]
    listed = {provider: row[1] for provider, row in page.items() if provider != "all"}
    now = {provider: row[1] for provider, row in today.items() if provider != "all"}
    assert listed.items() <= now.items()
    assert [provider for provider, row in today.items() if row[5]] == []
