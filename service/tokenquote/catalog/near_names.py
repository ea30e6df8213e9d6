"""Which names a misspelt one may mean, among thousands, in a few milliseconds.

To compare a name with all of five thousand letter by letter takes up to 30 ms, in which a service answers
nobody else. So only those are compared that share the most pairs of letters with it.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

__all__ = ["NearNames"]

_LONGEST = 200
"""The letters of a name that are looked at; no model has as many."""
_COUNTED = 100
"""The names with the most pairs in common; long ones have many with any name."""
_COMPARED = 20
"""The names with the largest share of pairs in common, of those."""
_ALIKE = 0.6
"""How like two names have to be, as difflib measures it: the share of letters in the same order."""
_MOST = 8


@dataclass(frozen=True)
class NearNames:
    """Names in small letters, and what each stands for."""

    known: Mapping[str, str]

    def find(self, name: str) -> list[str]:
        """Return what the up to eight names that are most like this one stand for, the likest first."""
        wanted = name[:_LONGEST].lower()
        in_common: Counter[str] = Counter()
        for pair in _pairs(wanted):
            in_common.update(self._names_with.get(pair, ()))
        shares = {each: pairs / (len(wanted) + len(each)) for each, pairs in in_common.most_common(_COUNTED)}
        compared = sorted(shares, key=lambda each: -shares[each])[:_COMPARED]
        close = difflib.get_close_matches(wanted, compared, n=_MOST, cutoff=_ALIKE)
        return [self.known[each] for each in close]

    @cached_property
    def _names_with(self) -> Mapping[str, list[str]]:
        """The names that have each pair of letters."""
        names: dict[str, list[str]] = {}
        for name in self.known:
            for pair in _pairs(name):
                names.setdefault(pair, []).append(name)
        return names


def _pairs(name: str) -> frozenset[str]:
    return frozenset(first + second for first, second in pairwise(name))
