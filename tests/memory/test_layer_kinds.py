"""Every kind of layer answers for itself: its formula says its bytes, and its parts add up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest
from tests.conftest import shipped

from tokenquote.memory import (
    CacheElement,
    CachePlan,
    cache_formula,
    kv_cache,
    read_architecture,
    read_cache_layout,
)

FP16 = CacheElement("fp16", 1, Fraction(2))
PLAN = CachePlan(8192, FP16, encoder_tokens=1601)


def _configs() -> Iterator[Any]:
    for model in shipped().models.values():
        if model.weights is not None and model.weights.id == model.id:
            yield pytest.param(model.weights.architecture, id=model.id)


def _computed(formula: str) -> int:
    """Return what the arithmetic in a formula's words comes to."""
    signs = formula.replace(" x ", " * ").replace(" / ", " // ").replace("[", "(").replace("]", ")")
    sums = re.sub(r"\b(?!min\b)[A-Za-z]+\b", "", signs)
    return int(eval(sums, {"__builtins__": {}, "min": min}))  # noqa: S307 - the formula is our own


@pytest.mark.parametrize("config", list(_configs()))
def test_a_formula_in_words_comes_to_the_bytes(config: Mapping[str, Any]) -> None:
    layers = read_cache_layout(config).layers
    if any(layer.is_sparse for layer in layers):
        pytest.skip("the index keys are not written out")
    states = sum(layer.state_bytes(1, PLAN) for layer in layers if layer.attends and layer.kind != "hybrid")
    assert _computed(cache_formula(layers, PLAN)) == kv_cache(layers, PLAN).bytes - states


@pytest.mark.parametrize("config", list(_configs()))
def test_gpus_hold_every_element_of_a_layer_at_least_once(config: Mapping[str, Any]) -> None:
    architecture = read_architecture(config)
    for layer in set(architecture.layers):
        for tensor in layer.attention.tensors(architecture.hidden):
            assert layer.attention.elements_on_rank(tensor, 1) == tensor.elements
            for ranks in (2, 8):
                assert tensor.elements <= ranks * layer.attention.elements_on_rank(tensor, ranks)


def test_what_stands_in_place_of_attention_looks_at_no_token() -> None:
    found = {layer.attention for config in _configs() for layer in read_architecture(*config.values).layers}
    for layer in found:
        seen = layer.pair_flops(1, absorbed=True) > 0
        assert seen == layer.attends
        keeps = layer.attends and not layer.reads_earlier and layer.kind != "encoder_attention"
        assert bool(layer.token_bytes(1, PLAN)) == keeps
