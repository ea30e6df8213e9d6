"""The tensors that single families have besides attention, feed-forward blocks and norms."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.memory.layers import Attention, FeedForward
from tokenquote.memory.layers.tensors import Tensors, matrix, vector
from tokenquote.memory.model_config.families import Family
from tokenquote.memory.model_config.fields import ConfigFields
from tokenquote.memory.model_config.uncommon_attention import zamba_attention

__all__ = ["layer_family_tensors", "model_family_tensors"]


def layer_family_tensors(
    attention: Attention, mlp: FeedForward, fields: ConfigFields, family: Family
) -> tuple[Tensors, ...]:
    """Return the tensors of one layer that only its family has: norms, gates, embeddings per layer.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    hidden = fields.size("hidden_size")
    found = [*_small_tensors(attention, mlp, fields, family)]
    if family.streams or family.shape == "deepseek_v4":
        found += _hyper_connections(hidden, fields.optional_size("hc_mult") or 4)
    if mlp.expert_count and (widths := fields.listed("moe_intermediate_size")) is not None:
        found += _experts_of_images(mlp, len(widths), fields, hidden)
    if family.shape in ("gemma4", "gemma3n"):
        found += _gemma_tensors(mlp, fields, hidden, altup=family.shape == "gemma3n")
    return tuple(found)


def _small_tensors(
    attention: Attention, mlp: FeedForward, fields: ConfigFields, family: Family
) -> Iterator[Tensors]:
    """Yield norms, scales and gates of single numbers."""
    hidden = fields.size("hidden_size")
    if family.mlp_vectors:
        yield vector("mlp", family.mlp_vectors)
    if family.scalars:
        yield vector("norms", family.scalars)
    if attention.attends:
        yield from _head_tensors(attention, fields, family)
    if family.sub_norms and mlp.is_present and not mlp.expert_count:
        yield vector("norms", hidden)
        yield vector("norms", mlp.dense_width)
    if family.expert_norms and mlp.expert_count:
        yield vector("norms", hidden, family.expert_norms)


def _head_tensors(attention: Attention, fields: ConfigFields, family: Family) -> Iterator[Tensors]:
    """Yield what single families have for each head beside its matrices."""
    heads = fields.optional_size("num_attention_heads") or 1
    if family.head_scalars:
        yield vector("attention", heads, family.head_scalars)
    if family.head_vectors:
        head = fields.optional_size("head_dim") or fields.size("hidden_size") // heads
        yield vector("attention", head, family.head_vectors)
    if family.shape == "mllama" and attention.attends_to_encoder:
        yield vector("attention", 2)  # the gates of attention and of the block


def _gemma_tensors(mlp: FeedForward, fields: ConfigFields, hidden: int, *, altup: bool) -> Iterator[Tensors]:
    width = fields.count("hidden_size_per_layer_input")
    if width:
        yield matrix("per_layer_inputs", width, hidden, "inp_gate")
        yield matrix("per_layer_inputs", hidden, width, "proj")
        yield vector("norms", hidden)
    if mlp.expert_count:
        yield vector("norms", hidden, 3)
        yield vector("router", hidden + mlp.expert_count)  # scales of the input and of each expert
    if altup:
        inputs, rank = fields.size("altup_num_inputs"), fields.size("laurel_rank")
        yield vector("norms", hidden, 3)
        yield Tensors("altup", "kept", inputs, hidden)
        yield vector("altup", inputs**2 + inputs**3)
        yield matrix("laurel", rank, hidden, "laurel_l")
        yield matrix("laurel", hidden, rank, "laurel_r")


def _experts_of_images(mlp: FeedForward, sets: int, fields: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield the experts that ERNIE 4.5 VL has for the tokens of images, with a router of their own."""
    if sets != 2:
        raise fields.error("moe_intermediate_size", "two widths are expected: of text experts and of others")
    width = fields.with_layer({"width": (fields.listed("moe_intermediate_size") or [0, 0])[1]}).size("width")
    number = mlp.expert_count
    yield Tensors("experts", "expert", 2 * width, hidden, number)
    yield Tensors("experts", "expert", hidden, width, number)
    yield Tensors("router", "kept", number, hidden)
    yield vector("router", number)


def _hyper_connections(hidden: int, streams: int) -> Iterator[Tensors]:
    """Yield the tensors that mix DeepSeek-V4's streams before attention and experts.

    They are weights, bases and three scales.
    """
    mixes = streams * (2 + streams)
    yield Tensors("hyper_connections", "kept", mixes, streams * hidden, 2)
    yield vector("hyper_connections", mixes + 3, 2)


def model_family_tensors(
    attention: tuple[Attention, ...], fields: ConfigFields, family: Family
) -> tuple[Tensors, ...]:
    """Return the tensors outside the layers that only this family has: positions, embedding norm, streams.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    hidden = fields.size("hidden_size")
    found = [*_beside_embedding(fields, family)]
    if family.shape in ("gemma4", "gemma3n") and fields.count("hidden_size_per_layer_input"):
        found += _per_layer_embeddings(fields, hidden)
    if family.shape == "gemma3n":
        inputs = fields.size("altup_num_inputs")
        found.append(Tensors("altup", "linear", hidden, hidden, 2 * (inputs - 1)))
    if family.shape == "deepseek_v4":
        streams = fields.optional_size("hc_mult") or 4
        found += [
            Tensors("hyper_connections", "kept", streams, streams * hidden),
            vector("hyper_connections", streams + 1),
        ]
    if family.shape == "zamba":
        places = sum(layer.attends for layer in attention)
        found += _shared_block(places, fields, family) if places else ()
    if family.shape == "mllama":
        # Eight embeddings besides: that of the image token, padded.
        found.append(Tensors("embedding", "kept", 8, hidden))
    return tuple(found)


def _beside_embedding(fields: ConfigFields, family: Family) -> Iterator[Tensors]:
    hidden = fields.size("hidden_size")
    if more := fields.count("additional_vocab_size"):
        yield Tensors("embedding", "kept", more, hidden)  # signs around images (Molmo 2)
    if family.positions and (positions := fields.optional_size(family.positions)):
        yield Tensors("positions", "kept", positions + family.positions_more, hidden)
    if family.embedding_norm:
        yield vector("norms", hidden, 2 if family.norm_bias else 1)


def _per_layer_embeddings(fields: ConfigFields, hidden: int) -> Iterator[Tensors]:
    width = fields.layers() * fields.size("hidden_size_per_layer_input")
    rows = fields.optional_size("vocab_size_per_layer_input") or fields.size("vocab_size")
    yield Tensors("per_layer_embeddings", "embedding", rows, width, name="per_layer_token_embd")
    yield matrix("per_layer_inputs", width, hidden, "per_layer_model_proj")
    yield vector("norms", fields.size("hidden_size_per_layer_input"))


def _shared_block(places: int, fields: ConfigFields, family: Family) -> Iterator[Tensors]:
    """Yield Zamba's attention and feed-forward block, as often as there are copies that take turns."""
    copies = fields.optional_size("num_mem_blocks") or 1
    attention = zamba_attention(fields, family)
    hidden, width = fields.size("hidden_size"), attention.query_heads * attention.head_dim
    inner = fields.size("intermediate_size")
    for rows, columns in ((width, 2 * hidden), (width, 2 * hidden), (width, 2 * hidden), (hidden, width)):
        yield Tensors("shared_block", "linear", rows, columns, copies)
    yield Tensors("shared_block", "linear", 2 * inner, hidden, copies)
    yield Tensors("shared_block", "linear", hidden, inner, copies)
    yield vector("norms", 3 * hidden, copies)
    rank = fields.count("adapter_rank")
    if rank:  # Zamba 2 has an adapter for each place
        yield Tensors("shared_block", "linear", rank, hidden, places)
        yield Tensors("shared_block", "linear", 2 * inner, rank, places)
