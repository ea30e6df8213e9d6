"""The process that fuzzes one target until it fails or its time is over.

    python -m tests.fuzz.worker NAME ...

What follows the name are the arguments of libFuzzer, the last of which is the folder of kept inputs.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import atheris
from tests.fuzz.names import TARGETS


def main() -> None:
    """Import the target so that its branches are counted, and fuzz it."""
    named = TARGETS[sys.argv.pop(1)]
    with atheris.instrument_imports(*_count_in(named.counted)):
        target = getattr(importlib.import_module(f"tests.fuzz.targets.{named.module}"), named.maker)()
    lay_seeds(target.seeds, Path(sys.argv[-1]))
    mutate = {} if target.mutate is None else {"custom_mutator": target.mutate}
    arguments = [sys.argv[0], f"-max_len={target.most_bytes}", *sys.argv[1:]]
    atheris.Setup(arguments, target.take_in_time, **mutate)
    atheris.Fuzz()


def _count_in(packages: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what the fuzzer includes, which is top packages alone, and what it excludes of these."""
    tops = sorted({package.split(".")[0] for package in packages})
    counted = tuple(f"{package}." for package in packages)
    return tops, [name for top in tops for name in _list_modules(top) if not f"{name}.".startswith(counted)]


def _list_modules(top: str) -> Iterator[str]:
    """Yield the names of a package and of all below it, without an import of any."""
    found = importlib.util.find_spec(top)
    for place in (found and found.submodule_search_locations) or ():
        for path in Path(place).rglob("*.py"):
            steps = path.relative_to(place).with_suffix("").parts
            yield ".".join((top, *(steps[:-1] if steps[-1] == "__init__" else steps)))


def lay_seeds(seeds: Sequence[bytes], folder: Path) -> None:
    """Write the inputs to begin with into the folder of those that are kept."""
    for seed in seeds:
        (folder / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main()
