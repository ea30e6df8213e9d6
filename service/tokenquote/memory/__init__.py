"""Architectures to bytes: parameters, weights in any number format, and KV caches. All take plain values."""

from tokenquote.memory.cache_plan import CacheElement, CacheError, CachePlan
from tokenquote.memory.kv_cache import KvCache, cache_formula, kv_cache
from tokenquote.memory.kv_cache.paging import block_pool, hybrid_block
from tokenquote.memory.layers import (
    Architecture,
    Attention,
    CacheLayout,
)
from tokenquote.memory.layers.parameters import active_parameters, parameters, tensors
from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config import read_architecture, read_cache_layout
from tokenquote.memory.model_config.fields import ArchitectureError, Config
from tokenquote.memory.weights import Weights, weigh, weigh_architecture
from tokenquote.memory.weights.catalog_formats import number_formats
from tokenquote.memory.weights.quantization import Formats, UnknownFormat, WeightFormat

__all__ = [
    "Architecture",
    "ArchitectureError",
    "Attention",
    "CacheElement",
    "CacheError",
    "CacheLayout",
    "CachePlan",
    "Config",
    "Formats",
    "KvCache",
    "Tensors",
    "UnknownFormat",
    "WeightFormat",
    "Weights",
    "active_parameters",
    "block_pool",
    "cache_formula",
    "hybrid_block",
    "kv_cache",
    "number_formats",
    "parameters",
    "read_architecture",
    "read_cache_layout",
    "tensors",
    "weigh",
    "weigh_architecture",
]
