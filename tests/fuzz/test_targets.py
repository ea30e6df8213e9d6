"""Each target of `make fuzz` takes its seeds, and changes of them, without the fuzzer."""

from __future__ import annotations

import importlib

import pytest
from tests.fuzz.names import TARGETS
from tests.fuzz.target import Target


def make(name: str) -> Target:
    named = TARGETS[name]
    target = getattr(importlib.import_module(f"tests.fuzz.targets.{named.module}"), named.maker)()
    assert isinstance(target, Target)
    return target


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_what_fuzzing_begins_with(name: str) -> None:
    target = make(name)
    some = target.seeds[:: max(1, len(target.seeds) // 4)]
    for number, seed in enumerate(some):
        assert len(seed) <= target.most_bytes
        target.take(seed)
        if target.mutate is not None:
            target.take(target.mutate(seed, target.most_bytes, number))
