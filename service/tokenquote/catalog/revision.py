"""The revision of a catalog: a fingerprint of everything that can change an answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pydantic import BaseModel
from pydantic_core import to_json

from tokenquote.catalog.consistency import Tables

__all__ = ["find_revision"]


def find_revision(tables: Tables) -> str:
    """Return the same text for tables that say the same, and another for others."""
    named: tuple[Mapping[str, BaseModel], ...] = (
        tables.models, tables.vocabularies, tables.counting, tables.caching, tables.image_rules,
        tables.profiles, tables.media_limits, tables.rate_limits, tables.calibrated_families, tables.fits,
        tables.holidays, tables.workflows,
    )  # fmt: skip
    families = (*tables.families, *tables.media_families, *tables.hosts, *tables.host_doubts)
    parts = (
        *(dict(sorted(table.items())) for table in named),
        {name: repr(provider) for name, provider in tables.providers.items()},
        families, tables.media_rules, tables.quantization, tables.gpus,
    )  # fmt: skip
    digest = hashlib.sha256()
    for part in parts:
        digest.update(to_json(part, by_alias=True, exclude_none=True))
    return digest.hexdigest()[:16]
