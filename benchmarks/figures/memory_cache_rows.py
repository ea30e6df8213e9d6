"""Rows on KV caches in blocks, tokens or bytes, from an engine's log or a paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from benchmarks.figures.memory_rows import Configs, NoConfig, Row

from tokenquote.counts import ceil_div
from tokenquote.memory import (
    CachePlan,
    Formats,
    block_pool,
    hybrid_block,
    kv_cache,
    read_cache_layout,
)
from tokenquote.memory.engines import UnknownVersion, find_engine
from tokenquote.memory.engines.vllm import VLLM_LINES, VllmRules
from tokenquote.memory.kv_cache.paging import BlockPool
from tokenquote.memory.layers import (
    Attention,
    CompressedAttention,
    GroupedAttention,
    LatentAttention,
    NoAttention,
)
from tokenquote.memory.layers.linear_attention import LinearAttention
from tokenquote.memory.layers.recurrent import Mamba, Mamba2

__all__ = ["CacheRows", "NotAttempted", "vllm_rules"]

_GIB = 2**30
_LAYER_COUNTS = (
    "layers", "n_layer", "attention_layers", "full_layers", "swa_layers", "own_full_layers", "own_swa_layers",
)  # fmt: skip
_TYPES = {"auto": "bf16", "none": "bf16", "float16": "fp16", "bfloat16": "bf16", "float32": "fp32"}


class NotAttempted(LookupError):
    """The row asks for something that cannot be predicted; the argument says what."""


class CacheRows:
    """The predictors of rows on KV caches and recurrent states."""

    def __init__(self, configs: Configs, formats: Formats) -> None:
        self._configs = configs
        self._formats = formats

    def predictors(self) -> Mapping[str, Callable[[Row], float]]:
        """Return a predictor for each quantity, which answers in the row's own unit."""
        return {
            "num_gpu_blocks": self._gpu_blocks,
            "kv_tokens": self._tokens,
            "kv_blocks_for_request": lambda row: ceil_div(
                _need(row, "prompt_tokens"), _need(row, "block_size")
            ),
            "kv_gib_needed": self._total,
            "kv_total_mib": self._total,
            "kv_full_layers_mib": self._total,
            "kv_swa_layers_mib": self._total,
            "kv_cache_bytes": self._total,
            "kv_bytes_per_token": self._per_token,
            "kv_elements_per_token": self._elements_per_token,
            "kv_gb_fp16": self._total,
            "kv_gib_at_256k": self._attention_only,
            "k_pool_gib_per_gpu": lambda row: self._half_pool(row),
            "v_pool_gib_per_gpu": lambda row: self._half_pool(row),
            "recurrent_mib": self._recurrent,
            "ssm_state_gib_per_gpu": self._ssm_state,
            "conv_state_gib_per_gpu": self._conv_state,
            "attention_block_size": self._hybrid_block,
            "mamba_page_padding_pct": self._padding,
            "kv_pool_gib": self._pool_of_fraction,
            "max_concurrency": self._concurrency,
        }

    # Layers and types of a row.

    def _layers(self, row: Row) -> tuple[Attention, ...]:
        """Return what the row itself says of its layers, else the layers of its model's config."""
        stated = _stated_layers(row)
        return stated if stated is not None else self._model_layers(row)

    def _model_layers(self, row: Row) -> tuple[Attention, ...]:
        layers = _layers_asked_about(row, read_cache_layout(self._configs.config(row)).layers)
        if row.inputs.get("kv_layers") and all(layer == layers[0] for layer in layers):
            layers = layers[:1] * int(row.inputs["kv_layers"])
        if "+eagle" in row.model.lower():  # a draft head with a layer of its own
            layers = (*layers, layers[-1])
        return layers

    def _plan(self, row: Row, tokens: int = 1) -> CachePlan:
        types = row.inputs.get("types")
        keys = values = None
        if isinstance(types, Mapping) and types:
            keys, values = next(iter(types.values())), list(types.values())[-1]
        name = keys or self._type(row)
        return CachePlan(
            tokens,
            self._formats.cache_element(name),
            block=row.number("block_size"),
            tensor_parallel=row.number("tensor_parallel") or 1,
            pipeline_parallel=row.number("pipeline_parallel") or 1,
            value_element=self._formats.cache_element(values) if values else None,
            state_bytes=2 if str(row.first("ssm_dtype", "mamba_ssm_dtype")).startswith("bf") else 4,
        )

    def _type(self, row: Row) -> str:
        if row.inputs.get("kv_bytes") or row.inputs.get("kv_dtype_bytes") or row.inputs.get("dtype_bytes"):
            return {1: "fp8", 2: "fp16", 4: "fp32"}[
                int(row.first("kv_bytes", "kv_dtype_bytes", "dtype_bytes"))
            ]
        stated = row.first("kv_cache_dtype", "kv_dtype", "type", "bytes")
        if stated is None and (
            found := re.search(r"\b(q\d_\d|iq4_nl|f16|f32|bf16)\b", str(row.first("config")))
        ):
            stated = found[1]
        if stated is None and re.search(r"\bfp8[- ]kv\b", row.model.lower()):
            stated = "fp8"
        word = str(stated or "auto").split()[0].lower()
        if word == "auto" and "float32" in str(row.inputs.get("dtype")):
            return "fp32"
        return _TYPES.get(word, word)

    # vLLM and SGLang.

    def _gpu_blocks(self, row: Row) -> float:
        pool = _pool_bytes(row)
        return block_pool(self._layers(row), self._plan(row)).blocks(pool)

    def _tokens(self, row: Row) -> float:
        plan = self._plan(row)
        blocks = row.number("num_gpu_blocks") or row.run.get("num_gpu_blocks")
        if blocks is not None:
            return int(blocks) // (row.number("kv_groups") or 1) * (plan.block or 16)
        if (concurrency := row.first("max_concurrency")) is not None and row.number("max_model_len"):
            return float(concurrency) * _need(row, "max_model_len")
        layers = self._layers(row)
        pool = block_pool(layers, plan)
        rules = vllm_rules(row)
        by_requests = _recurrent_alone(layers) if rules is None else rules.tokens_by_requests
        if row.number("max_model_len") and not row.number("kv_groups") and by_requests:
            length = _need(row, "max_model_len")
            return pool.tokens_of_requests(_pool_bytes(row), length, _blocks_of_request(row, pool, length))
        return pool.tokens(_pool_bytes(row))

    def _concurrency(self, row: Row) -> float:
        """Return the full-length requests that a pool serves; windows need less than all tokens."""
        tokens, length = _need(row, "kv_tokens"), _need(row, "max_model_len")
        try:
            layers, plan = self._model_layers(row), self._plan(row)
        except NoConfig:
            return tokens / length
        windows = [layer for layer in layers if isinstance(layer, GroupedAttention) and layer.window]
        groups = row.number("kv_groups") or 1
        if groups == 1 or not windows:
            return tokens / length
        return tokens / length * groups / self._block_share(layers, plan, length, row)

    def _block_share(self, layers: tuple[Attention, ...], plan: CachePlan, length: int, row: Row) -> float:
        """Return the blocks of a request, as a share of those that a full layer would need."""
        block = plan.block or 16
        full = ceil_div(length, block)
        group = block_pool(layers, plan)
        page = max(layer.token_bytes(plan.tensor_parallel, plan) for layer in layers)
        group_layers = group.bytes_per_block // (block * page)
        kinds: dict[int | None, int] = {}
        for layer in layers:
            window = layer.window if isinstance(layer, GroupedAttention) else None
            kinds[window] = kinds.get(window, 0) + 1
        share = 0.0
        for window, count in kinds.items():
            groups = ceil_div(count, max(1, group_layers))
            if window is None:
                share += groups
            else:
                batched = row.number("max_num_batched_tokens") or 8192
                share += groups * min(full, ceil_div(min(window - 1 + batched, length), block) + 1) / full
        return share

    def _half_pool(self, row: Row) -> float:
        """Return the keys, or the values, of the row's tokens on one rank."""
        layers, plan = self._layers(row), self._plan(row)
        each = sum(layer.token_bytes(plan.tensor_parallel, plan) for layer in layers)
        return each / 2 * _need(row, "tokens") / row.unit

    def _ssm_state(self, row: Row) -> float:
        plan = replace(self._plan(row), conv_bytes=0)
        return self._states(row, plan) / row.unit

    def _conv_state(self, row: Row) -> float:
        plan = replace(self._plan(row), state_bytes=0)
        return self._states(row, plan) / row.unit

    def _states(self, row: Row, plan: CachePlan) -> int:
        """Return the states of a pool with one slot more than sequences (SGLang)."""
        slots = (row.number("max_mamba_cache_size") or row.number("seqs") or 1) + 1
        return slots * sum(layer.state_bytes(plan.tensor_parallel, plan) for layer in self._layers(row))

    def _hybrid_block(self, row: Row) -> float:
        return hybrid_block(self._layers(row), replace(self._plan(row), block=None))

    def _padding(self, row: Row) -> float:
        layers, plan = self._layers(row), replace(self._plan(row), block=None)
        block = row.number("block") or hybrid_block(layers, plan)
        page = next(size for layer in layers if (size := layer.token_bytes(plan.tensor_parallel, plan)))
        state = max(layer.state_bytes(plan.tensor_parallel, plan) for layer in layers)
        return 100 * (block * page / state - 1)

    def _pool_of_fraction(self, row: Row) -> float:
        """Return TensorRT-LLM's pool: a fraction of what is free, in whole blocks of 32 tokens."""
        available, fraction = row.first("available_gib"), row.first("kv_fraction")
        if available is None or fraction is None:
            raise NotAttempted("the pool is what an engine left free, which the row does not say")
        plan = replace(
            self._plan(row), element=self._formats.cache_element(self._type_by_name(row)), block=None
        )
        layers = self._layers(row)
        block = 32 * sum(layer.token_bytes(plan.tensor_parallel, plan) for layer in layers)
        return float(available * fraction * _GIB // block * block / row.unit)

    def _type_by_name(self, row: Row) -> str:
        return "fp8" if re.search(r"fp8 kv", row.model, re.IGNORECASE) else self._type(row)

    # llama.cpp, papers and peers.

    def _total(self, row: Row) -> float:
        layers, plan = self._layers(row), self._plan(row)
        config = str(row.first("config") or "")
        if (stated := re.search(r"ctx (\d+)", config)) is not None:
            return self._llama_cpp(row, int(stated[1])) / row.unit
        tokens = row.number("cells", "n_ctx", "tokens", "context", "context_tokens")
        if tokens is None:
            raise NotAttempted("the row does not say how many tokens are held")
        plain = tuple(_without_window(layer) for layer in layers)
        if row.quantity in ("kv_total_mib", "kv_gb_fp16", "kv_gib_needed", "kv_cache_bytes"):
            plain = layers if _stated_layers(row) is None else plain
        return kv_cache(plain, replace(plan, tokens=tokens, block=None)).bytes / row.unit

    def _llama_cpp(self, row: Row, context: int) -> int:
        """Return the bytes of one sequence, whose windows lie in a second buffer, padded to 256."""
        plan = replace(
            self._plan(row, context), in_flight=row.number("n_ubatch") or 512, pad=256, one_buffer=True
        )
        return kv_cache(self._model_layers(row), plan).bytes

    def _attention_only(self, row: Row) -> float:
        """Return the cache as papers count it, without recurrent states and windows."""
        layers = tuple(_without_window(layer) for layer in self._layers(row))
        attention = tuple(layer for layer in layers if isinstance(layer, GroupedAttention | LatentAttention))
        plan = replace(self._plan(row), tokens=_need(row, "tokens"), block=None)
        return kv_cache(attention, plan).bytes / row.unit

    def _per_token(self, row: Row) -> float:
        layers, plan = self._layers(row), replace(self._plan(row), block=None)
        return kv_cache(layers, plan).bytes_per_token / row.unit

    def _elements_per_token(self, row: Row) -> float:
        plan = CachePlan(1, self._formats.cache_element("int8"))
        return kv_cache(self._layers(row), plan).bytes_per_token

    def _recurrent(self, row: Row) -> float:
        """Return llama.cpp's states, in fp32, once for each sequence and each speculative step."""
        sequences = row.number("seqs") or 1
        slots = sequences * (1 + (row.number("rs_seq") or 0))
        plan = replace(self._plan(row), conv_bytes=4, state_bytes=4)
        return slots * sum(layer.state_bytes(1, plan) for layer in self._layers(row)) / row.unit


def _recurrent_alone(layers: tuple[Attention, ...]) -> bool:
    """Return whether there are recurrent layers beside attention of one kind."""
    kinds = {layer.kind for layer in layers if not isinstance(layer, NoAttention)}
    windows = any(isinstance(layer, GroupedAttention) and layer.window for layer in layers)
    return len(kinds) > 1 and not windows


def _blocks_of_request(row: Row, pool: BlockPool, length: int) -> int:
    """Return the blocks of a request of full length, with a step in flight in every window."""
    rules = vllm_rules(row) or VLLM_LINES[-1]
    in_flight = rules.steps_in_flight * (row.number("max_num_batched_tokens") or 8192)
    return pool.blocks_of_request(length, in_flight, rules.recurrent_blocks)


def vllm_rules(row: Row) -> VllmRules | None:
    """Return what the row's version of vLLM does; None: it states no version that is known."""
    found = re.search(r"\d+\.\d+(\.\d+)?", str(row.first("engine") or ""))
    if found is None or "sglang" in str(row.first("engine")).lower():
        return None
    try:
        rules = find_engine("vllm", found[0]).rules
    except UnknownVersion:
        return None
    return rules if isinstance(rules, VllmRules) else None


def _need(row: Row, name: str) -> int:
    value = row.number(name)
    if value is None:
        raise NotAttempted(f"the row does not say its {name}")
    return value


def _pool_bytes(row: Row) -> int:
    pool = row.first("kv_pool_gib", "pool_gib") or row.run.get("kv_pool_gib_per_gpu")
    if pool is None:
        raise NotAttempted("the row does not say how large the pool is")
    return int(Fraction(str(pool)) * _GIB)


def _layers_asked_about(row: Row, layers: tuple[Attention, ...]) -> tuple[Attention, ...]:
    """Return those of a model's layers that the row is about, as many of them as it says."""
    if row.quantity not in ("kv_full_layers_mib", "kv_swa_layers_mib"):
        return layers
    sliding = row.quantity == "kv_swa_layers_mib"
    wanted = tuple(layer for layer in layers if sliding == (getattr(layer, "window", None) is not None))
    number = row.number(*_LAYER_COUNTS)
    return wanted[:1] * number if wanted and number else wanted


def _without_window(layer: Attention) -> Attention:
    """Return a layer without its window, where a log already says how many tokens its buffer has."""
    if isinstance(layer, CompressedAttention):
        return replace(layer, window=2**40, ratio=0, indexer=None)
    if isinstance(layer, GroupedAttention) and layer.window is not None:
        return replace(layer, kind="attention", window=None)
    return layer


def _stated_layers(row: Row) -> tuple[Attention, ...] | None:
    """Return layers from the sizes that stand in the row; None: it does not state enough."""
    recurrent = _stated_recurrent(row)
    number = row.number(*_LAYER_COUNTS)
    types = row.inputs.get("types") or {}
    if isinstance(types, Mapping) and any("c^KV" in name for name in types) and number:
        return (_latent(row),) * number
    attention = _stated_attention(row)
    if recurrent is not None and attention is not None:
        return (recurrent, attention)
    if recurrent is not None:
        count = row.number("linear_layers", "mamba_layers", "layers")
        return (recurrent,) * count if count else None
    if attention is None or not number:
        return None
    return (attention,) * number


def _latent(row: Row) -> LatentAttention:
    heads = row.number("n_head_kv", "num_attention_heads") or 128
    rank = row.number("kv_lora_rank") or 512
    rope = row.number("qk_rope_head_dim") or 64
    return LatentAttention(heads, None, rank, rope, nope_dim=128, value_dim=128)


def _stated_attention(row: Row) -> Attention | None:
    if row.number("kv_lora_rank") is not None and row.number("qk_rope_head_dim") is not None:
        return _latent(row)
    heads = row.number("kv_heads", "n_head_kv")
    dim = row.number("head_dim", "head_k")
    if heads is not None and dim is not None:
        values = row.number("head_v")
        return GroupedAttention(heads * 64, heads, dim, value_dim=None if values in (None, dim) else values)
    width = row.number("n_embd_k_gqa", "n_embd")
    if width is not None and heads is None:
        return GroupedAttention(1024, 1, width)
    return None


def _stated_recurrent(row: Row) -> LinearAttention | Mamba | Mamba2 | None:
    kernel = row.number("conv_kernel", "d_conv") or 4
    if row.number("linear_v_heads") is not None or row.number("v_heads") is not None:
        values = row.number("linear_v_heads", "v_heads") or 1
        dim = row.number("linear_head_dim", "head_dim") or 128
        width = row.number("conv_dim")
        keys = row.number("linear_k_heads") or 16
        if width is not None:
            keys = (width - values * dim) // (2 * dim)
        return LinearAttention(keys, values, dim, dim, kernel)
    if row.number("mamba_heads") is not None and row.number("mamba_head_dim") is not None:
        state = row.number("ssm_state", "d_state") or 128
        groups = row.number("n_groups") or 1
        return Mamba2(_need(row, "mamba_heads"), _need(row, "mamba_head_dim"), groups, state, kernel)
    if row.number("d_state") is None or row.number("d_inner") is None:
        return None
    inner, state = _need(row, "d_inner"), _need(row, "d_state")
    stated_groups = row.number("n_group", "n_groups")
    if stated_groups:
        return Mamba2(1, inner, stated_groups, state, kernel)
    return Mamba(inner, state, kernel, rank=1)
