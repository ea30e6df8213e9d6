"""The fewest pieces of a vocabulary that make up a text.

Dynamic programming over the text: the fewest pieces up to a character are one more than up to the beginning
of a piece that ends with it. The pieces lie in a tree of their characters, from the last to the first. A
character that no piece covers is made up of its UTF-8 bytes and of the byte sequences of the vocabulary.

Time is linear in the text. A long run of one character is shortened first: far inside it only the longest
piece of that character is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

__all__ = ["FewestPieces"]

_Node: TypeAlias = "tuple[dict[str, _Node] | None, bool]"
"""A node of the tree: its children, None where there are none, and whether a piece begins there."""
_Branch: TypeAlias = "dict[str, _Branch | None]"
"""A node that still grows; the member `_WHOLE` says that a piece begins there."""

_LEAF: _Node = (None, True)
_WHOLE = ""
_BLOCK = 1 << 14
_MOST_CHARACTERS = 1 << 15
_LONG = 1024


class _Cut(NamedTuple):
    """Pieces of one character that were taken out of a run: where the run lies now, and what was taken."""

    first: int
    last: int
    piece: str
    times: int


class FewestPieces:
    """Splits texts into the fewest pieces of a vocabulary."""

    def __init__(self, pieces: Iterable[str], byte_sequences: Iterable[bytes]) -> None:
        self._pieces = frozenset(pieces)
        self._longest = max(map(len, self._pieces))
        if self._longest > 255:
            raise ValueError(f"a piece has {self._longest} characters, more than 255")
        self._tree = _tree_of_pieces(self._pieces)
        self._characters = _Characters(self._pieces, frozenset(byte_sequences))
        self._periods: dict[str, tuple[int, int]] = {}

    def count(self, text: str) -> int:
        """The fewest pieces of a text."""
        if text in self._pieces:
            return 1
        if len(text) < _LONG:
            fewest = [0]
            self._extend(fewest, text)
            return fewest[-1]
        shortened, cuts = self._shorten(text)
        return self._fewest_of_blocks(shortened) + sum(
            cut.times * self._characters[cut.piece] for cut in cuts
        )

    def split(self, text: str) -> Iterator[str | bytes]:
        """The pieces of a text in their order: bytes are a part of a character that no piece covers.

        Of two ways with as few pieces, it takes the one with the longer last piece.
        """
        shortened, cuts = self._shorten(text)
        position, cut = 0, next(iter(cuts), None)
        waiting = iter(cuts[1:])
        for piece in self._trace(shortened):
            if cut is not None and cut.first <= position <= cut.last:
                for _ in range(cut.times):
                    yield from self._whole_or_bytes(cut.piece)
                cut = next(waiting, None)
            yield from self._whole_or_bytes(piece)
            position += len(piece)

    def _whole_or_bytes(self, piece: str) -> Iterator[str | bytes]:
        if piece in self._pieces:
            yield piece
        else:
            yield from self._characters.split(piece)

    def _fewest_of_blocks(self, text: str) -> int:
        total, fewest = 0, [0]
        for start in range(0, len(text), _BLOCK):
            known = len(fewest) - 1
            self._extend(fewest, text[start - known : start + _BLOCK])
            last = fewest[-1]
            total += last
            fewest = [number - last for number in fewest[-self._longest - 1 :]]
        return total

    def _extend(self, fewest: list[int], text: str) -> None:
        """Adds the fewest pieces up to each character of a text to those up to the first of them."""
        node_of_last, characters = self._tree.get, self._characters
        position = len(fewest) - 1
        for character in text[position:]:
            best = fewest[position] + characters[character]
            node = node_of_last(character)
            if node is not None:
                children = node[0]
                start = position
                while children is not None and start:
                    start -= 1
                    node = children.get(text[start])
                    if node is None:
                        break
                    children, whole = node
                    if whole and fewest[start] < best:
                        best = fewest[start] + 1
            fewest.append(best)
            position += 1

    def _trace(self, text: str) -> list[str]:
        """The pieces and uncovered characters of a text, from the first to the last."""
        fewest = [0]
        self._extend(fewest, text)
        found: list[str] = []
        end = len(text)
        while end:
            starts = range(max(0, end - self._longest), end - 1)
            whole = (n for n in starts if fewest[n] + 1 == fewest[end] and text[n:end] in self._pieces)
            start = next(whole, end - 1)
            found.append(text[start:end])
            end = start
        return found[::-1]

    def _shorten(self, text: str) -> tuple[str, list[_Cut]]:
        """A text without what is surely tiled by the longest piece of a run's character, and what was cut."""
        if len(text) < _LONG:
            return text, []
        kept: list[str] = []
        cuts: list[_Cut] = []
        end = length = 0
        for start, run_end in _long_runs(text):
            character = text[start]
            period, steady = self._period(character)
            times = max(0, (run_end - start - steady - 2 * self._longest) // period)
            first = length + start - end
            kept += text[end:start], character * (run_end - start - times * period)
            length = first + len(kept[-1])
            cuts.append(_Cut(first, length, character * period, times))
            end = run_end
        return "".join([*kept, text[end:]]), cuts

    def _period(self, character: str) -> tuple[int, int]:
        """The length of the longest piece of one character, and a run's length from which it is always used.

        A shortest tiling has fewer than `period` pieces of other lengths: among more of them, some add up to
        whole periods, which the longest piece covers with fewer. So nothing changes beyond the square of the
        period.
        """
        if character not in self._periods:
            if len(self._periods) >= _MOST_CHARACTERS:
                self._periods.clear()
            lengths = [n for n in range(2, self._longest + 1) if character * n in self._pieces]
            self._periods[character] = _steady_from(lengths, self._characters[character])
        return self._periods[character]


def _tree_of_pieces(pieces: Iterable[str]) -> dict[str, _Node]:
    """The pieces by their last character, then the one before it, and so on."""
    root: _Branch = {}
    for piece in pieces:
        branch = root
        for character in reversed(piece):
            child = branch.get(character)
            if child is None:
                child = branch[character] = {}
            branch = child
        branch[_WHOLE] = None
    return _as_nodes(root)


def _as_nodes(branch: _Branch) -> dict[str, _Node]:
    """Turn the children of a branch into nodes."""
    return {character: _as_node(child) for character, child in branch.items() if child is not None}


def _as_node(branch: _Branch) -> _Node:
    if len(branch) == 1 and _WHOLE in branch:
        return _LEAF
    return _as_nodes(branch), _WHOLE in branch


def _long_runs(text: str) -> Iterator[tuple[int, int]]:
    """Where each run of one character begins and ends that has at least `_LONG` of them.

    Such a run fills a whole block of half its length, so most of a text is not looked at twice.
    """
    block = _LONG // 2
    end = 0
    for start in range(0, len(text) - block, block):
        character = text[start]
        if start >= end and text.count(character, start, start + block) == block:
            before = text[max(end, start - block) : start]
            other = re.compile(f"[^{re.escape(character)}]").search(text, start)
            end = other.start() if other else len(text)
            yield start - len(before) + len(before.rstrip(character)), end


def _steady_from(lengths: list[int], cost: int) -> tuple[int, int]:
    """The longest of these lengths, and the sum from which on the fewest of them end with it."""
    if not lengths:
        return 1, 0
    period = lengths[-1]
    fewest = [0]
    steady = 0
    for total in range(1, period * period + period):
        best = min([fewest[total - n] + 1 for n in lengths if n <= total], default=fewest[-1] + cost)
        fewest.append(min(best, fewest[-1] + cost))
        if total >= period and fewest[total] != fewest[total - period] + 1:
            steady = total
    return period, max(steady + 1, period)


class _Characters(dict[str, int]):
    """The fewest pieces of each character by itself; a bounded number of them is kept."""

    def __init__(self, pieces: frozenset[str], byte_sequences: frozenset[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._sequences = byte_sequences

    def __missing__(self, character: str) -> int:
        if len(self) >= _MOST_CHARACTERS:
            self.clear()
        cost = 1 if character in self._pieces else len(self.split(character))
        self[character] = cost
        return cost

    def split(self, character: str) -> list[bytes]:
        """The UTF-8 bytes of a character in the fewest byte sequences of the vocabulary."""
        encoded = character.encode()
        best: list[list[bytes]] = [[]]
        for end in range(1, len(encoded) + 1):
            sequences = [(start, encoded[start:end]) for start in range(end)]
            ways = [
                [*best[start], sequence]
                for start, sequence in sequences
                if len(sequence) == 1 or sequence in self._sequences
            ]
            best.append(min(ways, key=len))
        return best[-1]
