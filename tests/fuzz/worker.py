"""The process that fuzzes one target until it fails or its time is over: `python -m tests.fuzz.worker NAME ...`.

What follows the name are the arguments of libFuzzer, the last of which is the folder of kept inputs.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import atheris

from tests.fuzz.names import TARGETS


def main() -> None:
    """Import the target so that its branches are counted, and fuzz it."""
    named = TARGETS[sys.argv.pop(1)]
    with atheris.instrument_imports(include=[*named.counted], enable_loader_override=False):
        target = getattr(importlib.import_module(f"tests.fuzz.targets.{named.module}"), named.maker)()
    lay_seeds(target.seeds, Path(sys.argv[-1]))
    mutate = {} if target.mutate is None else {"custom_mutator": target.mutate}
    arguments = [sys.argv[0], f"-max_len={target.most_bytes}", *sys.argv[1:]]
    atheris.Setup(arguments, target.take_in_time, **mutate)
    atheris.Fuzz()


def lay_seeds(seeds: Sequence[bytes], folder: Path) -> None:
    """Write the inputs to begin with into the folder of those that are kept."""
    for seed in seeds:
        (folder / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
