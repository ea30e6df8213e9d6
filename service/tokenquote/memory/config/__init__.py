"""A Hugging Face `config.json` as it is, to what costs memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.memory.config.attention import read_attention
from tokenquote.memory.config.families import UNKNOWN, Family
from tokenquote.memory.config.family_table import FAMILIES
from tokenquote.memory.config.fields import ArchitectureError, Fields, Location
from tokenquote.memory.config.layer_extras import extras_of_layer, extras_of_model
from tokenquote.memory.config.mlp import expert_number, read_mlps, refuse_unknown_experts
from tokenquote.memory.config.vision import tower_tensors
from tokenquote.memory.layers import (
    Architecture,
    Attention,
    CacheLayout,
    Experts,
    GroupedAttention,
    Layer,
    Mlp,
    NoAttention,
)
from tokenquote.memory.layers.tensors import Tensors, matrix

__all__ = ["read_architecture", "read_cache_layout"]

# Configs of models that also see or hear hold the text model's fields in one of these.
_TEXT_MODELS = ("text_config", "llm_config", "language_config", "thinker_config")
_OTHER_TOWERS = ("audio_config", "vision_tower", "speech_config", "vision")

_NOT_COUNTED = "{}: not counted"
# Towers that several models have, each with a projector of its own; these are the ones that are counted.
_JOINED = {
    "siglip_vision_model": ("gemma3",),
    "clip_vision_model": ("llava",),
    "pixtral": ("mistral3", "llava"),
}

# Encoders keep nothing, others keep what nobody here has read up: to count them like Llama would be wrong.
_OTHER_MEMORY = (
    "bert", "deberta", "deberta-v2", "distilbert", "electra", "modernbert", "mpnet", "roberta", "rwkv", "t5",
    "xlm-roberta", "xlstm",
)  # fmt: skip


def read_cache_layout(config: Mapping[str, Any]) -> CacheLayout:
    """What the KV cache of the model depends on.

    Raises:
        ArchitectureError: a field is missing or wrong, or a layer kind is not counted yet.
    """
    reader = _TextModel(config)
    layers = read_attention(reader.fields, reader.family)
    assumptions, warnings = reader.assumptions(), reader.warnings()
    if reader.model_type is None:
        # The fields are the reader's own, and a cache depends on no more than they say.
        assumptions = (
            *assumptions,
            "no model_type: every layer is taken to attend to all tokens, or as stated",
        )
        warnings = ()
    known = reader.known or reader.model_type is None
    return CacheLayout(layers, known, assumptions, (*warnings, *reader.window_warning()))


def read_architecture(config: Mapping[str, Any]) -> Architecture:
    """What the weights of the model depend on.

    Raises:
        ArchitectureError: a field is missing or wrong, or a layer kind is not counted yet.
    """
    reader = _TextModel(config)
    fields, family = reader.fields, reader.family
    _require_all(fields, family)
    if not reader.known:
        refuse_unknown_experts(fields)
    attention = read_attention(fields, family)
    seen, left_out = reader.tower()
    return Architecture(
        hidden=fields.size("hidden_size"),
        vocabulary=fields.size("vocab_size"),
        tied=reader.tied(),
        layers=_layers(attention, fields, family),
        final_norm=family.norm_weight,
        norm_bias=family.norm_bias,
        norm_weight=family.norm_weight,
        head_bias=family.head_bias,
        other=(*extras_of_model(attention, fields, family), *seen),
        model_type=reader.model_type,
        known=reader.known,
        assumptions=(*reader.assumptions(), *left_out, *_left_out(config, fields)),
        warnings=reader.warnings(),
    )


class _TextModel:
    """Finds the text model within a config, and its family."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        location: Location = ()
        inner: Any = config
        for name in _TEXT_MODELS:
            if isinstance(inner.get(name), Mapping):
                inner, location = inner[name], (*location, name)
        self._outer = config
        model_type = inner.get("model_type") or config.get("model_type")
        if model_type is not None and not isinstance(model_type, str):
            raise ArchitectureError((*location, "model_type"), "a word is expected")
        if model_type in _OTHER_MEMORY:
            detail = f"{model_type} keeps other things than keys and values of heads: not yet offered"
            raise ArchitectureError((*location, "model_type"), detail)
        self.model_type: str | None = model_type
        self.family = FAMILIES.get(model_type or "", UNKNOWN)
        self.known = model_type in FAMILIES
        self.fields = Fields(inner, location, self.family.defaults, self.family.names)

    def tied(self) -> bool:
        """Multimodal configs state it outside of their text model."""
        outer = Fields(self._outer, (), {}).flag("tie_word_embeddings", self.family.tied)
        return self.fields.flag("tie_word_embeddings", outer)

    def tower(self) -> tuple[tuple[Tensors, ...], list[str]]:
        """What sees, and what is to be said of it; a tower that nobody here has read up is left out."""
        vision = self._outer.get("vision_config")
        if not vision:
            return (), []
        if not isinstance(vision, Mapping):
            return (), [_NOT_COUNTED.format("vision_config")]
        kind = str(vision.get("model_type") or self._outer.get("model_type"))
        if self._outer.get("model_type") not in _JOINED.get(kind, (self._outer.get("model_type"),)):
            return (), [_NOT_COUNTED.format("vision_config")]
        try:
            found = tower_tensors(
                kind, Fields(vision, ("vision_config",), {}), self.fields.size("hidden_size")
            )
        except ArchitectureError as error:
            where = ".".join(map(str, error.location))
            return (), [f"{_NOT_COUNTED.format('vision_config')} ({where}: {error.detail})"]
        if found is None:
            return (), [_NOT_COUNTED.format("vision_config")]
        return found, [
            "vision_config: counted, in 16 bits where the format leaves it out (of GGUF, its own file)"
        ]

    def assumptions(self) -> tuple[str, ...]:
        return tuple(
            f"{name}: {value}, the default of {self.model_type}, which the config does not state"
            for name, value in self.fields.taken_defaults.items()
        )

    def warnings(self) -> tuple[str, ...]:
        if self.known:
            return ()
        if self.model_type is None:
            return ("the config has no model_type: counted as if the model were built like Llama",)
        return (f"model type {self.model_type[:64]!r} is not known: counted as if it were built like Llama",)

    def window_warning(self) -> tuple[str, ...]:
        """What an unknown model does with its window is unknown too."""
        fields = self.fields
        if self.known or not fields.raw("sliding_window") or fields.has("layer_types"):
            return ()
        if fields.has("use_sliding_window") or fields.has("sliding_window_pattern"):
            return ()
        return ("sliding_window is not applied, since no layer_types say where: an upper bound",)


def _require_all(fields: Fields, family: Family) -> None:
    layers = "num_layers" if family.shape == "longcat" else "num_hidden_layers"
    names = [layers, "hidden_size", "num_attention_heads", "vocab_size", "intermediate_size"]
    recurrent_only = family.mixer in ("mamba", "mamba2") and not fields.has("num_attention_heads")
    if recurrent_only:
        names.remove("num_attention_heads")
    if _has_no_dense_width(fields, family) or (recurrent_only and family.norms_per_layer == 1):
        names.remove("intermediate_size")
    if fields.has("kv_lora_rank"):
        names += ["qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"]
    if family.shape == "nemotron_h" and fields.has("layers_block_type"):
        names.remove("num_hidden_layers")
    fields.require(*names)


def _has_no_dense_width(fields: Fields, family: Family) -> bool:
    """Whether the width of a dense block need not be stated."""
    if family.mlp_times is not None or family.shape in ("nemotron_nas", "longcat", "deepseek_v4"):
        return True
    if any(
        fields.has(name) for name in ("intermediate_size_mlp", "dense_intermediate_size", "ffn_hidden_size")
    ):
        return True
    only_experts = fields.has("moe_intermediate_size") and not fields.count("first_k_dense_replace")
    return only_experts and expert_number(fields) is not None


def _layers(attention: tuple[Attention, ...], fields: Fields, family: Family) -> tuple[Layer, ...]:
    if family.shape == "longcat":
        return _longcat_layers(attention, fields, family)
    if family.shape == "zamba":
        return _zamba_layers(attention, fields, family)
    seen: dict[object, Layer] = {}
    layers = []
    for one, mlp in zip(attention, _mlps(attention, fields, family), strict=True):
        if (one, mlp) not in seen:
            extras = extras_of_layer(one, mlp, fields, family)
            seen[one, mlp] = Layer(one, mlp, _norms(one, mlp, fields, family), extras)
        layers.append(seen[one, mlp])
    return tuple(layers)


def _mlps(attention: tuple[Attention, ...], fields: Fields, family: Family) -> list[Any]:
    """Blocks of each layer; pure Mamba has none."""
    if family.norms_per_layer == 1 and family.mixer in ("mamba", "mamba2") and family.shape == "decoder":
        return [None] * len(attention)
    return list(read_mlps(attention, fields, family))


def _norms(attention: Attention, mlp: object, fields: Fields, family: Family) -> int:
    if family.shape == "falcon":
        return _falcon_norms(fields)
    if family.shape == "nemotron_nas":
        return (not isinstance(attention, NoAttention)) + (mlp is not None)
    return family.norms_per_layer


def _falcon_norms(fields: Fields) -> int:
    """One before attention and block together; two in the 40B and 180B, and where they come in turn."""
    if not fields.flag("parallel_attn", True):
        return 2
    stated = fields.optional_size("num_ln_in_parallel_attn")
    return stated or (2 if fields.flag("new_decoder_architecture", False) else 1)


def _longcat_layers(attention: tuple[Attention, ...], fields: Fields, family: Family) -> tuple[Layer, ...]:
    """Two blocks of attention and two dense ones in each layer, and experts across them."""
    number = expert_number(fields)
    if number is None:
        raise fields.error("n_routed_experts", "missing: each layer has experts")
    dense = Mlp(fields.size("ffn_hidden_size"))
    experts = Experts(
        number=number,
        width=fields.size("expert_ffn_hidden_size"),
        active=fields.optional_size("moe_topk"),
        router_bias=True,
        idle=fields.count("zero_expert_num"),
        dense=dense,
    )
    return tuple(Layer(one, experts if i % 2 else dense, 2) for i, one in enumerate(attention))


def _zamba_layers(attention: tuple[Attention, ...], fields: Fields, family: Family) -> tuple[Layer, ...]:
    """Recurrent layers; where the shared block runs, a matrix brings its output to the layer's input."""
    hidden = fields.size("hidden_size")
    layers, joined = [], False
    for one in attention:
        if isinstance(one, GroupedAttention):
            joined = True
            continue
        layers.append(Layer(one, None, 1, (matrix("shared_block", hidden, hidden),) if joined else ()))
        joined = False
    return tuple(layers)


def _left_out(config: Mapping[str, Any], fields: Fields) -> list[str]:
    left_out = [_NOT_COUNTED.format(name) for name in _OTHER_TOWERS if config.get(name)]
    if fields.count("num_nextn_predict_layers") or fields.count("mtp_num_hidden_layers"):
        left_out.append("layers that predict further tokens (MTP): not counted")
    return left_out
