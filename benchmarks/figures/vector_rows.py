"""Rows of a file of figures, whatever their shape: a row that nobody understands still gets its line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["read_vectors", "why_not_attempted"]


def read_vectors(path: Path) -> list[Mapping[str, Any]]:
    """Rows of a plain list, of `{"entries": [...]}`, or of one object a line.

    What is no object is an empty row, so that rows keep their numbers.
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
    """The reason that a row's line has: what a rule says of itself, or what the row lacks."""
    if isinstance(error, KeyError):
        return f"neither the row nor the catalog has {error}"
    if isinstance(error, LookupError | ValueError) and error.args:
        return str(error.args[0])
    return f"{type(error).__name__}: {error}"
