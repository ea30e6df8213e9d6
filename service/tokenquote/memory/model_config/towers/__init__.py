"""The towers of a model that sees or hears: every tensor, and what of its config cannot be counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import ConfigFields, Location, as_mapping
from tokenquote.memory.model_config.towers.audio_kinds import AUDIO_KINDS
from tokenquote.memory.model_config.towers.projectors import AUDIO_JOINS, VISION_JOINS, Joint
from tokenquote.memory.model_config.towers.vision_kinds import VIT_KINDS, TowerKind
from tokenquote.memory.model_config.towers.vision_mergers import MERGING_KINDS

__all__ = ["Towers", "read_towers"]

VISION_KINDS: Mapping[str, TowerKind] = {**VIT_KINDS, **MERGING_KINDS}
_Joins = Mapping[str, Callable[[Joint], Iterator[Tensors]]]

# Fields of configs that describe parts which nothing here counts.
_OTHER_PARTS = (
    "code2wav_config", "qformer_config", "speech_config", "talker_config", "token2wav_config", "vision",
    "vision_backbone", "vision_tower", "vq_config",
)  # fmt: skip
# Published configs that name another tower than the model's own code builds.
_BUILT_OTHERWISE = {("minimax_m3_vl", "clip_vision_model"): "minimax_m3_vl_vision"}
# The kind that a model's class takes where a config names none.
_USUAL = {
    "gemma3": "siglip_vision_model", "idefics3": "idefics3_vision", "internvl": "internvl_vision",
    "llama4": "llama4_vision_model", "llava": "clip_vision_model", "llava_next": "clip_vision_model",
    "llava_onevision": "siglip_vision_model", "mistral3": "pixtral", "paligemma": "siglip_vision_model",
    "smolvlm": "smolvlm_vision",
}  # fmt: skip
_LOWER_BOUND = "the weights are a lower bound"


@dataclass(frozen=True, slots=True)
class Towers:
    """The towers of a config with what joins them to the text model."""

    tensors: tuple[Tensors, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    """What is left out, which makes the weights a lower bound."""


def read_towers(config: Mapping[str, Any], location: Location, hidden: int) -> Towers:
    """Return the towers that a config has beside its text model; what cannot be counted is named.

    Args:
        config: the object that holds the towers, and the text model or its fields.
        location: the way to it within the whole config.
        hidden: the hidden width of the text model.

    Raises:
        ArchitectureError: a field of a tower that is counted is wrong.
    """
    reader = _TowerReader(config, location, hidden)
    reader.read("vision_config", VISION_KINDS, VISION_JOINS)
    reader.read("audio_config", AUDIO_KINDS, AUDIO_JOINS)
    reader.read("encoder_config", AUDIO_KINDS, AUDIO_JOINS)
    reader.name_other_parts()
    return Towers(tuple(reader.tensors), tuple(reader.assumptions), tuple(reader.warnings))


class _TowerReader:
    """A reader of one config's towers, which gathers their tensors and what is to be said of them."""

    def __init__(self, config: Mapping[str, Any], location: Location, hidden: int) -> None:
        self._config = config
        self._location = location
        self._hidden = hidden
        self._type = str(config.get("model_type") or "").removesuffix("_text").removesuffix("_thinker")
        self.tensors: list[Tensors] = []
        self.assumptions: list[str] = []
        self.warnings: list[str] = []

    def read(self, name: str, kinds: Mapping[str, TowerKind], joins: _Joins) -> None:
        """Add the tower that a field describes."""
        stated = self._config.get(name)
        if not stated:
            return
        tower = as_mapping(stated)
        if tower is None:
            self.warnings.append(f"{name}: no object, not counted: {_LOWER_BOUND}")
            return
        kind = self._kind(tower, kinds)
        known = kinds.get(kind)
        if known is None:
            said = f"a tower of the unknown kind {kind[:64]!r}" if kind else "a tower that names no kind"
            self.warnings.append(f"{name}: {said}, not counted: {_LOWER_BOUND}")
            return
        fields = ConfigFields(tower, (*self._location, name), known.defaults, known.names)
        self.tensors += known.tensors(fields, self._hidden)
        self._join(name, fields, kind, joins)
        self.assumptions += [
            f"{name}.{field}: {value}, the default of {kind}, which the config does not state"
            for field, value in fields.taken_defaults.items()
        ]
        self.assumptions.append(
            f"{name}: counted, in 16 bits where the format leaves it out (of GGUF, its own file)"
        )

    def _kind(self, tower: Mapping[str, Any], kinds: Mapping[str, TowerKind]) -> str:
        """Return the tower's own type, or where it names none that of the model."""
        stated = str(tower.get("model_type") or "")
        if not stated:
            usual = (_USUAL.get(self._type, ""), f"{self._type}_vision", self._type)
            stated = next((kind for kind in usual if kind in kinds), "")
        return _BUILT_OTHERWISE.get((self._type, stated), stated)

    def _join(self, name: str, fields: ConfigFields, kind: str, joins: _Joins) -> None:
        whole = ConfigFields(self._config, self._location, {})
        if (join := joins.get(self._type)) is not None:
            self.tensors += join(Joint(whole, fields, self._hidden))
        elif kind in VIT_KINDS:
            detail = f"what joins the tower to the text model of {self._type[:64]!r}, not counted"
            self.warnings.append(f"{name}: {detail}: {_LOWER_BOUND}")

    def name_other_parts(self) -> None:
        """Name the parts that nothing here counts."""
        self.warnings += [
            f"{name}: not counted: {_LOWER_BOUND}" for name in _OTHER_PARTS if self._config.get(name)
        ]
