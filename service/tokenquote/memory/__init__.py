"""Architectures to bytes: parameters, weights in any number format, KV cache. Plain values, exactly."""

from tokenquote.memory.config import read_architecture, read_cache_layout
from tokenquote.memory.config.fields import ArchitectureError
from tokenquote.memory.kv_cache import KvCache, kv_cache
from tokenquote.memory.kv_cache.formula import cache_formula
from tokenquote.memory.kv_cache.paging import block_pool, hybrid_block
from tokenquote.memory.kv_cache.plan import CacheError, CachePlan
from tokenquote.memory.layers import (
    Architecture,
    Attention,
    CacheLayout,
    CompressedAttention,
    GroupedAttention,
    LatentAttention,
    Parallel,
)
from tokenquote.memory.layers.parameters import active_parameters, parameters, tensors
from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.weights import Weights, weigh, weigh_architecture
from tokenquote.memory.weights.catalog_formats import formats_of
from tokenquote.memory.weights.quantization import CacheElement, Formats, UnknownFormat, WeightFormat

__all__ = [
    "Architecture",
    "ArchitectureError",
    "Attention",
    "CacheElement",
    "CacheError",
    "CacheLayout",
    "CachePlan",
    "CompressedAttention",
    "Formats",
    "GroupedAttention",
    "KvCache",
    "LatentAttention",
    "Parallel",
    "Tensors",
    "UnknownFormat",
    "WeightFormat",
    "Weights",
    "active_parameters",
    "block_pool",
    "cache_formula",
    "formats_of",
    "hybrid_block",
    "kv_cache",
    "parameters",
    "read_architecture",
    "read_cache_layout",
    "tensors",
    "weigh",
    "weigh_architecture",
]
