"""The JSON schema that editors check catalog files with, generated from the catalog's own models."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from tokenquote.catalog.image_rules import ImageRulesFile
from tokenquote.catalog.media_rules import MediaRulesFile
from tokenquote.catalog.schema.caching import CachingFile, ProfilesFile
from tokenquote.catalog.schema.calibration import CalibrationFile
from tokenquote.catalog.schema.counting import CountingFile
from tokenquote.catalog.schema.discounts import DiscountsFile
from tokenquote.catalog.schema.families import FamiliesFile
from tokenquote.catalog.schema.gpus import GpusFile
from tokenquote.catalog.schema.holidays import HolidaysFile
from tokenquote.catalog.schema.media_limits import MediaLimitsFile
from tokenquote.catalog.schema.open_weights import OpenWeightsFile
from tokenquote.catalog.schema.providers import ProviderFile
from tokenquote.catalog.schema.quantization import QuantizationFile
from tokenquote.catalog.schema.rate_limits import RateLimitsFile
from tokenquote.catalog.schema.vocabularies import VocabulariesFile
from tokenquote.catalog.schema.workflows import WorkflowsFile

__all__ = ["catalog_schema"]

_FILES = (
    ProviderFile,
    OpenWeightsFile,
    CountingFile,
    CalibrationFile,
    FamiliesFile,
    CachingFile,
    ImageRulesFile,
    MediaRulesFile,
    MediaLimitsFile,
    RateLimitsFile,
    QuantizationFile,
    GpusFile,
    ProfilesFile,
    DiscountsFile,
    HolidaysFile,
    VocabulariesFile,
    WorkflowsFile,
)


def catalog_schema() -> dict[str, Any]:
    """Return one schema for every file; which of them a file is shows in its first key."""
    refs, schema = models_json_schema([(kind, "validation") for kind in _FILES])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tokenquote model catalog",
        "anyOf": [refs[kind, "validation"] for kind in _FILES],
        "$defs": schema["$defs"],
    }
