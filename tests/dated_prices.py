"""A maker of our own whose prices change on known days, so that no test fixes what a real model will cost."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tokenquote.catalog import Catalog, load_catalog

__all__ = ["DOUBLES", "LOSES_FAST", "dated_catalog"]

DOUBLES = "acme/doubles"
"""Twice as dear from 1 December 2026."""
LOSES_FAST = "acme/loses-fast"
"""Without its mode `fast` from 30 November 2026; everything else stays."""

_PROVIDER = """\
id: acme
name: Acme
first_party: true
models:
  - id: doubles
    name: Doubles
    context: {window: 1000000}
    counting: openai-gpt-5
    prices:
      - {rates: {input: "2", output: "10"}, source: https://example.com, checked: 2026-11-12}
      - from: 2026-12-01
        rates: {input: "4", output: "20"}
        source: https://example.com
        checked: 2026-11-12
  - id: loses-fast
    name: Loses Fast
    context: {window: 1000000}
    counting: openai-gpt-5
    prices:
      - rates: {input: "5", output: "25"}
        modes: {batch: {times: "0.5"}, fast: {times: "2"}}
        source: https://example.com
        checked: 2026-11-12
      - from: 2026-11-30
        rates: {input: "5", output: "25"}
        modes: {batch: {times: "0.5"}}
        source: https://example.com
        checked: 2026-11-12
"""


@cache
def dated_catalog() -> Catalog:
    """The shipped catalog with that maker over it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "providers" / "acme.yaml"
        path.parent.mkdir()
        path.write_text(_PROVIDER)
        return load_catalog(Path(folder))
