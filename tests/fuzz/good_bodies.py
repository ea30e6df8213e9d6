"""Bodies that are answered: those of the docs, and bad bodies of the tests without what is wrong with them.

Of bodies that change by chance few are answered, and of those that begin as bad ones hardly any.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from tests.http.bad_body_rows import table_files

__all__ = ["architectures", "bodies_of_the_docs", "mend"]

_REPOSITORY = Path(__file__).parents[2]
_GOLDEN = _REPOSITORY / "tests" / "memory" / "golden"
_PLACES = {"UNet2DConditionModel": "unet", "AutoencoderKL": "vae"}
_WRITTEN = re.compile(r"```\w*\n(.*?)```|-d '(.*?)'", re.DOTALL)
_TRIES = 4


def bodies_of_the_docs() -> Iterator[Any]:
    """Yield each JSON object of the docs, and what the bad bodies of the tests begin with."""
    for page in [_REPOSITORY / "README.md", *sorted((_REPOSITORY / "docs").glob("*.md"))]:
        for block, argument in _WRITTEN.findall(page.read_text(encoding="utf-8")):
            try:
                body = json.loads(block or argument)
            except ValueError:
                continue
            if isinstance(body, dict):
                yield body
    for file in table_files():
        shared = yaml.safe_load(file.read_text(encoding="utf-8")).get("shared") or {}
        yield from (json.loads(json.dumps(body)) for body in shared.values() if isinstance(body, dict))


def architectures() -> Iterator[Any]:
    """Yield the small config of each model type that is counted, and each network that makes images."""
    counted = json.loads((_GOLDEN / "transformers.json").read_text(encoding="utf-8"))
    yield from (row["config"] for row in counted["tiny"].values())
    networks = json.loads((_GOLDEN / "diffusers.json").read_text(encoding="utf-8"))["components"]
    for row in networks.values():
        place = _PLACES.get(row["config"].get("_class_name"), "transformer")
        yield {"_class_name": "SomePipeline", place: row["config"]}


def mend(body: Any, find_faults: Callable[[Any], Iterable[str] | None]) -> Any:
    """Return the body without its faulty members; None where it cannot be mended so.

    Args:
        body: it is not changed.
        find_faults: returns the pointers of the faults, none of a good body; None where it cannot.
    """
    body = copy.deepcopy(body)
    for _ in range(_TRIES):
        faults = find_faults(body)
        if faults is None:
            return None
        pointers = sorted(faults, reverse=True)
        if not pointers:
            return body
        if not any([_remove(body, pointer) for pointer in pointers]):
            return None
    return None


def _remove(body: Any, pointer: str) -> bool:
    """Remove what a JSON pointer leads to; return whether it is there."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    holder = body
    for number, step in enumerate(steps, 1):
        key = int(step) if isinstance(holder, list) and step.isdecimal() else step
        try:
            if number == len(steps):
                del holder[key]
                return True
            holder = holder[key]
        except (KeyError, IndexError, TypeError):
            return False
    return False
