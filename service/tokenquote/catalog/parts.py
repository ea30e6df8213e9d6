"""What has been read of a catalog so far, table by table."""

from __future__ import annotations

from dataclasses import dataclass, field

from tokenquote.catalog.catalog import Provider
from tokenquote.catalog.schema.calibration import CalibratedFamily, Fit
from tokenquote.catalog.schema.families import Family, MediaFamily
from tokenquote.catalog.schema.gpus import GpusFile
from tokenquote.catalog.schema.image_rules import ImageRule
from tokenquote.catalog.schema.media_limits import MediaLimits
from tokenquote.catalog.schema.media_rules import MediaRulesFile
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry, QuantizationFile
from tokenquote.catalog.schema.providers import AmountProfiles, Caching, Counting, ModelEntry
from tokenquote.catalog.schema.vocabularies import Vocabulary

__all__ = ["Parts"]


@dataclass
class Parts:
    """What has been read so far, by name; `origin` remembers the file of each model for errors."""

    providers: dict[str, Provider] = field(default_factory=dict)
    models: dict[str, ModelEntry | OpenWeightsEntry] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    vocabularies: dict[str, Vocabulary] = field(default_factory=dict)
    counting: dict[str, Counting] = field(default_factory=dict)
    calibrated_families: dict[str, CalibratedFamily] = field(default_factory=dict)
    fits: dict[str, Fit] = field(default_factory=dict)
    families: tuple[Family, ...] = ()
    media_families: tuple[MediaFamily, ...] = ()
    caching: dict[str, Caching] = field(default_factory=dict)
    image_rules: dict[str, ImageRule] = field(default_factory=dict)
    media_rules: MediaRulesFile = field(default_factory=MediaRulesFile)
    media_limits: dict[str, MediaLimits] = field(default_factory=dict)
    quantization: QuantizationFile = field(default_factory=QuantizationFile)
    gpus: GpusFile = field(default_factory=GpusFile)
    profiles: dict[str, AmountProfiles] = field(default_factory=dict)

    def weights_of(self, entry: ModelEntry | OpenWeightsEntry) -> OpenWeightsEntry | None:
        """The entry itself, or that of the weights which the provider says it runs."""
        found = self.models.get(entry.weights or "") if isinstance(entry, ModelEntry) else entry
        return found if isinstance(found, OpenWeightsEntry) else None
