"""Items a second: questions of POST /v1/media answered in process, and each kind of rule by itself.

The whole answer stands beside the same question only validated, which nothing that reads the contract can do
without, in one run over the same items; each kind of rule beside the cheapest, `fixed`.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tokenquote.api.media import answer_media
from tokenquote.catalog import Catalog, load_catalog
from tokenquote.catalog.image_rules import ImageRefused
from tokenquote.tokens import Vocabularies
from tokenquote_client.media import MediaQuestion

ITEMS = 1000
REPEATS = 7
MODELS = (
    "gpt-4o",
    "gpt-5.4",
    "claude-opus-4-8",
    "gemini-2.0-flash",
    "gemini-3.5-flash",
    "mistral-medium-2508",
)


def main() -> None:
    catalog = load_catalog()
    sizes = _sizes(random.Random(7))
    print("images of a question              items/s   beside validating alone")
    for model in MODELS:
        _question(catalog, model, [{"type": "image", "width": w, "height": h} for w, h in sizes])
    print("\nall four kinds in turn            items/s   beside validating alone")
    _question(catalog, "gemini-3.5-flash", _mixed(sizes))
    print("\nkind of rule, example             items/s   beside fixed")
    _kinds(catalog, sizes)


def _sizes(chance: random.Random) -> list[tuple[int, int]]:
    """From icons to photographs, no shape longer than 4 to 1."""
    found = []
    for _ in range(ITEMS):
        long = chance.randint(32, 6000)
        sides = (long, chance.randint(max(8, long // 4), long))
        found.append(sides if chance.random() < 0.6 else sides[::-1])
    return found


def _mixed(sizes: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    kinds: list[Callable[[int, int], dict[str, Any]]] = [
        lambda w, h: {"type": "image", "width": w, "height": h},
        lambda w, h: {"type": "audio", "seconds": w / 10},
        lambda w, h: {"type": "video", "seconds": w / 10, "width": w, "height": h},
        lambda w, h: {"type": "document", "pages": 1 + h % 40},
    ]
    return [kinds[i % len(kinds)](*size) for i, size in enumerate(sizes)]


def _question(catalog: Catalog, model: str, items: list[dict[str, Any]]) -> None:
    body = {"model": model, "items": items}
    vocabularies = Vocabularies(catalog.vocabularies)

    def answered() -> None:
        answer_media(MediaQuestion.model_validate(body), catalog, vocabularies)

    validated = _seconds(lambda: MediaQuestion.model_validate(body))
    taken = _seconds(answered)
    print(f"{model:30s} {len(items) / taken:10,.0f}   {taken / validated:6.1f} x")


def _kinds(catalog: Catalog, sizes: Sequence[tuple[int, int]]) -> None:
    examples = {rule.kind: name for name, rule in reversed([*catalog.image_rules.items()])}
    base = 0.0
    for kind, name in sorted(examples.items(), key=lambda example: (example[0] != "fixed", example[0])):
        taken = _seconds(lambda name=name: _count_all(catalog, name, sizes))  # type: ignore[misc]
        base = base or taken
        label = f"{kind}, {name}"
        print(f"{label:44s} {len(sizes) / taken:10,.0f}   {taken / base:6.1f} x")


def _count_all(catalog: Catalog, name: str, sizes: Sequence[tuple[int, int]]) -> None:
    rule = catalog.image_rules[name]
    for width, height in sizes:
        try:
            rule.count(width, height)
        except ImageRefused:
            continue


def _seconds(run: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return median(times)


if __name__ == "__main__":
    main()
