"""What stands in the YAML files of the shipped catalog, read without the code that is tested.

Tests that want a number of models, providers or GPUs count them here, so that a new one is one edit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

CATALOG = Path(__file__).parents[1] / "models_catalog"


def providers() -> dict[str, list[dict[str, Any]]]:
    """The models of each provider, by its id."""
    files = [_read(path) for path in sorted((CATALOG / "providers").glob("*.yaml"))]
    return {file["id"]: file["models"] for file in files}


def open_weights() -> list[str]:
    """The ids of all open-weight models."""
    files = [_read(path) for path in sorted((CATALOG / "open_weights").glob("*.yaml"))]
    return [model["id"] for file in files for model in file["models"]]


def gpus() -> dict[str, dict[str, Any]]:
    """Each GPU, by its id."""
    found: dict[str, dict[str, Any]] = _read(CATALOG / "gpus.yaml")["gpus"]
    return found


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
