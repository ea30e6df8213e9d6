"""Read the rows of a file of figures, whatever their shape; a row that is not understood keeps its number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["read_vectors", "why_not_attempted"]


def read_vectors(path: Path) -> list[Mapping[str, Any]]:
    """Read the rows of a plain list, of `{"entries": [...]}`, or of a file with one object on each line.

    An entry that is no object becomes an empty row, so that rows keep their numbers.
    """
    text = path.read_text(encoding="utf-8")
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        content = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(content, dict):
        content = content.get("entries", [content])
    return [row if isinstance(row, dict) else {} for row in content]


def why_not_attempted(error: Exception) -> str:
    """Say why a row has no prediction: the words of the rule that refused, or what the row lacks."""
    if isinstance(error, KeyError):
        return f"neither the row nor the catalog has {error}"
    if isinstance(error, LookupError | ValueError) and error.args:
        return str(error.args[0])
    return f"{type(error).__name__}: {error}"
