"""Diffusion pipelines: text encoders, the network that takes noise away, and the autoencoder, by config.

A pipeline is the `model_index.json` of diffusers in which a component's configuration stands in place of the
pair of its library and class: `{"_class_name": "StableDiffusionPipeline", "unet": {…}, "vae": {…}}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tokenquote.memory.diffusion.autoencoder import Autoencoder, read_autoencoder
from tokenquote.memory.diffusion.transformers import (
    TRANSFORMERS,
    DiffusionTransformer,
    read_transformer,
)
from tokenquote.memory.diffusion.unet import Unet, read_unet
from tokenquote.memory.layers.parameters import tensors
from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config import read_architecture
from tokenquote.memory.model_config.fields import ArchitectureError, ConfigFields, as_list, as_mapping
from tokenquote.memory.model_config.pipelines import pipeline_class

__all__ = ["Component", "Network", "Pipeline", "read_pipeline"]

Network = Unet | DiffusionTransformer | Autoencoder
"""A network whose activations are counted."""

# The places of the components that are counted, and the class of a network whose config does not name it.
_DENOISERS = {"unet": "UNet2DConditionModel", "transformer": ""}
_AUTOENCODER = "vae"
_TEXT_ENCODERS = ("text_encoder", "text_encoder_2", "text_encoder_3")
# Components without weights, by how the name of their class ends.
_WITHOUT_WEIGHTS = ("Scheduler", "Tokenizer", "TokenizerFast", "Processor", "FeatureExtractor")
_LOWER_BOUND = "the weights are a lower bound"
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Component:
    """One component that has weights."""

    name: str
    """Its name in the pipeline, such as `unet` or `text_encoder_2`."""
    class_name: str
    tensors: tuple[Tensors, ...]
    network: Network | None = None
    """What activations depend on; None: of a text encoder, none are counted."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The components of a pipeline."""

    class_name: str
    components: tuple[Component, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    """The components that are not counted, which makes the weights a lower bound."""

    @property
    def denoiser(self) -> Unet | DiffusionTransformer | None:
        """The network that takes noise away; None: the config brings none."""
        networks = (part.network for part in self.components)
        return next(
            (network for network in networks if isinstance(network, Unet | DiffusionTransformer)), None
        )

    @property
    def autoencoder(self) -> Autoencoder | None:
        """The network that makes images of latent ones; None: the config brings none that is counted."""
        networks = (part.network for part in self.components)
        return next((network for network in networks if isinstance(network, Autoencoder)), None)

    @property
    def scale(self) -> int:
        """The pixels on a side of one place of a latent image; 1 without an autoencoder."""
        return 1 if self.autoencoder is None else self.autoencoder.scale

    @property
    def pixels_step(self) -> int:
        """The pixels that width and height must be a multiple of."""
        patch = self.denoiser.patch if isinstance(self.denoiser, DiffusionTransformer) else 1
        return self.scale * patch

    @property
    def guided_by_pair(self) -> bool:
        """Whether the pipeline of diffusers runs an empty prompt beside the prompt."""
        return self.denoiser.kind.guided_by_pair if isinstance(self.denoiser, DiffusionTransformer) else True


def read_pipeline(config: Mapping[str, Any]) -> Pipeline | None:
    """Return the pipeline that a config describes; None: it describes a model of another sort.

    Raises:
        ArchitectureError: a field of a component is missing or wrong, or its network is of a kind that is
            not counted.
    """
    class_name = pipeline_class(config)
    if class_name is None:
        return None
    reader = _PipelineReader()
    for name, stated in config.items():
        if not name.startswith("_"):
            reader.read(name, stated)
    if not any(component.network is not None for component in reader.components):
        places = ", ".join((*_DENOISERS, _AUTOENCODER))
        detail = f"missing: post the config.json of each component in its place, at least one of {places}"
        raise ArchitectureError((), detail)
    return Pipeline(class_name, tuple(reader.components), tuple(reader.assumptions), tuple(reader.warnings))


class _PipelineReader:
    """A reader of components, which gathers them and what is to be said of them."""

    def __init__(self) -> None:
        self.components: list[Component] = []
        self.assumptions: list[str] = []
        self.warnings: list[str] = []

    def read(self, name: str, stated: object) -> None:
        """Add a component, or say why it is not counted."""
        config = as_mapping(stated)
        if config is None:
            self._name_uncounted(name, stated)
        elif name in _DENOISERS:
            self._add_denoiser(name, config)
        elif name == _AUTOENCODER:
            self._add_autoencoder(name, config)
        elif name in _TEXT_ENCODERS:
            self._add_text_encoder(name, config)
        elif not str(config.get("_class_name") or "").endswith(_WITHOUT_WEIGHTS):
            self._warn(name, "a component of an unknown kind")

    def _name_uncounted(self, name: str, stated: object) -> None:
        pair = as_list(stated)
        if pair is None or len(pair) != 2 or not isinstance(pair[1], str):
            return  # a setting of the pipeline, or a component that is not there
        if name in (*_DENOISERS, _AUTOENCODER, *_TEXT_ENCODERS):
            self._warn(name, "post its config.json in place of its library and class")
        elif not pair[1].endswith(_WITHOUT_WEIGHTS):
            self._warn(name, "a component of an unknown kind")

    def _warn(self, name: str, said: str) -> None:
        self.warnings.append(f"{name[:_LONGEST_NAME]}: not counted, {said}: {_LOWER_BOUND}")

    def _add_denoiser(self, name: str, config: Mapping[str, Any]) -> None:
        class_name = str(config.get("_class_name") or _DENOISERS[name])
        if class_name == "UNet2DConditionModel":
            unet = read_unet(self._fields(name, config, {}))
            self._add(name, class_name, unet.tensors(), unet)
            return
        kind = TRANSFORMERS.get(class_name)
        if kind is None:
            known = ", ".join(("UNet2DConditionModel", *TRANSFORMERS))
            said = f"{class_name[:_LONGEST_NAME]!r} is not counted" if class_name else "missing"
            detail = f"{said}, only {known}: post the `header` of the network's file instead"
            raise ArchitectureError((name, "_class_name"), detail)
        fields = self._fields(name, config, kind.defaults)
        self._add(name, class_name, kind.tensors(fields), read_transformer(fields, kind))
        self._say_defaults(name, class_name, fields)

    def _add_autoencoder(self, name: str, config: Mapping[str, Any]) -> None:
        class_name = str(config.get("_class_name") or "AutoencoderKL")
        if class_name != "AutoencoderKL":
            self._warn(name, f"an autoencoder of the kind {class_name[:_LONGEST_NAME]!r}")
            return
        network = read_autoencoder(self._fields(name, config, {}))
        # As a vision tower, it is left in 16 bits where a format takes some matrices alone.
        found = (replace(tensor, role="tower") for tensor in network.tensors())
        self._add(name, class_name, found, network)

    def _add_text_encoder(self, name: str, config: Mapping[str, Any]) -> None:
        classes = as_list(config.get("architectures")) or [""]
        class_name = str(classes[0])[:_LONGEST_NAME]
        try:
            architecture = read_architecture(config)
        except ArchitectureError as error:
            raise error.under(name) from None
        if class_name.endswith("Model"):
            architecture = replace(architecture, tied=True)  # the class has no output matrix of its own
        self._add(name, class_name, iter(tensors(architecture)), None)
        self.assumptions += [f"{name}: {said}" for said in architecture.assumptions]
        self.warnings += [f"{name}: {said}" for said in architecture.warnings]

    def _add(
        self,
        name: str,
        class_name: str,
        found: Iterator[Tensors],
        network: Network | None,
    ) -> None:
        parts = tuple(replace(tensor, part=name) for tensor in found if tensor.copies)
        self.components.append(Component(name, class_name, parts, network))

    def _fields(self, name: str, config: Mapping[str, Any], defaults: Mapping[str, int]) -> ConfigFields:
        return ConfigFields(config, (name,), defaults)

    def _say_defaults(self, name: str, class_name: str, fields: ConfigFields) -> None:
        self.assumptions += [
            f"{name}.{field}: {value}, the default of {class_name}, which the config does not state"
            for field, value in fields.taken_defaults.items()
        ]
