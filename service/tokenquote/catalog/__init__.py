"""What is known about models, as data: YAML files to one immutable Catalog."""

from tokenquote.catalog.catalog import (
    AmbiguousModel,
    Catalog,
    CountedAs,
    Model,
    UnknownGpu,
    UnknownModel,
)
from tokenquote.catalog.loading import load_catalog, shipped_catalog
from tokenquote.catalog.yaml_files import CatalogError, parse_yaml

__all__ = [
    "AmbiguousModel",
    "Catalog",
    "CatalogError",
    "CountedAs",
    "Model",
    "UnknownGpu",
    "UnknownModel",
    "load_catalog",
    "parse_yaml",
    "shipped_catalog",
]
