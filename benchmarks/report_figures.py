"""docs/accuracy.md as data for the web page: `python -m benchmarks.report_figures < docs/accuracy.md`."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

__all__ = ["read_report"]

_RULE = re.compile(r"\|(:?-+:?\|)+")


def read_report(text: str) -> list[dict[str, Any]]:
    """Read a report into sections.

    Returns:
        Each section has a `title`, its `level` (1 for the page itself) and `blocks` in their order: a text is
        `{"text"}`, a list `{"items"}`, and a table `{"columns", "numeric", "rows"}`; `numeric` says
        of each column whether it stands to the right.
    """
    sections: list[dict[str, Any]] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        heading = re.fullmatch(r"(#+) (.+)", lines[0])
        if heading:
            sections.append({"title": heading[2], "level": len(heading[1]), "blocks": []})
        elif len(lines) > 1 and _RULE.fullmatch(lines[1]):
            sections[-1]["blocks"].append(_table(lines))
        elif all(line.startswith("- ") for line in lines):
            sections[-1]["blocks"].append({"items": [line[2:] for line in lines]})
        else:
            sections[-1]["blocks"].append({"text": " ".join(lines)})
    return sections


def _table(lines: list[str]) -> dict[str, Any]:
    return {
        "columns": _cells(lines[0]),
        "numeric": [rule.endswith(":") for rule in _cells(lines[1])],
        "rows": [_cells(line) for line in lines[2:]],
    }


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


if __name__ == "__main__":
    print(json.dumps(read_report(sys.stdin.read()), ensure_ascii=False, separators=(",", ":")))
