"""Each target of `make fuzz` takes its seeds and changes of them without the fuzzer, and what makes these."""

from __future__ import annotations

import importlib
import random
from typing import Any

import pytest
from tests.fuzz.good_bodies import bodies_of_the_docs, mend
from tests.fuzz.names import TARGETS
from tests.fuzz.pdf_objects import LAYOUTS, Layout, read_pdf, write_pdf
from tests.fuzz.pdf_seeds import make_pdf_seeds
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


def test_the_docs_show_bodies_of_every_kind() -> None:
    bodies = list(bodies_of_the_docs())
    assert len(bodies) > 50
    shown = {name for body in bodies for name in body}
    assert {"turns", "usage", "body", "items", "gpu", "vectors", "variants", "limit"} <= shown


def test_a_body_is_mended_by_what_is_wrong_with_it() -> None:
    def find_faults(body: Any) -> list[str] | None:
        wrong = [f"/turns/{at}" for at, turn in enumerate(body["turns"]) if turn < 0]
        return [*wrong, *(["/a~1b"] if "a/b" in body else [])]

    bad = {"model": "m", "turns": [1, -2, 3, -4], "a/b": 0}
    assert mend(bad, find_faults) == {"model": "m", "turns": [1, 3]}
    assert bad["turns"] == [1, -2, 3, -4]
    assert mend(bad, lambda body: ["/missing"]) is None
    assert mend(bad, lambda body: None) is None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_pdf_has_the_same_objects_in_every_layout(layout: Layout) -> None:
    for number, seed in enumerate(make_pdf_seeds()):
        file = read_pdf(seed)
        again = read_pdf(write_pdf(file, layout, random.Random(number)))
        assert again.trailer == file.trailer
        assert {at: found.stream for at, found in again.objects.items()} == {
            at: found.stream for at, found in file.objects.items()
        }
