"""Read what is known about models from YAML files into one immutable Catalog."""

from tokenquote.catalog.catalog import Catalog
from tokenquote.catalog.faults import CatalogError, Fault
from tokenquote.catalog.folder_tables import shipped_catalog
from tokenquote.catalog.folders import Folder, read_folder
from tokenquote.catalog.loading import assemble_catalog, load_catalog
from tokenquote.catalog.models import AmbiguousModel, CountedAs, Model, ModelNotFound, UnknownGpu
from tokenquote.catalog.parsed_files import CACHE_DIR, ParsedFiles
from tokenquote.catalog.yaml_files import parse_yaml

__all__ = [
    "CACHE_DIR",
    "AmbiguousModel",
    "Catalog",
    "CatalogError",
    "CountedAs",
    "Fault",
    "Folder",
    "Model",
    "ModelNotFound",
    "ParsedFiles",
    "UnknownGpu",
    "assemble_catalog",
    "load_catalog",
    "parse_yaml",
    "read_folder",
    "shipped_catalog",
]
