"""The text model within a config, its family, and what is to be said of fields that were not read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.memory.model_config.families import UNKNOWN
from tokenquote.memory.model_config.family_table import FAMILIES
from tokenquote.memory.model_config.fields import (
    ArchitectureError,
    ConfigFields,
    Location,
    as_list,
    as_mapping,
    as_text,
)
from tokenquote.memory.model_config.towers import Towers, read_towers

__all__ = ["TextModel"]

# Configs of models that also take images or audio hold the text model's fields in one of these.
_TEXT_MODELS = ("text_config", "llm_config", "language_config", "thinker_config")

# They keep what nobody here has read up: to count them like Llama would be wrong.
_OTHER_MEMORY = ("rwkv", "xlstm")
# The classes of encoders, of which those of known types are read elsewhere.
_ENCODER_CLASSES = ("ForMaskedLM", "ForPreTraining", "ForImageClassification", "ForCTC")


def _names_encoder(config: Mapping[str, Any]) -> bool:
    names = as_list(config.get("architectures")) or [""]
    return str(names[0]).endswith(_ENCODER_CLASSES)


class TextModel:
    """The text model within a config, and its family."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Find the text model.

        Raises:
            ArchitectureError: the model type is no word, or is one whose memory is not counted.
        """
        location: Location = ()
        inner = whole = config
        self._place: Location = ()
        for name in _TEXT_MODELS:
            if (text_model := as_mapping(inner.get(name))) is not None:
                whole, self._place = inner, location
                inner, location = text_model, (*location, name)
        self._outer = config
        self._whole = whole
        stated = inner.get("model_type") or config.get("model_type")
        model_type = as_text(stated)
        if stated is not None and model_type is None:
            raise ArchitectureError((*location, "model_type"), "a word is expected")
        if model_type in _OTHER_MEMORY:
            detail = f"{model_type} keeps other things than keys and values of heads: not yet offered"
            raise ArchitectureError((*location, "model_type"), detail)
        if model_type not in FAMILIES and _names_encoder(config):
            detail = f"{(model_type or '')[:64]!r} is an encoder of a kind that is not counted yet"
            raise ArchitectureError((*location, "model_type"), detail)
        self.model_type = model_type
        self.family = FAMILIES.get(model_type or "", UNKNOWN)
        self.known = model_type in FAMILIES
        self.fields = ConfigFields(inner, location, self.family.defaults, self.family.names)

    def tied(self) -> bool:
        """Return whether the output uses the embedding's matrix.

        A multimodal config says it at its top, for the whole model: transformers looks nowhere else.
        """
        inner = self.fields.flag("tie_word_embeddings", self.family.tied)
        return ConfigFields(self._outer, (), {}).flag("tie_word_embeddings", inner)

    def towers(self) -> Towers:
        """Return the towers beside the text model, and what is to be said of them.

        Raises:
            ArchitectureError: a field of a tower is wrong.
        """
        return read_towers(self._whole, self._place, self.fields.size("hidden_size"))

    def assumptions(self) -> tuple[str, ...]:
        """Return the defaults that were taken for fields which the config does not state."""
        return tuple(
            f"{name}: {value}, the default of {self.model_type}, which the config does not state"
            for name, value in self.fields.taken_defaults.items()
        )

    def warnings(self) -> tuple[str, ...]:
        """Return a warning if the model type is missing or not in the table of families."""
        if self.known:
            return ()
        if self.model_type is None:
            return ("the config has no model_type: counted as if the model were built like Llama",)
        return (f"model type {self.model_type[:64]!r} is not known: counted as if it were built like Llama",)

    def window_warning(self) -> tuple[str, ...]:
        """Return a warning if an unknown model has a window, since it is unknown too what it does with it."""
        fields = self.fields
        if self.known or not fields.raw("sliding_window") or fields.has("layer_types"):
            return ()
        if fields.has("use_sliding_window") or fields.has("sliding_window_pattern"):
            return ()
        return ("sliding_window is not applied, since no layer_types say where: an upper bound",)
