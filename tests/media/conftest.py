"""What the comparisons with transformers need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def torch() -> Iterator[Any]:
    """torch, and torchvision beside it where there is one.

    torchvision's compiled part wants the torch that it was built with; what it would define is declared, so
    that its resizing, which is written in torch, works with any.
    """
    found = pytest.importorskip("torch", reason="`make references` installs it")
    pytest.importorskip("transformers")
    library = found.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        if not hasattr(found.ops.torchvision, operator):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    yield found
    del library
