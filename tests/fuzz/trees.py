"""Changes JSON and YAML as trees, so that most inputs get past the parser and reach what reads their members.

An input is a line, which names what the text behind it is for, and the text. Half of the changes are made to
the bytes, by the fuzzer's own hand.
"""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

__all__ = ["TreeMutation", "join_input", "split_input"]

_ODD: Sequence[Any] = (
    None, True, False, 0, 1, -1, 2, 465.0, 0.1, 1e-9, 1e308, -0.0, 2**31, 2**53, 2**63, 10**30, 10**400,
    "", " ", "0", "1.00", "-1", "1e9", "NaN", "full", "é", "\0", "a" * 300, "<|endoftext|>",
    "2026-11-30", "2026-11-30T00:00:00Z", [], {}, [[]], [{}], {"": None}, {"type": "object", "$ref": "#"},
)  # fmt: skip
"""Values that code for other values trips over."""


def split_input(content: bytes) -> tuple[str, bytes]:
    """Return the first line and what stands behind it."""
    line, _, text = content.partition(b"\n")
    return line.decode("latin-1"), text


def join_input(line: str, text: bytes) -> bytes:
    """Return the input of a first line and a text."""
    return line.encode("latin-1", "replace") + b"\n" + text


class TreeMutation:
    """Changes inputs with what stands in the seeds."""

    def __init__(
        self,
        seeds: Iterable[bytes],
        read: Callable[[bytes], Any],
        write: Callable[[Any], bytes],
        change_bytes: Callable[[bytes, int], bytes] | None = None,
    ) -> None:
        """Learn the lines, and the values of each member, from the seeds.

        Args:
            seeds: the inputs to begin with.
            read: reads a text as a tree; raises ValueError where it cannot.
            write: writes a tree as a text.
            change_bytes: the fuzzer's own change; None: it is not running.
        """
        self._read, self._write, self._change_bytes = read, write, change_bytes
        self._values: dict[Any, list[Any]] = defaultdict(list)
        lines: set[str] = set()
        for line, text in map(split_input, seeds):
            lines.add(line)
            for holder, step in _places(tree := read(text)):
                self._values[step if isinstance(step, str) else 0].append(holder[step])
            self._values[0].append(tree)
        self._lines = sorted(lines)
        self._names = sorted(name for name in self._values if isinstance(name, str))

    def __call__(self, content: bytes, most_bytes: int, seed: int) -> bytes:
        """Return a changed input that is no longer than the limit in bytes."""
        chance = random.Random(seed)
        line, text = split_input(content)
        if chance.random() < 0.05:
            line = chance.choice(self._lines)
        if self._change_bytes is None or chance.random() < 0.5:
            try:
                tree = self._read(text)
            except (ValueError, RecursionError):
                tree = chance.choice(self._values[0])
            changed = copy.deepcopy(tree)
            for _ in range(chance.choice((1, 1, 1, 2, 4))):
                changed = self._change(changed, chance)
            text = self._write(changed)
        else:
            text = self._change_bytes(text, max(1, most_bytes - len(line) - 1))
        return join_input(line, text)[:most_bytes]

    def _change(self, tree: Any, chance: random.Random) -> Any:
        places = list(_places(tree))
        if not places or chance.random() < 0.02:
            return copy.deepcopy(chance.choice(self._values[0]))
        holder, step = chance.choice(places)
        kind = chance.random()
        if kind < 0.4:
            known = self._values.get(step if isinstance(step, str) else 0, _ODD)
            holder[step] = copy.deepcopy(chance.choice(known))
        elif kind < 0.6:
            holder[step] = copy.deepcopy(chance.choice(_ODD))
        elif kind < 0.7:
            del holder[step]
        elif kind < 0.8 and isinstance(holder, list):
            holder.insert(step, copy.deepcopy(chance.choice(holder)))
        elif kind < 0.95 and isinstance(holder, dict):
            name = chance.choice(self._names)
            holder[name] = copy.deepcopy(chance.choice(self._values[name]))
        else:
            holder[step] = [holder[step]]
        return tree


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each object or list with the name or number of each thing in it."""
    waiting = [tree]
    while waiting:
        holder = waiting.pop()
        if not isinstance(holder, (dict, list)):
            continue
        steps = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for step, value in steps:
            yield holder, step
            waiting.append(value)
