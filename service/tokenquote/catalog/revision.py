"""The revision of a catalog: a fingerprint of everything that can change an answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from tokenquote.catalog.consistency import Tables

__all__ = ["find_revision"]


def find_revision(tables: Tables) -> str:
    """Return the same text for tables that say the same, and another for others."""
    named: tuple[Mapping[str, BaseModel], ...] = (
        tables.models, tables.vocabularies, tables.counting, tables.caching, tables.image_rules,
        tables.profiles, tables.media_limits, tables.calibrated_families, tables.fits, tables.holidays,
    )  # fmt: skip
    content: list[Any] = [
        {name: entry.model_dump(mode="json", exclude_defaults=True) for name, entry in table.items()}
        for table in named
    ]
    content.append({name: repr(provider) for name, provider in tables.providers.items()})
    families = (*tables.families, *tables.media_families, *tables.hosts, *tables.host_doubts)
    content.append([family.model_dump(mode="json", exclude_defaults=True) for family in families])
    content.append(tables.media_rules.model_dump(mode="json", exclude_defaults=True))
    content.append(tables.quantization.model_dump(mode="json", exclude_defaults=True))
    content.append(tables.gpus.model_dump(mode="json", exclude_defaults=True))
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
