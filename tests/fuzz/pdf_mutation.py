"""Changes PDF files object by object, so that most inputs still have pages, fonts and text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from tests.fuzz.pdf_objects import LAYOUTS, PdfFile, PdfObject, read_pdf, write_pdf

__all__ = ["PdfMutation"]

_TOKEN = re.compile(
    rb"<<|>>|\[|\]|/[^\s/<>\[\](){}%]*|\d+ \d+ R|<[0-9A-Fa-f\s]*>|\((?:\\.|[^\\()])*\)|[^\s/<>\[\](){}%]+"
)
_ODD = (
    b"0", b"-1", b"1", b"2147483648", b"1e400", b"-.", b"0.1", b"null", b"true", b"()", b"<>", b"<<>>", b"[]",
    b"/", b"/#00", b"1 0 R", b"2 0 R", b"3 0 R", b"99 0 R", b"99999999999 0 R", b"(" + b"a" * 200 + b")",
    b"(\xfe\xff\xd8\x00)", b"[0 0 0 0]", b"[[[[]]]]", b"nan", b"1 1 1 1 1 1",
)  # fmt: skip
"""Tokens that code for other tokens trips over."""
_OF_TREE = re.compile(rb"<<\s*/Type\s*/(?:Catalog|Pages?)")
"""What holds the tree of the pages together, and is changed less often for it."""
_MOST_OBJECTS = 60


class PdfMutation:
    """Changes inputs with what stands in the seeds."""

    def __init__(
        self, seeds: Iterable[bytes], change_bytes: Callable[[bytes, int], bytes] | None = None
    ) -> None:
        """Learn the tokens, and the values of each name, from the seeds.

        Args:
            seeds: the inputs to begin with.
            change_bytes: the fuzzer's own change; None: it is not running.
        """
        self._change_bytes = change_bytes
        self._files = [read_pdf(seed) for seed in seeds]
        self._objects = [found for file in self._files for found in file.objects.values()]
        texts: list[bytes] = [text for found in self._objects for text in (found.head, found.stream or b"")]
        self._tokens: list[bytes] = sorted({token for text in texts for token in _TOKEN.findall(text)})
        self._names = [token for token in self._tokens if token.startswith(b"/")]

    def __call__(self, content: bytes, most_bytes: int, seed: int) -> bytes:
        """Return a changed input that is no longer than the limit in bytes."""
        chance = random.Random(seed)
        if self._change_bytes is not None and chance.random() < 0.2:
            return self._change_bytes(content, most_bytes)
        try:
            file = read_pdf(content)
        except ValueError:
            file = chance.choice(self._files)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            file = self._change(file, chance)
        return write_pdf(file, chance.choice(LAYOUTS), chance)[:most_bytes]

    def _change(self, file: PdfFile, chance: random.Random) -> PdfFile:
        objects = dict(file.objects)
        leaves = sorted(number for number, found in objects.items() if not _OF_TREE.match(found.head))
        numbers = leaves if leaves and chance.random() < 0.7 else sorted(objects)
        number, kind = chance.choice(numbers), chance.random()
        if kind < 0.9:
            objects[number] = self._change_object(objects[number], chance)
        elif kind < 0.93 and len(objects) > 1:
            del objects[number]
        elif kind < 0.96 and len(objects) < _MOST_OBJECTS:
            objects[max(objects) % 999_999 + 1] = objects[number]
        elif kind < 0.98:
            objects[number] = chance.choice(self._objects)
        else:
            return replace(file, objects=objects, trailer=self._change_tokens(file.trailer, chance))
        return replace(file, objects=objects)

    def _change_object(self, found: PdfObject, chance: random.Random) -> PdfObject:
        if found.stream is None or chance.random() < 0.4:
            return replace(found, head=self._change_tokens(found.head, chance))
        if self._change_bytes is not None and chance.random() < 0.3:
            return replace(found, stream=self._change_bytes(found.stream, len(found.stream) + 64))
        return replace(found, stream=self._change_tokens(found.stream, chance))

    def _change_tokens(self, text: bytes, chance: random.Random) -> bytes:
        places = [found.span() for found in _TOKEN.finditer(text)]
        if not places:
            return chance.choice(self._tokens)
        start, end = chance.choice(places)
        kind = chance.random()
        if kind < 0.5:
            return text[:start] + self._like(text[start:end], chance) + text[end:]
        if kind < 0.6:
            return text[:start] + b" " + text[end:]
        if kind < 0.75 and text.startswith(b"<<"):
            return b"<<%s %s%s" % (chance.choice(self._names), self._any(chance), text[2:])
        if kind < 0.9:  # a part once more, somewhere else
            other, last = chance.choice(places)[0], min(end + chance.choice((0, 0, 20, 80)), len(text))
            return text[:other] + text[start:last] + b" " + text[other:]
        return text[:start] + self._any(chance) + b" " + text[start:]

    def _any(self, chance: random.Random) -> bytes:
        return chance.choice(_ODD if chance.random() < 0.5 else self._tokens)

    def _like(self, token: bytes, chance: random.Random) -> bytes:
        """Return another token, of the same kind as a rule."""
        kind = chance.random()
        if kind < 0.3:
            return self._any(chance)
        if token.isdigit() and kind < 0.6:
            return b"%d" % (int(token[:18]) + chance.choice((-1, 1, 255, -256)))
        alike = [other for other in self._tokens if other[:1] == token[:1] and other != token]
        return chance.choice(alike) if alike else self._any(chance)
