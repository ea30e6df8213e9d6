"""Read what is known about models from YAML files into one immutable Catalog."""

from tokenquote.catalog.catalog import Catalog
from tokenquote.catalog.loading import load_catalog, shipped_catalog
from tokenquote.catalog.models import AmbiguousModel, CountedAs, Model, ModelNotFound, UnknownGpu
from tokenquote.catalog.yaml_files import CatalogError, parse_yaml

__all__ = [
    "AmbiguousModel",
    "Catalog",
    "CatalogError",
    "CountedAs",
    "Model",
    "ModelNotFound",
    "UnknownGpu",
    "load_catalog",
    "parse_yaml",
    "shipped_catalog",
]
