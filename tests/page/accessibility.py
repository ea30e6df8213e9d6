"""What axe-core finds on a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

__all__ = ["serious_findings"]

_GRAVE = {"serious", "critical"}


@cache
def _axe() -> str:
    return (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")


def serious_findings(page: Page) -> list[str]:
    """Return what is serious or critical, each with the first element that it is about."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_axe())
    # Of what it looks for and does not find, it need not list where it looked.
    found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    return [
        f"{row['impact']} {row['id']} ({len(row['nodes'])}): {row['nodes'][0]['html'][:200]}"
        f" {row['nodes'][0]['failureSummary']}"
        for row in found
        if row["impact"] in _GRAVE
    ]
