"""Why a catalog cannot be used: every reason as a sentence, with the file, the line and the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tokenquote.catalog.folders import Folder
from tokenquote.catalog.yaml_text import NotYaml, index_lines

__all__ = ["CatalogError", "Fault", "find_faults"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a catalog cannot be used, as a person looks for it."""

    file: str
    """The file by its path inside the catalog's folder, or the folder."""
    line: int | None
    """The line, from 1. None: no single line is to blame."""
    field: str
    """The place in the file, such as `models[gpt-5].prices[0].rates`; empty: the file as a whole."""
    what: str
    """What is wrong there, in words."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        return ": ".join(filter(None, (place, self.field, self.what)))


class CatalogError(Exception):
    """The catalog cannot be used as it is; `problems` says every reason, one sentence each.

    `faults` says the same by file, line and field; its lines are known once the files have been looked at.
    """

    def __init__(self, problems: Sequence[str], folders: Sequence[Folder] = ()) -> None:
        self.problems = tuple(problems)
        self.faults = tuple(find_faults(problems, folders))
        super().__init__("\n".join(map(str, self.faults)))


_PROBLEM = re.compile(
    r"(?P<file>[^:]+)(:(?P<line>\d+))?: ((?P<field>[^\s:\[]+(\[[^\]]*\][^\s:\[]*)*): )?(?P<what>.*)",
    re.DOTALL,
)


def find_faults(problems: Iterable[str], folders: Sequence[Folder]) -> Iterable[Fault]:
    """Yield each problem with the line that it lies in.

    Args:
        problems: sentences that begin with the file and, best, the field: `gpus.yaml: gpus.h100.maker: …`.
        folders: the folders that were read, of which a later one covers an earlier.
    """
    lines: dict[tuple[int, str], dict[str, int]] = {}
    for problem in problems:
        found = _PROBLEM.fullmatch(problem)
        if found is None:
            yield Fault("", None, "", problem)
            continue
        file, line, field = found["file"], found["line"], found["field"] or ""
        number = int(line) if line is not None else _find_line(file, field, folders, lines)
        yield Fault(file, number, field, found["what"])


def _find_line(
    file: str, field: str, folders: Sequence[Folder], known: dict[tuple[int, str], dict[str, int]]
) -> int | None:
    """Return the line of the field, or of what should hold it, in the last folder that has it."""
    if not field:
        return None
    best: tuple[int, int] | None = None
    for i, folder in reversed([*enumerate(folders)]):
        if file not in folder.files:
            continue
        if (i, file) not in known:
            known[i, file] = _index(folder.files[file])
        for place in _shorter_and_shorter(field):
            if place in known[i, file] and (best is None or len(place) > best[0]):
                best = len(place), known[i, file][place]
    return best[1] if best is not None else None


def _index(content: bytes) -> dict[str, int]:
    try:
        return index_lines(content)
    except NotYaml:
        return {}


def _shorter_and_shorter(field: str) -> Iterable[str]:
    """Yield `a.b[c].d`, `a.b[c]`, `a.b`, `a`."""
    while field:
        yield field
        field = field[: max(field.rfind("."), field.rfind("["), 0)]
