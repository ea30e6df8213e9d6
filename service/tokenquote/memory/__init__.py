"""Architectures to bytes: parameters, weights in any number format, KV cache. Plain values, exactly."""

from tokenquote.memory.architecture import Architecture, CacheLayout
from tokenquote.memory.config import read_architecture, read_cache_layout
from tokenquote.memory.config_fields import ArchitectureError
from tokenquote.memory.kv_cache import CacheError, CachePlan, KvCache, kv_cache
from tokenquote.memory.parameters import Tensors, parameters, tensors
from tokenquote.memory.quantization import CacheElement, Formats, UnknownFormat, WeightFormat
from tokenquote.memory.weights import Weights, weigh

__all__ = [
    "Architecture",
    "ArchitectureError",
    "CacheElement",
    "CacheError",
    "CacheLayout",
    "CachePlan",
    "Formats",
    "KvCache",
    "Tensors",
    "UnknownFormat",
    "WeightFormat",
    "Weights",
    "kv_cache",
    "parameters",
    "read_architecture",
    "read_cache_layout",
    "tensors",
    "weigh",
]
