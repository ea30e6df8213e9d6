"""What ctok 1.3.0 counts for the adversarial texts: a total and a hash for each group and way to count.

    python -m tests.tokens.claude.golden_counts

writes the file again; that needs ctok (`pip install --ignore-requires-python ctok==1.3.0`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.tokens.claude.adversarial_texts import adversarial_texts

__all__ = ["GOLDEN", "ctok_counters", "summary"]

GOLDEN = Path(__file__).parent / "golden_counts.json"

Counters = Mapping[str, Callable[[str], int]]


class _Kept(str):
    """A text that keeps its newlines: ctok strips them, for it only counts messages."""

    __slots__ = ()

    def translate(self, table: Any, /) -> _Kept:
        return _Kept(super().translate(table))

    def rstrip(self, characters: str | None = None, /) -> str:
        return str(self)


def ctok_counters() -> Counters:
    """The ways to count, by ctok: messages of the three families, and texts inside a prompt."""
    from ctok.engine import char_cost, min_vocab_tile, tile
    from ctok.main import _model
    from ctok.normalize import nfc, stream_norm

    def message(family: str) -> Callable[[str], int]:
        return lambda text: int(tile(text, _model(family))[0])

    def inside(family: str) -> Callable[[str], int]:
        model = _model(family)
        scalars = SimpleNamespace(frame_bow=False, allcaps_min=model.allcaps_min)

        def count(text: str) -> int:
            stream = stream_norm(_Kept(nfc(text, fold_quotes=model.fold_quotes)), scalars)
            return int(min_vocab_tile(stream, model.trie, lambda at: _cost(model, stream[at]))[0])

        return count

    def _cost(model: Any, character: str) -> int:
        return 1 if character in model.vocab else int(char_cost(model, character))

    return {
        "v3 message": message("v3"),
        "v4.7 message": message("v4.7"),
        "v4.8 message": message("v4.8"),
        "v3 inside": inside("v3"),
        "v4.7 inside": inside("v4.7"),
    }


def summary(counts: Iterable[int]) -> list[int | str]:
    """The total of counts, and a hash of them in their order."""
    numbers = list(counts)
    return [sum(numbers), hashlib.sha256(json.dumps(numbers).encode()).hexdigest()[:16]]


def main() -> None:
    counters = ctok_counters()
    groups = {
        group: {way: summary(map(count, texts)) for way, count in counters.items()}
        for group, texts in adversarial_texts().items()
    }
    GOLDEN.write_text(json.dumps(groups, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
