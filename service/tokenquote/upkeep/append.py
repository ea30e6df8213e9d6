"""Append proposals to the files of a catalog, and take everything back if the catalog then does not load."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tokenquote.catalog import Catalog, CatalogError, load_catalog, shipped_catalog
from tokenquote.upkeep.proposal_yaml import block_lines, entry_lines, provider_head
from tokenquote.upkeep.propose import Proposal

__all__ = ["append_proposals", "load_folder"]


def append_proposals(directory: Path, proposals: Iterable[Proposal]) -> list[str]:
    """Write the proposals into `providers/*.yaml` of a directory and return the names of the files.

    A new model goes to the end of its provider's file, which is begun if there is none; a new block goes
    behind the model's last one. No line that stands there is changed.

    Raises:
        CatalogError: the catalog would not load with them, for the reasons that it names; nothing is written.
    """
    before: dict[Path, str | None] = {}
    for proposal in proposals:
        path = directory / "providers" / f"{proposal.provider}.yaml"
        text = path.read_text(encoding="utf-8") if path.is_file() else None
        before.setdefault(path, text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_with(proposal, text), encoding="utf-8")
    try:
        load_folder(directory)
    except CatalogError:
        for path, text in before.items():
            path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        raise
    return [f"providers/{path.name}" for path in before]


def load_folder(directory: Path) -> Catalog:
    """Return the whole catalog of a folder, or the shipped one with the folder's files over it.

    Raises:
        CatalogError: the files cannot be used; it holds every reason.
    """
    is_whole = directory == shipped_catalog() or (directory / "counting.yaml").is_file()
    return load_catalog(shipped=directory) if is_whole else load_catalog(directory)


def _with(proposal: Proposal, text: str | None) -> str:
    if proposal.listed is not None:
        head = text if text is not None else provider_head(proposal.provider, proposal.provider.title())
        return "\n".join([head.rstrip("\n"), "", *entry_lines(proposal), ""])
    lines = (text or "").splitlines()
    place = _end_of_model(lines, proposal.model)
    new = [line for block in proposal.blocks for line in block_lines(block)]
    return "\n".join([*lines[:place], *new, *lines[place:], ""])


def _end_of_model(lines: list[str], model: str) -> int:
    """Return the number of the line behind the last one of a model's entry."""
    start = re.compile(rf"^  - id: [\"']?{re.escape(model)}[\"']?\s*$")
    first = next((number for number, line in enumerate(lines) if start.match(line)), None)
    if first is None:
        raise CatalogError(
            [f"{model}: its entry is not written over several lines; append the block by hand"]
        )
    last = first
    for number in range(first + 1, len(lines)):
        if lines[number].startswith("  - "):
            break
        if lines[number].strip() and not lines[number].startswith("  #"):
            last = number
    return last + 1
