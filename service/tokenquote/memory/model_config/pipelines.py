"""Configs of diffusion pipelines among those of language models: which they are, and what is said to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.memory.layers import CacheLayout
from tokenquote.memory.layers.attention import NoAttention
from tokenquote.memory.model_config.fields import ArchitectureError, as_text

__all__ = ["NO_CACHE", "pipeline_class", "pipeline_layout", "refuse_pipeline"]

NO_CACHE = (
    "a diffusion pipeline makes a whole image at once, over and over, and keeps no keys and values between "
    "its steps: there is no KV cache"
)


def pipeline_class(config: Mapping[str, Any]) -> str | None:
    """Return the class of the pipeline that a config describes; None: it describes none."""
    name = as_text(config.get("_class_name"))
    return name if name is not None and name.endswith("Pipeline") else None


def pipeline_layout() -> CacheLayout:
    """Return the layout of a pipeline's cache, which holds nothing."""
    return CacheLayout((NoAttention(),), True, (NO_CACHE,), ())


def refuse_pipeline(config: Mapping[str, Any]) -> None:
    """Refuse a pipeline, or a component of one, where a language model is asked for.

    Raises:
        ArchitectureError: the config describes either.
    """
    name = as_text(config.get("_class_name"))
    if name is None:
        return
    said = f"{name[:64]!r} is a diffusion pipeline: only its weights and activations are counted"
    if pipeline_class(config) is None:
        inside = '{"_class_name": "StableDiffusionPipeline", "unet": {…}}'
        said = f"{name[:64]!r} is a class of diffusers: post the pipeline that it is of, such as {inside}"
    raise ArchitectureError(("_class_name",), said)
