"""The layers that predict further tokens (multi-token prediction, MTP), which engines load only to draft.

Each is one more layer like the last, a matrix that joins the hidden state with the embedding of the token
that came out, and norms of both and of its output; embedding and output matrix are the model's own
(DeepSeek-V3, README_WEIGHTS.md; GLM-4.5, MiMo-7B and Qwen3.5 do the same).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tokenquote.memory.layers import Attention, Layer
from tokenquote.memory.layers.tensors import matrix, vector
from tokenquote.memory.model_config.families import Family
from tokenquote.memory.model_config.fields import MAX_LAYERS, ConfigFields

__all__ = ["read_prediction_attention", "read_prediction_layers", "unread_prediction_layers"]

_NUMBERS = ("num_nextn_predict_layers", "mtp_num_hidden_layers")
_NORMS = 3
# Their layer is dense where the model's last has experts, or of sizes that no config states.
_UNLIKE = ("ernie4_5_moe", "ernie4_5_vl_moe_text", "step3p5", "step3p7")


def read_prediction_layers(
    layers: Sequence[Layer], fields: ConfigFields, family: Family
) -> tuple[Layer, ...]:
    """Return the layers that predict further tokens; none where the config names none, or of another kind.

    Raises:
        ArchitectureError: their number is wrong.
    """
    number = _number(fields)
    if not number or not layers or not _is_like_the_last(fields, family):
        return ()
    hidden = fields.size("hidden_size")
    # Where layers share indexers (GLM-5.2), the one that predicts has its own.
    last = next((layer for layer in reversed(layers) if layer.attention.is_sparse), layers[-1])
    joined = (matrix("prediction", hidden, 2 * hidden), vector("norms", hidden, _NORMS))
    return (replace(last, other=(*last.other, *joined)),) * number


def read_prediction_attention(
    layers: Sequence[Attention], fields: ConfigFields, family: Family
) -> tuple[Attention, ...]:
    """Return the attention of the layers that predict further tokens, like the last one's.

    Raises:
        ArchitectureError: their number is wrong.
    """
    number = _number(fields)
    if not number or not layers or not _is_like_the_last(fields, family):
        return ()
    return (next((layer for layer in reversed(layers) if layer.is_sparse), layers[-1]),) * number


def unread_prediction_layers(fields: ConfigFields, family: Family) -> Iterator[str]:
    """Yield a sentence where the config names such layers that are not counted."""
    if _number(fields) and not _is_like_the_last(fields, family):
        yield "layers that predict further tokens (MTP): of another kind than the last layer, not counted"
    if fields.count("num_mtp_modules"):
        yield "num_mtp_modules: modules that predict further tokens, which files leave out, not counted"


def _number(fields: ConfigFields) -> int:
    return fields.optional_size(*_NUMBERS, least=0, most=MAX_LAYERS) or 0


def _is_like_the_last(fields: ConfigFields, family: Family) -> bool:
    unlike = fields.text("model_type") in _UNLIKE
    return family.shape == "decoder" and not family.streams and not unlike
