"""Recorded and documented media figures beside what our rules say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenquote.catalog import AmbiguousModel, Catalog, UnknownModel
from tokenquote.catalog.image_rules_schema import ImageRule
from tokenquote.media import ImageRefused, count_image

_DATE = re.compile(r"-20\d\d-\d\d-\d\d$")


@dataclass(frozen=True)
class Measured:
    """One row of the figures."""

    row: int
    family: str
    tokens: int | None
    predicted: int | None
    low: int | None
    high: int | None
    method: str | None
    reason: str | None


class MediaCounter:
    """Counts the rows whose rule the catalog has."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def count(self, vectors: Path) -> Iterator[Measured]:
        """Every row of the file, attempted or not."""
        for index, row in enumerate(json.loads(vectors.read_text(encoding="utf-8"))):
            try:
                count = self._count(row)
            except (ImageRefused, LookupError) as error:
                reason = str(error.args[0])
                yield Measured(index, row["family"], row.get("tokens"), None, None, None, None, reason)
                continue
            yield Measured(
                index,
                row["family"],
                row.get("tokens"),
                count.tokens,
                count.low,
                count.high,
                count.method,
                None,
            )

    def _count(self, row: Mapping[str, Any]) -> Any:
        if row["modality"] != "image" or row.get("width") is None:
            raise LookupError("not a picture of a known size: not yet offered")
        rule = self._rule(row)
        detail = str(row["config"].get("detail", "high")).split("/")[0].split("=")[0]
        return count_image(rule, row["width"], row["height"], detail).count

    def _rule(self, row: Mapping[str, Any]) -> ImageRule:
        name = _DATE.sub("", re.split(r"[,/]", row["model"])[0].strip())
        if row["family"] == "claude":
            name = "claude-sonnet-4-5" if "standard" in row["model"] else "claude-opus-4-8"
        elif row["family"] == "gemini_2":
            name = "gemini-2.5-flash"
        elif row["family"] == "gemini_3" and row["config"].get("max_tokens", 1120) == 1120:
            name = "gemini-3.5-flash-lite"
        try:
            rule = self._catalog.resolve(name).images
        except (UnknownModel, AmbiguousModel):
            raise LookupError(f"no rule yet for {row['family']}: {row['model'][:80]}") from None
        if rule is None:
            raise LookupError(f"the catalog has no rule for pictures of {name}")
        return rule
