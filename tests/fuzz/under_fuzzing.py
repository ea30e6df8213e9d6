"""Whether a fuzzer runs this process, and its own way to change bytes; tests run the same targets without."""

from __future__ import annotations

import sys
from collections.abc import Callable

__all__ = ["change_bytes"]


def change_bytes() -> Callable[[bytes, int], bytes] | None:
    """Return what changes bytes as libFuzzer does; None: no fuzzer runs here."""
    atheris = sys.modules.get("atheris")
    if atheris is None:
        return None

    def change(content: bytes, most_bytes: int) -> bytes:
        # Looked up at each call: the function that stands there before the fuzzer runs refuses to work.
        changed: bytes = atheris.Mutate(content, most_bytes)
        return changed

    return change
