"""Architectures to bytes: parameters, weights in any number format, KV cache. Plain values, exactly."""

from tokenquote.memory.architecture import (
    Architecture,
    Attention,
    CacheLayout,
    GroupedAttention,
    LatentAttention,
)
from tokenquote.memory.catalog_formats import formats_of
from tokenquote.memory.config import read_architecture, read_cache_layout
from tokenquote.memory.config_fields import ArchitectureError
from tokenquote.memory.formula import cache_formula
from tokenquote.memory.kv_cache import CacheError, CachePlan, KvCache, kv_cache
from tokenquote.memory.parameters import Tensors, parameters, tensors
from tokenquote.memory.quantization import CacheElement, Formats, UnknownFormat, WeightFormat
from tokenquote.memory.weights import Weights, weigh

__all__ = [
    "Architecture",
    "ArchitectureError",
    "Attention",
    "CacheElement",
    "CacheError",
    "CacheLayout",
    "CachePlan",
    "Formats",
    "GroupedAttention",
    "KvCache",
    "LatentAttention",
    "Tensors",
    "UnknownFormat",
    "WeightFormat",
    "Weights",
    "cache_formula",
    "formats_of",
    "kv_cache",
    "parameters",
    "read_architecture",
    "read_cache_layout",
    "tensors",
    "weigh",
]
