"""Chat templates of the catalog: `templates/*.jinja`, read when the counting rule that names one is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tokenquote.catalog.schema.providers import Counting

__all__ = ["with_template"]

MAX_BYTES = 256 * 1024


def with_template(rule: Counting, where: str, catalogs: Sequence[Path], problems: list[str]) -> Counting:
    """The rule with the text of its template, from the first of the catalogs that has the file."""
    if rule.template is None:
        return rule
    name = rule.template.file
    candidates = (catalog / "templates" / name for catalog in catalogs)
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        problems.append(f"counting.yaml: {where}.template.file: there is no templates/{name}")
        return rule
    if path.stat().st_size > MAX_BYTES:
        problems.append(f"templates/{name}: more than {MAX_BYTES} bytes")
        return rule
    try:
        text = path.read_text(encoding="utf-8")
    except ValueError:
        problems.append(f"templates/{name}: not UTF-8")
        return rule
    return rule.model_copy(update={"template": rule.template.model_copy(update={"text": text})})
