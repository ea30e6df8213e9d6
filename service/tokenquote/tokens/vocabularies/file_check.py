"""Check that a vocabulary file can be loaded and counted with.

    python -m tokenquote.tokens.vocabularies.file_check NAME ENTRY < FILE

It runs in a process of its own, because a hostile file may crash its library or never come back. Where a file
is refused, the exit status is 1 and a line on stderr says why.
"""

from __future__ import annotations

import sys

from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.tokens.vocabularies.encoders import build_encoder
from tokenquote.tokens.vocabularies.files import VocabularyError

__all__ = ["PAGE", "main"]

PAGE = (
    (
        "The quick brown fox, 12345 and 6.78e-9; it's.\n\n\tdef f(x):\n        return x**2  # été\n"
        "東京 서울 Москва עברית 🙂👩‍👩‍👧 ﬁ\u0301 \x00\x7f"
    )
    + " " * 3000
    + "a" * 3000
)
"""A text of words, numbers, code, several scripts, a joined emoji, control characters, and long repeats."""

# A vocabulary has fewer tokens than bytes for a page of mixed text, and at least these.
_FEWEST = 60


def main(arguments: list[str]) -> int:
    """Check the file on stdin, and return the exit status; the arguments are its name and catalog entry."""
    name, entry = arguments
    try:
        encoder = build_encoder(name, Vocabulary.model_validate_json(entry), sys.stdin.buffer.read())
        tokens = encoder.count(PAGE)
    except VocabularyError as error:
        print(str(error).splitlines()[0][:500], file=sys.stderr)
        return 1
    except BaseException as error:  # what panics in Rust is no Exception
        print(f"vocabulary {name!r}: it cannot count: {str(error)[:300]}", file=sys.stderr)
        return 1
    if not _FEWEST <= tokens <= len(PAGE.encode()):
        print(f"vocabulary {name!r}: {tokens} tokens for a page of {len(PAGE)} characters", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
