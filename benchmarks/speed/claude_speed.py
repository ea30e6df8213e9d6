"""Measure how fast texts are counted in Claude's vocabularies.

    python benchmarks/speed/claude_speed.py

Each kind of text is counted twice by a new encoder, cold and warm, and once more by the package ctok where
that is installed; the last column says how much faster than ctok the warm encoder is. The texts are made by
this file or are source code of Python's own library.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tokenquote.catalog import load_catalog
from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.tokens import Vocabularies
from tokenquote.tokens.vocabularies.claude import ClaudeEncoder

SIZE = 2_000_000
"""The number of characters of each text."""
CTOK_SIZE = 100_000
"""The number of characters that ctok counts; it is timed on fewer and scaled."""
VERSIONS = {"claude-v3": "3.0", "claude-v4.7": "4.7"}


def main() -> int:
    """Print a line for each vocabulary and kind of text; exit 1 if ctok counts otherwise."""
    reference = _reference()
    known = load_catalog().vocabularies
    print("vocabulary, text               MB  cold MB/s  warm MB/s   ctok MB/s    times")
    differs = False
    for vocabulary in VERSIONS:
        for kind, text in _texts().items():
            encoder = _new_encoder(known, vocabulary)
            cold, warm = _speed(encoder.count, text), _speed(encoder.count, text)
            line = f"{vocabulary:12} {kind:16}{len(text.encode()) / 1e6:5.1f}{cold:11.1f}{warm:11.1f}"
            if reference is not None:
                part = text[:CTOK_SIZE]
                slow = _speed(reference[vocabulary], part)
                line += f"{slow:12.2f}{warm / slow:9.0f}"
                differs |= reference[vocabulary](part) != encoder.count_message(part)
            print(line)
    if reference is None:
        print("ctok is not installed: no comparison")
    if differs:
        print("ctok counts otherwise")
    return int(differs)


def _new_encoder(known: Mapping[str, Vocabulary], vocabulary: str) -> ClaudeEncoder:
    encoder = Vocabularies(known).encoder(vocabulary)
    if not isinstance(encoder, ClaudeEncoder):
        raise TypeError(f"{vocabulary} is no vocabulary of Claude")
    return encoder


def _texts() -> dict[str, str]:
    chance = random.Random(5)
    library = Path(random.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(library.glob("*.py")))
    prose = " ".join(re.findall(r'"""([A-Z].*?)"""', code, re.DOTALL))
    ideographs = [chr(0x4E00 + 7 * i) for i in range(2500)] + list("，。、的是了") * 60
    lengths = (chance.randint(2, 12) for _ in range(SIZE // 8))
    new_words = ("".join(chance.choices("etaoinshrdlucmfwypvbgk", k=length)) for length in lengths)
    return {
        "prose": (prose * (1 + SIZE // len(prose)))[:SIZE],
        "code": code[:SIZE],
        "Chinese": "".join(chance.choices(ideographs, k=SIZE // 3)),
        "new words": " ".join(new_words),
        "repeated a": "a" * SIZE,
    }


def _speed(count: Callable[[str], int], text: str) -> float:
    """Megabytes counted in a second of processor time, so that a busy machine tells the same."""
    started = time.process_time()
    count(text)
    return len(text.encode()) / 1e6 / (time.process_time() - started)


def _reference() -> dict[str, Callable[[str], int]] | None:
    """How many tokens ctok counts for a text beside those of a message's frame; None: it is not installed."""
    try:
        import ctok
    except ModuleNotFoundError:
        return None

    def counter(version: str) -> Callable[[str], int]:
        frame = ctok.token_count("a", version) - 1
        return lambda text: int(ctok.token_count(text, version)) - frame

    return {vocabulary: counter(version) for vocabulary, version in VERSIONS.items()}


if __name__ == "__main__":
    sys.exit(main())
