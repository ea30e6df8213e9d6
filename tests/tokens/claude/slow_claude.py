"""Claude's counts the slow and obvious way: the marked stream run by run, then every piece at every place.

It shares with the fast way the kinds of characters, the normalisation and the case of words; `ctok` and the
recorded counts check these.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from typing import NamedTuple

from tokenquote.tokens.vocabularies.claude.characters import known_characters
from tokenquote.tokens.vocabularies.claude.marked_text import BEGIN, CAPITALS, END, SHIFT
from tokenquote.tokens.vocabularies.claude.normalization import normalize
from tokenquote.tokens.vocabularies.claude.word_marks import mark_word

MARKERS = {"⟨bow⟩": BEGIN, "⟨eow⟩": END, "⟨shift⟩": SHIFT, "⟨caps⟩": CAPITALS}
KINDS = known_characters()
SUFFIXES = ("s", "t", "d", "m", "ll", "re", "ve")


class Run(NamedTuple):
    kind: str
    body: str

    @property
    def numbered(self) -> bool:
        return self.kind == "number" and len(set(map(unicodedata.category, self.body))) == 1


class SlowClaude:
    def __init__(self, content: bytes) -> None:
        data = json.loads(content)
        self.fold_quotes: bool = data["meta"]["fold_quotes"]
        self.capitals_from: int | None = data["meta"]["allcaps_min"]
        groups = data["tokens"]
        self.sequences = {bytes.fromhex(sequence) for sequence in groups.pop("bytes_fallback")}
        named = [piece for group in groups.values() for piece in group]
        named += [f"{contraction}⟨eow⟩" for contraction in groups["contractions"]]
        self.pieces = {re.sub("⟨[a-z]+⟩", lambda name: MARKERS[name[0]], piece) for piece in named}

    def count(self, text: str) -> int:
        return self.tile(self.stream(normalize(text, fold_quotes=self.fold_quotes), opened=False))

    def count_message(self, text: str, *, after_marker: bool = True) -> int:
        normal = normalize(text, fold_quotes=self.fold_quotes)
        body = normal.rstrip("\n")
        newlines = len(normal) - len(body)
        tail = self.tile("\n" * (newlines + 2)) - 1 if newlines else 0
        if after_marker and text[:1] == " " and re.match(" (?! )", body):
            body = body[1:]
        return self.tile(self.stream(body, opened=after_marker)) + tail

    def tile(self, stream: str) -> int:
        fewest = [0]
        for end in range(1, len(stream) + 1):
            ways = [fewest[end - 1] + self.character(stream[end - 1])]
            starts = range(max(0, end - 130), end)
            ways += [fewest[start] + 1 for start in starts if stream[start:end] in self.pieces]
            fewest.append(min(ways))
        return fewest[-1]

    def character(self, character: str) -> int:
        if character in self.pieces:
            return 1
        encoded = character.encode()
        fewest = [0]
        for end in range(1, len(encoded) + 1):
            starts = [
                start for start in range(end) if encoded[start:end] in self.sequences or start == end - 1
            ]
            fewest.append(min(fewest[start] + 1 for start in starts))
        return fewest[-1]

    def stream(self, text: str, *, opened: bool) -> str:
        runs = split_into_runs(text)
        parts = [self.part(runs, i, opened=opened) for i in range(len(runs))]
        if opened:
            parts.insert(0, opening(runs, parts))
        return re.sub(f"{END} ([{SHIFT}{CAPITALS}]*){BEGIN}", rf"{END}\1{BEGIN}", "".join(parts))

    def part(self, runs: list[Run], i: int, *, opened: bool) -> str:
        run = runs[i]
        after_space = runs[i - 1].kind == "space" and runs[i - 1].body[-1] == " " if i else opened
        following = runs[i + 1] if i + 1 < len(runs) else Run("end", "")
        before_space = (
            following.kind == "space" and following.body.startswith(" ") and following.body[:2] != "  "
        )
        if run.kind == "word":
            return f"{run.body}{END}" if is_contraction(runs, i) else mark_word(run.body, self.capitals_from)
        begins, ends = (
            run.body[0] in KINDS.bordered or run.numbered,
            run.body[-1] in KINDS.bordered or run.numbered,
        )
        if opens_word(runs, i):
            begins = False
        return f"{BEGIN if begins and after_space else ''}{run.body}{END if ends and before_space else ''}"


def opening(runs: list[Run], parts: list[str]) -> str:
    """What the marker in front of a message comes to where the first run does not take it up."""
    if not runs:
        return BEGIN
    if opens_word(runs, 0):
        return " "
    taken = runs[0].kind == "word" or parts[0].startswith((BEGIN, " "))
    return "" if taken else BEGIN


def opens_word(runs: list[Run], i: int) -> bool:
    return runs[i] == Run("sign", "'") and i + 1 < len(runs) and runs[i + 1].kind == "word"


def is_contraction(runs: list[Run], i: int) -> bool:
    if runs[i].body not in SUFFIXES or i == 0 or runs[i - 1] != Run("sign", "'"):
        return False
    if i == 1:
        return True
    before = runs[i - 2]
    if before.kind == "number" and before.body[-1] in KINDS.number:
        return not before.numbered
    return before.body[-1] not in KINDS.closing


def split_into_runs(text: str) -> list[Run]:
    runs: list[Run] = []
    for kind, group in itertools.groupby(text, key=kind_of_character):
        body = "".join(group)
        if kind == "selector" and runs and runs[-1].kind in ("edge", "number", "lone"):
            runs[-1] = Run(runs[-1].kind, runs[-1].body + body)
        elif runs and runs[-1].kind == kind:
            runs[-1] = Run(kind, runs[-1].body + body)
        else:
            runs.append(Run("lone" if kind == "selector" else kind, body))
    return runs


def kind_of_character(character: str) -> str:
    if character in KINDS.word:
        return "word"
    if character in " \t\n\u3000":
        return "space"
    if character in "0123456789" or "\u0660" <= character <= "\u0669" or "\u06f0" <= character <= "\u06f9":
        return "digit"
    if character in KINDS.sign:
        return "sign"
    if "\ufe00" <= character <= "\ufe0f":
        return "selector"
    if character in KINDS.number:
        return "number"
    return "edge" if character in KINDS.bordered else "lone"
